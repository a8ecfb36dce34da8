"""The template of steps after a check (后续处理)."""

from collections.abc import Sequence

from portal.domain.followups import FollowUp, Step
from portal.internal.sheets import cells
from portal.internal.sheets.spec import (
    BadRow,
    Column,
    Sheet,
    Values,
    choice_column,
    code_column,
    date_column,
    decision_columns,
    decision_of,
    text_column,
)

_OWN = ("result_code", "step", "taken_on", "due_on", "passed", "text", "handler", "note")


def _build(agency_code: str, row: Values, children: Sequence[Values]) -> FollowUp:
    del children
    row = _with_passed(row)
    if row["step"] is Step.RECHECK and "passed" not in row:
        raise BadRow("passed", "复查必须填写是否通过")
    if (due := row.get("due_on")) and due < row["taken_on"]:
        raise BadRow("due_on", "期限早于办理日期")
    return FollowUp(
        agency_code=agency_code,
        decision=decision_of("followups", row),
        **{field: row[field] for field in _OWN if field in row},
    )


def _with_passed(row: Values) -> Values:
    """复查合格 says both the step and how it ended."""
    words = row.get("step_words")
    if words is None or "passed" in row or row["step"] is not Step.RECHECK:
        return row
    try:
        return {**row, "passed": cells.yes_no(words)}
    except cells.BadCell:
        return row


SHEET = Sheet(
    kind="followups",
    title="后续处理",
    about="一行一个步骤：责令改正、收到整改报告、复查、移送、抄告、立案、处罚、完结。",
    columns=(
        code_column(
            "result_code",
            "检查记录编号",
            "对应抽查结果的编号。",
            required=True,
            internal=True,
            example="JC2025-0001",
        ),
        choice_column(
            "step",
            "步骤",
            Step,
            "办理的步骤。",
            required=True,
        ),
        date_column(
            "taken_on",
            "办理日期",
            "该步骤的日期，不早于检查完成日期。",
            required=True,
        ),
        date_column("due_on", "期限", "责令改正的期限。"),
        Column(
            field="passed",
            title="复查通过",
            parse=cells.yes_no,
            help="复查时填“是”或“否”。",
            example="是",
        ),
        text_column("text", "步骤说明", "将公开，不得含个人信息。", 2_000),
        text_column("handler", "经办人", "仅内部使用，不公开。", 60, internal=True),
        text_column("note", "内部备注", "仅内部使用，不公开。", internal=True),
        *decision_columns("followups"),
    ),
    build=_build,
)
