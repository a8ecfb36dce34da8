"""The clerk's own workbook with its findings marked in it; whatever else is in it stays."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from portal.internal.sheets.doors import xmlparse, zipped
from portal.internal.sheets.limits import Limits
from portal.internal.sheets.marked_list import HEADING, ListSheet
from portal.internal.sheets.marks import by_row, mark, put_text, unmark
from portal.internal.sheets.ours import MARKED_SHEET
from portal.internal.sheets.report import Problem, Report

_MOST_BYTES = 4 * 1024 * 1024
_MOST_UNPACKED_MB = 24
_MOST_CELLS = 50_000
#: Cells that the rectangle of a sheet may have, filled or not.
_MOST_PLACES = 200_000
_WORKSHEETS = "xl/worksheets/"


class TooLarge(ValueError):
    """The workbook is none, or too large to be held as a whole."""


def is_moderate(path: Path, limits: Limits) -> bool:
    """Whether a file is a workbook that can be held in memory as a whole."""
    if path.stat().st_size > _MOST_BYTES:
        return False
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            return False
        try:
            members = zipped.directory(file, replace(limits, unpacked_mb=_MOST_UNPACKED_MB))
            count = _Count()
            for member in members:
                if member.filename.startswith(_WORKSHEETS) and member.filename.endswith(".xml"):
                    xmlparse.run(zipped.pieces(file, member), count.start)
        except (ValueError, zipfile.BadZipFile):
            #: Unfit, not well-formed, naming cells there cannot be, or too large: the other road.
            return False
        return count.cells > 0


class _Count:
    """Counts the cells that openpyxl would make, also under merged cells and links."""

    def __init__(self) -> None:
        self.cells = 0

    def start(self, name: str, has: xmlparse.Attributes) -> None:
        kind = xmlparse.local(name)
        if kind in ("c", "row"):
            self.cells += 1
        elif kind in ("mergeCell", "hyperlink"):
            left, top, right, bottom = range_boundaries(has.get("ref", "A1"))
            if None in (left, top, right, bottom):
                raise TooLarge
            self.cells += (int(right or 0) - int(left or 0) + 1) * (
                int(bottom or 0) - int(top or 0) + 1
            )
        if self.cells > _MOST_CELLS:
            raise TooLarge


def write_book(path: Path, target: Path, report: Report, problems: Sequence[Problem]) -> None:
    """Write the workbook in `path` to `target` with its findings marked.

    Raises:
        TooLarge: its sheets reach too far, or one of the clerk's own is called as our list.

    """
    book, values = load_workbook(path), load_workbook(path, data_only=True)
    _drop_old_list(book)
    _check_reach(book)
    by_sheet: dict[str, list[Problem]] = {}
    for problem in problems:
        by_sheet.setdefault(problem.sheet, []).append(problem)
    computed = 0
    for sheet in book.worksheets:
        marks = by_row(by_sheet.get(sheet.title, ()))
        computed += _settle(sheet, values[sheet.title], marks)
        _mark(sheet, marks)
        #: Two selected sheets would both take what is typed into one.
        sheet.sheet_view.tabSelected = False
    table = next((each.title for each in book.worksheets if each.title in by_sheet), None)
    listed = book.create_sheet(MARKED_SHEET, 0)
    remarks = (
        [f"原表的 {computed} 个公式已换成读到的结果，没有结果的显示为文字。"] if computed else []
    )
    ListSheet(listed).write(report, table, remarks)
    book.active = 0
    book.save(target)


def _drop_old_list(book: Workbook) -> None:
    if MARKED_SHEET not in book.sheetnames:
        return
    old = book[MARKED_SHEET]
    if not isinstance(old, Worksheet) or old["A1"].value != HEADING:
        raise TooLarge
    book.remove(old)


def _check_reach(book: Workbook) -> None:
    if any(each.max_row * each.max_column > _MOST_PLACES for each in book.worksheets):
        raise TooLarge


def _settle(
    sheet: Worksheet, values: Worksheet, marks: Mapping[int, Mapping[int, list[Problem]]]
) -> int:
    """Put results in the place of formulas, and take off older marks; return how many formulas.

    A workbook written here holds no results beside its formulas: they could not be read again.
    A formula that was never computed stays visible as text.
    """
    count = 0
    for cell in chain.from_iterable(sheet.iter_rows()):
        if not isinstance(cell, Cell):
            continue
        unmark(cell)
        if cell.data_type != "f":
            continue
        count += 1
        known = values.cell(cell.row, cell.column)
        findings = marks.get(cell.row, {}).get(cell.column, ())
        unread = any(each.rule == "unread" for each in findings)
        if known.value is not None:
            cell.value, cell.data_type = known.value, known.data_type
        elif known.data_type == "str" and not unread:
            cell.value = None
        else:
            given = cell.value
            put_text(cell, str(given.text if isinstance(given, ArrayFormula) else given))
    return count


def _mark(sheet: Worksheet, marks: Mapping[int, Mapping[int, list[Problem]]]) -> None:
    merged = {
        (row, column): (each.min_row, each.min_col)
        for each in sheet.merged_cells.ranges
        for row, column in chain.from_iterable(each.rows)
    }
    found: dict[tuple[int, int], list[Problem]] = {}
    for row, columns in marks.items():
        for column, problems in columns.items():
            place = (row, column or _first_filled(sheet, row))
            found.setdefault(merged.get(place, place), []).extend(problems)
    for (row, column), problems in found.items():
        cell = sheet.cell(row, column)
        if isinstance(cell, MergedCell):
            raise TypeError("a merged cell has its top left one")
        mark(cell, problems)


def _first_filled(sheet: Worksheet, row: int) -> int:
    filled = (
        column
        for column in range(1, sheet.max_column + 1)
        if sheet.cell(row, column).value not in (None, "")
    )
    return next(filled, 1)
