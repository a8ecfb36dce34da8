"""The parameters of each dataset, in the order in which they are told."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from portal.domain.codelists import CodeList
from portal.domain.documents import DocumentKind
from portal.domain.followups import Step
from portal.domain.grounds import Ground
from portal.domain.items import ItemClass, Method
from portal.domain.parties import AgencyLevel, EntityKind
from portal.domain.plans import Joint, TaskType
from portal.domain.replies import LetterKind, ReplyState
from portal.register.folding import fold
from portal.register.selecting.checks import OF_FINDINGS, OF_RESULTS
from portal.register.selecting.model import Around, Parameter, Reads
from portal.register.selecting.parameters import REGION, agency, coded, named, year
from portal.register.tables.agencies import AgencyRow
from portal.register.tables.documents import DocumentRow
from portal.register.tables.draws import DrawEntryRow, DrawRow
from portal.register.tables.entities import EntityKeyRow, EntityRow
from portal.register.tables.followups import FollowUpRow
from portal.register.tables.items import ItemRow
from portal.register.tables.plans import PlanRow, TaskItemRow, TaskRow
from portal.register.tables.replies import ReplyRow
from portal.register.tables.results import ResultRow
from portal.register.tables.withheld import NoticeRow


class TaskStatus(CodeList):
    """任务进度: where today lies between a task's two days."""

    SCHEDULED = "scheduled", "未开始", "Not begun"
    UNDER_WAY = "under_way", "进行中", "Under way"
    ENDED = "ended", "已到期", "Ended"


def task_status(task: Any, today: date) -> TaskStatus:  # noqa: ANN401 - any shape of a task
    """Tell how far a task is by its days, which are texts or days."""
    if str(task.starts_on) > str(today):
        return TaskStatus.SCHEDULED
    return TaskStatus.UNDER_WAY if str(task.ends_on) >= str(today) else TaskStatus.ENDED


def _in_force(item: Any, day: date, _: Around) -> bool:  # noqa: ANN401 - a row of items
    begun = item.effective_on is None or item.effective_on <= day.isoformat()
    return begun and (item.ended_on is None or item.ended_on > day.isoformat())


_OWN_REGION = {
    "name": "region", "reads": Reads.REGION, "example": "990101",
    "zh": "所在行政区划的 6 位代码", "en": "six-digit code of its division",
    "keeps": lambda row, value, _: row.region == value,
}  # fmt: skip

_AGENCIES = (
    Parameter(**_OWN_REGION, where=lambda value, _: AgencyRow.region == value),  # type: ignore[arg-type]
    coded("level", AgencyLevel, ("层级", "level"), key="level", column=AgencyRow.level),
    Parameter(
        name="parent", reads=Reads.ID, example="a_4f9c0a7d1e2b3c4d5e6f708192",
        zh="上级机关的标识", en="identifier of the superior body",
        keeps=lambda row, value, _: row.parent_id == value,
    ),
)  # fmt: skip

_ITEMS = (
    agency(ItemRow.agency_id),
    REGION,
    Parameter(
        name="year", reads=Reads.YEAR, example="2025",
        zh="施行（没有则为批准）的年份", en="year of entry into force, else of approval",
        keeps=lambda row, value, _: (row.effective_on or row.approved_on or "").startswith(f"{value}-"),
    ),
    coded("class", ItemClass, ("事项类别", "class"), key="item_class", column=ItemRow.item_class),
    coded("method", Method, ("检查方式", "method"), key="methods"),
    Parameter(
        name="in_force_on", reads=Reads.DATE, example="2025-06-01",
        zh="这一天正在施行的", en="in force on this day", keeps=_in_force,
    ),
)  # fmt: skip

_PLANS = (
    agency(PlanRow.agency_id),
    REGION,
    Parameter(
        name="year", reads=Reads.YEAR, example="2025", zh="计划年度", en="year of the plan",
        where=lambda value, _: PlanRow.year == value, keeps=lambda row, value, _: row.year == value,
    ),
    Parameter(
        name="version", reads=Reads.NUMBER, example="2", zh="计划版次", en="version of the plan",
        keeps=lambda row, value, _: row.plan_version == value,
    ),
    Parameter(
        name="adjusted", reads=Reads.BOOLEAN, example="true", zh="是否经过调整", en="whether it was adjusted",
        keeps=lambda row, value, _: (row.plan_version > 1) == value,
    ),
)  # fmt: skip

_TASKS = (
    agency(TaskRow.agency_id),
    REGION,
    year(TaskRow.starts_on, "starts_on", ("任务开始的年份", "year in which it starts")),
    named("plan", "p", ("所在计划的标识", "identifier of its plan"), TaskRow.plan_id),
    Parameter(
        name="item", reads=Reads.ID, example="i_4f9c0a7d1e2b3c4d5e6f708192",
        zh="所含抽查事项的标识", en="identifier of one of its items",
        where=lambda value, _: sa.exists().where(
            TaskItemRow.task_id == TaskRow.public_id, TaskItemRow.item_id == value
        ),
        keeps=lambda row, value, _: value in row.item_ids,
    ),
    coded("type", TaskType, ("抽查类型", "type"), key="task_type"),
    coded("joint", Joint, ("联合方式", "whether joint"), key="joint"),
    Parameter(
        name="status", reads=Reads.CODE, codes=TaskStatus, example="under_way",
        zh="今天处于任务期间的哪一段", en="where today lies in the time of the task",
        keeps=lambda row, value, around: task_status(row, around.today) == value,
    ),
)  # fmt: skip

