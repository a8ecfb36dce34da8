"""Three mirrors follow a site that publishes, corrects, withdraws and is restored, and are killed meanwhile.

The oracle: whenever a pull has come to its end, no byte of what was withdrawn before it began is left
in the copy; and when all is quiet, every copy equals the register.
"""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit.db import engine_for
from portal.register.canonical import canonical_of
from portal.register.layout import LAYOUTS
from portal.register.records import Kind
from tests import stage
from tests.journeys.processes import BIN, environment, free_port, get, office, running, wait_for
from tests.makers import AGENCY, AGENCY_ROW, ITEM_ROW, RESULT_ROW, Row, a_workbook
from tests.raw import raw_bytes
from tests.stage import urls

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

_MIRROR = [sys.executable, "-c", "from portal.mirror.cli import main; main()"]
_ROUNDS = 6
_MARK = re.compile("样品[0-9]+号".encode())
_PEOPLE = (("lin", "clerk"), ("wu", "reviewer"), ("he", "publisher"), ("an", "publisher"))


@dataclass
class World:
    """An office with its site, and what has ever been said in public."""

    data: Path
    folder: Path
    port: int
    random: random.Random
    said: int = 0
    #: Records by their number: the mark their text carries now.
    live: dict[int, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def publish(self, kind: str, *rows: Row) -> None:
        """Import, review and release: three commands."""
        path = a_workbook(self.folder / f"{kind}.xlsx", kind, list(rows))
        words = ("import", kind, str(path), "--agency", AGENCY, "--by", "lin", "--yes", "--json")
        told = office(self.data, *words).stdout
        batch = told.split('"batch": ')[1].split(",")[0]
        office(self.data, "review", batch, "--by", "wu", "--approve")
        office(self.data, "release", batch, "--by", "he")

    def put(self, numbers: list[int]) -> None:
        """Publish results, or correct those that are there; each time with new words."""
        rows = []
        for number in numbers:
            self.said += 1
            self.live[number] = f"样品{self.said:05}号"
            rows.append(
                {
                    **RESULT_ROW,
                    "code": f"JC-{number:04}",
                    "outcomes": "责令改正",
                    "due_on": "2025-06-20",
                    "detail": f"抽查{self.live[number]}标签不全" * 5,
                }
            )
        self.publish("results", *rows)

    def withdraw(self, number: int) -> None:
        """Withdraw one result."""
        mark = self.live.pop(number)
        found = [each for each, (_, body) in held(self.data).items() if mark in body]
        assert len(found) == 1
        office(self.data, "withdraw", "results", found[0][1], "--by", "he", "--second", "an")

    def gone(self) -> set[bytes]:
        """Return every mark that is public no more."""
        ever = {f"样品{number:05}号" for number in range(1, self.said + 1)}
        return {mark.encode() for mark in ever - set(self.live.values())}


def held(data: Path) -> dict[tuple[str, str], tuple[int, str]]:
    """Return what the register holds: serial and canonical body, by kind and id."""
    engine = engine_for(urls(data)[0].register_url)
    with Session(engine) as session:
        found = {
            (kind.value, row.public_id): (row.serial, canonical_of(row.body).decode())
            for kind in Kind
            for row in session.scalars(sa.select(LAYOUTS[kind].table))
        }
    engine.dispose()
    return found


def copied(target: Path) -> dict[tuple[str, str], tuple[int, str]]:
    """Return what a copy holds."""
    engine = engine_for(f"sqlite:///{target}")
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT kind, id, modified, body FROM mirror_record"))
        found = {(row[0], row[1]): (row[2], row[3]) for row in rows}
    engine.dispose()
    return found


class Mirror(threading.Thread):
    """Pulls again and again; every other pull is killed at a random moment."""

    def __init__(self, world: World, name: str, withdrawn: set[bytes]) -> None:
        super().__init__()
        self.target = world.folder / f"{name}.db"
        self.enough = threading.Event()
        self.kills = self.ends = 0
        self.faults: list[str] = []
        self._world = world
        self._withdrawn = withdrawn
        self._random = random.Random(name)

    def run(self) -> None:
        while not self.enough.is_set():
            self.pull(kill=self._random.random() < 0.5)
            self.enough.wait(1)

    def pull(self, *, kill: bool = False) -> int:
        """Run one pull, or the beginning of one; look for withdrawn bytes when it ends by itself."""
        before = set(self._withdrawn)
        process = subprocess.Popen(
            [*_MIRROR, "pull", self._world.url, str(self.target), "--attempts", "4"],
            env=environment(self._world.folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        if kill:
            time.sleep(self._random.uniform(0.2, 2.5))
            os.kill(process.pid, signal.SIGKILL)
        told = process.communicate()[0].decode()
        if process.returncode == -signal.SIGKILL:
            self.kills += 1
        elif process.returncode not in (0, 3):
            self.faults.append(told)
        elif process.returncode == 0:
            self.ends += 1
            left = set(_MARK.findall(self.bytes())) & before
            self.faults += [f"{mark.decode()} is still there" for mark in sorted(left)]
        return process.returncode

    def bytes(self) -> bytes:
        """Return every byte that belongs to the copy."""
        files = sorted(self.target.parent.glob(f"{self.target.name}*"))
        return b"".join(raw_bytes(path) for path in files)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    data = tmp_path / "data"
    stage.lay(data)
    made = World(data, tmp_path, free_port(), random.Random(20_250_602))
    office(data, "migrate")
    for name, role in _PEOPLE:
        office(data, "add-person", name, "--display", name, "--agency", "*", "--role", role)
    made.publish("agencies", AGENCY_ROW)
    made.publish("items", ITEM_ROW)
    made.put([1, 2, 3, 4])
    yield made
    stage.clear(data)


@contextmanager
def _serving(world: World) -> Iterator[None]:
    env = environment(world.data, PORT=str(world.port), PORTAL_SITE_URL=world.url)
    with running([str(BIN / "portal-site"), "serve"], env):
        wait_for(f"{world.url}/healthz")
        yield


def _dump(world: World) -> int:
    return subprocess.run(
        [str(BIN / "portal-site"), "dump"], env=environment(world.data, PORTAL_SITE_URL=world.url),
        check=False, capture_output=True, timeout=120,
    ).returncode  # fmt: skip


def _random_act(world: World, withdrawn: set[bytes]) -> None:
    """Publish, correct, withdraw or publish again; sometimes cut a dump."""
    act = world.random.choice(["new", "correct", "withdraw", "withdraw", "again"])
    if act == "withdraw" and world.live:
        world.withdraw(world.random.choice(sorted(world.live)))
    elif act == "again":
        absent = sorted(set(range(1, 9)) - set(world.live))
        world.put(absent[:2] or [1])
    elif act == "correct" and world.live:
        world.put(world.random.sample(sorted(world.live), min(2, len(world.live))))
    else:
        world.put([max([*world.live, 8]) + 1])
    withdrawn |= world.gone()
    if world.random.random() < 0.5:
        assert _dump(world) in (0, 3)


def _tried(mirror: Mirror) -> bool:
    """Whether it was killed, and came to an end more than once: how many acts that takes is the machine's."""
    return mirror.kills > 0 and mirror.ends > 1


def test_mirrors_that_are_killed_end_equal_to_the_register_and_keep_nothing_withdrawn(
    world: World,
) -> None:
    withdrawn: set[bytes] = set()
    mirrors = [Mirror(world, name, withdrawn) for name in ("jia", "yi", "bing")]
    assert _dump(world) == 0
    with _serving(world):
        assert get(f"{world.url}/data/datapackage.json")[0] == 200
        for mirror in mirrors:
            mirror.start()
        try:
            acts = 0
            while acts < _ROUNDS or (acts < 10 * _ROUNDS and not all(map(_tried, mirrors))):
                _random_act(world, withdrawn)
                acts += 1
        finally:
            for mirror in mirrors:
                mirror.enough.set()
                mirror.join()
        ends = [mirror.pull() for mirror in mirrors]

    assert [mirror.faults for mirror in mirrors] == [[], [], []]
    assert ends == [0, 0, 0]
    assert all(map(_tried, mirrors))
    assert withdrawn
    truth = held(world.data)
    for mirror in mirrors:
        assert copied(mirror.target) == truth
        assert set(_MARK.findall(mirror.bytes())) == {m.encode() for m in world.live.values()}


def test_a_mirror_starts_over_when_the_register_was_restored_from_a_backup(world: World) -> None:
    mirror = Mirror(world, "jia", set())
    with _serving(world):
        office(world.data, "backup", str(world.folder / "backups"))
        world.put([5, 6])
        assert mirror.pull() == 0
        assert copied(mirror.target) == held(world.data)
    lost = [world.live.pop(5), world.live.pop(6)]

    [made] = [each for each in (world.folder / "backups").iterdir() if each.is_dir()]
    office(world.data, "restore", str(made), "--replace")
    world.put([7])
    with _serving(world):
        status = mirror.pull()

    assert (status, mirror.faults) == (0, [])
    assert copied(mirror.target) == held(world.data)
    assert [mark for mark in lost if mark.encode() in mirror.bytes()] == []


def test_a_withdrawal_takes_every_dump_that_held_the_record_off_the_shelf(world: World) -> None:
    assert _dump(world) == 0
    shelf = world.data / "dumps"
    mark = world.live[2]
    with _serving(world):
        before = get(f"{world.url}/data/datapackage.json")[0]
        world.withdraw(2)
        after = get(f"{world.url}/data/datapackage.json")[0]
        files = [path for path in shelf.rglob("*") if path.is_file() and path.name != ".lock"]
        again = _dump(world)
        anew = get(f"{world.url}/data/datapackage.json")[0]

    assert (before, after, again, anew) == (200, 404, 0, 200)
    assert files == []
    made = b"".join(raw_bytes(path) for path in shelf.rglob("*.sqlite"))
    assert (mark.encode() in made, world.live[1].encode() in made) == (False, True)


def test_a_dump_that_is_killed_leaves_the_last_one(world: World) -> None:
    assert _dump(world) == 0
    shelf = world.data / "dumps"
    first = {path: raw_bytes(path) for path in sorted(shelf.rglob("*")) if path.is_file()}
    world.put([5])

    env = environment(world.data, PORTAL_SITE_URL=world.url)
    kills = 0
    for step in range(5):
        process = subprocess.Popen(
            [str(BIN / "portal-site"), "dump"], env=env,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            process.wait(0.8 + 0.3 * step)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
        folders = sorted(path.name for path in shelf.iterdir() if path.name[0].isdecimal())
        assert folders
        newest = shelf / folders[-1]
        assert (newest / "datapackage.json.note").is_file()
        if len(folders) == 1 and newest in {path.parent for path in first}:
            assert {path: raw_bytes(path) for path in first} == first
    assert _dump(world) in (0, 3)

    left = [path.name for path in shelf.iterdir() if not path.name[0].isdecimal()]
    assert kills
    assert left == [".lock"]
