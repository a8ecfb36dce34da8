"""The statistics as pages and programs ask for them: what can be asked, and which rows a figure counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from portal.kit import clock
from portal.kit.i18n import language
from portal.public import filters, params
from portal.register.queries import statistics
from portal.register.queries.statistics import Line, Scope, Sheet

Words = Mapping[str, str]
SCOPE = {
    "agency": params.public_id,
    "region": params.region,
    "year": params.year,
    "quarter": params.quarter,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """One statistic: how it can be grouped, its columns, its formulae, and the list behind each figure."""

    word: str
    title: str
    about: str
    groups: tuple[str, ...]
    columns: Words
    formulae: tuple[str, ...]
    #: The list whose rows the figures count, and what narrows it for each column.
    list: str
    leads: Mapping[str, Words]
    #: The column drawn, a share or a count.
    drawn: str
    sheet: Callable[[Session, Scope, str, str], Sheet]
    #: Where a figure counts no rows of the list: the table of the figures it is the sum of, or of what it counts.
    shown_by: Callable[["Asked", Line, str], str | None] | None = None
    #: What the list cannot be narrowed by: figures are given without a link then, or not asked for so.
    takes: tuple[str, ...] = ("agency", "region", "year", "quarter")


@dataclass(frozen=True, slots=True)
class Asked:
    """One table of a statistic, as it was asked for; `given` narrows it."""

    statistic: Statistic
    by: str
    given: dict[str, str]
    item: str

    @property
    def scope(self) -> Scope:
        """What the figures are narrowed to."""
        given = self.given
        return Scope(
            given.get("agency"), given.get("region"),
            int(given["year"]) if "year" in given else None, given.get("quarter"),
        )  # fmt: skip

    def sheet(self, session: Session) -> Sheet:
        """Return the figures."""
        return self.statistic.sheet(session, self.scope, self.by, self.item)

    def columns(self, sheet: Sheet) -> list[str]:
        """Return the columns that this table has."""
        return [name for name in self.statistic.columns if name in sheet.total.values]

    def behind(self, line: Line, column: str) -> str | None:
        """Return the address of the list of exactly the rows that a figure counts."""
        lead = self.statistic.leads.get(column)
        if self.statistic.shown_by is not None:
            return self.statistic.shown_by(self, line, column)
        if lead is None:
            return None
        return address_of(f"/{self.statistic.list}/", {**self.narrowed(line), **lead})

    def narrowed(self, line: Line | None = None) -> dict[str, str]:
        """Return what the table, or one line of it, is narrowed to."""
        query = {**self.given} | ({self.by: line.group} if line and line.group else {})
        if "quarter" in query:
            query.pop("year", None)
        return query


def address_of(path: str, query: Words) -> str:
    """Return an address in the reader's language."""
    found = {**query} | ({"lang": "en"} if language() == "en" else {})
    return path + (f"?{urlencode(found)}" if found else "")


def readers(statistic: Statistic) -> dict[str, params.Read]:
    """Return what reads the parameters of a statistic."""
    found: dict[str, Any] = {name: SCOPE[name] for name in statistic.takes}
    if "outcome" in statistic.groups:
        found["item"] = params.public_id
    return found | {"by": params.member_of(*statistic.groups)}


def asked(statistic: Statistic, found: Mapping[str, Any]) -> Asked:
    """Return what was asked for; an item is asked for by outcome alone."""
    by = found.get("by", statistic.groups[0])
    if "item" in found and by != "outcome":
        raise params.BadParameter("by", by, "outcome")
    if "year" in found and not found.get("quarter", str(found["year"])).startswith(
        str(found["year"])
    ):
        raise params.BadParameter("quarter", found["quarter"], f"{found['year']}Q1–Q4")
    given = {name: str(value) for name, value in found.items() if name != "by"}
    return Asked(statistic, by, given, given.get("item", ""))


def _summands(wanted: Asked, line: Line, column: str) -> str | None:
    """Return where the figures stand that a figure of plans is the sum of: plans, and below them tasks."""
    if column.endswith("share"):
        return None
    if wanted.by == "plan" and column == "tasks" and line.group:
        return address_of("/tasks/", {"plan": line.group})
    if wanted.by == "plan":
        return address_of(f"/plans/{line.group}", {}) + "#progress" if line.group else None
    query = {**wanted.given} | ({wanted.by: line.group} if line.group else {})
    return address_of("/statistics/progress", {**query, "by": "plan"})


def _parties(wanted: Asked, line: Line, column: str) -> str | None:
    """Return where the parties stand that a figure counts."""
    if column == "known":
        return address_of("/entities/", {})
    if column.endswith("share"):
        return None
    return address_of("/statistics/coverage/parties", {**wanted.narrowed(line), "found": column})


def _outcomes(session: Session, scope: Scope, by: str, item: str) -> Sheet:
    if by in ("outcome", "item"):
        return statistics.by_key(session, "item_outcome" if item else by, scope, item)
    return statistics.outcomes(session, scope, by, clock.local_today())


