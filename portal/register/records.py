"""What the world may see: one closed type for each kind of published record.

The airlock builds these and the public side reads nothing else. A field that is not named here
has no way out. Absent values are left out of the stored JSON, keys are sorted: the same record
is always the same bytes.
"""

from datetime import date
from decimal import Decimal
from typing import TypeVar

import msgspec

from portal.domain.codelists import CodeList
from portal.register.evidence import Evidence
from portal.register.parts import Part as Part
from portal.register.parts import Record as Record
from portal.register.parts import Withheld as Withheld


class Kind(CodeList):
    """Kinds of published records, in the order in which they refer to each other."""

    AGENCY = "agency", "检查主体", "Agency"
    ITEM = "item", "抽查事项", "Inspection item"
    ENTITY = "entity", "检查对象", "Inspected party"
    PLAN = "plan", "年度抽查计划", "Annual plan"
    DRAW = "draw", "抽取记录", "Draw"
    DRAW_ENTRY = "draw_entry", "抽取名单", "Drawn party"
    RESULT = "result", "抽查结果", "Result"
    FOLLOWUP = "followup", "后续处理", "Follow-up"
    DOCUMENT = "document", "文件", "Document"
    WITHHELD = "withheld", "不予公开告知", "Withholding notice"
    REPLY = "reply", "来信办理", "Letter"


class PublicAgency(Record, frozen=True):
    """A body that inspects or publishes (检查主体)."""

    name: str
    level: str
    region: str
    parent_id: str | None = None
    duties: str | None = None
    withheld: tuple[Withheld, ...] = ()


class PublicIdentifier(Part, frozen=True):
    """A number of a party. `valid` is false when its check digit does not fit."""

    scheme: str
    value: str
    valid: bool = True


class PublicEntity(Record, frozen=True):
    """An inspected party (检查对象). `masked`: the name is shortened and numbers are left out."""

    name: str
    kind: str
    form: str
    identifiers: tuple[PublicIdentifier, ...] = ()
    former_names: tuple[str, ...] = ()
    region: str | None = None
    industry: str | None = None
    masked: bool = False
    withheld: tuple[Withheld, ...] = ()


class PublicItem(Record, frozen=True):
    """One checklist line (抽查事项). What is absent and not `withheld` its source does not state."""

    agency_id: str
    code: str
    name: str
    methods: tuple[str, ...]
    item_class: str | None = None
    category: str | None = None
    basis: str | None = None
    object_scope: str | None = None
    content: str | None = None
    ratio: Decimal | None = None
    ratio_text: str | None = None
    frequency: str | None = None
    cap: str | None = None
    approved_on: date | None = None
    effective_on: date | None = None
    ended_on: date | None = None
    withheld: tuple[Withheld, ...] = ()


class PublicTask(Part, frozen=True):
    """One planned inspection (抽查任务), inside its plan. `*_text` says more than the figure."""

    id: str
    code: str
    name: str
    object_scope: str
    task_type: str
    starts_on: date
    ends_on: date
    item_ids: tuple[str, ...] = ()
    item_text: str | None = None
    joint: str | None = None
    partners: tuple[str, ...] = ()
    level: str | None = None
    object_class: str | None = None
    ratio: Decimal | None = None
    ratio_text: str | None = None
    base_count: int | None = None
    base_text: str | None = None
    planned_count: int | None = None
    planned_text: str | None = None
    method: str | None = None
    remark: str | None = None


class PublicPlan(Record, frozen=True):
    """One version of an annual plan (年度抽查计划)."""

    agency_id: str
    code: str
    name: str
    year: int
    version: int
    approved_on: date
    adjustment_reason: str | None = None
    tasks: tuple[PublicTask, ...] = ()
    withheld: tuple[Withheld, ...] = ()


class PublicDraw(Evidence, frozen=True, kw_only=True):
    """One draw (抽取记录). Its list follows as `PublicDrawEntry` when the embargo has ended."""

    agency_id: str
    name: str
    round_no: int
    drawn_on: date
    method: str
    task_id: str | None = None
    place: str | None = None
    frame_count: int | None = None
    sample_count: int | None = None
    ratio: Decimal | None = None
    ratio_text: str | None = None
    inspector_count: int | None = None
    team_count: int | None = None
    supervised_by: str | None = None
    embargo_until: date | None = None
    list_digest: str | None = None
    list_nonce: str | None = None
    remark: str | None = None
    withheld: tuple[Withheld, ...] = ()


