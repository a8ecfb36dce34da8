"""Measure the site behind nginx under a mixed load, while records are published.

``python -m tests.bench.load --data FOLDER [--seconds 600] [--readers 50] [--think 1]``. FOLDER is one that
``tests.bench.site --keep`` made; it is published into, so give a copy. The servers are those of a real
site: gunicorn with its workers, the process for downloads, the follower of the search index, nginx with the
printed configuration and its usual rate. Readers are people: each has an address of their own and thinks
between two pages, `--think` seconds on average (exponential). Crawlers (`--crawlers`) ask without a pause
from one address each, downloaders (`--downloaders`) fetch whole sets one after the other; both may be told to
come back later, and are counted apart. Records are published each in a transaction of its own.
Prints tables, asserts nothing about time.
"""

import argparse
import multiprocessing as mp
import os
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from portal.domain.errors import PortalError
from portal.kit import clock, config, migrate
from portal.kit.db import engine_for
from portal.register.records import PublicFinding, PublicResult
from portal.register.writer import open_pen
from tests.bench import readers
from tests.bench.readers import AGENCIES
from tests.journeys.front import Front, served
from tests.journeys.processes import BIN, children_of, environment, running


def _publish(folder: Path, each_second: int, over: Event, told: Any) -> None:
    """Publish results, each in a transaction of its own; send how long each took, in milliseconds."""
    register, random_ = (
        engine_for(config.load({"PORTAL_DATA": str(folder)}).register_url),
        random.Random(),
    )
    taken, again = [], time.monotonic()
    while not over.is_set() and each_second:
        again += 1 / each_second
        finding = PublicFinding(
            item_name="第1项食品经营许可情况检查", outcomes=("no_problem",), item_id=f"i_{1:026x}"
        )
        record = PublicResult(
            id=f"r_{random_.getrandbits(104):026x}", agency_id=f"a_{random_.randrange(AGENCIES):026x}",
            entity_id=f"e_{random_.randrange(1000):026x}", inspected_on=clock.local_today(), findings=(finding,),
        )  # fmt: skip
        begun = time.perf_counter()
        try:
            with open_pen(register, now=clock.utc_now()) as pen:
                pen.append(record)
        except PortalError as error:
            sys.stderr.write(f"publisher: {error}\n")
            break
        taken.append((time.perf_counter() - begun) * 1000)
        time.sleep(max(0, again - time.monotonic()))
    told.put(taken)


def _held(front: Front) -> str:
    """Return what each process holds of its own, in MiB: workers of the site, the one for downloads."""
    found = []
    for server in (front.site, front.downloads):
        for pid in sorted(children_of(server.pid)):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
            kib = sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
            found.append(f"{kib / 1024:.0f}")
    return " ".join(found)


def _used(processes: dict[str, int]) -> dict[str, float]:
    """Return the processor time of each process and what it started, in seconds."""
    found = {}
    for name, pid in processes.items():
        stats = [
            Path(f"/proc/{each}/stat").read_text("ascii").rsplit(")", 1)[1].split()
            for each in (pid, *children_of(pid))
        ]
        found[name] = sum(int(each[11]) + int(each[12]) for each in stats) / os.sysconf(
            "SC_CLK_TCK"
        )
    return found


def _told(
    name: str,
    seen: tuple[dict[str, list[float]], dict[str, Counter[int]], list[str]],
    seconds: float,
) -> None:
    times, statuses, broken = seen
    count = sum(map(len, times.values()))
    if not count:
        return
    sys.stdout.write(f"\n{name}: {count} answers, {count / seconds:.1f}/s\n{'kind':<34}{'n':>7}{'p50':>10}{'p99':>10}{'most':>10}  not 200\n")  # fmt: skip
    every = [each for found in times.values() for each in found]
    for kind, found in [*times.items(), ("all", every)]:
        found.sort()
        other = {k: v for k, v in statuses.get(kind, {}).items() if k != 200}
        sys.stdout.write(
            f"{kind:<34}{len(found):>7}{found[len(found) // 2]:>7.1f} ms{found[int(len(found) * 0.99)]:>7.1f} ms{found[-1]:>7.0f} ms  {other or ''}\n"
        )
    if broken:
        sys.stdout.write(f"broken off: {len(broken)}, such as {broken[:3]}\n")


def _measure(front: Front, follower: int, folder: Path, asked: argparse.Namespace) -> None:
    context = mp.get_context("spawn")
    over, told, published = context.Event(), context.Queue(), context.Queue()
    workers = [
        context.Process(target=readers.read, args=(front.port, folder, asked, over, told)),
        context.Process(target=_publish, args=(folder, asked.publish, over, published)),
    ]
    for each in workers:
        each.start()
    names = ("site", "downloads", "nginx", "follower", "readers", "publisher")
    pids = (
        front.site.pid,
        front.downloads.pid,
        front.nginx.pid,
        follower,
        *(each.pid or 0 for each in workers),
    )
    processes = dict(zip(names, pids, strict=True))
    before = _used(processes)
    begun, step = time.monotonic(), max(10, (asked.seconds + asked.warm) / 10)
    while (passed := time.monotonic() - begun) < asked.seconds + asked.warm:
        sys.stdout.write(f"{passed:5.0f} s  MiB of the workers: {_held(front)}\n")
        sys.stdout.flush()
        time.sleep(min(step, asked.seconds + asked.warm - passed))
    sys.stdout.write(f"{passed:5.0f} s  MiB of the workers: {_held(front)}\n")
    shares = [
        f"{name} {100 * (used - before[name]) / passed:.0f}"
        for name, used in _used(processes).items()
    ]
    sys.stdout.write(f"processor time, per cent of a core: {', '.join(shares)}\n")
    over.set()
    for name, seen in zip(("people", "crawlers", "downloaders"), told.get(), strict=True):
        _told(name, seen, asked.seconds)
    taken = sorted(published.get())
    if taken:
        sys.stdout.write(f"\npublished: {len(taken)}, {len(taken) / passed:.1f}/s, p50 {taken[len(taken) // 2]:.1f} ms, p99 {taken[int(len(taken) * 0.99)]:.1f} ms\n")  # fmt: skip
    for each in workers:
        each.join()


def main() -> None:
    """Serve the register, load it, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of a register, to be published into"
    )
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--readers", type=int, default=50, help="people")
    parser.add_argument(
        "--think", type=float, default=1, help="seconds between two pages of one person, on average"
    )
    parser.add_argument("--crawlers", type=int, default=0, help="readers without a pause")
    parser.add_argument("--downloaders", type=int, default=0, help="readers of whole sets")
    parser.add_argument(
        "--warm", type=float, default=20, help="seconds at the beginning that are not counted"
    )
    parser.add_argument("--publish", type=int, default=10, help="records a second")
    asked = parser.parse_args()
    settings = config.load({"PORTAL_DATA": str(asked.data)})
    for store in ("register", "letterbox"):
        migrate.upgrade(store, getattr(settings, f"{store}_url"))
    with ExitStack() as open_:
        folder = Path(open_.enter_context(tempfile.TemporaryDirectory()))
        follower = [str(BIN / "portal-site"), "index", "--follow"]
        following = open_.enter_context(running(follower, environment(asked.data)))
        front = open_.enter_context(served(asked.data, folder, rate=20))
        _measure(front, following.pid, asked.data, asked)


if __name__ == "__main__":
    main()
