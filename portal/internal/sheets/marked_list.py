"""The first sheet of a marked workbook: every finding, where it is, what it asks for, and why (问题清单)."""

from collections.abc import Iterable, Sequence

from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.hyperlink import Hyperlink

from portal.internal.sheets.marks import FILLS, AnySheet, level_of, text_cell
from portal.internal.sheets.report import Problem, Report
from portal.internal.sheets.rules import RULES, Level

#: What the first cell says; by it we know our own list again.
HEADING = "问题清单（导入检查）"
_WIDTHS = (9, 14, 24, 64, 20, 56)
_TOP = Alignment(wrap_text=True, vertical="top")
_HEAD_FILL = PatternFill("solid", fgColor="E8EDF2")
_LINK = Font(color="1A4F85", underline="single")
_HOW = (
    "请在后面的表中逐处改正标色的单元格（鼠标停留可看批注），保存后直接导入本文件；"
    "本表、颜色和批注都不必删除。"
)


class ListSheet:
    """Writes the list row by row, into a workbook of either mode."""

    def __init__(self, sheet: AnySheet) -> None:
        """Prepare an empty sheet."""
        self._sheet, self._row = sheet, 0
        for letter, width in zip("ABCDEF", _WIDTHS, strict=True):
            sheet.column_dimensions[letter].width = width

    def write(self, report: Report, table: str | None, remarks: Iterable[str] = ()) -> None:
        """Write all of a report; `table` is the worksheet that the addresses are in, if any."""
        self._line([HEADING], Font(bold=True, size=14))
        self._line([_summary(report)], wrap=False)
        for line in (_HOW, *remarks) if table else remarks:
            self._line([line], wrap=False)
        self._line([])
        self._line(["级别", "处数", "规则", "为什么这样处理"], Font(bold=True), fill=True)
        for level in Level:
            for rule, count in report.groups(level):
                self._line([level.zh, str(count), RULES[rule].title, RULES[rule].why], level=level)
        self._line([])
        self._line(
            ["级别", "位置", "列", "问题与改法", "规则", "为什么这样处理"],
            Font(bold=True),
            fill=True,
        )
        first = self._row
        for level in Level:
            for problem in report.of(level):
                self._finding(problem, table)
            if (left := report.count(level) - len(report.of(level))) > 0:
                self._line([level.zh, "", "", f"另有 {left} 处未逐条列出"], level=level)
        if self._row > first:
            self._sheet.auto_filter.ref = f"A{first}:F{self._row}"

    def _finding(self, problem: Problem, table: str | None) -> None:
        level, rule = level_of(problem), RULES[problem.rule]
        place = problem.cell or "整个文件"
        row, column = problem.place
        target = (f"A{row}" if not column else problem.cell) if row and table else None
        self._line(
            [level.zh, place, problem.column, problem.what, rule.title, rule.why],
            level=level,
            target=target and f"{_quoted(table or '')}!{target}",
        )

    def _line(
        self,
        texts: Sequence[str],
        font: Font | None = None,
        *,
        fill: bool = False,
        level: Level | None = None,
        target: str | None = None,
        wrap: bool = True,
    ) -> None:
        self._row += 1
        cells = {n: text_cell(self._sheet, text) for n, text in enumerate(texts) if text}
        for cell in cells.values():
            if wrap:
                cell.alignment = _TOP
            if font:
                cell.font = font
            if fill:
                cell.fill = _HEAD_FILL
        if level:
            cells[0].fill = FILLS[level]
        if target:
            cells[1].row, cells[1].column = self._row, 2
            cells[1].hyperlink = Hyperlink(ref=cells[1].coordinate, location=target)
            cells[1].font = _LINK
        self._sheet.append([cells.get(n) for n in range(len(texts))])


def _summary(report: Report) -> str:
    counts = "，".join(
        f"{level.zh} {report.count(level)} 处" for level in Level if report.count(level)
    )
    return counts or "没有发现问题"


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
