"""Which column of a table is which: the row of names above the data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from portal.internal.sheets.cells import BadCell, clean
from portal.internal.sheets.report import Problem, Report
from portal.internal.sheets.sources import Row, Source
from portal.internal.sheets.spec import Column, Sheet

#: A title or two may stand above the header, no more.
_WITHIN = 10
#: Column names that make a row the header (or as many as there are mandatory ones, if fewer).
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Header:
    """Columns by their place from the left, and the letter of each by its field."""

    columns: dict[int, Column] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)


def find_header(rows: Iterator[Row], source: Source, sheet: Sheet, report: Report) -> Header | None:
    """Take rows up to the first that names enough columns.

    Returns:
        The header; None when there is none, or when it has faults, which the report then holds:
        missing, doubled, unknown or merged columns.

    """
    known = {name: column for column in sheet.columns for name in column.headers()}
    enough = min(_ENOUGH, sum(column.required for column in sheet.columns))
    for number, cells in rows:
        texts = [str(cell).strip() for cell in cells]
        if sum(_key(text) in known for text in texts) >= enough:
            return _take(number, texts, known, source=source, sheet=sheet, report=report)
        if number >= _WITHIN:
            break
    titles = "、".join(column.title for column in sheet.columns if column.required)
    report.error(
        Problem(
            source.sheet,
            "",
            f"前{_WITHIN}行没有“{sheet.title}”的表头；应有：{titles}。"
            f"可用 portal-office blank {sheet.kind} 文件名 生成空白模板",
        )
    )
    return None


def _take(
    number: int,
    texts: list[str],
    known: Mapping[str, Column],
    *,
    source: Source,
    sheet: Sheet,
    report: Report,
) -> Header | None:
    before = report.error_count
    header = Header()
    if number in source.merged_rows:
        what = "表头含有合并单元格；请取消合并，每列一个列名"
        report.error(Problem(source.sheet, f"第{number}行", what))
    for index, text in enumerate(texts):
        if not text:
            continue
        letter = get_column_letter(index + 1)
        column = known.get(_key(text))
        if column is None:
            what = f"不认识的列“{text[:40]}”；请对照模板改正列名，或删除该列"
            report.error(Problem(source.sheet, f"{letter}{number}", what))
        elif column.field in header.letters:
            what = f"列“{text}”与 {header.letters[column.field]} 列重复；请只保留一列"
            report.error(Problem(source.sheet, f"{letter}{number}", what))
        else:
            header.columns[index] = column
            header.letters[column.field] = letter
    missing = [
        column.title
        for column in sheet.columns
        if column.required
        and column.field not in header.letters
        and not (column.child and sheet.childless)
    ]
    if missing:
        what = f"缺少必填列：{'、'.join(missing)}"
        report.error(Problem(source.sheet, f"第{number}行", what))
    return header if report.error_count == before else None


def _key(text: str) -> str:
    """Return a header without line ends, blanks and the mark of a mandatory column."""
    try:
        return "".join(clean(text.lstrip("*＊")).split()).rstrip("*＊")
    except BadCell:
        return text