class PublicDrawEntry(Record, frozen=True):
    """One drawn party (抽取名单)."""

    draw_id: str
    entity_id: str
    drawn_on: date
    unit: str | None = None


class PublicFinding(Part, frozen=True):
    """One item within one check, with its outcome codes."""

    item_name: str
    outcomes: tuple[str, ...]
    item_id: str | None = None
    outcome_text: str | None = None
    detail: str | None = None


class PublicResult(Record, frozen=True):
    """One check of one party (抽查结果)."""

    agency_id: str
    entity_id: str
    inspected_on: date
    findings: tuple[PublicFinding, ...]
    task_id: str | None = None
    draw_id: str | None = None
    unit: str | None = None
    handling: str | None = None
    handling_text: str | None = None
    #: "open" while a problem waits for its closing step; set by the register itself.
    status: str = "closed"
    #: The deadline the result itself was filed with; `due_on` follows the latest order.
    stated_due_on: date | None = None
    due_on: date | None = None
    closed_on: date | None = None
    #: Whether an objection is being handled; set by the register itself.
    disputed: bool = False
    #: The dates are known to the month only (their first, or last, day stands for it).
    month_only: bool = False
    withheld: tuple[Withheld, ...] = ()


class PublicFollowUp(Record, frozen=True):
    """One step after a check (后续处理)."""

    agency_id: str
    result_id: str
    step: str
    taken_on: date
    due_on: date | None = None
    passed: bool | None = None
    text: str | None = None
    month_only: bool = False
    withheld: tuple[Withheld, ...] = ()


class PublicFigure(Part, frozen=True):
    """One figure a document states, with the sum it should equal."""

    key: str
    label: str
    period: str
    value: Decimal
    unit: str
    formula: str | None = None
    remark: str | None = None


class PublicDocument(Record, frozen=True):
    """A published text (文件)."""

    agency_id: str
    title: str
    kind: str
    issued_on: date
    summary: str
    number: str | None = None
    body: str | None = None
    figures: tuple[PublicFigure, ...] = ()
    source: str | None = None
    withheld: tuple[Withheld, ...] = ()


class PublicNotice(Record, frozen=True):
    """That something is withheld: these five facts and nothing else."""

    ground: str
    article: str
    decided_by: str
    review_on: date


class PublicReply(Record, frozen=True):
    """How far a letter is (来信办理). `text` is a party's own statement, which nobody has verified."""

    state: str
    received_on: date
    decided_on: date | None = None
    kind: str | None = None
    result_id: str | None = None
    entity_id: str | None = None
    text: str | None = None
    decision: str | None = None


TYPES: dict[Kind, type[Record]] = {
    Kind.AGENCY: PublicAgency, Kind.ITEM: PublicItem, Kind.ENTITY: PublicEntity, Kind.PLAN: PublicPlan,
    Kind.DRAW: PublicDraw, Kind.DRAW_ENTRY: PublicDrawEntry, Kind.RESULT: PublicResult,
    Kind.FOLLOWUP: PublicFollowUp, Kind.DOCUMENT: PublicDocument, Kind.WITHHELD: PublicNotice,
    Kind.REPLY: PublicReply,
}  # fmt: skip

KIND_OF = {record_type: kind for kind, record_type in TYPES.items()}

R = TypeVar("R", bound=Part)

_ENCODER = msgspec.json.Encoder(order="deterministic")


def encode(record: Part) -> bytes:
    """Return the canonical JSON of `record`."""
    return _ENCODER.encode(record)


def is_plain(body: str, record_type: type[Part]) -> bool:
    """Whether a stored body is to the letter what `encode` writes of it.

    One that reads alike in another spelling or order is not found by its words, and taken for another text.

    Raises:
        msgspec.MsgspecError: it cannot be read.

    """
    return encode(decode(body, record_type)).decode() == body


def decode(body: str | bytes, record_type: type[R]) -> R:
    """Read back what `encode` wrote."""
    return msgspec.json.decode(body, type=record_type)
