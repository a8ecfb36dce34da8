"""Readers of a site under load: people who think between pages, crawlers who do not, and who fetches whole sets."""

import argparse
import http.client
import random
import sqlite3
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from http import HTTPStatus
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any
from urllib.parse import quote

AGENCIES, _ITEMS = 40, 75
_MANY = 20_000
_SETS = ("/api/v1/results.csv", "/api/v1/entities.ndjson", "/api/v1/results.csv?problems=true")
#: Kinds of pages, and how often each is asked for.
_MIX = {
    "home": 10, "results": 8, "results, filtered": 10, "a result": 15, "a party": 15, "an agency": 5,
    "an item": 4, "parties": 3, "follow-ups": 3, "statistics": 3, "search, a name": 8, "search, a word": 3,
    "API, 50 results": 4, "API, filtered with count": 3, "API, one result": 4, "API, changes": 2,
    "feed of everything": 2, "feed of an agency": 2, "help": 2,
}  # fmt: skip


@dataclass
class Seen:
    """What one class of readers met: milliseconds by kind, statuses by kind, connections that broke."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    broken: list[str] = field(default_factory=list)


class Addresses:
    """Addresses of pages over a register: what they are about is drawn anew each time."""

    def __init__(self, folder: Path) -> None:
        with closing(sqlite3.connect(folder / "register.db")) as register:
            self._results = _column(register, "result", "public_id")
            self._parties = _column(register, "entity", "public_id")
            self._names = _column(register, "entity", "name")

    def one(self, random_: random.Random) -> tuple[str, str]:
        """Return a kind and an address of it."""
        kind = random_.choices(list(_MIX), list(_MIX.values()))[0]
        agency, item = (
            f"a_{random_.randrange(AGENCIES):026x}",
            f"i_{random_.randrange(_ITEMS):026x}",
        )
        filters = (
            f"agency={agency}",
            f"year={random_.randrange(2021, 2025)}",
            "problems=true",
            "status=overdue",
        )
        narrowed, result = random_.choice(filters), random_.choice(self._results)
        address = {
            "home": "/", "results": "/results/", "results, filtered": f"/results/?{narrowed}",
            "a result": f"/results/{result}", "a party": f"/entities/{random_.choice(self._parties)}",
            "an agency": f"/agencies/{agency}", "an item": f"/items/{item}", "parties": "/entities/",
            "follow-ups": "/followups/", "statistics": "/statistics/",
            "search, a name": f"/search?q={random_.choice(self._names)}", "search, a word": "/search?q=限期整改",
            "API, 50 results": "/api/v1/results", "API, filtered with count": f"/api/v1/results?{narrowed}&total=true",
            "API, one result": f"/api/v1/results/{result}", "API, changes": "/api/v1/changes?afterChangeNumber=1000",
            "feed of everything": "/all.atom", "feed of an agency": f"/agencies/{agency}.atom", "help": "/docs/about",
        }[kind]  # fmt: skip
        english = random_.random() < 0.1 and kind not in ("feed of everything", "feed of an agency")
        return kind, address + (f"{'&' if '?' in address else '?'}lang=en" if english else "")


def _column(register: sqlite3.Connection, table: str, name: str) -> list[str]:
    return [row[0] for row in register.execute(f"SELECT {name} FROM {table} LIMIT {_MANY}")]


@dataclass(frozen=True)
class Reader:
    """One reader at an address of its own."""

    port: int
    number: int
    seen: Seen
    over: Event
    #: Answers to what was asked before are not counted.
    since: float

    def ask(self, kind: str, path: str, connection: http.client.HTTPConnection) -> int:
        """Ask once, and read to the end; return the status, 0 where the connection broke."""
        begun = time.perf_counter()
        try:
            connection.request(
                "GET", quote(path, safe="/?=&"),
                headers={"Accept": "*/*", "Accept-Encoding": "gzip", "Accept-Language": "zh-CN"},
            )  # fmt: skip
            answer = connection.getresponse()
            while answer.read(1 << 18):
                pass
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            self.seen.broken.append(f"{path} {error!r}")
            return 0
        if begun >= self.since:
            self.seen.times[kind].append((time.perf_counter() - begun) * 1000)
            self.seen.statuses[kind][answer.status] += 1
        return answer.status

    def connection(self) -> http.client.HTTPConnection:
        """Return a connection from the reader's own address."""
        source = (f"127.0.{1 + self.number // 200}.{1 + self.number % 200}", 0)
        return http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=120, source_address=source
        )

    def person(self, addresses: Addresses, think: float) -> None:
        """Read page after page, and think between two."""
        random_, connection = random.Random(self.number), self.connection()
        time.sleep(random_.random() * think)
        while not self.over.is_set():
            self.ask(*addresses.one(random_), connection)
            time.sleep(random_.expovariate(1 / think) if think else 0)

    def machine(self, path: str) -> None:
        """Fetch whole sets one after the other, and wait a second where told to come back."""
        connection = self.connection()
        while not self.over.is_set():
            if self.ask(path, path, connection) != HTTPStatus.OK:
                time.sleep(1)


def read(port: int, folder: Path, asked: argparse.Namespace, over: Event, told: Any) -> None:
    """Be all the readers that are `asked` for, in a process beside the rest; send what they saw at the end."""
    addresses = Addresses(folder)
    people, crawlers, downloaders = Seen(), Seen(), Seen()
    since = time.perf_counter() + asked.warm
    readers: list[tuple[Callable[..., None], tuple[Any, ...]]] = [
        *((Reader(port, each, people, over, since).person, (addresses, asked.think)) for each in range(asked.readers)),
        *((Reader(port, 1000 + each, crawlers, over, since).person, (addresses, 0)) for each in range(asked.crawlers)),
        *((Reader(port, 2000 + each, downloaders, over, since).machine, (_SETS[each % len(_SETS)],)) for each in range(asked.downloaders)),
    ]  # fmt: skip
    threads = [threading.Thread(target=target, args=words) for target, words in readers]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    told.put([(dict(s.times), dict(s.statuses), s.broken) for s in (people, crawlers, downloaders)])
