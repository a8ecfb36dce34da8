"""A report as the office's pages show it: by level, counted by rule, then place by place."""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.internal.sheets.report import Problem, Report
from portal.internal.sheets.rules import RULES, Level, Rule

SHOWN = 100
#: What a spreadsheet would take for a formula.
_EXECUTED = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings of one level; `groups` are its rules with how often each spoke."""

    level: Level
    count: int
    groups: list[tuple[Rule, int]]
    shown: list[Problem]


def findings(report: Report) -> list[Findings]:
    """Return what a page shows, the gravest level first; empty levels are left out."""
    return [
        Findings(
            level,
            report.count(level),
            [(RULES[rule], count) for rule, count in report.groups(level)],
            report.of(level)[:SHOWN],
        )
        for level in Level
        if report.count(level)
    ]


def table_of(report: Report) -> Iterator[tuple[str, ...]]:
    """Yield every finding as a row of text, under a header."""
    yield "级别", "工作表", "位置", "列", "问题与改法", "规则", "为什么这样处理"
    for level in Level:
        for each in report.of(level):
            rule = RULES[each.rule]
            cells = (
                level.zh, each.sheet, each.cell or "整个文件", each.column, each.what, rule.title,
                rule.why,
            )  # fmt: skip
            yield tuple(map(_inert, cells))


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(_EXECUTED) else text


def rule_of(problem: Problem) -> Rule:
    """Return the rule that a finding is of."""
    return RULES[problem.rule]
