"""Faults, by really doing them: nothing acknowledged is lost, nothing taken back is shown, the site answers what it can."""

import os
import random
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit.db import engine_for
from portal.register import purging
from portal.register.proofs.audit import audit
from portal.register.tables.changes import ChangeRow
from tests.conftest import Office
from tests.journeys.faults import CANARY
from tests.journeys.processes import (
    BIN,
    children_of,
    environment,
    free_port,
    get,
    running,
    wait_for,
)
from tests.journeys.processes import office as run_office
from tests.makers import RESULT_ROW
from tests.raw import store_bytes
from tests.stage import urls

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

#: How often the office is killed; `FAULT_KILLS=200` for a long night.
KILLS = int(os.environ.get("FAULT_KILLS", "40"))
#: Records looked at after each kill, newest first.
_LOOKED_AT = 4


@dataclass
class Told:
    """What the office said it had done: ids by key."""

    live: dict[str, str] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    #: Keys whose order was under way at a kill: they may have become either.
    torn: set[str] = field(default_factory=set)
    next: int = 1

    def take(self, lines: list[str]) -> None:
        """Take in what one life of the office said."""
        open_ = ""
        for verb, key, *rest in (line.split() for line in lines if line.count(" ")):
            self.next = max(self.next, int(key.removeprefix("F-")) + 1)
            open_ = key if verb in ("put", "gone") else ""
            if verb == "done":
                self.live[key] = rest[0]
            elif verb == "withdrawn":
                self.gone[key] = self.live.pop(key)
        if open_:
            self.torn.add(open_)


@dataclass
class World:
    """A site and a follower of the log, which are started anew whenever they were killed."""

    data: Path
    port: int
    stack: ExitStack
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def start(self, name: str, *words: str) -> None:
        """Start a server under a name."""
        env = environment(self.data, PORT=str(self.port))
        argv = [str(BIN / "portal-site"), *words]
        self.running[name] = self.stack.enter_context(running(argv, env))

    def kill(self, name: str) -> None:
        """Take the current from a server, all its processes at once, and start it again."""
        os.killpg(self.running[name].pid, signal.SIGKILL)
        self.running[name].wait()
        self.start(name, *({"site": ("serve",), "index": ("index", "--follow")}[name]))

    def kill_a_worker(self) -> None:
        """Kill one worker of the site; the others go on."""
        workers = children_of(self.running["site"].pid)
        if workers:
            os.kill(workers[0], signal.SIGKILL)

    def ask(self, path: str) -> tuple[int, str]:
        """Ask the site, again where the connection broke with a worker, or it starts anew on a busy machine."""
        until = time.monotonic() + 300
        while time.monotonic() < until:
            try:
                return get(f"http://127.0.0.1:{self.port}{path}")
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.2)
        raise TimeoutError(path)


@contextmanager
def _world(data: Path) -> Iterator[World]:
    with ExitStack() as stack:
        world = World(data, free_port(), stack)
        world.start("site", "serve")
        world.start("index", "index", "--follow")
        wait_for(f"http://127.0.0.1:{world.port}/readyz")
        yield world


@contextmanager
def _lives(data: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.journeys.faults", str(data)],
        env=environment(data), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as lives:  # fmt: skip
        yield lives


def _one_life(lives: subprocess.Popen[str], number: int, after: float, *, early: bool) -> list[str]:
    """Let the office work for a while, kill it, and return what it had said.

    `early`: count from its birth, so that it may not come to anything; else from its first acknowledgement.
    """
    assert lives.stdin is not None
    assert lives.stdout is not None
    lives.stdin.write(f"{number}\n")
    lives.stdin.flush()
    said: list[str] = []
    pids: list[int] = []
    while not pids or not (early or any(line.startswith("done") for line in said)):
        line = lives.stdout.readline().strip()
        assert line not in ("", "over"), f"a life ended by itself after {said}"
        if line.startswith("pid"):
            pids.append(int(line.split()[1]))
        else:
            said.append(line)
    time.sleep(after)
    os.kill(pids[0], signal.SIGKILL)
    out = lives.stdout
    said += iter(lambda: out.readline().strip(), "over")
    return said


def _look(world: World, told: Told) -> None:
    """Ask the site for what was acknowledged last."""
    sure = [(key, id_) for key, id_ in told.live.items() if key not in told.torn]
    for key, id_ in sure[-_LOOKED_AT:]:
        status, page = world.ask(f"/results/{id_}")
        assert (status, f"{CANARY}{key}" in page) == (200, True), key
    listed = world.ask("/results/")[1] + world.ask(f"/search?q={quote(CANARY)}")[1]
    for key, id_ in [*told.gone.items()][-_LOOKED_AT:]:
        status, page = world.ask(f"/results/{id_}")
        assert (status, f"{CANARY}{key}" in page + listed, id_ in listed) == (410, False, False), (
            key
        )


def _agrees(data: Path) -> int:
    """Return how far the register is, after holding it against its log; nothing is left to be purged."""
    engine = engine_for(urls(data)[0].register_url)
    with Session(engine) as session:
        assert audit(session).faults == []
        serials = list(session.scalars(sa.select(ChangeRow.serial).order_by(ChangeRow.serial)))
        assert serials == list(range(1, len(serials) + 1))
    assert purging.owed(engine) == 0
    engine.dispose()
    return len(serials)


def test_killed_while_publishing_nothing_is_lost_and_nothing_comes_back(
    office: Office, data: Path
) -> None:
    random_, told = random.Random(20_261_121), Told()
    #: The party is public from the beginning; a result may not go before it.
    begun = time.monotonic()
    office.put("results", RESULT_ROW)
    pace = time.monotonic() - begun
    with _world(data) as world, _lives(data) as lives:
        for number in range(KILLS):
            after = random_.random() * (8 if number % 2 else 4) * pace
            told.take(_one_life(lives, told.next, after, early=bool(number % 2)))
            match random_.randrange(6):
                case 0:
                    world.kill("site")
                case 1:
                    world.kill("index")
                case 2:
                    world.kill_a_worker()
            _look(world, told)
        run_office(data, "release-due")
        run_office(data, "release-due")
        assert _agrees(data) > KILLS // 2
        _look(world, told)
    assert len(told.live) + len(told.gone) >= KILLS // 2
    left = store_bytes(data)
    left += b"".join(path.read_bytes() for path in (data / "search").rglob("*") if path.is_file())
    assert [key for key in told.gone if f"{CANARY}{key}".encode() in left] == []
