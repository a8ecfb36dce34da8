"""The office under gunicorn as a stranger meets it: guessing, forging, planting, and a revoked session."""

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from portal.domain.workflow import Role
from portal.internal.desk import people
from portal.internal.desk.stores import open_stores
from portal.internal.desk.throttle import FREE_PER_ACCOUNT
from tests import stage
from tests.journeys.processes import BIN, environment, free_port, office, running, wait_for
from tests.stage import urls

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

PASSWORD = "correct horse battery"
_ALWAYS = {
    "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy",
    "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
}  # fmt: skip


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Answer with the redirect itself."""


@dataclass
class Browser:
    """Cookies and the pages they open."""

    office: str
    jar: CookieJar = field(default_factory=CookieJar)

    def open(
        self, path: str, form: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, str, HTTPMessage]:
        """Fetch a page, or send a form; every answer is looked at for its headers."""
        opener = urllib.request.build_opener(_Stay, urllib.request.HTTPCookieProcessor(self.jar))
        body = urllib.parse.urlencode(form).encode() if form is not None else None
        asked = urllib.request.Request(self.office + path, body, headers)
        try:
            with opener.open(asked, timeout=60) as answer:
                found = answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            with error:
                found = error.code, error.read().decode(), error.headers
        status, text, told = found
        assert _ALWAYS - set(told.keys()) == set()
        assert told["Cache-Control"] == "no-store"
        return status, text, told

    def send(self, page: str, target: str, **form: str) -> tuple[int, str, HTTPMessage]:
        """Send a form with the token that `page` gives."""
        token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', self.open(page)[1])[0]
        return self.open(target, {"csrf_token": token, **form})

    def sign_in(self, name: str, password: str = PASSWORD) -> int:
        return self.send("/sign-in", "/sign-in", name=name, password=password)[0]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """An office with its people, and its address."""
    data = tmp_path_factory.mktemp("doors")
    stage.lay(data)
    office(data, "migrate")
    settings, internal = urls(data)
    stores = open_stores(settings, internal)
    for name, role in (
        ("lin", Role.CLERK),
        ("wu", Role.REVIEWER),
        ("an", Role.ADMIN),
        ("zhao", Role.CLERK),
    ):
        people.add(
            stores.internal, name=name, display=name, agency="*", roles=(role,), password=PASSWORD
        )
    for engine in (stores.internal, stores.register, stores.letterbox):
        engine.dispose()
    port = free_port()
    argv = [str(BIN / "portal-office"), "serve"]
    with running(argv, environment(data, OFFICE_PORT=str(port))):
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}", data


def test_forged_and_planted_forms_and_cookies_open_nothing(served: tuple[str, Path]) -> None:
    address, _ = served
    victim, attacker = Browser(address), Browser(address)
    victim.open("/sign-in")
    attacker.jar = CookieJar()
    for each in victim.jar:
        attacker.jar.set_cookie(each)
    assert victim.sign_in("lin") == 302

    forged = victim.open("/sign-out", {})[0]
    other_token = re.findall(r'value="([^"]+)"', Browser(address).open("/sign-in")[1])[0]
    with_another = victim.open("/sign-out", {"csrf_token": other_token})[0]

    assert (forged, with_another) == (400, 400)
    assert victim.open("/batches/")[0] == 200
    assert attacker.open("/batches/")[0] == 302


def test_a_guesser_waits_in_every_worker_and_the_owner_does_not(served: tuple[str, Path]) -> None:
    address, _ = served
    owner, guesser = Browser(address), Browser(address)
    assert owner.sign_in("zhao") == 302

    statuses = [guesser.sign_in("zhao", "wrong") for _ in range(FREE_PER_ACCOUNT + 6)]
    owner.send("/batches/", "/sign-out")

    assert statuses[:FREE_PER_ACCOUNT] == [401] * FREE_PER_ACCOUNT
    assert 429 in statuses
    assert owner.sign_in("zhao") == 302


def test_closing_an_account_on_the_command_line_ends_its_session(
    served: tuple[str, Path],
) -> None:
    address, data = served
    browser = Browser(address)
    assert browser.sign_in("lin") == 302

    office(data, "people", "disable", "lin", "--by", "an")
    after = browser.open("/batches/")[0]
    office(data, "people", "enable", "lin", "--by", "an")

    assert after == 302
    assert browser.sign_in("lin") == 302


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing", 404), ("/batches/999", 404), ("/ledger/", 403)]
)
def test_errors_carry_the_headers_too(served: tuple[str, Path], path: str, status: int) -> None:
    browser = Browser(served[0])
    assert browser.sign_in("wu") == 302

    assert browser.open(path)[0] == status
    assert browser.open(path, Host="evil.example")[0] == 400


def test_the_ledger_verifies_on_the_command_line_and_a_witness_is_kept(
    served: tuple[str, Path], tmp_path: Path
) -> None:
    witness = tmp_path / "witness"

    first = office(served[1], "verify-ledger", "--witness", str(witness))
    witness.write_text(f"1 {'ab' * 32}\n")
    second = office(served[1], "verify-ledger", "--witness", str(witness), check=False)

    assert "逐条相符" in first.stdout
    assert (second.returncode, second.stdout) == (1, "")
    assert "第 1 条与留存的见证不符：台账被重写" in second.stderr
