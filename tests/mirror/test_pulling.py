"""The mirror against a real server that is slow to please: errors, cut lines, forged answers."""

import json
import re
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from portal.airlock import signing
from portal.airlock.publish import reinstate
from portal.domain.merkle import leaf_hash
from portal.internal.desk import renewing, retract
from portal.mirror import source
from portal.mirror.cli import main
from portal.mirror.copy import Copy
from portal.mirror.errors import Busy, MirrorError, Unreachable, Untrusted
from portal.mirror.pulling import Pulled, pull
from portal.mirror.source import Item, Source
from portal.register import salted
from portal.register.canonical import canonical_of
from portal.register.dumps import shelf
from portal.register.dumps.describing import Terms
from portal.register.layout import LAYOUTS
from portal.register.proofs import entries
from portal.register.proofs.audit import audit
from portal.register.proofs.note import Checkpoint, Signer
from portal.register.proofs.restorations import Restoration
from portal.register.queries import changes, log
from portal.register.records import Kind
from portal.register.tables.changes import ChangeRow, EpochRow
from portal.register.tables.log import CheckpointRow, LeafRow, TileRow
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.makers import RESULT_ROW, Row
from tests.raw import raw_bytes

pytestmark = pytest.mark.enable_socket

TERMS = Terms("https://mingcha.example", "明察", "https://creativecommons.org/licenses/by/4.0/")
_MARK = "只此一条样品标签不全"
Reply = tuple[str, list[tuple[str, str]], bytes]


def _telling(told: list[Any]) -> Any:
    def start(
        status: str, headers: list[tuple[str, str]], _: Any = None
    ) -> Callable[[bytes], None]:
        told.extend((status, headers))
        return told.append

    return start


@dataclass
class Troubled:
    """The site, with something between it and its readers."""

    app: Flask
    #: Called with the path and the answer; returns what is sent instead.
    trouble: Callable[[str, Reply], Reply] = field(default=lambda _, reply: reply)
    asked: list[str] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        told: list[Any] = []
        body = self.app(environ, _telling(told))
        whole = b"".join(body)
        if hasattr(body, "close"):
            body.close()
        path = environ["PATH_INFO"]
        self.asked.append(path)
        status, headers, sent = self.trouble(path, (told[0], told[1], whole))
        start(status, headers)
        return [sent]


@contextmanager
def _served(site: Troubled) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def filled(office: Office) -> Office:
    marked: Row = {**RESULT_ROW,
        "code": "JC-0002", "outcomes": "责令改正", "detail": _MARK, "due_on": "2025-06-20",
    }  # fmt: skip
    office.put("results", RESULT_ROW, marked)
    return office


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "copy.db"


def _cut(office: Office) -> shelf.Dump | None:
    stores = office.stores
    return shelf.cut(stores.register, stores.dumps, TERMS, stores.log_key.signer(may_make=False))


def _pull(
    url: str, target: Path, key: str | None = None, waits: list[float] | None = None
) -> Pulled:
    copy = Copy(str(target))
    slept = [] if waits is None else waits
    try:
        return pull(Source(url, sleep=slept.append), copy, key=key, say=lambda _: None)
    finally:
        copy.close()


def _held(office: Office) -> dict[str, str]:
    with Session(office.stores.register) as session:
        return {
            row.public_id: canonical_of(row.body).decode()
            for kind in Kind
            for row in session.scalars(sa.select(LAYOUTS[kind].table))
        }


def _copied(target: Path) -> dict[str, str]:
    copy = Copy(str(target))
    with copy._engine.begin() as connection:
        found = {
            row[0]: row[1]
            for row in connection.execute(sa.text("SELECT id, body FROM mirror_record"))
        }
    copy.close()
    return found


def _marked_id(office: Office) -> str:
    with Session(office.stores.register) as session:
        found = session.scalars(
            sa.select(ResultRow.public_id).where(ResultRow.body.contains(_MARK))
        )
        return found.one()


@pytest.mark.parametrize("with_dump", [True, False])
def test_a_copy_equals_the_register_whether_or_not_there_is_a_dump(
    filled: Office, site: Flask, target: Path, *, with_dump: bool
) -> None:
    if with_dump:
        assert _cut(filled) is not None
    with _served(Troubled(site)) as url:
        done = _pull(url, target)
        again = _pull(url, target)

    assert done.from_dump is with_dump
    assert (again.applied, again.from_dump) == (0, False)
    assert _copied(target) == _held(filled)
    assert CliRunner().invoke(main, ["verify", str(target)]).exit_code == 0


