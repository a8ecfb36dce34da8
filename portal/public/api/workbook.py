"""A set as a workbook: codes as text, the header frozen, and a second sheet that says what it is."""

import re
import tempfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from typing import IO, Any

from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet._writer import WorksheetWriter

from portal.kit import clock
from portal.kit.i18n import language
from portal.public.api.asking import Asked, settings
from portal.public.problems import Problem
from portal.register.columns.model import Cell, Type

#: Rows a workbook holds at most here: beyond it a spreadsheet program is of little use.
MOST_ROWS = 100_000
#: A cell holds no more (ECMA-376).
_LONGEST = 32_767
_PIECE = 1 << 16
#: What XML 1.0 cannot hold.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")


def written(asked: Asked, rows: Iterable[Any]) -> Generator[bytes, None, None]:
    """Yield the bytes of the workbook. It is made in files first: its directory comes last.

    Raises:
        Problem: there are more rows than a workbook may hold.

    """
    book = Workbook(write_only=True)
    with ExitStack() as held:
        first, second, whole = (held.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        with _sheet(book, asked.dataset.title(language()), first, frozen="A2") as sheet:
            _rows(sheet, asked, rows)
        with _sheet(book, _("说明"), second) as sheet:
            _about(sheet, asked)
        book.save(whole)
        whole.seek(0)
        while piece := whole.read(_PIECE):
            yield piece


class _Nameless(WorksheetWriter):
    """Writes a sheet into a file without a name: whatever breaks it off, nothing is left in a folder.

    The file of openpyxl's own has one, and lies there until the process ends; when that is killed, for ever.
    """

    def __init__(self, sheet: WriteOnlyWorksheet, file: IO[bytes]) -> None:
        super().__init__(sheet, out=f"/dev/fd/{file.fileno()}")

    def cleanup(self) -> None:
        """Leave the file to whoever opened it."""


@contextmanager
def _sheet(
    book: Workbook, title: str, file: IO[bytes], *, frozen: str | None = None
) -> Iterator[WriteOnlyWorksheet]:
    """Write a sheet into `file`; what is above and left of the cell `frozen` stays in sight."""
    sheet: WriteOnlyWorksheet = book.create_sheet(title)
    sheet.freeze_panes = frozen
    writer = _Nameless(sheet, file)
    writer.write_top()
    sheet._writer = writer  # type: ignore[attr-defined]  # noqa: SLF001 - there is no other way to say where
    try:
        yield sheet
    finally:
        sheet.close()


def _rows(sheet: WriteOnlyWorksheet, asked: Asked, rows: Iterable[Any]) -> None:
    cells = list(asked.dataset.cells())
    sheet.append([_bold(sheet, cell.key) for cell in cells])
    numeric = [_is_number(cell) for cell in cells]
    for count, row in enumerate(rows, 1):
        if count > MOST_ROWS:
            raise Problem("too-many-rows", accepted=f"≤ {MOST_ROWS}; .csv, .ndjson")
        sheet.append(
            [
                _number(value) if is_number else _text(sheet, value)
                for value, is_number in zip(asked.reader.cells(row), numeric, strict=True)
            ]
        )


def _about(sheet: WriteOnlyWorksheet, asked: Asked) -> None:
    lang = language()
    narrowed = "&".join(f"{name}={value}" for name, value in asked.given.items())
    for label, value in (
        (_("数据集"), asked.dataset.title(lang)),
        (_("内容"), asked.dataset.about(lang)),
        (_("提取时间"), clock.utc_now().astimezone(clock.CHINA).isoformat()),
        (_("查询条件"), narrowed or _("（全部）")),
        (_("数据使用许可"), settings().license_url),
        (_("发布方"), settings().site_name),
        (_("网址"), settings().site_url),
    ):
        sheet.append([_bold(sheet, label), _text(sheet, value)])
    sheet.append([])
    sheet.append(
        [_bold(sheet, each) for each in (_("列名"), _("名称"), _("类型"), _("单位"), _("含义"))]
    )
    for cell in asked.dataset.cells():
        column = cell.column
        sheet.append([_text(sheet, each) for each in (
            cell.key, cell.title(lang), column.holds.value, column.unit, column.about(lang))])  # fmt: skip


def _is_number(cell: Cell) -> bool:
    return cell.column.holds in (Type.INTEGER, Type.NUMBER) and not cell.many


def _number(value: Any) -> Any:  # noqa: ANN401 - what a cell of numbers holds
    return (
        Decimal(value) if isinstance(value, str) and value else value or (0 if value == 0 else None)
    )


def _text(sheet: WriteOnlyWorksheet, value: Any) -> Any:  # noqa: ANN401 - what a cell of text holds
    """Return a cell that stays text, whatever it looks like."""
    if value is None or value == "":
        return None
    cell = WriteOnlyCell(sheet, _ILLEGAL.sub("", str(value))[:_LONGEST])
    cell.data_type = "s"
    cell.number_format = "@"
    return cell


def _bold(sheet: WriteOnlyWorksheet, text: str) -> Any:  # noqa: ANN401 - openpyxl's cell
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell
