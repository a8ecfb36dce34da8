"""Measure the whole road of N results: import, approval, release, index and dump, each as the real command.

``python -m tests.bench.road 1000000 [--rows 100000] [--keep FOLDER]``; within ``python -m tests.postgres`` the stores
lie there. N results come in files of `--rows`, CSV and XLSX in turn. Every command is a process of its own; what it
took by the clock and of processor time, and its peak memory, are those that the kernel tells of it; beside it,
the processor time that the processes of the PostgreSQL server took meanwhile. The first and
the last file of a stage stand beside each other: what grows with what is there already is seen from these.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import sqlalchemy as sa
from openpyxl import Workbook

from tests import stage
from tests.bench import corpus
from tests.journeys.processes import BIN, children_of, environment
from tests.makers import AGENCY, AGENCY_ROW, ITEM_ROW, a_workbook

PEOPLE = (("lin", "clerk"), ("wu", "reviewer"), ("he", "publisher"))


@dataclass(frozen=True, slots=True)
class Cost:
    """What one command took: seconds by the clock and of processor time, MiB at its peak; seconds of the server's."""

    wall: float
    busy: float
    peak: float
    served: float


def _run(data: Path, program: str, *words: str) -> Cost:
    """Run one of our commands to its end."""
    begun, before = time.perf_counter(), _server()
    with (data / "said").open("wb") as said:
        process = subprocess.Popen(
            [str(BIN / program), *words], env=environment(data), stdout=said, stderr=said
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{program} {words[0]}: {(data / 'said').read_text('utf-8')[-2000:]}")
    wall, busy = time.perf_counter() - begun, used.ru_utime + used.ru_stime
    return Cost(wall, busy, used.ru_maxrss / 1024, _server() - before)


@cache
def _postmaster() -> int:
    """Return the first process of the PostgreSQL server."""
    with sa.create_engine(str(stage.POSTGRES)).connect() as connection:
        folder = connection.exec_driver_sql("SHOW data_directory").scalar_one()
    return int((Path(folder) / "postmaster.pid").read_text().split()[0])


def _server() -> float:
    """Return the processor time that all processes of the PostgreSQL server took until now; 0 on SQLite."""
    if not stage.POSTGRES:
        return 0.0
    first = _postmaster()
    living = sum(sum(_ticks(each)[:2]) for each in children_of(first))
    return (living + sum(_ticks(first))) / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> list[int]:
    """Return what a process took, itself and in the system, and the same of its children that ended."""
    try:
        found = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except FileNotFoundError:
        return [0] * 4
    return [int(each) for each in found[11:15]]


def _files(folder: Path, count: int, rows: int) -> Iterator[Path]:
    """Write `count` results into tables of `rows`, CSV and XLSX in turn, and yield each as it is there."""
    source = corpus.rows(count)
    number = 0
    while chunk := list(islice(source, rows)):
        number += 1
        path = folder / f"{number:03}.{'csv' if number % 2 else 'xlsx'}"
        (_write_csv if number % 2 else _write_xlsx)(path, chunk)
        yield path


def _write_csv(path: Path, rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([corpus.HEADER, *rows])


def _write_xlsx(path: Path, rows: Iterable[tuple[str, ...]]) -> None:
    book = Workbook(write_only=True)
    table = book.create_sheet("抽查结果")
    for row in (corpus.HEADER, *rows):
        table.append(row)
    book.save(path)


def _set_up(data: Path) -> None:
    """Make stores, people, an agency and an item."""
    stage.lay(data)
    _run(data, "portal-office", "migrate")
    for name, role in PEOPLE:
        _run(data, "portal-office", "add-person", name, "--display", name, "--agency", "*", "--role", role)  # fmt: skip
    for number, (kind, row) in enumerate((("agencies", AGENCY_ROW), ("items", ITEM_ROW)), 1):
        path = a_workbook(data / f"{kind}.xlsx", kind, [row])
        _import(data, kind, path)
        _approve(data, number)
        _release(data, number)


def _import(data: Path, kind: str, path: Path) -> Cost:
    return _run(data, "portal-office", "import", kind, str(path), "--agency", AGENCY, "--by", "lin", "--yes")  # fmt: skip


def _approve(data: Path, batch: int) -> Cost:
    return _run(data, "portal-office", "review", str(batch), "--by", "wu", "--approve")


def _release(data: Path, batch: int) -> Cost:
    return _run(data, "portal-office", "release", str(batch), "--by", "he")


def _say(what: str, costs: list[Cost], rows: int) -> None:
    wall, busy = sum(each.wall for each in costs), sum(each.busy for each in costs)
    served = sum(each.served for each in costs)
    peak = max(each.peak for each in costs)
    ends = f"{costs[0].wall:,.1f} … {costs[-1].wall:,.1f}" if len(costs) > 1 else ""
    sys.stdout.write(f"{what:<12}{wall:>10,.0f} s{busy:>10,.1f} s{served:>10,.1f} s{rows / wall:>10,.0f}/s{peak:>9,.0f} MiB  {ends}\n")  # fmt: skip
    sys.stdout.flush()


def _measure(data: Path, count: int, rows: int) -> None:
    """Walk the road stage by stage."""
    _set_up(data)
    batches = range(3, 3 + -(-count // rows))
    sys.stdout.write(f"{'stage':<12}{'clock':>12}{'processor':>12}{'server':>12}{'rows':>12}{'peak':>13}  first … last file, s\n")  # fmt: skip
    imported = []
    for path in _files(data, count, rows):
        imported.append(_import(data, "results", path))
        path.unlink()
    _say("import", imported, count)
    _say("approve", [_approve(data, each) for each in batches], count)
    _say("release", [_release(data, each) for each in batches], count)
    _say("index", [_run(data, "portal-site", "index")], count)
    _say("dump", [_run(data, "portal-site", "dump")], count)
    sizes = [
        f"{path.name} {_size(path) / 2**20:,.0f} MiB"
        for path in sorted(data.iterdir())
        if path.name in ("register.db", "internal.db", "search", "dumps", "files")
    ]
    sys.stdout.write(f"{', '.join(sizes)}\n")


def _size(path: Path) -> int:
    found = path.rglob("*") if path.is_dir() else [path]
    return sum(each.stat().st_size for each in found if each.is_file())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, metavar="N")
    parser.add_argument("--rows", type=int, default=100_000, help="results in one file")
    parser.add_argument("--keep", type=Path, help="empty folder to work in, and to leave as it is")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        _measure(asked.keep or Path(temporary), asked.count, asked.rows)


if __name__ == "__main__":
    main()
