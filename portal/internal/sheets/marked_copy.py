"""A table written anew as a workbook, row for row at the same addresses, with its findings marked."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from math import isfinite
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell as BookCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from portal.internal.sheets.cells import Cell
from portal.internal.sheets.marked_list import ListSheet
from portal.internal.sheets.marks import (
    LONGEST,
    AnySheet,
    by_row,
    escaped,
    mark,
    put_text,
    wants_care,
)
from portal.internal.sheets.merged import unmerged
from portal.internal.sheets.ours import MARKED_SHEET
from portal.internal.sheets.report import Problem, Report
from portal.internal.sheets.sources import Source

_LAST_ROW, _WIDE = 1_048_576, 18
#: Before this year a spreadsheet knows no dates.
_FIRST_YEAR = 1901
_LONGEST_TITLE = 31
#: Of the last ones no XML may hold any.
_NOT_IN_TITLES = str.maketrans("", "", "[]:*?/\\'" + "".join(map(chr, range(32))) + "\ufffe\uffff")


def write_copy(
    target: Path, report: Report, source: Source | None, problems: Sequence[Problem], title: str
) -> None:
    """Write the list of findings, and behind it the table of `source`, where there is one, as `title`."""
    book = Workbook(write_only=True)
    listed = book.create_sheet(MARKED_SHEET)
    if source is None:
        ListSheet(listed).write(report, None)
    else:
        table = book.create_sheet(title)
        copy = _Copy(table, source, problems)
        copy.run()
        ListSheet(listed).write(report, table.title, copy.remarks())
    book.save(target)


def title_for(*names: str) -> str:
    """Return the first of these names that a worksheet with a table may bear."""
    plain = (name.translate(_NOT_IN_TITLES)[:_LONGEST_TITLE].strip() for name in names)
    return next(name for name in plain if name not in ("", MARKED_SHEET))


class _Copy:
    def __init__(self, table: AnySheet, source: Source, problems: Sequence[Problem]) -> None:
        self._table, self._source = table, source
        self._marks = by_row(problems)
        self._unread = _places(source)
        self._cut = self._left_out = 0
        for column in range(1, 40):
            table.column_dimensions[get_column_letter(column)].width = _WIDE

    def run(self) -> None:
        """Write every row at its own number; numbers that the file skips become empty rows."""
        last = 0
        for number, cells in unmerged(self._source.rows, self._source.spans):
            if number > _LAST_ROW:
                self._left_out += 1
                continue
            while last < number - 1:
                last += 1
                self._table.append([])
            last = number
            self._table.append(self._row(number, cells))

    def remarks(self) -> Iterator[str]:
        """Yield what the clerk should know of the copy."""
        yield "原文件不便直接标注，后面的表是按读到的内容另写的一份，行列位置与原文件一致。"
        if self._cut:
            yield f"有 {self._cut} 个单元格超过 {LONGEST} 字，只写入了前一部分；请在原文件中核对。"
        if self._left_out:
            yield f"最后 {self._left_out} 行超出工作簿的行数上限，没有写入；请拆分原文件。"

    def _row(self, number: int, cells: Sequence[Cell]) -> list[object]:
        row: list[object] = [self._value(cell) for cell in cells]
        unread, marks = self._unread.get(number, ()), self._marks.get(number)
        if not unread and not marks:
            return row
        marks = dict(marks or {})
        if whole := marks.pop(0, []):
            first = next((n for n, cell in enumerate(cells, 1) if cell != ""), 1)
            marks[first] = [*marks.get(first, []), *whole]
        row += [None] * (max((len(row), *marks, *unread)) - len(row))
        for column in unread:
            #: Still unreadable to us until somebody mends it, rather than silently blank.
            row[column - 1] = self._typed("#N/A", "e")
        for column, problems in marks.items():
            cell = self._cell(row[column - 1])
            cell.row, cell.column = number, column
            mark(cell, problems)
            row[column - 1] = cell
        return row

    def _value(self, cell: Cell) -> object:
        if cell == "":
            return None
        if isinstance(cell, str):
            if not wants_care(cell):
                return cell
            self._cut += len(escaped(cell)) > LONGEST
            made = self._cell(None)
            put_text(made, cell)
            return made
        if isinstance(cell, date | datetime) and cell.year < _FIRST_YEAR:
            return cell.isoformat()
        if isinstance(cell, float) and not isfinite(cell):
            return str(cell)
        return cell

    def _cell(self, value: Any) -> BookCell:  # noqa: ANN401
        return value if isinstance(value, BookCell) else WriteOnlyCell(self._table, value)

    def _typed(self, value: str, kind: str) -> BookCell:
        cell = self._cell(None)
        cell.value, cell.data_type = value, kind
        return cell


def _places(source: Source) -> dict[int, list[int]]:
    """Return the columns that cannot be read, by row."""
    found: dict[int, list[int]] = {}
    for cell, what in source.unread.items():
        row, column = Problem(source.sheet, cell, what).place
        found.setdefault(row, []).append(column)
    return found
