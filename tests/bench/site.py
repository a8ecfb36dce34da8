"""Measure the pages of the site over a register with a million published results.

``python -m tests.bench.site --rows 1000000 [--keep FOLDER]``. Everything is published by the register's
own pen, so the changelog, the log, statistics, feeds' lists and indexes are those of a real site.
Pages are asked over loopback by one client on one kept connection, of one gunicorn worker: anew each
time (no kept answer helps; after the first time lines and forms are known, as after a publication), again while nothing
changed, and the list also page after page, no line of which was made before. The limit beside them is the least a Flask
app can answer, served the same way. Prints tables, asserts nothing about time.
"""

import argparse
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from html import unescape
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from portal.kit import config, migrate
from portal.kit.db import engine_for
from portal.register.records import (
    PublicAgency,
    PublicEntity,
    PublicFinding,
    PublicFollowUp,
    PublicIdentifier,
    PublicItem,
    PublicResult,
    Record,
)
from portal.register.search import keeping
from portal.register.writer import open_pen
from tests.bench.search_corpus import companies
from tests.bench.wire import Wire

_OURS, _HELLO = 8966, 8967
_TURN = 20
_AGENCIES, _ITEMS, _EACH = 40, 75, 5
#: Results published in one transaction.
_BATCH = 10_000
_FIRST, _SPAN = date(2021, 1, 1), 1500
_NOW = datetime(2025, 6, 2, 1, tzinfo=UTC)
#: Where a list goes on.
_NEXT = re.compile(rb'href="(/results/[^"]*)" rel="next"')
_OUTCOMES = ("no_problem", "ordered_to_rectify", "unreachable", "no_such_activity")


