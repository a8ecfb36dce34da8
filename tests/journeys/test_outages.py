"""What stands around the portal gives way: a store that cannot be written, a database, an index, a server that is loaded anew."""

import contextlib
import http.client
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal.kit import migrate
from portal.public.app import create_app
from tests import postgres
from tests.conftest import Office
from tests.journeys.processes import BIN, environment, free_port, get, running, wait_for
from tests.journeys.test_disk import approved, serial
from tests.makers import RESULT_ROW
from tests.stage import urls

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]


# -- others at work -------------------------------------------------------------------------------


def test_two_publishers_at_once_wait_for_each_other(office: Office, data: Path) -> None:
    office.put("results", RESULT_ROW)
    first, second = approved(office, 0, 150), approved(office, 200, 150)
    before = serial(office)

    together = [
        subprocess.Popen(
            [BIN / "portal-office", "release", str(batch), "--by", by, "--json"],
            env=environment(data), stdout=subprocess.PIPE, text=True,
        )
        for batch, by in ((first, "he"), (second, "he"), (first, "an"), (second, "an"))
    ]  # fmt: skip
    told = [each.communicate(timeout=120)[0] for each in together]

    assert [each.returncode for each in together] == [0, 0, 0, 0]
    assert sum('"published": 150' in each for each in told) == 2
    assert serial(office) == before + 300


def test_without_its_index_the_site_finds_by_name_and_the_index_is_built_again(
    office: Office, data: Path
) -> None:
    office.put("results", RESULT_ROW)
    build = [str(BIN / "portal-site"), "index"]
    subprocess.run(build, env=environment(data), check=True, capture_output=True)
    client = create_app(urls(data)[0]).test_client()
    query = {"q": RESULT_ROW["entity_name"]}
    whole = client.get("/search", query_string=query)

    shutil.rmtree(data / "search")
    without = client.get("/search", query_string=query)
    subprocess.run(build, env=environment(data), check=True, capture_output=True)
    again = client.get("/search", query_string=query)

    assert [each.status_code for each in (whole, without, again)] == [200, 200, 200]
    assert str(RESULT_ROW["entity_name"]) in without.get_data(as_text=True)
    assert again.get_data() == whole.get_data()


# -- servers --------------------------------------------------------------------------------------


@contextmanager
def _asked(port: int, path: str) -> Iterator[Counter[object]]:
    """Ask for a page without a pause, from four sides, and count what comes of it."""
    found: Counter[object] = Counter()
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            try:
                found[_once(port, path)] += 1
            except OSError as error:
                found[type(error).__name__] += 1

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for each in threads:
        each.start()
    try:
        yield found
    finally:
        done.set()
        for each in threads:
            each.join()


def _once(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status


def _until(met: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_loaded_anew_under_load_the_site_fails_no_request(office: Office, data: Path) -> None:
    office.put("results", RESULT_ROW)
    port = free_port()
    with running([str(BIN / "portal-site"), "serve"], environment(data, PORT=str(port))) as server:
        wait_for(f"http://127.0.0.1:{port}/readyz")
        with _asked(port, "/results/") as found:
            for _ in range(3):
                before = found.total()
                server.send_signal(signal.SIGHUP)
                _until(lambda: found.total() > before + 60)  # noqa: B023 - asked within the loop

    assert dict(found) == {200: found.total()}


@pytest.fixture
def server(tmp_path: Path) -> Iterator["Database"]:
    """A PostgreSQL of one's own, with a register at the newest schema."""
    programs = postgres.programs()
    assert programs, "PostgreSQL is missing: make test installs it"
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as name:
        database = Database(programs, Path(name))
        database.start()
        try:
            migrate.upgrade("register", database.url)
            yield database
        finally:
            database.stop()


class Database:
    """A PostgreSQL that can be stopped and started."""

    def __init__(self, programs: Path, folder: Path) -> None:
        """Make an empty one."""
        self._programs, self._folder = programs, folder
        self.url = postgres.address(folder)
        postgres.make(programs, folder)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = postgres.start(self._programs, self._folder)
        postgres.wait(self._programs, self._folder, self._process)

    def stop(self) -> None:
        """Stop it; whoever is connected is cut off."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait()


def test_while_its_database_is_started_anew_the_site_says_so_and_then_goes_on(
    server: "Database", tmp_path: Path
) -> None:
    port = free_port()
    env = environment(tmp_path / "none", PORT=str(port), PORTAL_REGISTER_URL=server.url)
    with running([str(BIN / "portal-site"), "serve"], env):
        wait_for(f"http://127.0.0.1:{port}/readyz")
        with _asked(port, "/results/") as found:
            for _ in range(3):
                before = found[200]
                _until(lambda: found[200] > before + 20)  # noqa: B023 - asked within the loop
                server.stop()
                refused = found[503]
                _until(lambda: found[503] > refused + 5)  # noqa: B023 - asked within the loop
                alive, ready = (
                    get(f"http://127.0.0.1:{port}/healthz"),
                    get(f"http://127.0.0.1:{port}/readyz"),
                )
                page = get(f"http://127.0.0.1:{port}/results/?lang=en")
                told = get(f"http://127.0.0.1:{port}/api/v1/results")
                server.start()
            before = found[200]
            _until(lambda: found[200] > before + 20)

    assert set(found) == {200, 503}
    assert (alive, ready) == ((200, "ok\n"), (503, "register unavailable\n"))
    assert (page[0], "cannot be read for the moment" in page[1]) == (503, True)
    assert (told[0], "/docs/errors#unavailable" in told[1]) == (503, True)
