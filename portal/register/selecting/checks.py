"""The parameters of results and of the findings in them (抽查结果、逐项检查情况)."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from portal.domain.codelists import CodeList
from portal.domain.results import Outcome
from portal.register.punctual import measured
from portal.register.quarters import days_of, quarter
from portal.register.selecting.asides import Aside
from portal.register.selecting.model import Around, Parameter, Reads
from portal.register.selecting.parameters import REGION, agency, named, year
from portal.register.tables.results import OutcomeRow, ResultRow


class ResultState(CodeList):
    """后续处理状态，含逾期: what a list of results can be narrowed to."""

    OPEN = "open", "处理中", "Open"
    OVERDUE = "overdue", "逾期未完结", "Overdue"
    CLOSED = "closed", "已完结", "Closed"


def _state(value: str, around: Around) -> sa.ColumnElement[bool]:
    if value == ResultState.CLOSED:
        return sa.and_(ResultRow.status == "closed", ResultRow.problem.is_(True))
    if value == ResultState.OVERDUE:
        return sa.and_(ResultRow.status == "open", ResultRow.due_on < around.today)
    return ResultRow.status == "open"


def _is_state(row: Any, value: str, around: Around) -> bool:  # noqa: ANN401 - a row of results
    if value == ResultState.OVERDUE:
        due = row.due_on is not None and row.due_on < around.today.isoformat()
        return row.status == "open" and due
    return bool(row.status == value)


def _is_late(row: Any, value: bool, _: Around) -> bool:  # noqa: ANN401, FBT001 - a row of results; a parameter's value
    days = (date.fromisoformat(row.inspected_on), date.fromisoformat(row.published_on))
    return not row.month_only and measured(*days).late == value


def _with_outcome(**wanted: str) -> sa.ColumnElement[bool]:
    return (
        sa.exists()
        .where(
            OutcomeRow.result_id == ResultRow.public_id,
            #: A check has few outcomes; an outcome has most checks.
            *(Aside(getattr(OutcomeRow, name) == value) for name, value in wanted.items()),
        )
        .correlate(ResultRow)
    )


_OUTCOME = {
    "name": "outcome", "reads": Reads.CODE, "codes": Outcome, "example": "ordered_to_rectify",
    "zh": "检查结果代码", "en": "outcome code",
    "where": lambda value, _: _with_outcome(outcome=value),
}  # fmt: skip
_ITEM = {
    "name": "item", "reads": Reads.ID, "example": "i_4f9c0a7d1e2b3c4d5e6f708192",
    "zh": "抽查事项的标识", "en": "identifier of the item",
    "where": lambda value, _: _with_outcome(item_id=value),
}  # fmt: skip
_ENTITY = named("entity", "e", ("检查对象的标识", "identifier of the party"), ResultRow.entity_id)
_AREA = Parameter(
    name="region", reads=Reads.REGION, example="990100",
    zh="检查主体所在行政区划的 6 位代码", en="six-digit division of the agency",
    where=lambda value, _: ResultRow.region == value, keeps=REGION.keeps,
)  # fmt: skip
_WHEN = (
    year(ResultRow.inspected_on, "inspected_on", ("检查年份", "year of the inspection")),
    Parameter(
        name="quarter", reads=Reads.QUARTER, example="2025Q2",
        zh="检查日期所在的季度", en="quarter of the inspection",
        where=lambda value, _: ResultRow.inspected_on.between(*days_of(value)),
        keeps=lambda row, value, _: quarter(date.fromisoformat(row.inspected_on)) == value,
    ),
    Parameter(
        name="inspected_since", reads=Reads.DATE, example="2025-01-01",
        zh="检查日期不早于", en="inspected on this day or later",
        where=lambda value, _: ResultRow.inspected_on >= value,
        keeps=lambda row, value, _: row.inspected_on >= value.isoformat(),
    ),
    Parameter(
        name="inspected_until", reads=Reads.DATE, example="2025-06-30",
        zh="检查日期不晚于", en="inspected on this day or earlier",
        where=lambda value, _: ResultRow.inspected_on <= value,
        keeps=lambda row, value, _: row.inspected_on <= value.isoformat(),
    ),
)  # fmt: skip

OF_RESULTS: tuple[Parameter, ...] = (
    agency(ResultRow.agency_id),
    _AREA,
    *_WHEN,
    _ENTITY,
    named("task", "t", ("抽查任务的标识", "identifier of the task"), ResultRow.task_id),
    named("draw", "d", ("抽取记录的标识", "identifier of the draw"), ResultRow.draw_id),
    Parameter(**_ITEM, keeps=lambda row, value, _: any(f.item_id == value for f in row.findings)),  # type: ignore[arg-type]
    Parameter(**_OUTCOME, keeps=lambda row, value, _: value in row.outcomes),  # type: ignore[arg-type]
    Parameter(
        name="status", reads=Reads.CODE, codes=ResultState, example="open",
        zh="发现问题的检查：处理中、逾期未完结（以今天计）或已完结",
        en="checks with a problem: open, overdue (as of today) or closed",
        where=_state, keeps=_is_state,
    ),
    Parameter(
        name="late", reads=Reads.BOOLEAN, example="true",
        zh="首次公开是否超过检查完成后 20 个工作日；只公开到月份的检查两边都不算",
        en="whether it became public later than 20 working days after the check; checks whose month alone is public are neither",
        where=lambda value, _: ResultRow.late == value, keeps=_is_late,
    ),
    Parameter(
        name="problems", reads=Reads.BOOLEAN, example="true", also=("problem",),
        zh="是否发现问题", en="whether a problem was found",
        where=lambda value, _: ResultRow.problem == value,
        keeps=lambda row, value, _: row.problem == value,
    ),
    Parameter(
        name="disputed", reads=Reads.BOOLEAN, example="true",
        zh="是否有异议正在处理", en="whether an objection is being handled",
        where=lambda value, _: ResultRow.disputed == value,
        keeps=lambda row, value, _: row.disputed == value,
    ),
)  # fmt: skip

OF_FINDINGS: tuple[Parameter, ...] = (
    agency(ResultRow.agency_id),
    _AREA,
    *_WHEN,
    _ENTITY,
    named("result", "r", ("所在结果的标识", "identifier of the result"), ResultRow.public_id),
    Parameter(**_ITEM, keeps=lambda row, value, _: row.item_id == value, exact=False),  # type: ignore[arg-type]
    Parameter(**_OUTCOME, keeps=lambda row, value, _: value in row.outcomes, exact=False),  # type: ignore[arg-type]
)
