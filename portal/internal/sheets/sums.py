"""Adds up what a table says it adds up to (合计核对)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from portal.internal.sheets.cells import Cell
from portal.internal.sheets.doors.shape import Row, Span

_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,4})?")
_COUNTED = re.compile(r"(\d+)\s*[户家个条项名]")
_NO_SUM = re.compile(r"序号|编号|代码|号$|年|月|日|电话|比例|率|%")


def amount(cell: Cell) -> Decimal | None:
    """Return the plain number in a cell, None if it holds anything else."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return Decimal(int(cell)) if float(cell).is_integer() else Decimal(str(cell))
    if not isinstance(cell, str):
        return None
    text = unicodedata.normalize("NFKC", cell).strip().replace(",", "")
    return Decimal(text) if _NUMBER.fullmatch(text) else None


class Sums:
    """Running sums of the columns that hold plain numbers, and of the rows since the last total."""

    def __init__(self, names: Sequence[str], first: Iterable[Row], spans: Sequence[Span]) -> None:
        """Choose the columns worth adding up, by what stands in the first rows under `names`.

        A number merged over several rows (`spans`) counts once.
        """
        rows = [cells for _, cells in first]
        self._columns = [
            index
            for index, name in enumerate(names)
            if name and not _NO_SUM.search(name) and _mostly_amounts(row[index : index + 1] for row in rows)
        ]  # fmt: skip
        zeros = dict.fromkeys(self._columns, Decimal(0))
        self._part, self._whole = dict(zeros), dict(zeros)
        self._part_rows = self._whole_rows = 0
        #: Columns with something in them that is no plain number, such as 10家左右.
        self._part_unclear: set[int] = set()
        self._unclear: set[int] = set()
        self._covered = {
            index: {row for top, left, bottom, _ in spans if left == index + 1
                    for row in range(top + 1, bottom + 1)}
            for index in self._columns
        }  # fmt: skip

    def add(self, number: int, cells: Sequence[Cell]) -> None:
        """Take a row of data into account."""
        self._part_rows += 1
        self._whole_rows += 1
        for index in self._columns:
            if index >= len(cells) or cells[index] == "" or number in self._covered[index]:
                continue
            value = amount(cells[index])
            if value is None:
                self._part_unclear.add(index)
                self._unclear.add(index)
                continue
            self._part[index] += value
            self._whole[index] += value

    def check(
        self, cells: Sequence[Cell], *, part: bool
    ) -> Iterator[tuple[int, Decimal, Decimal | int | None]]:
        """Yield (column from 0, what the total states, what the rows give) where they differ.

        Of a column with more than plain numbers in it, None is what the rows give.

        A subtotal (`part`) is held against the rows since the one before. A number of rows, such
        as 共97户, is held against the rows there were.
        """
        sums, rows, unclear = (
            (self._part, self._part_rows, self._part_unclear)
            if part
            else (self._whole, self._whole_rows, self._unclear)
        )
        for index, cell in enumerate(cells):
            if cell == "":
                continue
            stated = amount(cell)
            if index in sums:
                if stated is not None and index in unclear:
                    yield index, stated, None
                elif stated is not None and stated != sums[index]:
                    yield index, stated, sums[index]
                continue
            counted = _COUNTED.search(unicodedata.normalize("NFKC", str(cell)))
            if counted and int(counted[1]) != rows:
                yield index, Decimal(counted[1]), rows
        if part:
            self._part = dict.fromkeys(self._columns, Decimal(0))
            self._part_rows, self._part_unclear = 0, set()


def _mostly_amounts(columns: Iterable[Sequence[Cell]]) -> bool:
    filled = [column[0] for column in columns if column and column[0] != ""]
    return 2 * sum(amount(cell) is not None for cell in filled) > len(filled)