def test_a_withdrawal_leaves_no_byte_in_the_copy(filled: Office, site: Flask, target: Path) -> None:
    _cut(filled)
    with _served(Troubled(site)) as url:
        _pull(url, target)
        with Session(filled.stores.register) as session:
            salt = salted.stated(session)
        assert all(each.encode() in raw_bytes(target) for each in (_MARK, salt))
        retract.retract(
            filled.stores, Kind.RESULT, _marked_id(filled), by="he", second="an", now=NOW
        )
        done = _pull(url, target)

    left = b"".join(raw_bytes(path) for path in target.parent.glob("copy.db*"))
    assert done.applied == 1
    assert [each for each in (_MARK, salt) if each.encode() in left] == []
    assert _copied(target) == _held(filled)


def test_errors_that_pass_are_waited_for_as_long_as_the_source_asks(
    filled: Office, site: Flask, target: Path
) -> None:
    _cut(filled)
    counts: dict[str, int] = {}
    codes = ("429 Too Many Requests", "503 Service Unavailable", "500 Internal Server Error")

    def now_and_then(path: str, reply: Reply) -> Reply:
        counts[path] = counts.get(path, 0) + 1
        if counts[path] <= len(codes):
            return codes[counts[path] - 1], [("Retry-After", "7")], b"later"
        return reply

    waits: list[float] = []
    with _served(Troubled(site, now_and_then)) as url:
        _pull(url, target, waits=waits)

    assert set(waits) == {7.0}
    assert len(waits) == 3 * len(counts)
    assert _copied(target) == _held(filled)


@pytest.mark.parametrize(
    ("status", "header"),
    [
        ("302 Found", ("Location", "http://[::1")),
        ("302 Found", ("Location", f"http://{64 * 'a'}/")),
        ("429 Too Many Requests", ("Retry-After", "Mon, 20 Nov 1995 19:12:08 -0000")),
    ],
)
def test_a_source_that_leads_nowhere_is_told_as_one_that_cannot_be_read(
    filled: Office, site: Flask, target: Path, status: str, header: tuple[str, str]
) -> None:
    del filled
    lost = Troubled(site, lambda *_: (status, [header], b""))
    with _served(lost) as url, pytest.raises(Unreachable):
        _pull(url, target)


