"""Measure the search engine beside tantivy and SQLite FTS5, in one run, over one corpus, with the same pairs.

``python -m tests.bench.search --records 100000``; prints a table, asserts nothing about time. Figures of
queries are milliseconds, p50 / p99, of the first time each query is asked and of three later rounds; they
and the build are processor time, because the machine is shared and waiting for others is nobody's merit.
The mix and the changes are time on the wall. Only ratios in one run are worth quoting.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from portal.register.search.model import Document, Query, TooMuch
from tests.bench.search_corpus import documents, questions
from tests.bench.search_hostile import hostile
from tests.bench.search_peers import Fts5, Ours, Peer, Tantivy

_ROUNDS = 3
#: Seconds one kind may take in one engine; slow peers are asked fewer questions.
_PATIENCE = 20.0
_MIX_SECONDS = 5.0
Rows = dict[str, dict[str, str]]


def _timed(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def _spent(action: Callable[[], object]) -> float:
    begun = time.process_time()
    action()
    return time.process_time() - begun


def _spread(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    p50, p99 = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    return f"{p50 * 1000:.2f} / {p99 * 1000:.1f}"


def _ask_all(peer: Peer, queries: list[Query]) -> tuple[list[float], list[float], list[int]]:
    end = time.perf_counter() + _PATIENCE
    first: list[float] = []
    later: list[float] = []
    totals: list[int] = []
    for round_ in range(1 + _ROUNDS):
        for number, query in enumerate(queries):
            if time.perf_counter() > end and number > 4:
                break
            begun = time.thread_time()
            total, _ = peer.ask(query)
            (later if round_ else first).append(time.thread_time() - begun)
            if not round_:
                totals.append(total)
    return first, later or first, totals


def _mark_all(peer: Peer, queries: list[Query]) -> list[float]:
    """Return the seconds in which twenty texts are cut to what a reader is shown, with its marks."""
    texts = [" ".join(document.texts) for document in documents(20)]
    return [_spent(lambda: peer.mark(query, texts)) for query in queries]  # noqa: B023


def _worst(peer: Peer, queries: list[Query]) -> str:
    """Return the middle and the worst of queries asked once, and how many were refused as too much."""
    taken, refused = [], 0
    for query in queries:
        begun = time.thread_time()
        try:
            peer.ask(query)
        except TooMuch:
            refused += 1
        taken.append(time.thread_time() - begun)
    taken.sort()
    told = f"{taken[len(taken) // 2] * 1000:.1f}, at most {taken[-1] * 1000:.1f}"
    return f"{told}, {refused} refused" if refused else told


def _private() -> float:
    """Return the memory that is this process's own, in MiB; mapped files are shared."""
    rollup = Path("/proc/self/smaps_rollup").read_text("ascii")
    return (
        next(int(row.split()[1]) for row in rollup.splitlines() if row.startswith("Anonymous"))
        / 1024
    )


def _worker(make: Callable[[], Peer], kinds: dict[str, list[Query]], seed: int, out: Any) -> None:
    peer = make()
    peer.open()
    source = random.Random(seed)
    everything = [query for name, found in kinds.items() for query in found]
    for query in everything[::7]:
        peer.ask(query)
    count, end = 0, time.perf_counter() + _MIX_SECONDS
    while time.perf_counter() < end:
        peer.ask(source.choice(everything))
        count += 1
    out.put((count / _MIX_SECONDS, _private()))


def _mix(make: Callable[[], Peer], kinds: dict[str, list[Query]]) -> tuple[float, float]:
    context = get_context("spawn")
    out = context.SimpleQueue()
    workers = [context.Process(target=_worker, args=(make, kinds, n, out)) for n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    found = [out.get() for _ in workers]
    return sum(rate for rate, _ in found), max(memory for _, memory in found)


class _Making:
    """Makes a peer; travels to other processes."""

    def __init__(self, kind: Callable[..., Peer], folder: Path, **options: bool) -> None:
        self.kind, self.folder, self.options = kind, folder, options

    def __call__(self) -> Peer:
        return self.kind(self.folder, **self.options)


def _measure(
    make: _Making,
    count: int,
    kinds: dict[str, list[Query]],
    hurting: dict[str, list[Query]],
    *,
    quick: bool,
) -> dict[str, str]:
    peer, row = make(), {}
    taken = _spent(lambda: peer.build(documents(count)))
    making = _spent(lambda: _drain(documents(count // 10))) * 10
    row["build, records/s"] = f"{count / (taken - making):,.0f}"
    size = sum(path.stat().st_size for path in make.folder.rglob("*") if path.is_file())
    row["on disk, MiB"] = f"{size / 2**20:,.0f}"
    peer.open()
    for name, queries in kinds.items():
        first, later, totals = _ask_all(peer, queries)
        middle = sorted(totals)[len(totals) // 2]
        row[name] = f"{_spread(first)} | {_spread(later)} ({middle:,})"
        _say(f"  {name:<18}{row[name]}")
    row["marks of 20 hits"] = _spread(_mark_all(peer, kinds["two words"]))
    for name, queries in hurting.items():
        row[name] = _worst(peer, queries)
        _say(f"  {name:<22}{row[name]}")
    if not quick:
        rate, memory = _mix(make, kinds)
        row["2 processes, queries/s"], row["private MiB a worker"] = f"{rate:,.0f}", f"{memory:.0f}"
    _changes(peer, count, row)
    return row


def _changes(peer: Peer, count: int, row: dict[str, str]) -> None:
    more = list(documents(1_001, start=count))
    steps: dict[str, tuple[list[Document], list[str], bool]] = {
        "add 1": (more[:1], [], False),
        "add 1,000": (more[1:], [], False),
        "delete 1": ([], [more[0].public_id], False),
        "purge 1": ([], [next(documents(1)).public_id], True),
    }
    for name, (new, gone, purge) in steps.items():
        taken = _timed(lambda: peer.change(new, gone, purge=purge))  # noqa: B023
        row[name] = f"{taken * 1000:,.0f} ms"


def _drain(rows: Iterable[object]) -> None:
    for _ in rows:
        pass


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run everything once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--only", help="names of engines, with commas between")
    parser.add_argument("--quick", action="store_true", help="without the mix of processes")
    given = parser.parse_args()
    kinds, hurting = questions(given.records), hostile(given.records)
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as temporary:
        folder = Path(temporary)
        makers = {
            "ours": _Making(Ours, folder / "ours"),
            "tantivy": _Making(Tantivy, folder / "pairs", positions=False),
            "tantivy, positions": _Making(Tantivy, folder / "positions", positions=True),
            "FTS5": _Making(Fts5, folder / "fts5"),
        }
        rows: Rows = {}
        for name, make in makers.items():
            if not given.only or name in given.only.split(","):
                _say(f"{name}: {given.records:,} records")
                unkind = hurting if name == "ours" else {}  # the grammar is ours alone
                rows[name] = _measure(make, given.records, kinds, unkind, quick=given.quick)
        for what in next(iter(rows.values())):
            _say(f"{what:<24}" + "".join(f"{row.get(what, ''):<46}" for row in rows.values()))


if __name__ == "__main__":
    main()
