"""XLS: the binary workbooks of Excel 97 and before."""

import datetime as dt
import os
import struct
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, BinaryIO, TextIO

import xlrd
from xlrd import compdoc, sheet
from xlrd.biffh import (
    XL_CELL_BLANK,
    XL_CELL_BOOLEAN,
    XL_CELL_DATE,
    XL_CELL_EMPTY,
    XL_CELL_ERROR,
    XL_CELL_NUMBER,
    XLRDError,
    error_text_from_code,
)
from xlrd.book import SUPBOOK_DDEOLE, SUPBOOK_EXTERNAL

from portal.internal.sheets.doors import covered, zeros
from portal.internal.sheets.doors.pick import pick, refuse_hidden, weigh_others
from portal.internal.sheets.doors.shape import (
    MACROS_OR_LINKS,
    Ask,
    Found,
    Row,
    Say,
    Unfit,
    Unread,
    address,
    check_rows,
    hidden_notes,
    too_far,
)
from portal.internal.sheets.doors.unshown import SHOWN, Unshown, unshown_by

if TYPE_CHECKING:
    from portal.internal.sheets.cells import Cell

_OLE = b"\xd0\xcf\x11\xe0"
_BLANK = (XL_CELL_EMPTY, XL_CELL_BLANK)
_NUMBERS = (XL_CELL_NUMBER, XL_CELL_DATE)
_BIFF8 = 80
_MOST_UNREAD = 100
#: In what this format measures heights and widths in.
_POINT, _CHARACTER = 20, 256
_DAMAGED = "不是完整的 .xls 工作簿（可能下载未完成或已损坏）；请用表格软件打开后另存为 .xlsx"
_ENCRYPTED = "是加密的工作簿；请用表格软件取消密码，另存为不加密的 .xlsx"
#: Streams of a compound file that tell what it is.
_MACROS = {"_vba_project_cur", "_vba_project"}
_WORKBOOK = {"workbook", "book"}


def open_door(file: BinaryIO, ask: Ask, _say: Say) -> tuple[Found, Iterator[Row]]:
    """Open a workbook; what the reader prints goes nowhere."""
    content = file.read()
    with open(os.devnull, "w", encoding="utf-8") as log:  # noqa: PTH123 - no path to speak of
        if content.startswith(_OLE):
            _check_streams(content, log)
        try:
            book = _open(content, log)
        except (XLRDError, compdoc.CompDocError, struct.error, AssertionError) as error:
            raise Unfit(_ENCRYPTED if "encrypted" in str(error) else _DAMAGED) from error
        return _read(book, ask)


def _check_streams(content: bytes, log: TextIO) -> None:
    try:
        names = {each.name.lower() for each in compdoc.CompDoc(content, logfile=log).dirlist}
    except (compdoc.CompDocError, struct.error, AssertionError, IndexError) as error:
        raise Unfit(_DAMAGED) from error
    if "encryptedpackage" in names:
        raise Unfit(_ENCRYPTED)
    if names & _MACROS:
        raise Unfit(MACROS_OR_LINKS)
    if not names & _WORKBOOK:
        raise Unfit("是 Office 文件但不是工作簿；请用表格软件另存为 .xlsx")


def _open(content: bytes, log: TextIO, encoding: str | None = None) -> xlrd.Book:
    try:
        return xlrd.open_workbook(
            file_contents=content,
            logfile=log,
            formatting_info=True,
            ragged_rows=True,
            on_demand=True,
            encoding_override=encoding,
        )
    except UnicodeDecodeError:
        #: Before Excel 97 a workbook may not say in which encoding it is.
        if encoding:
            raise
        return _open(content, log, "gb18030")


def _read(book: xlrd.Book, ask: Ask) -> tuple[Found, Iterator[Row]]:
    if {SUPBOOK_EXTERNAL, SUPBOOK_DDEOLE} & set(book._supbook_types):  # noqa: SLF001 - told nowhere else
        raise Unfit(MACROS_OR_LINKS)
    names = book.sheet_names()
    shown = dict(zip(names, book._sheet_visibility, strict=False))  # noqa: SLF001
    refuse_hidden(name for name, state in shown.items() if state)
    filled = cache(lambda other: _is_filled(book, other))
    name = pick(names, ask, filled)
    notes = weigh_others(names, name, ask, filled)
    table = book.sheet_by_name(name)
    found = Found(name, notes=notes)
    unshown_rows: set[int] = set()
    found.row_count, found.width, found.unread = _extent(table, ask, _unshown(book), unshown_rows)
    if book.biff_version < _BIFF8:
        found.notes.append("是 Excel 97 以前的旧格式，合并单元格的范围无法得知；请核对")
    spans = [(top + 1, left + 1, bottom, right) for top, bottom, left, right in table.merged_cells]
    found.spans = covered.clipped(spans, found.row_count, found.width, ask.limits)
    found.notes += hidden_notes(
        (row + 1 for row in range(found.row_count) if _is_hidden_row(table, row)),
        (column + 1 for column in range(found.width) if _is_hidden_column(table, column)),
        found,
        unshown_rows,
    )
    found.notes += covered.notes(_rows(table, book, found), found.spans)
    return found, covered.blanked(_rows(table, book, found), found.spans)


