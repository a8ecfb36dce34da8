"""Writes the files of a dump: the same rows always become the same bytes."""

import csv
import gzip
import io
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import IO, Any

from portal.register.columns.model import Cell, Dataset, Type

#: Fast, and within a few per cent of the best.
_LEVEL = 6
_SQL_TYPES = {Type.INTEGER: "INTEGER", Type.NUMBER: "NUMERIC", Type.BOOLEAN: "INTEGER"}


@contextmanager
def packed(path: Path) -> Iterator[IO[bytes]]:
    """Open a gzip file for writing whose header tells neither name nor time; it is on disk at the end."""
    with path.open("wb") as raw:
        with gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as file:
            with io.BufferedWriter(file, 1 << 16) as buffered:
                yield buffered
        raw.flush()
        os.fsync(raw.fileno())


class Rows:
    """The CSV and NDJSON files of one dataset, and its table in the SQLite file."""

    def __init__(self, folder: Path, dataset: Dataset, database: sqlite3.Connection) -> None:
        """Begin them with header and table."""
        self.count = 0
        self._open = ExitStack()
        self._lines = self._open.enter_context(packed(folder / f"{dataset.word}.ndjson.gz"))
        text = io.TextIOWrapper(
            self._open.enter_context(packed(folder / f"{dataset.word}.csv.gz")),
            encoding="utf-8",
            newline="",
            write_through=False,
        )
        self._open.callback(text.flush)
        self._table = csv.writer(text, lineterminator="\r\n")
        cells = list(dataset.cells())
        self._table.writerow([cell.key for cell in cells])
        self._database = database
        self._insert = _make_table(database, dataset, cells)
        self._truths = [at for at, cell in enumerate(cells) if _is_truth(cell)]

    def add(self, line: bytes, cells: list[Any]) -> None:
        """Append one row: its JSON, and its flat cells."""
        self.count += 1
        self._lines.write(line + b"\n")
        self._table.writerow(cells)
        for at in self._truths:
            cells[at] = {"true": 1, "false": 0}.get(cells[at])
        self._database.execute(self._insert, cells)

    def close(self) -> None:
        """Finish the files."""
        self._open.close()


def _is_truth(cell: Cell) -> bool:
    return cell.column.holds is Type.BOOLEAN and not cell.many


def _make_table(database: sqlite3.Connection, dataset: Dataset, cells: list[Cell]) -> str:
    """Make the table of a dataset; return the statement that fills it."""
    name = dataset.word.replace("-", "_")
    columns = [
        f'"{cell.key}" {"TEXT" if cell.many else _SQL_TYPES.get(cell.column.holds, "TEXT")}'
        f"{' PRIMARY KEY' if cell.key == 'id' else ''}"
        for cell in cells
    ]
    database.execute(f'CREATE TABLE "{name}" ({", ".join(columns)})')
    return f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(cells))})'  # noqa: S608 - our own names


def index_references(database: sqlite3.Connection, datasets: Iterable[Dataset]) -> None:
    """Index what rows of one table say of rows of another."""
    for dataset in datasets:
        name = dataset.word.replace("-", "_")
        for cell in dataset.cells():
            if cell.column.refers and not cell.many:
                database.execute(f'CREATE INDEX "{name}_{cell.key}" ON "{name}" ("{cell.key}")')


@contextmanager
def new_database(path: Path) -> Iterator[sqlite3.Connection]:
    """Give a scratch database; what it then holds is written to `path` without a trace of how it grew."""
    scratch = path.with_suffix(".scratch")
    with closing(sqlite3.connect(scratch, isolation_level=None)) as database:
        for statement in ("page_size = 4096", "journal_mode = OFF", "synchronous = OFF"):
            database.execute(f"PRAGMA {statement}")
        database.execute("BEGIN")
        yield database
        database.execute("COMMIT")
        database.execute("VACUUM INTO ?", (str(path),))
    scratch.unlink()
    sync(path)


@dataclass(frozen=True, slots=True)
class Written:
    """One finished file. `rows` is None where it has none of its own."""

    name: str
    size: int
    sha256: str
    rows: int | None = field(default=None)


def written(path: Path, rows: int | None = None) -> Written:
    """Measure a finished file."""
    with path.open("rb") as file:
        return Written(
            path.name, path.stat().st_size, file_digest(file, "sha256").hexdigest(), rows
        )


def put(path: Path, text: str) -> None:
    """Write a small text file, and bring it to the disk."""
    path.write_text(text, "utf-8")
    sync(path)


def sync(path: Path) -> None:
    """Bring a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
