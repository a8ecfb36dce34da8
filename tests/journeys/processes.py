"""Real processes for journeys: commands, servers on loopback, and their end."""

import itertools
import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests import stage

BIN = Path(sys.executable).parent


def environment(data: Path, **more: str) -> dict[str, str]:
    """Return a clean environment for our commands."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return kept | stage.environ(data) | {"PYTHONUNBUFFERED": "1"} | more


def office(
    data: Path, *words: str, check: bool = True, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one portal-office command to its end."""
    return subprocess.run(
        [str(BIN / "portal-office"), *words], env=environment(data), cwd=cwd,
        check=check, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def _ports() -> Iterator[int]:
    """Yield ports of our own in turn: below those that connections going out are given, apart from other workers'."""
    mine = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
    slice_ = [20_000 + mine * 1_500 + number for number in range(1_500)]
    random.SystemRandom().shuffle(slice_)
    return itertools.cycle(slice_)


_PORTS = _ports()


def free_port() -> int:
    """Return a port nobody listens on, and nobody is given by chance before we do."""
    for port in itertools.islice(_PORTS, 1_500):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("every port of ours is taken")


@contextmanager
def running(
    argv: list[str], env: Mapping[str, str], cwd: Path | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run a server in its own session; nothing of it survives the block.

    What it says is the test's own output: a pipe that nobody reads is full one day, and then every
    thread of the server waits to write the next line.
    """
    process = subprocess.Popen(argv, env=dict(env), cwd=cwd, text=True, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()


def wait_for(address: str, seconds: float = 60) -> None:
    """Wait until a server answers.

    Raises:
        TimeoutError: it did not within `seconds`.

    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise TimeoutError(address)


def get(address: str) -> tuple[int, str]:
    """Fetch one page."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def children_of(pid: int) -> list[int]:
    """Return every living descendant of a process."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            if parent == pid:
                found += [int(entry.name), *children_of(int(entry.name))]
    return found
