"""Columns of results, their findings and what followed (抽查结果、逐项检查情况、后续处理)."""

from typing import Any

from portal.domain.codelists import CodeList
from portal.domain.followups import Step
from portal.domain.results import Handling, Outcome
from portal.register.columns.model import Dataset, Type
from portal.register.columns.shared import (
    AGENCY,
    MONTH_ONLY,
    TAIL,
    WITHHELD,
    address,
    code,
    col,
    identity,
    ref,
)
from portal.register.records import Kind, PublicFinding, PublicFollowUp, PublicResult

_PROBLEMS = frozenset(each.value for each in Outcome if each.is_problem)


class ResultStatus(CodeList):
    """后续处理状态."""

    OPEN = "open", "处理中", "Open"
    CLOSED = "closed", "已完结", "Closed"


def outcomes(result: Any) -> tuple[str, ...]:  # noqa: ANN401 - any shape of a result
    """Return the outcome codes of a check, each once, in the order of its findings."""
    return tuple(dict.fromkeys(code for finding in result.findings for code in finding.outcomes))


def has_problem(result: Any) -> bool:  # noqa: ANN401 - any shape of a result
    """Whether any outcome of a check opens a follow-up."""
    return any(not _PROBLEMS.isdisjoint(finding.outcomes) for finding in result.findings)


def status(result: Any) -> str | None:  # noqa: ANN401 - any shape of a result
    """Return open or closed for a check with a problem; nothing follows on one without."""
    return str(result.status) if has_problem(result) else None


_ITEM_ID = ref("item_id", "items", ("抽查事项", "Item"),
               ("抽查事项的标识；结果未对应到已公开事项的为空。", "Identifier of the item; empty where none is published."), nullable=True)  # fmt: skip
_FINDING = (
    _ITEM_ID,
    col("item_name", Type.TEXT, ("事项名称", "Item name"), ("检查时的事项名称。", "Name of the item as inspected."), "食品标签检查"),
    code("outcomes", Outcome, ("检查结果", "Outcomes"), ("统一代码；一项可有几个结果。", "Normalised codes; one item may have several."),
         ["no_problem"], many=True, default=()),
    col("outcome_text", Type.TEXT, ("检查结果原文", "Outcome as worded"), ("检查结果在原文中的写法。", "The outcome in the words of the source."),
        "未发现违法违规行为", nullable=True),
    col("detail", Type.TEXT, ("检查情况", "Detail"), ("检查情况说明。", "What was found."), "标签内容齐全。", nullable=True),
)  # fmt: skip

RESULTS = Dataset(
    word="results", kind=Kind.RESULT, record=PublicResult, page="/results/{id}",
    zh="抽查结果", en="Results",
    about_zh="对一个对象的一次检查一行；逐项情况在 JSON 的 findings 和数据集 findings 中。",
    about_en="One row for each check of one party; item by item in findings of the JSON and in the dataset findings.",
    columns=(
        identity("r", "抽查结果", "result"),
        address("/results/r_4f9c0a7d1e2b3c4d5e6f708192"),
        AGENCY,
        ref("entity_id", "entities", ("检查对象", "Party"), ("检查对象的标识。", "Identifier of the party.")),
        ref("task_id", "tasks", ("抽查任务", "Task"), ("抽查任务的标识。", "Identifier of the task."), nullable=True),
        ref("draw_id", "draws", ("抽取记录", "Draw"), ("抽取记录的标识。", "Identifier of the draw."), nullable=True),
        col("inspected_on", Type.DATE, ("检查日期", "Inspected on"), ("检查完成日期。", "Day the check was completed."), "2025-06-02"),
        col("unit", Type.TEXT, ("实施单位", "Unit"), ("实施检查的内设机构或单位。", "Unit that inspected."), "执法二中队", nullable=True),
        code("outcomes", Outcome, ("检查结果", "Outcomes"), ("本次检查各项结果的代码，每种一次。", "Outcome codes of the check, each once."),
             ["no_problem"], many=True, derive=outcomes),
        col("problem", Type.BOOLEAN, ("是否发现问题", "Problem found"), ("任一事项发现问题即为 true。", "True when any item showed a problem."),
            False, derive=has_problem),
        code("status", ResultStatus, ("后续处理状态", "Follow-up"),
             ("发现问题的检查：处理中或已完结；未发现问题的为空。",
              "Of a check with a problem: open or closed; empty where no problem was found."),
             "open", nullable=True, derive=status, default="closed"),
        col("finding_count", Type.INTEGER, ("检查事项数", "Items checked"), ("检查了几项。", "Number of items checked."), 1, unit="项",
            derive=lambda result: len(result.findings)),
        col("findings", Type.OBJECT, ("逐项检查情况", "Findings"), ("逐项检查情况。", "Item by item."), [],
            many=True, default=(), parts=_FINDING, elsewhere="findings"),
        code("handling", Handling, ("后续处置方式", "Handling"), ("后续处置方式。", "How it is handled."), "none_needed", nullable=True),
        col("handling_text", Type.TEXT, ("处理说明", "Handling as worded"), ("后续处置的说明。", "How it is handled, in words."),
            "已下达责令改正通知书", nullable=True),
        col("stated_due_on", Type.DATE, ("结果所载整改期限", "Deadline stated"),
            ("检查结果本身写明的整改期限。", "The deadline the result itself states."), "2025-07-02", nullable=True),
        col("due_on", Type.DATE, ("整改期限", "Deadline"), ("现行整改期限，以最近一次责令改正为准。", "Deadline now, by the latest order."),
            "2025-07-02", nullable=True),
        col("closed_on", Type.DATE, ("完结日期", "Closed on"), ("后续处理完结日期。", "Day the follow-up was closed."), "2025-07-10", nullable=True),
        col("disputed", Type.BOOLEAN, ("异议处理中", "In dispute"), ("有异议正在处理时为 true。", "True while an objection is being handled."),
            False, default=False),
        MONTH_ONLY,
        WITHHELD,
        *TAIL,
    ),
)  # fmt: skip

