"""The blank workbook of a template: codes as text, lists to choose from, a sheet of explanations."""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from portal.internal.sheets.sources import HELP_SHEET
from portal.internal.sheets.spec import Column, Sheet

#: Rows prepared with formats and lists; more may be filled in, but codes then want care.
_PREPARED_ROWS = 2_000
_HEADER_FILL = PatternFill("solid", fgColor="E8EDF2")
_INTERNAL_FILL = PatternFill("solid", fgColor="F3E9E2")
#: An inline list may not be longer in the file format.
_LIST_LIMIT = 255


def write_blank(sheet: Sheet, path: Path) -> None:
    """Write the blank workbook of `sheet` to `path`; a text template for documents."""
    if sheet.kind == "documents":
        path.write_text(_blank_text(sheet), "utf-8")
        return
    book = Workbook()
    table = book.active
    if not isinstance(table, Worksheet):
        raise TypeError("a new workbook has a first sheet")
    table.title = sheet.title
    table.freeze_panes = "A2"
    help_sheet = book.create_sheet(HELP_SHEET)
    for index, column in enumerate(sheet.columns, 1):
        _write_column(table, help_sheet, index, column)
    _write_help(help_sheet, sheet)
    book.save(path)


def _write_column(table: Worksheet, help_sheet: Worksheet, index: int, column: Column) -> None:
    letter = get_column_letter(index)
    head = table.cell(1, index, f"*{column.title}" if column.required else column.title)
    head.font = Font(bold=True)
    head.fill = _INTERNAL_FILL if column.internal else _HEADER_FILL
    head.alignment = Alignment(wrap_text=True, vertical="center")
    table.column_dimensions[letter].width = max(12, 2.2 * len(column.title) + 4)
    if column.is_code:
        for row in range(2, _PREPARED_ROWS + 2):
            table.cell(row, index).number_format = "@"
    if (
        column.codes is not None
        and not column.help.startswith("可填多项")
        and "多项" not in column.help
    ):
        _add_list(table, help_sheet, letter, index, column)


def _add_list(
    table: Worksheet, help_sheet: Worksheet, letter: str, index: int, column: Column
) -> None:
    """Short lists stand in the rule itself, long ones in a far column of the help sheet."""
    if column.codes is None:
        return
    words = [each.zh for each in column.codes]
    inline = '"' + ",".join(words) + '"'
    if len(inline) > _LIST_LIMIT or any("," in word for word in words):
        far = get_column_letter(30 + index)
        for row, word in enumerate(words, 1):
            help_sheet[f"{far}{row}"] = word
        inline = f"'{HELP_SHEET}'!${far}$1:${far}${len(words)}"
    rule = DataValidation(type="list", formula1=inline, allow_blank=True, showErrorMessage=True)
    rule.error = "请从列表中选择"
    table.add_data_validation(rule)
    rule.add(f"{letter}2:{letter}{_PREPARED_ROWS + 1}")


def _write_help(help_sheet: Worksheet, sheet: Sheet) -> None:
    lines = [
        [sheet.title, sheet.about],
        [],
        ["列名", "是否必填", "是否公开", "怎样填写", "示例", "可选内容"],
    ]
    lines += [
        [
            column.title,
            "必填" if column.required else "",
            "仅内部" if column.internal else "公开",
            column.help,
            column.example,
            "；".join(each.zh for each in column.codes) if column.codes else "",
        ]
        for column in sheet.columns
    ]
    for row, line in enumerate(lines, 1):
        for index, value in enumerate(line, 1):
            cell = help_sheet.cell(row, index, value)
            cell.number_format = "@"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDEF", (18, 10, 10, 48, 28, 60), strict=True):
        help_sheet.column_dimensions[letter].width = width


def _blank_text(sheet: Sheet) -> str:
    head = [
        f"{column.title}: {column.example}"
        for column in sheet.columns
        if column.field != "body" and column.required
    ]
    return "\n".join(["---", *head, "---", "", "# 一、……", "", "正文。", ""])
