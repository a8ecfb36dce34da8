"""Outside judges over the running site: of the description, the change feed, the files and their lists."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest

from portal.internal.desk.stores import open_stores
from portal.kit import clock
from portal.public.commands.dumping import NOTHING_NEW
from portal.register.records import Kind
from portal.register.writer import open_pen
from tests import stage
from tests.journeys.processes import BIN, environment, free_port, running, wait_for
from tests.register.makers import a_public_agency, a_public_entity, a_public_result

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

_MODULES = Path(sys.prefix) / "node_modules"
ADDRESSES = (
    "/", "/results/", "/entities/", "/statistics/", "/docs/api", "/search?q=%E7%A4%BA",
    "/api/v1/", "/api/v1/results", "/api/v1/results.csv", "/api/v1/results.ndjson", "/api/v1/results.xlsx",
    "/api/v1/search?q=%E7%A4%BA", "/api/v1/changes", "/api/v1/openapi.json", "/api/v1/codes/",
    "/api/v1/statistics/outcomes", "/catalog.ttl", "/catalog.jsonld", "/data/", "/data/results.csv",
    "/data/results.ndjson.gz", "/data/datapackage.json", "/sitemap.xml", "/data/resourcelist.xml",
    "/data/changelist.xml", "/all.atom", "/results.rss", "/all.feed.json", "/feeds.opml",
)  # fmt: skip


@dataclass(frozen=True)
class Site:
    """A site that is being served: where, and over which stores."""

    url: str
    data: Path


@pytest.fixture(scope="module")
def site(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = stage.copy(demo, tmp_path_factory.mktemp("judged") / "data")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = environment(data, PORT=str(port), PORTAL_SITE_URL=url)
    made = subprocess.run([str(BIN / "portal-site"), "dump"], env=env, check=False, timeout=120)
    assert made.returncode in {0, NOTHING_NEW}
    with running([str(BIN / "portal-site"), "serve"], env):
        wait_for(f"{url}/healthz")
        yield Site(url, data)
    stage.clear(data)


def _asked(argv: list[str], cwd: Path, **env: str) -> tuple[int, str]:
    """Run a judge to its end, and return its verdict in number and words."""
    done = subprocess.run(
        argv, cwd=cwd, env=environment(cwd, HOME=str(cwd)) | env, check=False,
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_the_description_breaks_no_rule_of_openapi_style(site: Site, tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text('extends: ["spectral:oas"]\n')
    with urlopen(f"{site.url}/api/v1/openapi.json", timeout=60) as answer:
        (tmp_path / "openapi.json").write_bytes(answer.read())

    judge = str(_MODULES / ".bin" / "spectral")
    argv = [judge, "lint", "-q", "-F", "error", "-D", "-r", "rules.yml", "openapi.json"]
    assert _asked(argv, tmp_path) == (0, "")


def test_the_change_feed_is_well_formed_while_things_are_published_and_withdrawn(
    site: Site, tmp_path: Path
) -> None:
    stores, over = open_stores(*stage.urls(site.data)), threading.Event()
    start = clock.utc_now()

    def publish() -> None:
        for number in range(1, 2000):
            if over.wait(0.02):
                return
            with open_pen(stores.register, now=start + timedelta(seconds=number)) as pen:
                pen.append(a_public_agency())
                pen.append(a_public_entity())
                pen.append(a_public_result(id=f"r_{number}"))
                pen.withdraw(Kind.RESULT, [f"r_{number - 2}"])
                #: As the airlock does: nobody writes on where texts are gone that no head speaks of.
                pen.sign(stores.log_key)

    judge = [
        "node",
        str(Path(__file__).with_name("judge_changes.js")),
        f"{site.url}/api/v1/changes",
    ]
    busy = threading.Thread(target=publish)
    busy.start()
    try:
        code, told = _asked(judge, tmp_path, NODE_PATH=str(_MODULES))
    finally:
        over.set()
        busy.join()
        for engine in (stores.internal, stores.register, stores.letterbox):
            engine.dispose()
    quiet = _asked(judge, tmp_path, NODE_PATH=str(_MODULES))

    #: Who reads while a record changes meets it again at its new place: the format wants it so.
    faults = {line.split(":")[0] for line in told.splitlines()[:-1]}
    assert (code, faults - {"no_duplicate_items"}) == (0, set())
    assert quiet == (0, "walked 0\n")


def test_every_table_is_what_its_metadata_say(site: Site, tmp_path: Path) -> None:
    with urlopen(f"{site.url}/api/v1/", timeout=60) as answer:
        words = [each["dataset"] for each in json.load(answer)["data"]["datasets"]]

    found = {
        word: _asked(
            [str(BIN / "csvwvalidate"), f"{site.url}/data/{word}.csv-metadata.json"], tmp_path
        )
        for word in words
    }

    assert len(words) >= 12
    assert {word: told for word, (code, told) in found.items() if code or "OK" not in told} == {}


def test_resourcesync_copies_the_files_and_finds_them_in_sync(site: Site, tmp_path: Path) -> None:
    asked = [
        "--noauth", "--sitemap", f"{site.url}/data/resourcelist.xml",
        "--capabilitylist", f"{site.url}/data/capabilitylist.xml", f"{site.url}/data={tmp_path / 'copy'}",
    ]  # fmt: skip
    judge = str(BIN / "resync-sync")

    told = [
        _asked([judge, *verb, *asked], tmp_path)[1]
        for verb in (["--baseline"], ["--audit", "--hash", "sha-256"], ["--incremental"], ["--audit"])
    ]  # fmt: skip

    assert [line.split("(")[0].strip() for line in "".join(told).splitlines() if "Status" in line] == [
        "Status:     NOT IN SYNC", "Status:          SYNCED", "Status:         IN SYNC",
        "Status: CHANGES APPLIED", "Status:      NO CHANGES", "Status:         IN SYNC",
    ], "".join(told)  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_curl_is_told_that_nothing_changed(site: Site, tmp_path: Path, address: str) -> None:
    ask = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}"]

    first = _asked([*ask, "--etag-save", "tag", site.url + address], tmp_path)
    again = _asked([*ask, "--etag-compare", "tag", site.url + address], tmp_path)

    assert (first, again) == ((0, "200"), (0, "304"))
