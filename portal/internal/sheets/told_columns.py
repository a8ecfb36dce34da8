"""What is to be told of the columns of a table: doubled, proposed, unmapped and missing ones."""

from collections.abc import Mapping

from openpyxl.utils import get_column_letter

from portal.internal.sheets.header import Header
from portal.internal.sheets.mapping import PLACEHOLDER, RUNNING, SECTION, Profile
from portal.internal.sheets.names import Match, fold
from portal.internal.sheets.report import Report
from portal.internal.sheets.spec import Sheet

#: Fewer columns that come again are an oversight, not a second list beside the first.
_FEWEST = 2


def report_columns(
    header: Header, sheet: Sheet, profile: Profile | None, report: Report, *, where: str,
    fills: Mapping[str, str],
) -> None:  # fmt: skip
    """Tell doubled, proposed, unmapped and missing columns, and those asked for in vain.

    `fills` are fields that the profile or the command line gives, with what they are to hold.
    """
    halves = _halves(header)
    if halves:
        report.tell("doubled", where, f"第{header.last}行", halves)
    seen: dict[str, Match] = {}
    for match in header.matches:
        cell = f"{get_column_letter(match.index + 1)}{header.last}"
        name = match.name.text
        if match.column is None:
            if name:
                report.tell("unmapped", where, cell, f"列“{name}”没有对应，按原样留存，不公开")
        elif match.how == "proposed":
            report.tell(
                "proposed", where, cell,
                f"列“{name}”{match.reason}，拟对应“{match.column.title}{'=' * bool(match.ticks)}"
                f"{match.ticks}”；请确认，或改列名后重新导入",
            )  # fmt: skip
        elif (
            not halves
            and not match.ticks
            and (first := seen.setdefault(match.column.field, match)) is not match
        ):
            report.tell(
                "doubled", where, cell,
                f"列“{name}”与{get_column_letter(first.index + 1)}列“{first.name.text}”重复，都是"
                f"“{match.column.title}”；请只保留一列，或在映射方案中指定",
            )  # fmt: skip
    _report_missing(header, sheet, report, where=where, filled=set(fills))
    present = {match.name.full for match in header.matches}
    for source, target in (profile.columns if profile else {}).items():
        if target and source not in present:
            report.tell("profile", where, "", f"映射方案要求的列“{source}”文件里没有；请核对方案")
    for name, text in fills.items():
        for source in PLACEHOLDER.findall(text):
            if source.strip() not in (RUNNING, SECTION) and fold(source) not in present:
                what = f"填入“{sheet.column(name).title}”要用的列“{source}”文件里没有；请核对写法"
                report.tell("profile", where, "", what)


def _report_missing(
    header: Header, sheet: Sheet, report: Report, *, where: str, filled: set[str]
) -> None:
    there = {match.column.field for match in header.matches if match.column} | filled
    missing = [
        column.title
        for column in sheet.columns
        if column.required and column.field not in there and not (column.child and sheet.childless)
    ]
    if missing:
        report.tell(
            "missing", where, f"第{header.last}行",
            f"缺少必填列：{'、'.join(missing)}；请补列，或写明全表相同的内容，或在映射方案中写明",
        )  # fmt: skip


def _halves(header: Header) -> str:
    """Return what is wrong with a list that goes on beside itself, "" where it does not.

    Names have #2 behind them where they come again.
    """
    names = {match.name.full: match.index for match in header.matches if match.name.full}
    again = {name: index for name, index in names.items() if name.endswith("#2")}
    first = [names[name.removesuffix("#2")] for name in again]
    if len(again) < _FEWEST or max(first) > min(again.values()):
        return ""
    left, right = (
        f"{get_column_letter(min(part) + 1)}至{get_column_letter(max(part) + 1)}列"
        for part in (first, list(again.values()))
    )
    return (
        f"表格左右并排成两栏：{right}的列名与{left}相同；请把右栏的内容剪切到左栏最后一行下面，"
        "删去右栏后重新导入"
    )