def test_a_cut_line_is_gone_on_with_where_it_was_cut(
    filled: Office, site: Flask, target: Path
) -> None:
    _cut(filled)
    parts: list[int] = []

    def cut(path: str, reply: Reply) -> Reply:
        status, headers, body = reply
        if not path.endswith("records.ndjson.gz"):
            return reply
        parts.append(len(body))
        return (status, headers, body[: len(body) // 2]) if len(parts) < 3 else reply

    with _served(Troubled(site, cut)) as url:
        _pull(url, target)

    assert len(parts) == 3
    assert parts[0] > parts[1] > parts[2]
    assert _copied(target) == _held(filled)


def test_a_cut_line_makes_no_liar_of_the_source(filled: Office, site: Flask, target: Path) -> None:
    _cut(filled)
    cut: set[str] = set()

    def once(path: str, reply: Reply) -> Reply:
        status, headers, body = reply
        if path in cut:
            return reply
        cut.add(path)
        return status, headers, body[: len(body) // 2]

    with _served(Troubled(site, once)) as url:
        _pull(url, target)
        filled.put("results", {**RESULT_ROW, "code": "JC-0003"})
        cut.clear()
        done = _pull(url, target)

    assert "/log/consistency" in cut
    assert done.applied > 0
    assert _copied(target) == _held(filled)


def test_an_error_that_stays_leaves_the_copy_as_it_was(
    filled: Office, site: Flask, target: Path
) -> None:
    with _served(Troubled(site)) as url:
        _pull(url, target)
    before = _copied(target)

    def broken(path: str, reply: Reply) -> Reply:
        return "503 Service Unavailable", [], b""

    with _served(Troubled(site, broken)) as other:
        copy = Copy(str(target))
        copy.remember(source=other)
        copy.close()
        with pytest.raises(Unreachable):
            _pull(other, target)

    assert _copied(target) == before


def test_a_file_that_does_not_end_where_it_is_said_to_is_read_no_further(
    filled: Office, site: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(path: str, reply: Reply) -> Reply:
        return "200 OK", [], b"0" * 5_000_000

    with _served(Troubled(site, endless)) as url:
        part = tmp_path / "part"
        sizes: list[int] = []
        monkeypatch.setattr(Path, "unlink", lambda path: sizes.append(path.stat().st_size))
        monkeypatch.setattr(source, "_BLOCK", 1_000)
        with pytest.raises(Untrusted, match="与清单所列的摘要不符"):
            Source(url).download("/dumps/records", part, 1_500, sha256(b"").hexdigest())
        assert sizes == [2_000]


def test_an_answer_without_end_is_refused(
    filled: Office, site: Flask, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "_MOST", 1_000)
    with _served(Troubled(site)) as url, pytest.raises(Untrusted, match="超过 1,000 字节"):
        Source(url).changes(0)


def _forged(change: Callable[[dict[str, Any]], None]) -> Callable[[str, Reply], Reply]:
    """Change something in the bodies of the feed, as a site in wrong hands might."""

    def trouble(path: str, reply: Reply) -> Reply:
        status, headers, body = reply
        if path != "/api/v1/changes":
            return reply
        page = json.loads(body)
        for item in page["items"]:
            change(item)
        kept = [(name, value) for name, value in headers if name != "Content-Length"]
        return status, kept, json.dumps(page, ensure_ascii=False).encode()

    return trouble


def _other_name(item: dict[str, Any]) -> None:
    if item["kind"] == "entity":
        item["data"]["name"] = "示例市别的公司"


def _gone(item: dict[str, Any]) -> None:
    if item["kind"] == "result":
        item["state"] = "deleted"
        del item["data"]


@pytest.mark.parametrize("change", [_other_name, _gone])
def test_a_feed_that_says_otherwise_than_was_signed_is_refused(
    filled: Office, site: Flask, target: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    with _served(Troubled(site, _forged(change))) as url:
        with pytest.raises(Untrusted):
            _pull(url, target)

    assert CliRunner().invoke(main, ["verify", str(target)]).exit_code == 1


def _twice(item: dict[str, Any]) -> None:
    item["id"], item["kind"] = "r_00000000", "result"


def _other_detail(item: dict[str, Any]) -> None:
    if item["kind"] == "result":
        item["data"]["findings"][0]["detail"] = "示例市别的公司"


@pytest.mark.parametrize("change", [_other_detail, _gone, _twice])
def test_what_is_refused_leaves_the_copy_as_it_was_proved_last(
    filled: Office, site: Flask, target: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    """A hostile source may say what it likes: nothing of it is to be seen, and no proved record goes."""
    troubled = Troubled(site)
    with _served(troubled) as url:
        _pull(url, target)
        before = _copied(target)
        filled.put("results", {**RESULT_ROW, "code": "JC-0003"}, {**RESULT_ROW, "detail": "改正"})
        honest, troubled.trouble = troubled.trouble, _forged(change)
        with pytest.raises(Untrusted):
            _pull(url, target)

        assert _copied(target) == before
        assert CliRunner().invoke(main, ["verify", str(target)]).exit_code == 0
        assert "示例市别的公司".encode() not in raw_bytes(target)
        troubled.trouble = honest
        _pull(url, target)
    assert _copied(target) == _held(filled)


def test_a_source_refused_at_the_first_pull_is_not_the_copys_source(
    filled: Office, site: Flask, target: Path
) -> None:
    with _served(Troubled(site, _forged(_other_name))) as url, pytest.raises(Untrusted):
        _pull(url, target)
    assert _copied(target) == {}
    with _served(Troubled(site)) as other:
        _pull(other, target)
    assert _copied(target) == _held(filled)


def test_a_pull_broken_off_shows_nothing_and_is_gone_on_with(
    filled: Office, site: Flask, target: Path
) -> None:
    pages: list[str] = []

    def broken(path: str, reply: Reply) -> Reply:
        pages.extend([path] if path == "/api/v1/changes" else [])
        return ("503 Service Unavailable", [], b"") if len(pages) > 1 else reply

    troubled = Troubled(site, broken)
    with _served(troubled) as url:
        with pytest.raises(Unreachable):
            _pull(url, target)
        assert _copied(target) == {}
        troubled.trouble = lambda _, reply: reply
        done = _pull(url, target)

    assert done.applied == 0
    assert _copied(target) == _held(filled)


def test_another_key_than_the_pinned_one_is_refused(
    filled: Office, site: Flask, target: Path
) -> None:
    _cut(filled)
    stranger = Signer.new("mingcha.example/log").verifier.vkey
    with _served(Troubled(site)) as url:
        with pytest.raises(Untrusted):
            _pull(url, target, key=stranger)


def test_a_dump_that_is_not_what_its_manifest_says_is_not_loaded(
    filled: Office, site: Flask, target: Path
) -> None:
    dump = _cut(filled)
    assert dump is not None
    path = dump.folder / "records.ndjson.gz"
    path.write_bytes(raw_bytes(path)[:-9] + b"\0" * 9)
    with _served(Troubled(site)) as url:
        done = _pull(url, target)

    assert not done.from_dump
    assert _copied(target) == _held(filled)
    assert list(target.parent.glob("*.part")) == []


def test_a_new_epoch_makes_the_copy_start_over(filled: Office, site: Flask, target: Path) -> None:
    with _served(Troubled(site)) as url:
        _pull(url, target)
        copy = Copy(str(target))
        copy.remember(epoch="0" * 32, number="4711")
        copy.close()
        done = _pull(url, target)

    assert done.applied == len(_held(filled))
    assert _copied(target) == _held(filled)


def test_two_pulls_at_once_do_not_mix(filled: Office, site: Flask, target: Path) -> None:
    with _served(Troubled(site)) as url:
        _pull(url, target)
    copy = Copy(str(target))
    item = Item(state="deleted", kind="result", id="r_x", modified=99)

    with pytest.raises(Busy):
        copy.apply([item], after=1)

    copy.close()


def test_a_copy_belongs_to_one_source(filled: Office, site: Flask, target: Path) -> None:
    with _served(Troubled(site)) as url:
        _pull(url, target)
    with pytest.raises(MirrorError):
        with _served(Troubled(site)) as other:
            _pull(other, target)


@pytest.mark.parametrize(
    ("words", "status"),
    [(["pull", "ftp://x", "t.db"], 3), (["verify", "missing.db"], 2), (["pull", "x"], 2),
     (["pull", "http://127.0.0.1:9", "/no/such/folder/t.db"], 2)],
)  # fmt: skip
def test_exit_statuses_are_as_promised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], status: int
) -> None:
    monkeypatch.chdir(tmp_path)

    assert CliRunner().invoke(main, words).exit_code == status
    for number in "01234":
        assert f"  {number}  " in CliRunner().invoke(main, ["--help"]).output


def _rewritten(office: Office) -> None:
    """Write the last change's leaf anew with the office's own key, as if it had always been so; then publish on."""
    with Session(office.stores.register) as session, session.begin():
        session.execute(sa.text("DELETE FROM checkpoint"))
        serial = changes.serial(session)
        leaf = session.get_one(LeafRow, serial)
        row = session.get_one(ChangeRow, serial)
        body = session.scalars(sa.select(ResultRow.body).where(ResultRow.serial == serial)).one()
        salt, leaf.commitment = entries.seal(entries.canonical_of(body))
        leaf.salt = salt
        line = entries.entry(row.op, row.kind, row.at, leaf.commitment, leaf.supersedes)
        tile = session.get_one(TileRow, (0, 0))
        tile.hashes = tile.hashes[:-32] + leaf_hash(line)
    assert office.stores.log_key.head is not None
    office.stores.log_key.head.unlink()
    office.put("results", {**RESULT_ROW, "code": "JC-0003"})


def test_a_history_written_anew_under_the_same_key_is_refused_by_who_pulled_before(
    filled: Office, site: Flask, target: Path
) -> None:
    """Nothing in the register itself shows it: whoever holds key and `log.head` can do that."""
    with _served(Troubled(site)) as url:
        _pull(url, target)
        before = _copied(target)
        _rewritten(filled)
        with Session(filled.stores.register) as session:
            assert audit(session).faults == []
        for epoch in ("", "0" * 32):
            if epoch:
                with Session(filled.stores.register) as session, session.begin():
                    session.execute(sa.update(EpochRow).values(value=epoch))
            with pytest.raises(Untrusted, match="does not continue"):
                _pull(url, target)
            assert _copied(target) == before


@pytest.mark.parametrize(("lost", "is_refused"), [(0, True), (1, False)])
def test_a_stated_restoration_explains_what_it_lost_and_nothing_before(
    filled: Office, site: Flask, target: Path, lost: int, *, is_refused: bool
) -> None:
    """Else whoever holds the key restores to what nobody has seen, and writes all before it anew."""
    stores = filled.stores
    with _served(Troubled(site)) as url:
        size = _pull(url, target).serial
        before = _copied(target)
        _rewritten(filled)
        with Session(stores.register) as session, session.begin():
            serial = changes.serial(session)
        again = [Restoration(size - lost, None, NOW)]
        reinstate(stores.register, again, {}, now=NOW, keys=replace(stores.log_key, head=None))
        if is_refused:
            with pytest.raises(Untrusted, match="no restoration stated there"):
                _pull(url, target)
            assert _copied(target) == before
        else:
            assert _pull(url, target).serial == serial


def test_a_part_that_was_lost_before_and_is_brought_back_explains_what_stood_in_its_place(
    filled: Office, site: Flask, target: Path
) -> None:
    stores = filled.stores
    keys = replace(stores.log_key, head=None)
    with Session(stores.register) as session:
        note = log.newest(session)
        size = changes.serial(session)
    first = Restoration(size - 1, note, NOW)
    with _served(Troubled(site)) as url:
        reinstate(stores.register, [first], {}, now=NOW, keys=keys)
        _pull(url, target)
        _rewritten(filled)
        both = [first, Restoration(size, None, NOW)]
        reinstate(stores.register, both, {}, now=NOW, keys=keys)
        _pull(url, target)

    assert _copied(target) == _held(filled)


@pytest.mark.parametrize("lost", [0, 1])
def test_a_restoration_that_is_stated_otherwise_later_is_refused_by_who_pulled_before(
    filled: Office, site: Flask, target: Path, lost: int
) -> None:
    """One more is stated, so the line of the head is another one: what it said before has to be in it still."""
    stores = filled.stores
    keys = replace(stores.log_key, head=None)
    with Session(stores.register) as session:
        size = changes.serial(session)
    first = Restoration(size - 1, None, NOW)
    with _served(Troubled(site)) as url:
        reinstate(stores.register, [first], {}, now=NOW, keys=keys)
        _pull(url, target)
        before = _kept(target)
        again = Restoration(size - lost, None, NOW)
        other = replace(first, at=NOW - timedelta(days=100))
        reinstate(stores.register, [other, again], {}, now=NOW, keys=keys)
        with pytest.raises(Untrusted, match="two histories"):
            _pull(url, target)
        assert _kept(target) == before
        reinstate(stores.register, [first, again], {}, now=NOW, keys=keys)
        _pull(url, target)

    assert _copied(target) == _held(filled)


def test_another_head_over_the_same_entries_is_refused_by_who_pulled_before(
    filled: Office, site: Flask, target: Path
) -> None:
    """Which texts are gone is in no proof of the tree: one who saw the head before has to compare."""
    with _served(Troubled(site)) as url:
        _pull(url, target)
        copy = Copy(str(target))
        kept = copy.state()["head"]
        copy.close()
        signer = filled.stores.log_key.signer(may_make=False)
        head = Checkpoint.of(kept)
        other = signer.sign(replace(head, forgotten="ab" * 32).text)
        with Session(filled.stores.register) as session, session.begin():
            session.get_one(CheckpointRow, head.size).note = other
            #: So that no answer is served that was kept.
            session.execute(sa.update(EpochRow).values(value="0" * 32))
        with pytest.raises(Untrusted, match="two histories"):
            _pull(url, target)

    copy = Copy(str(target))
    assert copy.state()["head"] == kept
    copy.close()


def _nested(body: bytes) -> bytes:
    return re.sub(rb'"data": ?\{', b'"data":' + b"[" * 9_000 + b"]" * 9_000 + b',"was":{', body)


def _of_no_size(body: bytes) -> bytes:
    note = (
        "x\\n"
        + "1" * 5_000
        + "\\n"
        + "A" * 43
        + "=\\nmingcha/records/1 "
        + "0" * 64
        + "\\n\\n— x y"
    )
    return re.sub(rb'"handovers": ?\[\]', lambda _: f'"handovers":["{note}"]'.encode(), body)


@pytest.mark.parametrize(
    ("path", "change", "is_refused"),
    [
        ("/api/v1/changes", _nested, True),
        ("/api/v1/changes", lambda body: re.sub(rb'"modified": ?3\b', b'"modified":9223372036854775808', body), True),
        ("/api/v1/changes/checkpoint", _of_no_size, False),
        ("/data/datapackage.json", lambda _: b"{}", False),
        ("/data/datapackage.json.note", lambda _: b"\xff", False),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_read_is_refused_in_a_sentence(
    filled: Office, site: Flask, target: Path, path: str, change: Callable[[bytes], bytes], *,
    is_refused: bool,
) -> None:  # fmt: skip
    """Or is passed over, where something else says the same."""
    if path.startswith("/data"):
        _cut(filled)
    changed: list[bool] = []

    def trouble(asked: str, reply: Reply) -> Reply:
        if asked != path:
            return reply
        body = change(reply[2])
        changed.append(body != reply[2])
        return reply[0], [each for each in reply[1] if each[0] != "Content-Length"], body

    with _served(Troubled(site, trouble)) as url:
        if is_refused:
            with pytest.raises(Untrusted):
                _pull(url, target)
        else:
            _pull(url, target)
    assert any(changed)
    assert _copied(target) == ({} if is_refused else _held(filled))


def test_sums_that_were_lost_by_hand_are_made_anew(
    filled: Office, site: Flask, target: Path
) -> None:
    with _served(Troubled(site)) as url:
        _pull(url, target)
        with sqlite3.connect(target) as copy:
            copy.execute("DELETE FROM mirror_state WHERE name LIKE 'digest %'")
        copy.close()
        filled.put("results", {**RESULT_ROW, "detail": "改正"})
        _pull(url, target)

    assert _copied(target) == _held(filled)
    assert CliRunner().invoke(main, ["verify", str(target)]).exit_code == 0


@pytest.mark.parametrize(
    ("name", "value"), [("modified", 4), ("version", 7), ("published_on", "2025-01-01")]
)
@pytest.mark.parametrize("dumped", [False, True])
def test_what_stands_beside_a_record_is_signed_too(
    filled: Office, site: Flask, target: Path, name: str, value: object, *, dumped: bool
) -> None:
    """Number, version and day of publication are in no text, and so in no digest of texts."""
    if dumped:
        _cut(filled)

    def change(item: dict[str, Any]) -> None:
        if item["kind"] == "item":
            item[name] = value

    troubled = Troubled(site)
    with _served(troubled) as url:
        if dumped:
            _pull(url, target)
            with sqlite3.connect(target) as copy:
                statement = f"UPDATE mirror_record SET {name} = ? WHERE kind = 'item'"
                copy.execute(statement, (value,))
            copy.close()
            assert CliRunner().invoke(main, ["verify", str(target)]).exit_code == 1
        else:
            troubled.trouble = _forged(change)
            with pytest.raises(Untrusted):
                _pull(url, target)


def test_a_copy_that_an_earlier_release_made_is_summed_up_anew(
    filled: Office, site: Flask, target: Path
) -> None:
    """It knew nothing of what stands beside the records; where it is not what is signed, the copy begins anew."""
    with _served(Troubled(site)) as url:
        _pull(url, target)
        for change in ("", "UPDATE mirror_record SET version = 9 WHERE kind = 'item'"):
            with sqlite3.connect(target) as copy:
                copy.execute(
                    "UPDATE mirror_state SET value = substr(value, 1, instr(value, ' ') + 4096)"
                    " WHERE name LIKE 'digest %'"
                )
                copy.execute(change)
            copy.close()
            _pull(url, target)
            assert CliRunner().invoke(main, ["verify", str(target)]).exit_code == 0


def test_who_holds_the_key_elsewhere_finds_a_copy_signed_with_another(
    filled: Office, site: Flask, target: Path
) -> None:
    """Whoever can change the copy can change the key and the head that are kept in it."""
    with _served(Troubled(site)) as url:
        _pull(url, target)
    copy = Copy(str(target))
    ours, head = copy.state()["key"], copy.state()["head"]
    stranger = Signer.new("mingcha.example/log")
    copy.remember(key=stranger.verifier.vkey, head=stranger.sign(Checkpoint.of(head).text))
    copy.close()

    words = ["verify", str(target)]
    assert CliRunner().invoke(main, words).exit_code == 0
    assert CliRunner().invoke(main, [*words, "--key", ours]).exit_code == 1


def test_a_copy_that_lost_its_key_says_so_and_is_held_against_one_that_is_given(
    filled: Office, site: Flask, target: Path
) -> None:
    with _served(Troubled(site)) as url:
        _pull(url, target)
    key = _kept(target)["key"]
    with sqlite3.connect(target) as store:
        store.execute("DELETE FROM mirror_state WHERE name = 'key'")

    lost = CliRunner().invoke(main, ["verify", str(target)])
    given = CliRunner().invoke(main, ["verify", str(target), "--key", key])

    assert (lost.exit_code, given.exit_code) == (1, 0)
    assert "--key" in lost.output


def _kept(target: Path) -> dict[str, str]:
    copy = Copy(str(target))
    try:
        return dict(copy.state())
    finally:
        copy.close()


def _renew(office: Office) -> str:
    return renewing.renew(office.stores, TERMS, by="he", second="an", now=NOW)


def test_a_copy_goes_over_to_the_key_that_its_own_handed_over_to(
    filled: Office, site: Flask, target: Path
) -> None:
    """Twice, and with the key it was given at first; what it keeps is proved with any of them."""
    trouble = Troubled(site)
    with _served(trouble) as url:
        _cut(filled)
        _pull(url, target)
        first = _kept(target)["key"]
        _renew(filled)
        _pull(url, target)
        filled.put("results", {**RESULT_ROW, "code": "JC-0003"})
        newest = _renew(filled)
        filled.put("results", {**RESULT_ROW, "code": "JC-0004"})
        _pull(url, target, key=first)

    assert _kept(target)["key"] == newest != first
    assert _copied(target) == _held(filled)
    for key in ([], ["--key", first], ["--key", newest]):
        assert CliRunner().invoke(main, ["verify", str(target), *key]).exit_code == 0
    stranger = Signer.new("mingcha.example/log").verifier.vkey
    assert CliRunner().invoke(main, ["verify", str(target), "--key", stranger]).exit_code == 1


def test_a_copy_begun_afterwards_takes_the_dump_of_the_new_key(
    filled: Office, site: Flask, target: Path
) -> None:
    with _served(Troubled(site)) as url:
        _cut(filled)
        newest = _renew(filled)
        assert _pull(url, target).from_dump

    assert _kept(target)["key"] == newest


@pytest.mark.parametrize("way", ["missing", "below", "named", "other"])
def test_a_key_that_was_not_handed_over_to_is_refused(
    filled: Office, site: Flask, target: Path, way: str
) -> None:
    """Whoever stands between has keys of their own, not the one that the copy knows."""
    stranger = Signer.new("mingcha.example/log")

    def forge(path: str, reply: Reply) -> Reply:
        if path != "/api/v1/changes/checkpoint":
            return reply
        told = json.loads(reply[2])
        note, text = told["checkpoint"], Checkpoint.of(told["checkpoint"])
        named = replace(text, key=stranger.verifier.vkey).text
        told["vkeys"].append(stranger.verifier.vkey)
        told["checkpoint"] = stranger.sign(named)
        told["handovers"] = {
            "missing": [],
            "below": [stranger.cosign(note)],
            "named": [stranger.sign(named)],
            "other": told["handovers"],
        }[way]
        headers = [each for each in reply[1] if each[0] != "Content-Length"]
        return reply[0], headers, json.dumps(told).encode()

    trouble = Troubled(site)
    with _served(trouble) as url:
        _pull(url, target)
        if way == "other":
            _renew(filled)
        trouble.trouble = forge
        before = _kept(target)
        with pytest.raises(Untrusted):
            _pull(url, target)

    assert _kept(target) == before


def _of_the_old_key(old: Signer, *, named: str) -> Callable[[str, Reply], Reply]:
    """What who holds the old key makes of the newest checkpoint."""

    def forge(path: str, reply: Reply) -> Reply:
        if path != "/api/v1/changes/checkpoint":
            return reply
        told = json.loads(reply[2])
        told["checkpoint"] = old.sign(replace(Checkpoint.of(told["checkpoint"]), key=named).text)
        told["handovers"] = []
        headers = [each for each in reply[1] if each[0] != "Content-Length"]
        return reply[0], headers, json.dumps(told).encode()

    return forge


@pytest.mark.parametrize("way", ["naming the new one", "naming itself", "hidden before"])
def test_a_copy_that_saw_the_handing_over_takes_nothing_of_the_old_key_though_it_is_given(
    filled: Office, site: Flask, target: Path, way: str
) -> None:
    """Who pulls with the key once printed gives it for ever."""
    old = filled.stores.log_key.signer(may_make=False)
    trouble = Troubled(site)
    with _served(trouble) as url:
        _pull(url, target)
        new = _renew(filled)
        _pull(url, target, key=old.verifier.vkey)
        if way == "hidden before":
            trouble.trouble = _without_handovers
            _pull(url, target, key=old.verifier.vkey)
        filled.put("results", {**RESULT_ROW, "code": "JC-0003"})
        trouble.trouble = _of_the_old_key(
            old, named=old.verifier.vkey if way == "naming itself" else new
        )
        before = _kept(target)
        with pytest.raises(Untrusted):
            _pull(url, target, key=old.verifier.vkey)

    assert _kept(target) == before


def _through(old: Signer, stranger: Signer, *, at_last: bool) -> Callable[[str, Reply], Reply]:
    """What who holds the old key puts before the heads that handed over; `at_last`, a head of the stranger's too."""

    def forge(path: str, reply: Reply) -> Reply:
        if path != "/api/v1/changes/checkpoint":
            return reply
        told = json.loads(reply[2])
        text = replace(Checkpoint.of(told["checkpoint"]), key=stranger.verifier.vkey).text
        told["handovers"] = [stranger.cosign(old.sign(text)), *told["handovers"]]
        if at_last:
            told["checkpoint"] = stranger.sign(text)
        headers = [each for each in reply[1] if each[0] != "Content-Length"]
        return reply[0], headers, json.dumps(told).encode()

    return forge


def test_a_copy_keeps_no_handing_over_that_did_not_lead_to_the_key_it_trusts(
    filled: Office, site: Flask, target: Path
) -> None:
    """Its owner gives it the first key later on: it must not take the way that a thief of that one has laid."""
    old, stranger = filled.stores.log_key.signer(may_make=False), Signer.new("mingcha.example/log")
    _renew(filled)
    new = _renew(filled)
    trouble = Troubled(site, _through(old, stranger, at_last=False))
    with _served(trouble) as url:
        _pull(url, target)
        before = _kept(target)
        trouble.trouble = _through(old, stranger, at_last=True)
        with pytest.raises(Untrusted):
            _pull(url, target, key=old.verifier.vkey)

    assert (before["key"], len(json.loads(before["handovers"]))) == (new, 2)
    assert _kept(target) == before


@pytest.mark.parametrize("given", ["first", "middle"])
def test_a_copy_forgets_no_handing_over_for_what_somebody_between_puts_beside(
    filled: Office, site: Flask, target: Path, given: str
) -> None:
    """Anybody may sign below a head of the newest key: that leads to it from no key that the owner of the copy gives."""
    stranger = Signer.new("mingcha.example/log")
    keys = {"first": filled.stores.log_key.signer(may_make=False)}

    def beside(path: str, reply: Reply) -> Reply:
        if path != "/api/v1/changes/checkpoint":
            return reply
        told = json.loads(reply[2])
        text = replace(Checkpoint.of(told["checkpoint"]), key=stranger.verifier.vkey).text
        told["handovers"] += [stranger.sign(text), stranger.cosign(told["checkpoint"])]
        headers = [each for each in reply[1] if each[0] != "Content-Length"]
        return reply[0], headers, json.dumps(told).encode()

    trouble = Troubled(site)
    with _served(trouble) as url:
        _pull(url, target, key=keys["first"].verifier.vkey)
        _renew(filled)
        keys["middle"] = filled.stores.log_key.signer(may_make=False)
        _renew(filled)
        filled.put("results", {**RESULT_ROW, "code": "JC-0003"})
        _pull(url, target)
        trouble.trouble = beside
        _pull(url, target)
        old = keys[given]
        proved = CliRunner().invoke(main, ["verify", str(target), "--key", old.verifier.vkey])
        filled.put("results", {**RESULT_ROW, "code": "JC-0004"})
        trouble.trouble = _of_the_old_key(old, named=old.verifier.vkey)
        before = _kept(target)
        with pytest.raises(Untrusted):
            _pull(url, target, key=old.verifier.vkey)

    assert proved.exit_code == 0
    assert _kept(target) == before


def _without_handovers(path: str, reply: Reply) -> Reply:
    if path != "/api/v1/changes/checkpoint":
        return reply
    told = json.loads(reply[2]) | {"handovers": []}
    headers = [each for each in reply[1] if each[0] != "Content-Length"]
    return reply[0], headers, json.dumps(told).encode()


def test_a_head_that_names_another_key_than_its_own_is_refused(
    filled: Office, site: Flask, target: Path
) -> None:
    old = filled.stores.log_key.signer(may_make=False)
    stranger = Signer.new("mingcha.example/log").verifier.vkey
    with _served(Troubled(site, _of_the_old_key(old, named=stranger))) as url:
        with pytest.raises(Untrusted, match="names another key"):
            _pull(url, target)


def test_a_copy_begun_before_the_dump_is_signed_anew_reads_the_feed(
    filled: Office, site: Flask, target: Path
) -> None:
    _cut(filled)
    signing.hand_over(filled.stores.register, filled.stores.log_key)
    with _served(Troubled(site)) as url:
        assert not _pull(url, target).from_dump

    assert _copied(target) == _held(filled)


@pytest.mark.parametrize("number", [2**31, 2**60])
@pytest.mark.parametrize("times", [1, 99])
def test_a_feed_that_leads_beyond_what_is_signed_stops_no_later_pull(
    filled: Office, site: Flask, target: Path, number: int, times: int
) -> None:
    """No source answers what follows a number that programs cannot carry: the copy would never learn of anything again."""
    forged = {"state": "deleted", "kind": "item", "id": "i_x", "modified": number}
    done: list[str] = []

    def beyond(path: str, reply: Reply) -> Reply:
        if not path.endswith("/changes") or len(done) == times:
            return reply
        kept = [(name, value) for name, value in reply[1] if name != "Content-Length"]
        told = json.loads(reply[2]) if reply[0].startswith("200") else {"items": []}
        if told["items"]:
            done.append(path)
            told["items"].append(forged)
        return "200 OK", kept, json.dumps(told).encode()

    between = Troubled(site, beyond)
    with _served(between) as url:
        with suppress(MirrorError):
            _pull(url, target)
        assert len(done) > 0
        between.trouble = lambda _, reply: reply
        _pull(url, target)

    assert _copied(target) == _held(filled)
    assert int(_kept(target)["size"]) < number