def _around(count: int) -> Iterator[Record]:
    """Yield agencies, items and parties."""
    for number in range(_AGENCIES):
        region = f"9901{number % 12:02}"
        yield PublicAgency(id=f"a_{number:026x}", name=f"示例市第{number}市场监督管理局", level="county", region=region)  # fmt: skip
    for number in range(_ITEMS):
        yield PublicItem(
            id=f"i_{number:026x}", agency_id=f"a_{number % _AGENCIES:026x}", code=f"SP-{number:03}",
            name=f"第{number}项食品经营许可情况检查", methods=("on_site",), item_class="general",
        )  # fmt: skip
    for number, (name, code) in enumerate(companies(count // _EACH)):
        numbers = (PublicIdentifier(scheme="uscc", value=code),)
        yield PublicEntity(
            id=f"e_{number:026x}",
            name=name,
            kind="market_entity",
            form="enterprise",
            identifiers=numbers,
        )


def _checks(count: int) -> Iterator[Record]:
    """Yield results, their dates in no order, and an order after each problem, half of them closed."""
    random_ = random.Random(5)
    parties = max(1, count // _EACH)
    for number in range(count):
        day = _FIRST + timedelta(days=random_.randrange(_SPAN))
        outcome = random_.choices(_OUTCOMES, (70, 20, 6, 4))[0]
        party = int(parties * random_.random() ** 2)
        #: A party is checked by the two bodies that are there for it.
        office = (party + random_.randrange(2)) % _AGENCIES
        item = random_.choice([office, office + _AGENCIES]) % _ITEMS
        agency = f"a_{office:026x}"
        detail = (
            "货架标签与进货台账不一致，限期整改。"
            if outcome == _OUTCOMES[1]
            else "经查，未发现违法违规行为。"
        )
        found = PublicFinding(
            item_name=f"第{item}项食品经营许可情况检查",
            outcomes=(outcome,),
            item_id=f"i_{item:026x}",
            detail=detail,
        )
        result = PublicResult(
            id=f"r_{random_.getrandbits(104):026x}", agency_id=agency,
            entity_id=f"e_{party:026x}", inspected_on=day, findings=(found,),
        )  # fmt: skip
        yield result
        if outcome == _OUTCOMES[1]:
            due = day + timedelta(days=30)
            yield PublicFollowUp(id=f"f_{2 * number:026x}", agency_id=agency, result_id=result.id, step="ordered", taken_on=day, due_on=due)  # fmt: skip
            if number % 2:
                yield PublicFollowUp(id=f"f_{2 * number + 1:026x}", agency_id=agency, result_id=result.id, step="closed", taken_on=due)  # fmt: skip


def _build(folder: Path, count: int) -> None:
    settings = config.load({"PORTAL_DATA": str(folder)})
    for store in ("register", "letterbox"):
        migrate.upgrade(store, getattr(settings, f"{store}_url"))
    register = engine_for(settings.register_url)
    begun, written = time.perf_counter(), 0
    for source in (_around(count), _checks(count)):
        while chunk := list(islice(source, _BATCH)):
            with open_pen(register, now=_NOW) as pen:
                #: The pen writes kind by kind: a change of kinds ends its page.
                for record in sorted(chunk, key=lambda each: isinstance(each, PublicFollowUp)):
                    pen.append(record)
            written += len(chunk)
            taken = time.perf_counter() - begun
            sys.stdout.write(f"\r{written:,} records published, {written / taken:,.0f} a second ")
            sys.stdout.flush()
    sys.stdout.write("\n")
    begun = time.perf_counter()
    keeping.catch_up(register, keeping.Place.of(settings.search_url, settings.data))
    sys.stdout.write(f"indexed in {time.perf_counter() - begun:.0f} s\n")
    (folder / "built").touch()


@contextmanager
def _served(app: str, port: int, folder: Path) -> Iterator[Wire]:
    command = [
        sys.executable, "-m", "gunicorn", app, "--bind", f"127.0.0.1:{port}", "--workers", "1",
        "--worker-class", "gthread", "--threads", "4", "--no-control-socket", "--log-level", "warning",
        "--config", "python:portal.kit.gunicorn_hooks",
    ]  # fmt: skip
    with subprocess.Popen(command, env=os.environ | {"PORTAL_DATA": str(folder)}) as process:
        try:
            yield _connected(port)
        finally:
            process.terminate()


def _connected(port: int) -> Wire:
    for _ in range(200):
        try:
            return Wire(port)
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


Ask = Callable[[int], None]


def _times(rounds: int, *asks: Ask) -> list[tuple[float, float]]:
    """Return the middle and the 99th of a hundred of the times of each question, in milliseconds.

    They are asked in turns of twenty: what the machine does besides falls on all of them alike, and no process
    finds its memory taken by another each time.
    """
    found: list[list[float]] = [[] for _ in asks]
    for start in range(0, rounds, _TURN):
        for ask, times in zip(asks, found, strict=True):
            for number in range(start, min(start + _TURN, rounds)):
                begun = time.perf_counter()
                ask(number)
                times.append((time.perf_counter() - begun) * 1000)
    for times in found:
        times.sort()
    return [(times[rounds // 2], times[int(rounds * 0.99)]) for times in found]


def addresses(folder: Path) -> dict[str, str]:
    """Return one address of each kind of page; what they are about is read from the register."""
    with sqlite3.connect(folder / "register.db") as register:
        result, entity = register.execute("SELECT public_id, entity_id FROM result WHERE problem LIMIT 1").fetchone()  # fmt: skip
    agency, item = f"a_{3:026x}", f"i_{3:026x}"
    return {
        "home": "/", "results": "/results/", "results, problems": "/results/?problems=true",
        "results of an agency": f"/results/?agency={agency}", "results of a year": "/results/?year=2022",
        "overdue": "/results/?status=overdue", "a result": f"/results/{result}", "a party": f"/entities/{entity}",
        "the busiest party": f"/entities/e_{0:026x}", "an agency": f"/agencies/{agency}", "an item": f"/items/{item}",
        "parties": "/entities/", "follow-ups": "/followups/", "statistics": "/statistics/",
        "search, a name": "/search?q=示例市甲区", "search, a word": "/search?q=限期整改",
        "API, 50 results": "/api/v1/results", "API, 50 with their count": "/api/v1/results?problems=true&total=true",
        "feed of everything": "/all.atom", "feed of an agency": f"/agencies/{agency}.atom", "help": "/docs/about",
    }  # fmt: skip


def _measure(ours: Wire, hello: Wire, folder: Path, rounds: int) -> None:
    def plain(number: int) -> None:
        del number
        _ok(hello.ask("/")[0], "/")

    sys.stdout.write(
        f"{'page':<28}{'anew: p50':>10}{'p99':>9} × hello {'again: p50':>10}{'p99':>9} × hello\n"
    )
    for name, address in addresses(folder).items():
        path = quote(address, safe="/?=&")

        def anew(number: int, path: str = path) -> None:
            _ok(ours.ask(path, Accept=f"*/*, x-bench/{number}")[0], path)

        def again(number: int, path: str = path) -> None:
            del number
            _ok(ours.ask(path)[0], path)

        again(0)
        _row(name, *_times(rounds, plain, anew, again))
    _row("results, page after page", *_times(3 * rounds, plain, _walk(ours)))


def _row(name: str, limit: tuple[float, float], *told: tuple[float, float]) -> None:
    """Say the middle and the 99th of a hundred, and the middle's rate beside the hello's."""
    words = [f"{each[0]:>7.2f} ms{each[1]:>6.1f} ms  {limit[0] / each[0]:.3f}" for each in told]
    sys.stdout.write(f"{name:<28}{'  '.join(words)}\n")
    sys.stdout.flush()


def _walk(ours: Wire) -> Callable[[int], None]:
    """Ask for one page of the list after another: no line of any was made before."""
    path = "/results/"

    def following(number: int) -> None:
        nonlocal path
        del number
        status, body = ours.ask(path)
        _ok(status, path)
        found = _NEXT.search(body)
        if found is None:
            raise SystemExit(f"{path}: no page after it")
        path = unescape(found[1].decode())

    return following


def _ok(status: int, path: str) -> None:
    if status != 200:
        raise SystemExit(f"{path}: {status}")


def main() -> None:
    """Build the register, serve it, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=100, help="questions for each page")
    parser.add_argument("--keep", type=Path, help="folder to build in, and to use again if built")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        if not (folder / "built").exists():
            _build(folder, asked.rows)
        with (
            _served("portal.public.app:create_app()", _OURS, folder) as ours,
            _served("tests.bench.hello:app", _HELLO, folder) as hello,
        ):
            _measure(ours, hello, folder, asked.rounds)


if __name__ == "__main__":
    main()
