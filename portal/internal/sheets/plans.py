"""The template of annual plans with their tasks (年度抽查计划)."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial

from portal.domain.measures import Count
from portal.domain.periods import parse_period
from portal.domain.plans import Joint, ObjectClass, Plan, Task, TaskType
from portal.internal.sheets import cells
from portal.internal.sheets.spec import (
    BadRow,
    Column,
    Sheet,
    Values,
    choice_column,
    code_column,
    date_column,
    each_child,
    name_column,
    text_column,
)


def _build(agency_code: str, row: Values, children: Sequence[Values]) -> Plan:
    version = row.get("version", 1)
    if version > 1 and not row.get("adjustment_reason"):
        raise BadRow("adjustment_reason", "调整后的版本（版次大于1）必须填写调整原因")
    if version == 1 and row.get("adjustment_reason"):
        raise BadRow("version", "填了调整原因，版次应大于1")
    return Plan(
        agency_code=agency_code,
        **{**row, "version": version},
        tasks=each_child(partial(_task, row["year"]), children),
    )


def _task(year: int, row: Values) -> Task:
    starts_on, ends_on = _period(year, row)
    if not row.get("item_codes") and not row.get("item_text"):
        raise BadRow("item_codes", "“抽查事项编号”与“抽查事项”至少填一项")
    named = {"task_code": "code", "task_name": "name"}
    facts = {
        named.get(field, field): value
        for field, value in row.items()
        if field not in ("period", "base_count", "planned_count")
    }
    for count, wording in (("base_count", "base_text"), ("planned_count", "planned_text")):
        stated: Count | None = row.get(count)
        if stated is not None:
            facts[count] = stated.value
            facts[wording] = None if stated.exact else stated.text
    return Task(**{**facts, "starts_on": starts_on, "ends_on": ends_on})


def _period(year: int, row: Values) -> tuple[date, date]:
    """Return the first and last day of a task, from its two dates or from the period in words."""
    starts_on, ends_on, words = row.get("starts_on"), row.get("ends_on"), row.get("period")
    if words is not None:
        try:
            period = parse_period(words, year)
        except ValueError as error:
            raise BadRow("period", str(error), "cell") from None
        if year not in (period.start.year, period.end.year):
            what = f"“{words}”在 {period.start.year} 年，与计划年度 {year} 不符；请核对"
            raise BadRow("period", what)
        if starts_on not in (None, period.start) or ends_on not in (None, period.end):
            raise BadRow("period", "检查期间与检查日期自、至不一致；请只填一种，或改成一致")
        return period.start, period.end
    if starts_on is None or ends_on is None:
        missing = "starts_on" if starts_on is None else "ends_on"
        raise BadRow(missing, "必填：请填检查日期自、至，或填检查期间", "required")
    if ends_on < starts_on:
        raise BadRow("ends_on", "检查日期止早于检查日期自", "order")
    return starts_on, ends_on


def _doubts(row: Values, children: Sequence[Values]) -> Iterator[tuple[str, int | None, str]]:
    """Tell periods that leave something open."""
    for index, child in enumerate(children):
        if "period" in child and (unsure := parse_period(child["period"], row["year"]).unsure):
            yield "period", index, unsure


SHEET = Sheet(
    doubts=_doubts,
    child=lambda _agency, row, child: _task(row["year"], child) if "year" in row else None,
    kind="plans",
    title="年度抽查计划",
    about="一行一个抽查任务；同一计划的行连续填写，计划各列首行填写即可。调整计划时填写完整的新版本。",
    group=("code", "version"),
    columns=(
        code_column(
            "code",
            "计划编号",
            "各版次相同。",
            required=True,
            example="2025-SCJG",
        ),
        text_column(
            "name",
            "计划名称",
            "计划全称。",
            300,
            required=True,
            example="示例市市场监督管理局2025年度抽查计划",
        ),
        Column(
            field="year",
            title="年度",
            parse=cells.number(2014, 2100, ("年", "年度")),
            reworded=True,
            required=True,
            help="计划年度。",
            example="2025",
        ),
        Column(
            field="version",
            title="版次",
            parse=cells.number(1, 99),
            help="首次为1，每调整一次加1。",
            example="1",
        ),
        date_column("approved_on", "批准日期", "本版次批准的日期。", required=True),
        text_column(
            "approver",
            "批准人",
            "仅内部使用，不公开。",
            60,
            required=True,
            internal=True,
            example="（批准人）",
        ),
        text_column("adjustment_reason", "调整原因", "版次大于1时必填，将公开。", 1_000),
        code_column(
            "task_code",
            "任务编号",
            "本机关内唯一，跨版次不变。",
            required=True,
            child=True,
            example="2025-SCJG-01",
        ),
        name_column(
            "task_name",
            "任务名称",
            "任务名称。",
            300,
            required=True,
            child=True,
        ),
        Column(
            field="item_codes",
            title="抽查事项编号",
            parse=cells.codes_list(),
            child=True,
            is_code=True,
            help="本机关清单中的编号，多项用分号隔开。",
            example="SP-001；SP-002",
        ),
        text_column(
            "item_text",
            "抽查事项",
            "清单以外的写法或原文。",
            1_000,
            child=True,
        ),
        text_column(
            "object_scope",
            "抽查对象范围",
            "抽查哪些对象。",
            1_000,
            required=True,
            child=True,
        ),
        choice_column(
            "task_type",
            "抽查类型",
            TaskType,
            "定向或不定向。",
            required=True,
            child=True,
        ),
        choice_column(
            "joint",
            "联合层面",
            Joint,
            "计划未写明的不填。",
            child=True,
        ),
        Column(
            field="partners",
            title="参与部门",
            parse=cells.names_list,
            child=True,
            help="多个用分号隔开。",
            example="示例市公安局；示例市消防救援支队",
        ),
        text_column(
            "level",
            "实施层级",
            "市级、县级等。",
            60,
            child=True,
            example="市级",
        ),
        choice_column("object_class", "监管对象分类", ObjectClass, "分类抽查的填写。", child=True),
        Column(
            field="ratio",
            title="抽查比例",
            parse=cells.ratio,
            child=True,
            help="写作 5%、≥10%、2%-5% 或 全覆盖；没有数值的按原文公开。",
            example="5%",
        ),
        Column(
            field="base_count",
            title="抽查基数",
            parse=cells.count(),
            child=True,
            reworded=True,
            help="名录库中符合范围的户数。",
            example="400",
        ),
        Column(
            field="planned_count",
            title="计划抽查户数",
            parse=cells.count(),
            child=True,
            reworded=True,
            help="计划检查的户数；约数按原文公开。",
            example="20",
        ),
        date_column(
            "starts_on",
            "检查日期自",
            "检查期间的第一日；与检查期间填一种即可。",
            child=True,
        ),
        date_column(
            "ends_on",
            "检查日期至",
            "检查期间的最后一日。",
            child=True,
        ),
        text_column(
            "period",
            "检查期间",
            "以文字写明的期间，与起止日期填一种即可。",
            100,
            child=True,
            reworded=True,
            example="1月—12月",
        ),
        text_column(
            "method",
            "检查方式",
            "计划采用的检查方式。",
            200,
            child=True,
            example="实地检查",
        ),
        text_column("remark", "备注", "将公开。", 1_000, child=True),
    ),
    build=_build,
)