_DRAWS = (
    agency(DrawRow.agency_id),
    REGION,
    year(DrawRow.drawn_on, "drawn_on", ("抽取年份", "year of the draw")),
    named("task", "t", ("抽查任务的标识", "identifier of the task"), DrawRow.task_id),
    Parameter(
        name="round", reads=Reads.NUMBER, example="1", zh="轮次", en="number of the round",
        keeps=lambda row, value, _: row.round_no == value,
    ),
    Parameter(
        name="verifiable", reads=Reads.BOOLEAN, example="true",
        zh="名单能否用已公开的摘要核对", en="whether the list can be verified with the digest published",
        keeps=lambda row, value, _: bool(row.list_digest and row.list_nonce) == value,
    ),
)  # fmt: skip

_DRAW_ENTRIES = (
    Parameter(
        name="agency", reads=Reads.ID, example="a_4f9c0a7d1e2b3c4d5e6f708192",
        zh="检查主体的标识", en="identifier of the agency",
        where=lambda value, _: sa.exists().where(
            DrawRow.public_id == DrawEntryRow.draw_id, DrawRow.agency_id == value
        ),
        keeps=lambda row, value, around: around.draws.get(row.draw_id) == value,
    ),
    year(DrawEntryRow.drawn_on, "drawn_on", ("抽取年份", "year of the draw")),
    named("draw", "d", ("抽取记录的标识", "identifier of the draw"), DrawEntryRow.draw_id),
    named("entity", "e", ("检查对象的标识", "identifier of the party"), DrawEntryRow.entity_id),
)  # fmt: skip

_ENTITIES = (
    Parameter(**_OWN_REGION, where=lambda value, _: EntityRow.region == value),  # type: ignore[arg-type]
    coded("kind", EntityKind, ("名录库", "library"), key="kind", column=EntityRow.kind),
    Parameter(
        name="identifier", reads=Reads.IDENTIFIER, example="91990101MA0A00003Y",
        zh="标识代码，如统一社会信用代码", en="an identifier, such as the credit code",
        where=lambda value, _: EntityRow.public_id.in_(
            sa.select(EntityKeyRow.entity_id).where(EntityKeyRow.value == fold(value))
        ),
        keeps=lambda row, value, _: fold(value) in {fold(each.value) for each in row.identifiers},
        exact=False,
    ),
)  # fmt: skip

_FOLLOWUPS = (
    agency(FollowUpRow.agency_id),
    REGION,
    year(FollowUpRow.taken_on, "taken_on", ("步骤的年份", "year of the step")),
    named("result", "r", ("所属结果的标识", "identifier of the result"), FollowUpRow.result_id),
    coded("step", Step, ("步骤", "step"), key="step", column=FollowUpRow.step),
    Parameter(
        name="overdue", reads=Reads.BOOLEAN, example="true",
        zh="所属结果今天是否已过整改期限而未完结", en="whether the result is past its deadline today and not closed",
        where=lambda value, around: sa.exists().where(
            ResultRow.public_id == FollowUpRow.result_id, ResultRow.status == "open",
            ResultRow.due_on < around.today,
        ) == value,
        keeps=lambda row, value, around: (row.result_id in around.overdue) == value,
    ),
)  # fmt: skip

_REPLIES = (
    named("result", "r", ("所指结果的标识", "identifier of the result"), ReplyRow.result_id),
    named("entity", "e", ("所指检查对象的标识", "identifier of the party"), ReplyRow.entity_id),
    coded("kind", LetterKind, ("来信类别", "kind of letter"), key="kind", column=ReplyRow.kind),
    coded("state", ReplyState, ("办理状态", "state"), key="state", column=ReplyRow.state),
)

_DOCUMENTS = (
    agency(DocumentRow.agency_id),
    REGION,
    year(DocumentRow.issued_on, "issued_on", ("发文年份", "year of issue")),
    coded("kind", DocumentKind, ("文种", "kind"), key="kind", column=DocumentRow.kind),
)

_NOTICES = (
    coded("ground", Ground, ("不予公开的依据", "ground"), key="ground", column=NoticeRow.ground),
)

PARAMETERS: dict[str, tuple[Parameter, ...]] = {
    "agencies": _AGENCIES, "items": _ITEMS, "plans": _PLANS, "tasks": _TASKS, "draws": _DRAWS,
    "draw-entries": _DRAW_ENTRIES, "entities": _ENTITIES, "results": OF_RESULTS,
    "findings": OF_FINDINGS, "followups": _FOLLOWUPS, "replies": _REPLIES, "documents": _DOCUMENTS,
    "withheld": _NOTICES,
}  # fmt: skip
