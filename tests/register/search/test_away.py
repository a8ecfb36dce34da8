"""A server that is not there, or says nothing: bounded waiting, a plain word, no secret, no error page."""

import logging
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy.orm import Session

from portal.register.search import finding, keeping
from portal.register.search.engines import opensearch
from portal.register.search.engines.opensearch import OpenSearchEngine
from portal.register.search.model import Engine, IndexWriter, Query, Term, Unavailable
from portal.register.search.opening import open_engine, open_writer
from portal.register.search.remote.address import read
from tests.conftest import Office
from tests.makers import RESULT_ROW

pytestmark = pytest.mark.enable_socket
_ASKED = Query(groups=((Term("貔貅"),),))


@pytest.fixture
def closed() -> Iterator[str]:
    """Yield the address of a port where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"opensearch://kit:hunter2@127.0.0.1:{held.getsockname()[1]}/mingcha"


@pytest.fixture
def silent() -> Iterator[str]:
    """Yield the address of somebody who listens and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"opensearch://kit:hunter2@127.0.0.1:{listening.getsockname()[1]}/mingcha"


_QUESTIONS: list[Callable[[Engine], object]] = [
    lambda engine: engine.search(_ASKED),
    lambda engine: engine.suggest("貔貅"),
    lambda engine: engine.spelling("貔貅食品公司"),
    lambda engine: engine.serial(),
]
_ORDERS: list[Callable[[IndexWriter], object]] = [
    lambda writer: writer.epoch(),
    lambda writer: writer.torn(),
    lambda writer: writer.intact(),
    lambda writer: writer.rebuild([], serial=1, epoch="e"),
    lambda writer: writer.apply([], ["r_1"], serial=2, purge=True),
]


@pytest.mark.parametrize("number", range(len(_QUESTIONS)))
def test_every_question_says_so_and_repeats_neither_words_nor_password(
    number: int, closed: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Unavailable) as caught:
        _QUESTIONS[number](open_engine(closed))

    told = str(caught.value) + caplog.text
    assert "没有应答" in told
    assert [each for each in ("hunter2", "kit", "貔貅") if each in told] == []
    #: What the library says of it, the question included, is in no traceback.
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)


@pytest.mark.parametrize("number", range(len(_ORDERS)))
def test_every_order_of_the_writer_says_so(number: int, closed: str) -> None:
    with pytest.raises(Unavailable, match="没有应答"):
        _ORDERS[number](open_writer(closed))


def test_who_never_answers_is_given_up(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opensearch, "_ON_THE_WAY", 0.1)
    engine = OpenSearchEngine(read(silent), budget=0.1)

    with pytest.raises(Unavailable, match="没有应答"):
        engine.search(_ASKED)
    with pytest.raises(Unavailable, match="刚才没有应答"):
        engine.search(_ASKED)


@pytest.mark.parametrize("vouched", [False, True])
def test_only_a_server_whose_certificate_is_vouched_for_hears_the_password(
    tmp_path: Path, *, vouched: bool
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(tmp_path))
    ca = f"?ca={tmp_path / 'server.pem'}" if vouched else ""
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        shaking = threading.Thread(target=_shake_hands, args=(listening, context, said))
        shaking.start()
        engine = open_engine(f"opensearch+https://kit:hunter2@127.0.0.1:{port}/mingcha{ca}")
        with pytest.raises(Unavailable, match="没有应答"):
            engine.search(_ASKED)
        shaking.join(30)

    if vouched:
        (heard,) = said
        assert heard.startswith("POST /_msearch?max_concurrent_searches=1 ")
        assert b64encode(b"kit:hunter2").decode() in heard
    else:
        assert said == ["TLSV1_ALERT_UNKNOWN_CA"]


def _shake_hands(listening: socket.socket, context: ssl.SSLContext, said: list[str]) -> None:
    """Take one visitor and note what it said, or why it went away without a word."""
    visitor, _ = listening.accept()
    try:
        with context.wrap_socket(visitor, server_side=True) as secured:
            said.append(secured.recv(1000).decode())
    except ssl.SSLError as error:
        said.append(error.reason)


def _certificate(folder: Path) -> Path:
    """Return a file with a key and a certificate for 127.0.0.1 that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_parties_are_found_by_name_meanwhile(office: Office, closed: str) -> None:
    office.put("results", RESULT_ROW)
    with Session(office.stores.register) as session:
        found = finding.find(session, open_engine(closed), finding.Asked(words="示例市青禾"))
        offered = finding.suggest(session, open_engine(closed), "示例市青禾", limit=8)

    assert not found.indexed
    assert [each.source.kind for each in found.records] == [each.kind for each in offered]
    assert [each.kind for each in offered] == ["entity"]


def test_who_follows_waits_for_it_and_says_so_once(
    migrated_register: sa.Engine, closed: str, tmp_path: Path
) -> None:
    lost: list[Unavailable] = []
    stop = _StopAfter(3)

    keeping.follow(
        migrated_register,
        keeping.Place.of(closed, tmp_path),
        tell=lambda reached: pytest.fail(str(reached)),
        lost=lost.append,
        stop=stop,
    )

    assert (len(lost), stop.waited) == (1, 3)


class _StopAfter(threading.Event):
    """Is set when it has been waited for so often."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times, self.waited = times, 0

    def wait(self, timeout: float | None = None) -> bool:
        del timeout
        self.waited += 1
        return self.waited >= self.times