def _is_hidden_row(table: sheet.Sheet, row: int) -> bool:
    """Whether a row is hidden, or lower than a point, by itself or as all that say nothing of it."""
    if info := table.rowinfo_map.get(row):
        return bool(info.hidden) or info.height < _POINT
    height = table.default_row_height
    return bool(table.default_row_hidden) or (height is not None and height < _POINT)


def _is_hidden_column(table: sheet.Sheet, column: int) -> bool:
    """Whether a column is hidden, or narrower than a character, by itself or as all that say nothing of it."""
    info = table.colinfo_map.get(column)
    return bool(info and info.hidden) or table.computed_column_width(column) < _CHARACTER


def _is_filled(book: xlrd.Book, name: str) -> bool:
    table = book.sheet_by_name(name)
    filled = any(kind not in _BLANK for row in range(table.nrows) for kind in table.row_types(row))
    book.unload_sheet(name)
    return filled


def _extent(
    table: sheet.Sheet, ask: Ask, unshown: dict[int, Unshown], unshown_rows: set[int]
) -> tuple[int, int, Unread]:
    """Return the last row and column with content, whatever the sheet says; and error values.

    Rows of which formats keep content from sight are added to `unshown_rows`.
    """
    height = width = 0
    unread: Unread = {}
    for row in range(table.nrows):
        for column, kind in enumerate(table.row_types(row)):
            if kind in _BLANK:
                continue
            height, width = row + 1, max(width, column + 1)
            hides = unshown.get(table.cell_xf_index(row, column), SHOWN) if unshown else SHOWN
            if hides.hides(is_number=kind in _NUMBERS):
                unshown_rows.add(row + 1)
            if kind == XL_CELL_ERROR and len(unread) < _MOST_UNREAD:
                code = error_text_from_code.get(table.cell_value(row, column), "")
                unread[address(row + 1, column + 1)] = (
                    f"是错误值 {code}，读不到内容；请改正公式，或粘贴为正确的数值"
                )
        if width > ask.limits.columns:
            raise too_far(address(row + 1, width), ask.limits)
    check_rows(height, ask.limits)
    return height, width, unread


def _rows(table: sheet.Sheet, book: xlrd.Book, found: Found) -> Iterator[Row]:
    styles = _zeros(book)
    for row in range(found.row_count or 0):
        #: Beyond the width there is nothing but formats.
        kinds, values = (each(row, 0, found.width) for each in (table.row_types, table.row_values))
        pairs = zip(kinds, values, strict=True)
        cells = [_value(kind, value, book.datemode) for kind, value in pairs]
        if styles:
            cells = [
                zeros.shown(cell, styles.get(table.cell_xf_index(row, column)))
                for column, cell in enumerate(cells)
            ]
        yield row + 1, cells


def _codes(book: xlrd.Book) -> Iterator[tuple[int, str]]:
    """Yield each cell style with its number format."""
    for number, xf in enumerate(book.xf_list):
        if form := book.format_map.get(xf.format_key):
            yield number, form.format_str


def _zeros(book: xlrd.Book) -> dict[int, zeros.ZeroFormat]:
    """Return the cell styles that show numbers with leading zeros."""
    return {n: found for n, code in _codes(book) if (found := zeros.format_of(code))}


def _unshown(book: xlrd.Book) -> dict[int, Unshown]:
    """Return the cell styles that keep content from sight."""
    return {n: hides for n, code in _codes(book) if (hides := unshown_by(code)) != SHOWN}


def _value(kind: int, value: str | float, datemode: int) -> "Cell":
    if kind == XL_CELL_BOOLEAN:
        return bool(value)
    if kind == XL_CELL_ERROR or kind in _BLANK:
        return ""
    if kind == XL_CELL_DATE and isinstance(value, float):
        return _moment(value, datemode)
    return value


def _moment(value: float, datemode: int) -> "Cell":
    """Return a date, a date with a time, or a time of day; the number where it is no date."""
    try:
        moment: dt.datetime = xlrd.xldate_as_datetime(value, datemode)
    except (OverflowError, ValueError):
        return value
    if 0 <= value < 1:
        return moment.time()
    return moment if moment.time() != dt.time() else moment.date()
