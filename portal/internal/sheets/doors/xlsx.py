"""XLSX: calamine reads, in one go, what the looker-over outside has no quarrel with."""

from collections.abc import Iterator
from typing import BinaryIO

import python_calamine as calamine

from portal.internal.sheets.doors import covered
from portal.internal.sheets.doors.pick import pick, refuse_hidden, weigh_others
from portal.internal.sheets.doors.shape import (
    Ask,
    Found,
    Row,
    Say,
    Span,
    Unfit,
    check_columns,
    check_rows,
)

_FAULTS = (calamine.CalamineError, calamine.ZipError, calamine.XmlError)


def open_door(file: BinaryIO, ask: Ask, _say: Say) -> tuple[Found, Iterator[Row]]:
    """Open a workbook. Uncomputed formulas and error values are told outside: here they are blank."""
    try:
        book = calamine.CalamineWorkbook.from_filelike(file)
    except (*_FAULTS, OSError) as error:
        raise Unfit("无法读取该工作簿（可能已损坏或加密）；请另存为 .xlsx 后再导入") from error
    refuse_hidden(
        each.name
        for each in book.sheets_metadata
        if each.visible is not calamine.SheetVisibleEnum.Visible
    )
    sheets = _Sheets(book)
    name = pick(book.sheet_names, ask, sheets.is_filled)
    notes = weigh_others(book.sheet_names, name, ask, sheets.is_filled)
    sheet = sheets.get(name)
    height, width = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
    check_rows(height, ask.limits)
    check_columns(width, ask.limits)
    ranges = [_span(each) for each in sheet.merged_cell_ranges or ()]
    spans = covered.clipped(ranges, height, width, ask.limits)
    notes += covered.notes(_rows(sheet), spans)
    found = Found(name, height, width, spans=spans, notes=notes)
    return found, covered.blanked(_rows(sheet), spans)


class _Sheets:
    """The worksheets of a workbook, each read once."""

    def __init__(self, book: calamine.CalamineWorkbook) -> None:
        self._book = book
        self._read: dict[str, calamine.CalamineSheet] = {}

    def get(self, name: str) -> calamine.CalamineSheet:
        if name not in self._read:
            try:
                self._read[name] = self._book.get_sheet_by_name(name)
            except _FAULTS as error:
                raise Unfit(f"工作表“{name}”已损坏，无法读取；请另存为 .xlsx 后再导入") from error
        return self._read[name]

    def is_filled(self, name: str) -> bool:
        """Whether a worksheet holds anything; a broken one does."""
        try:
            return self.get(name).end is not None
        except Unfit:
            return True


def _span(area: tuple[tuple[int, int], tuple[int, int]]) -> Span:
    (top, left), (bottom, right) = area
    return top + 1, left + 1, bottom + 1, right + 1


def _rows(sheet: calamine.CalamineSheet) -> Iterator[Row]:
    """Rows come from the top of the sheet, but columns only from the first used one."""
    left = (sheet.start or (0, 0))[1]
    if left:
        for number, row in enumerate(sheet.iter_rows(), 1):
            yield number, [*[""] * left, *row]
    else:
        yield from enumerate(sheet.iter_rows(), 1)