FINDINGS = Dataset(
    word="findings", kind=Kind.RESULT, record=PublicFinding, inside="findings",
    zh="逐项检查情况", en="Findings",
    about_zh="一次检查中的一个事项一行；版次、序号和公开日期是所在结果的。",
    about_en="One row for each item of each check; version, serial and day of publication are the result's.",
    columns=(
        col("id", Type.ID, ("标识", "Identifier"),
            ("结果标识加事项序号。", "Identifier of the result and the place in it."), "r_4f9c0a7d1e2b3c4d5e6f708192.1", added=True),
        ref("result_id", "results", ("抽查结果", "Result"), ("所在结果的标识。", "Identifier of its result."), added=True),
        col("position", Type.INTEGER, ("序号", "Position"), ("在该结果中的序号，自 1 起。", "Place in the result, from 1."), 1, added=True),
        ref("agency_id", "agencies", ("检查主体", "Agency"), ("检查主体的标识。", "Identifier of the agency."), added=True),
        ref("entity_id", "entities", ("检查对象", "Party"), ("检查对象的标识。", "Identifier of the party."), added=True),
        col("inspected_on", Type.DATE, ("检查日期", "Inspected on"), ("检查完成日期。", "Day the check was completed."), "2025-06-02", added=True),
        *_FINDING,
        *TAIL,
    ),
)  # fmt: skip

FOLLOWUPS = Dataset(
    word="followups", kind=Kind.FOLLOWUP, record=PublicFollowUp, page="/followups/{id}",
    zh="后续处理", en="Follow-ups",
    about_zh="检查之后的一个步骤一行。",
    about_en="One row for each step after a check.",
    columns=(
        identity("f", "后续处理", "step"),
        address("/followups/f_4f9c0a7d1e2b3c4d5e6f708192"),
        AGENCY,
        ref("result_id", "results", ("抽查结果", "Result"), ("所属结果的标识。", "Identifier of the result.")),
        code("step", Step, ("步骤", "Step"), ("步骤。", "The step."), "ordered"),
        col("taken_on", Type.DATE, ("日期", "Taken on"), ("该步骤的日期。", "Day of the step."), "2025-06-05"),
        col("due_on", Type.DATE, ("期限", "Deadline"), ("责令改正的期限。", "Deadline of an order."), "2025-07-02", nullable=True),
        col("passed", Type.BOOLEAN, ("复查通过", "Recheck passed"), ("仅复查有此项：问题是否已改正。", "Of a recheck: whether it was put right."),
            True, nullable=True),
        col("text", Type.TEXT, ("说明", "Text"), ("步骤说明。", "The step in words."), "已下达责令改正通知书。", nullable=True),
        MONTH_ONLY,
        WITHHELD,
        *TAIL,
    ),
)  # fmt: skip