STATISTICS: dict[str, Statistic] = {
    each.word: each
    for each in (
        Statistic(
            word="punctuality", title=_("公开及时率"), list="results",
            about=_("检查完成后，结果是否在20个工作日内公开。工作日按国务院办公厅每年的放假安排计算。"),
            groups=("agency", "quarter"), drawn="share",
            columns={"in_time": _("按时公开"), "late": _("超期公开"), "share": _("及时率"),
                     "median_days": _("公开用时中位数（工作日）")},
            formulae=(_("及时率 = 按时公开 ÷（按时公开 + 超期公开）"),
                      _("按时公开：首次公开日期不晚于检查完成日期之后的第20个工作日；此后的更正不影响。"),
                      _("只公开到月份的检查不计入。")),
            leads={"in_time": {"late": "false"}, "late": {"late": "true"}},
            sheet=lambda session, scope, by, _item: statistics.punctuality(session, scope, by),
        ),
        Statistic(
            word="outcomes", title=_("检查结果"), list="results",
            about=_("检查了多少，多少发现问题，问题处理到了哪一步。"),
            groups=("agency", "quarter", "outcome", "item"), drawn="problem_share",
            columns={"checked": _("检查"), "problems": _("发现问题"), "problem_share": _("问题发现率"),
                     "open": _("处理中"), "overdue": _("逾期未完结"), "closed": _("已完结"),
                     "closed_share": _("完结率")},
            formulae=(_("问题发现率 = 发现问题 ÷ 检查"), _("完结率 = 已完结 ÷ 发现问题"),
                      _("逾期未完结：处理中的检查里，整改期限在今天以前的。"),
                      _("一次检查有几种结果或几个事项的，各计一次，合计不等于各行之和。")),
            leads={"checked": {}, "problems": {"problems": "true"}, "open": {"status": "open"},
                   "overdue": {"status": "overdue"}, "closed": {"status": "closed"}},
            sheet=_outcomes,
        ),
        Statistic(
            word="coverage", title=_("检查覆盖与重复问题"), list="entities",
            about=_("检查了多少个不同的对象，占全部对象的多少，其中多少在一次以上的检查中发现问题。"),
            groups=("agency", "quarter"), drawn="coverage_share",
            columns={"parties": _("受检对象"), "known": _("全部对象"), "coverage_share": _("覆盖率"),
                     "with_problems": _("发现问题的对象"),
                     "repeated": _("两次以上发现问题的对象"), "repeat_share": _("重复问题率")},
            formulae=(_("覆盖率 = 受检对象 ÷ 全部对象"),
                      _("受检对象：在所选范围和时期内，至少有一次检查已公开的不同对象。"),
                      _("全部对象：本站现在公开的全部检查对象，不论区划和时期。监管名录中没有在本站公开的不计入，因此覆盖率可能高于按监管名录计算的结果。"),
                      _("重复问题率 = 两次以上发现问题的对象 ÷ 发现问题的对象"),
                      _("同一对象只计一次；被几个机关或在几个季度检查的，合计中也只计一次。")),
            leads={}, shown_by=_parties,
            sheet=lambda session, scope, by, _item: statistics.parties(session, scope, by),
        ),
        Statistic(
            word="progress", title=_("计划执行进度"), list="tasks", takes=("agency", "year"),
            about=_("年度计划定了多少，抽了多少，查了并公开了多少，发现的问题完结了多少。"),
            groups=("plan", "agency"), drawn="done_share",
            columns={"tasks": _("计划任务"), "planned": _("计划户数"), "drawn": _("已抽取"), "published": _("已公示"),
                     "problems": _("发现问题"), "closed": _("已完结"), "done_share": _("完成率"),
                     "closed_share": _("完结率")},
            formulae=(_("完成率 = 写明户数的任务的已公示 ÷ 计划户数"), _("完结率 = 已完结 ÷ 发现问题"),
                      _("计划户数：各任务写明的抽查户数之和；只写比例、没有写明户数的任务不计入。"),
                      _("已抽取：名单已经公开的抽取户次；名单尚未到公开时间的不计入。"),
                      _("已公示：结果已公开的检查次数。本站只知道已公开的检查，所以没有另列已检查而未公开的。"),
                      _("年份是计划年度，检查主体是制定计划的机关；只计现行版本中的任务。")),
            leads={}, shown_by=_summands,
            sheet=lambda session, scope, by, _item: statistics.progress(session, scope, by),
        ),
        Statistic(
            word="joint", title=_("联合抽查占比"), list="tasks", takes=("agency", "year"),
            about=_("计划任务中，各种联合抽查的各有多少。"),
            groups=("agency",), drawn="joint_share",
            columns={"tasks": _("计划任务"), "internal": _("部门内部联合"), "cross_agency": _("跨部门联合"),
                     "cross_level": _("上下级联合"),
                     "joint_share": _("联合抽查占比")},
            formulae=(_("联合抽查占比 = （部门内部联合 + 跨部门联合 + 上下级联合）÷ 计划任务"),
                      _("目标：不低于30%。年份是任务开始的年份，只计现行计划。")),
            leads={"tasks": {}, "internal": {"joint": "internal"},
                   "cross_agency": {"joint": "cross_agency"}, "cross_level": {"joint": "cross_level"}},
            sheet=lambda session, scope, by, _item: statistics.joint(session, scope, by),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sum:
    """The figures of everything that was asked for, for pages that show a few of them."""

    asked: Asked
    line: Line

    def address(self, column: str) -> str:
        """Return the list that a figure counts."""
        return self.asked.behind(self.line, column) or f"/statistics/{self.asked.statistic.word}"

    def __getitem__(self, column: str) -> Any:  # noqa: ANN401 - a figure of any column
        return self.line.values[column]


def total(session: Session, word: str, **given: str) -> Sum:
    """Return the sums of one statistic."""
    wanted = asked(STATISTICS[word], {"by": "all", **given})
    return Sum(wanted, wanted.sheet(session).total)


def written(value: Any, column: str) -> str:  # noqa: ANN401 - a figure of any column
    """Write a figure: a share as a percentage with one digit, nothing as a dash."""
    if value is None:
        return "—"
    if column.endswith("share"):
        return f"{Decimal(value) * 100:.1f}%"
    return filters.count(value)


def quarter(period: str) -> str:
    """Write a quarter: 2025年第2季度, or 2025 Q2."""
    year, number = period[:4], period[5]
    return f"{year} Q{number}" if language() == "en" else f"{year}年第{number}季度"
