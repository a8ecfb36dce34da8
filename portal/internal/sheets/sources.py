"""Files as rows of cells: XLSX and CSV behind one small shape."""

import csv
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import python_calamine as calamine
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError

from portal.internal.sheets import intake
from portal.internal.sheets.cells import Cell
from portal.internal.sheets.report import Unreadable

Row = tuple[int, list[Cell]]
_ENCODINGS = ("utf-8-sig", "gb18030")
_MAX_FIELD = 1_000_000


@dataclass(slots=True)
class Source:
    """One table. Row numbers are those the clerk sees; cells may be "" but never missing."""

    sheet: str
    rows: Iterator[Row]
    #: Rows there are, as far as known before reading; for progress.
    row_count: int | None = None
    #: Addresses of cells that would silently read as empty, with what is wrong there.
    unread: Mapping[str, str] = field(default_factory=dict)
    #: Rows that hold merged cells, 1-based.
    merged_rows: frozenset[int] = field(default_factory=frozenset)


def open_table(path: Path, title: str, file_name: str) -> Source:
    """Open the table called `title` in `path` (or the only one there); people know it as `file_name`.

    Raises:
        Unreadable: not a workbook or CSV file we can take, or no such sheet in it.

    """
    intake.check_size(path)
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PK"):
        return _open_workbook(path, title)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("是旧版 .xls 或加密的工作簿；请用表格软件另存为不加密的 .xlsx")
    return _open_csv(path, file_name)


def _open_workbook(path: Path, title: str) -> Source:
    intake.check_workbook(path)
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError, OSError) as error:
        raise Unreadable("无法读取该工作簿（可能已损坏或加密）；请另存为 .xlsx 后再导入") from error
    hidden = [
        each.name
        for each in book.sheets_metadata
        if each.visible is not calamine.SheetVisibleEnum.Visible
    ]
    if hidden:
        raise Unreadable(f"含有隐藏的工作表“{'”“'.join(hidden)}”；请取消隐藏核对，或删除后再导入")
    name = _pick(book.sheet_names, title)
    _refuse_others(book, name)
    try:
        sheet = book.get_sheet_by_name(name)
    except (calamine.CalamineError, calamine.XmlError) as error:
        raise Unreadable(f"工作表“{name}”已损坏，无法读取；请另存为 .xlsx 后再导入") from error
    height = sheet.end[0] + 1 if sheet.end else 0
    if height > intake.MAX_ROWS + 20:
        raise Unreadable(f"有 {height} 行，超过上限 {intake.MAX_ROWS} 行；请拆分后分批导入")
    try:
        part = intake.sheet_parts(path).get(name)
        unread = {
            cell: what
            for (where, cell), what in intake.unread_cells(path).items()
            if part in (None, where)
        }
    except (ParseError, DefusedXmlException, zipfile.BadZipFile) as error:
        raise Unreadable(f"工作表“{name}”已损坏，无法读取；请另存为 .xlsx 后再导入") from error
    merged = frozenset(
        row + 1
        for start, end in sheet.merged_cell_ranges or ()
        for row in range(start[0], end[0] + 1)
    )
    return Source(name, _sheet_rows(sheet), height, unread, merged)


def _refuse_others(book: calamine.CalamineWorkbook, taken: str) -> None:
    """Refuse a workbook with a second table in it: what is not read must not be passed over."""
    for name in book.sheet_names:
        if name in (taken, HELP_SHEET):
            continue
        try:
            filled = book.get_sheet_by_name(name).end is not None
        except (calamine.CalamineError, calamine.XmlError):
            filled = True
        if filled:
            raise Unreadable(
                f"除“{taken}”外，工作表“{name}”也有内容，每次只读一个工作表；"
                "请并入同一工作表，或另存为单独的文件导入，或删除该工作表"
            )


def _pick(names: list[str], title: str) -> str:
    if title in names:
        return title
    others = [name for name in names if name != HELP_SHEET]
    if len(others) == 1:
        return others[0]
    raise Unreadable(
        f"没有名为“{title}”的工作表（现有：{'、'.join(names) or '无'}）；请使用对应的空白模板或改正表名"
    )


#: Name of the sheet of explanations in our blank workbooks.
HELP_SHEET = "填写说明"


def _sheet_rows(sheet: calamine.CalamineSheet) -> Iterator[Row]:
    """Rows come from the top of the sheet, but columns only from the first used one."""
    left: list[Cell] = [""] * (sheet.start or (0, 0))[1]
    for number, row in enumerate(sheet.iter_rows(), 1):
        yield number, left + row


def _open_csv(path: Path, file_name: str) -> Source:
    encoding = _encoding_of(path)
    csv.field_size_limit(min(_MAX_FIELD, sys.maxsize))
    return Source(file_name, _csv_rows(path, encoding), None)


def _encoding_of(path: Path) -> str:
    with path.open("rb") as file:
        while piece := file.read(1024 * 1024):
            if b"\0" in piece:
                raise Unreadable("含有空字节（NUL），不是 CSV 文本；请另存为 CSV UTF-8 或 .xlsx")
    for encoding in _ENCODINGS:
        try:
            with path.open(encoding=encoding) as text:
                while text.read(1024 * 1024):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise Unreadable("既不是 UTF-8 也不是 GB18030 编码的文本；请另存为 CSV UTF-8 或 .xlsx")


def _csv_rows(path: Path, encoding: str) -> Iterator[Row]:
    with path.open(encoding=encoding, newline="") as text:
        reader = csv.reader(text, strict=True)
        try:
            for count, row in enumerate(reader, 1):
                if count > intake.MAX_ROWS + 20:
                    raise Unreadable(f"超过上限 {intake.MAX_ROWS} 行；请拆分后分批导入")
                if len(row) > intake.MAX_COLUMNS:
                    raise Unreadable(
                        f"第 {count} 行有 {len(row)} 列，超过上限 {intake.MAX_COLUMNS} 列"
                    )
                yield count, list(row)
        except csv.Error as error:
            raise Unreadable(
                f"第 {reader.line_num} 行附近不是合法的 CSV（{_csv_reason(str(error))}）；请检查引号，或另存为 .xlsx"
            ) from error


def _csv_reason(message: str) -> str:
    if "field larger" in message:
        return "单元格过长"
    return (
        "引号不配对"
        if "quote" in message or "delimiter" in message or "end of data" in message
        else message
    )
