"""A real nginx in front, with the configuration that `portal-site config nginx` prints."""

import gzip
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from portal.public.app import create_app
from tests.browser.sights import sights
from tests.conftest import Office
from tests.journeys.front import Front, served
from tests.journeys.processes import BIN, children_of, environment
from tests.journeys.processes import office as run_office
from tests.makers import RESULT_ROW
from tests.public.test_weight import MOST_AT_FIRST, MOST_PAGE, fetched
from tests.stage import urls

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

_PACKED = {"Accept-Encoding": "gzip"}


@pytest.fixture(scope="module")
def front(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """The demonstration behind nginx, for whoever only looks."""
    with served(demo, tmp_path_factory.mktemp("nginx")) as found:
        yield found


def test_pages_pass_static_files_are_kept_and_watching_is_for_this_machine(front: Front) -> None:
    status, headers, body = front.ask("/")
    style = body.split(b'href="/static/')[1].split(b'"')[0].decode()
    styled, style_headers, _ = front.ask(f"/static/{style}")

    assert (status, headers["cache-control"]) == (200, "no-cache")
    assert "server" not in headers or headers["server"] == "nginx"
    assert (styled, style_headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    assert front.ask("/metrics")[0] == 404
    assert front.ask("/readyz")[2].startswith(b"ok serial=")


@pytest.fixture(scope="module")
def kinds_of_pages(demo: Path) -> dict[str, str]:
    """The address of one page of every kind."""
    return sights(create_app(urls(demo)[0]).test_client())


def test_a_first_visit_weighs_little_on_the_wire(
    front: Front, kinds_of_pages: dict[str, str]
) -> None:
    """Pages and what a browser fetches for them, as nginx sends them to whoever takes gzip."""
    heavy, plain = [], set[str]()
    for name, page in kinds_of_pages.items():
        _, headers, body = front.ask(page, _PACKED)
        if headers.get("content-encoding") == "gzip":
            html = gzip.decompress(body)
        else:
            html = body
            plain.add(name)
        files = [front.ask(each, _PACKED)[2] for each in fetched(html.decode())]
        whole = len(body) + sum(map(len, files))
        if len(body) > MOST_PAGE or whole > MOST_AT_FIRST:
            heavy.append((name, len(body), whole))

    #: nginx packs no refusal.
    assert (heavy, plain) == ([], {"refused"})


def test_who_holds_a_packed_page_is_told_that_it_is_unchanged(front: Front) -> None:
    tag = front.ask("/agencies/", _PACKED)[1]["etag"]
    status, headers, body = front.ask("/agencies/", _PACKED | {"If-None-Match": tag})

    assert tag.startswith('W/"')
    assert (status, body) == (304, b"")
    assert headers["etag"] == tag.removeprefix("W/")


def test_a_withdrawn_record_is_gone_from_the_cache_within_two_seconds(
    office: Office, data: Path, tmp_path: Path
) -> None:
    office.put("results", RESULT_ROW)
    (tmp_path / "nginx").mkdir()
    with served(data, tmp_path / "nginx") as front:
        public_id = _only_result(front)
        for _ in range(3):
            assert front.ask(f"/results/{public_id}")[0] == 200

        run_office(data, "withdraw", "results", public_id, "--by", "he", "--second", "an")
        time.sleep(2)

        assert front.ask(f"/results/{public_id}")[0] == 410
        assert public_id.encode() not in front.ask("/results/")[2]


def test_a_withdrawn_record_leaves_the_cache_s_files_too(
    office: Office, data: Path, tmp_path: Path
) -> None:
    """The page stayed on the disk for as long as anybody went on asking for it."""
    told, folder = "金牌烤鸭只此一家", tmp_path / "nginx"
    office.put("results", {**RESULT_ROW, "detail": told})
    folder.mkdir()
    with served(data, folder) as front:
        public_id = _only_result(front)
        for each in (f"/results/{public_id}", f"/results/{public_id}?lang=en"):
            assert told.encode() in front.ask(each)[2]
        assert _kept(folder, told) == 2

        run_office(data, "withdraw", "results", public_id, "--by", "he", "--second", "an")
        until = time.monotonic() + 40
        while _kept(folder, told) and time.monotonic() < until:
            time.sleep(1)
            assert front.ask(f"/results/{public_id}")[0] in (200, 410)

        assert _kept(folder, told) == 0


def _kept(folder: Path, told: str) -> int:
    """Return how many files of the cache hold a text; nginx may be removing some meanwhile."""
    count = 0
    for path in (folder / "cache").rglob("*"):
        with suppress(FileNotFoundError, IsADirectoryError):
            count += told.encode() in path.read_bytes()
    return count


def test_nginx_writes_down_neither_who_asks_nor_for_what(
    demo: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not where it refuses somebody, nor where the site is away: both are faults that it would tell of."""
    with served(demo, tmp_path, rate=1) as front:
        statuses = {front.ask("/search?q=FULLNAME")[0] for _ in range(120)}
        front.site.terminate()
        front.site.wait(20)
        time.sleep(2)
        statuses.add(front.ask("/search?q=FULLNAME")[0])

    assert {200, 429, 502} <= statuses
    assert "FULLNAME" not in capfd.readouterr().err
    assert all(b"FULLNAME" not in each.read_bytes() for each in tmp_path.rglob("*.log"))


def test_nor_does_it_where_it_leads_to_the_secure_address(demo: Path) -> None:
    made = subprocess.run(
        [BIN / "portal-site", "config", "nginx", "--certificate", "c.pem", "--key", "k.pem"],
        env=environment(demo, PORTAL_SITE_URL="https://mingcha.example"),
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip

    servers = made.split("\nserver {")[1:]
    assert len(servers) == 2
    assert all("access_log off;" in each and "error_log stderr crit;" in each for each in servers)


def test_a_page_is_asked_for_once_a_second_however_many_come(front: Front) -> None:
    states = [front.ask("/agencies/")[1].get("x-cache") for _ in range(20)]

    assert states.count("HIT") >= 15


@pytest.mark.parametrize(
    "path",
    [
        "/search?q=abc", "/search/suggest?kind=&q=abc", "/entities/?identifier=abc",
        "/search?%71=abc", "/entities/?lang=en&%69dentifier=abc",
    ],
)  # fmt: skip
def test_nobody_is_told_that_another_typed_the_same(front: Front, path: str) -> None:
    states = [front.ask(path)[1].get("x-cache", "BYPASS") for _ in range(3)]

    assert states == ["BYPASS"] * 3


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/api/v1/results.csv", {}),
        ("/api/v1/results", {"Accept": "text/csv"}),
        ("/data/results.csv.gz", {}),
    ],
)
def test_whole_sets_wait_for_their_own_process_alone_and_pages_for_none(
    front: Front, path: str, headers: dict[str, str]
) -> None:
    """A process that stands still holds whoever it serves: only downloads may find themselves held."""
    before = front.ask(path, headers)[0]
    for each in children_of(front.downloads.pid):
        os.kill(each, signal.SIGSTOP)
    try:
        with pytest.raises(TimeoutError):
            front.ask(path, headers)
        pages = [front.ask(page)[0] for page in ("/results/", "/api/v1/results", "/data/")]
    finally:
        for each in children_of(front.downloads.pid):
            os.kill(each, signal.SIGCONT)

    assert (pages, front.ask(path, headers)[0]) == ([200, 200, 200], before)


def test_without_the_process_for_downloads_the_site_gives_them(demo: Path, tmp_path: Path) -> None:
    with served(demo, tmp_path) as front:
        front.downloads.terminate()
        front.downloads.wait(20)
        statuses = [front.ask(each)[0] for each in ("/api/v1/results.csv", "/data/none.csv.gz")]

    assert statuses == [200, 404]


def test_who_takes_too_much_at_once_is_told_in_the_shape_of_every_error(front: Front) -> None:
    """Four whole sets for one reader at a time; the fifth is refused by nginx itself."""
    for each in children_of(front.downloads.pid):
        os.kill(each, signal.SIGSTOP)
    try:
        with ExitStack() as held:
            for _ in range(4):
                one = held.enter_context(socket.create_connection(("127.0.0.1", front.port)))
                one.sendall(b"GET /api/v1/results.csv HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            time.sleep(0.5)
            status, headers, body = front.ask("/api/v1/results.csv")
    finally:
        for each in children_of(front.downloads.pid):
            os.kill(each, signal.SIGCONT)

    told = json.loads(body)
    assert (status, headers["retry-after"]) == (429, "10")
    assert headers["content-type"] == "application/problem+json"
    assert (told["status"], told["type"].rpartition("#")[2]) == (429, "too-many-requests")


@pytest.mark.parametrize(
    "header",
    [
        "Host",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Prefix",
        "X-Original-URL",
        "Forwarded",
    ],
)
def test_what_a_reader_calls_us_changes_no_page_for_others(front: Front, header: str) -> None:
    clean = front.ask("/agencies/?lang=en")[2]
    time.sleep(1.2)

    poisoned = front.ask("/agencies/?lang=en", {header: "host=evil.example;/evil"})
    after = front.ask("/agencies/?lang=en")[2]

    assert b"evil" not in poisoned[2] or poisoned[0] == 400
    assert after == clean


@pytest.mark.parametrize(
    ("spelt", "meant"),
    [
        ("/x/../agencies/", "/agencies/"),
        ("/documents/%3Fyear=2024", "/documents/?year=2024"),
    ],
)
def test_another_spelling_that_has_no_page_takes_the_place_of_none(
    front: Front, spelt: str, meant: str
) -> None:
    refused = front.ask(spelt)[0]

    assert (refused, front.ask(meant)[0]) == (404, 200)


def test_the_longest_question_is_answered_and_a_longer_one_is_told_why_not(front: Front) -> None:
    """What tells kept answers apart lies beside them: it has to fit, or nginx takes the site for broken."""
    words = {"Accept-Encoding": "identity", "Accept-Language": "zh-CN,zh;q=0.9"}
    taken = "*/*," + "a/b," * 480

    longest = front.ask("/search?q=" + "a" * 4000, {"Accept": taken, **words})
    led = front.ask("/plans.csv?year=" + "a" * 4000, {"Accept": taken, **words})
    longer = front.ask("/search?q=a", {"Accept": taken + "a/b," * 30, **words})

    told = json.loads(longer[2])
    assert (longest[0], led[0], longer[0]) == (200, 302, 400)
    assert (told["status"], told["type"].rpartition("#")[2]) == (400, "bad-request")


def test_three_hundred_slow_readers_keep_nobody_waiting(front: Front) -> None:
    slow = [socket.create_connection(("127.0.0.1", front.port)) for _ in range(300)]
    try:
        for each in slow:
            each.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        statuses = [front.ask("/")[0] for _ in range(20)]
    finally:
        for each in slow:
            each.close()

    assert statuses == [200] * 20


@pytest.mark.parametrize(
    "raw",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n X: folded\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET " + b"/a" * 20_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: " + b"y" * 40_000 + b"\r\n\r\n",
        b"FETCH / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    ],
)  # fmt: skip
def test_a_malformed_request_is_answered_shortly_and_harms_nobody(front: Front, raw: bytes) -> None:
    with socket.create_connection(("127.0.0.1", front.port), timeout=10) as probe:
        probe.sendall(raw)
        probe.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: probe.recv(65_536), b""))

    assert b" 500 " not in answer.split(b"\r\n")[0]
    assert b"Traceback" not in answer
    assert b"root:x:" not in answer
    assert front.ask("/healthz")[0] == 200


def _only_result(front: Front) -> str:
    page = front.ask("/results/")[2].decode()
    return page.split('href="/results/r_')[1].split('"')[0].join(("r_", ""))
