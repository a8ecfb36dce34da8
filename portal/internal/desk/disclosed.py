"""One record as it stands between the office and the public, and the rules in officials' words (公开情况)."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.airlock.around import Passage
from portal.airlock.rules import FLOORS, PARTS, PROTECTED, TABLE, WHOLE, Rule, decidable
from portal.domain.verdicts import Verdict
from portal.internal.desk import batches, decided
from portal.internal.desk.decide import newest
from portal.internal.desk.projection import passages
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.tables import decisions, filings
from portal.register.records import Kind

#: Forms of party for which the rules are stricter, each a column of the table.
FORMS = tuple(sorted(PROTECTED, key=lambda form: form.value, reverse=True))
_TITLES = {
    "agency": "检查主体", "item": "抽查事项", "entity": "检查对象", "inspector": "检查人员",
    "plan": "年度抽查计划", "task": "抽查任务", "draw": "抽取记录", "draw_entry": "抽取名单",
    "result": "抽查结果", "finding": "检查事项结果", "followup": "后续处理", "document": "文件",
    "figure": "统计指标",
}  # fmt: skip
_SHEETS = {
    "agency": "agencies", "item": "items", "entity": "entities", "inspector": "inspectors",
    "plan": "plans", "task": "plans", "draw": "draws", "draw_entry": "draws", "result": "results",
    "finding": "results", "followup": "followups", "document": "documents",
}  # fmt: skip
#: What the fields are called that are no column of their own.
_LABELS = {
    "agency_code": "机关代码", "name": "名称", "identifiers": "标识代码", "form": "对象类型",
    "decision": "公开决定", "tasks": "抽查任务", "entries": "抽取名单", "findings": "检查事项结果",
    "figures": "统计指标", "entity_key": "检查对象", "entity_name": "检查对象名称",
    "identifier": "标识代码", "code": "编号", "base_text": "抽查基数原文", "key": "编号",
    "planned_text": "计划抽查数原文", "label": "指标", "period": "时期", "value": "数值",
    "unit": "单位", "formula": "构成", "remark": "说明", "kind": "类别",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A record as filed last, how it stands, and what the public sees of it."""

    kind: Kind
    agency: str
    author: str
    batch_id: int
    filed: object
    verdict: Verdict
    passage: Passage


def shown(session: Session, kind: Kind, key: str, *, today: date) -> Shown:
    """Return how one record stands now.

    Raises:
        UnknownRecord: there is none.

    """
    row = newest(session, kind, key)
    batch = batches.get(session, row.batch_id)
    record = filings.decode(row.kind, row.body)
    rows = decisions.in_force(session, kind.value, [key]).get(key, [])
    found = [passage for _, passage in passages(session, [row], today, batch_id=batch.id)]
    verdict = decided.standing(record, rows)
    agency = filings.owner(session, kind.value, key)
    return Shown(kind, agency, batch.filed_by, batch.id, record, verdict, found[0])


def places(kind: Kind) -> list[tuple[str, str]]:
    """Return what may be decided on in a record of this kind, as (place, wording)."""
    found = [(name, label(kind.value, name)) for name in decidable(kind.value)]
    return [("", "整条记录"), *found] if kind.value in WHOLE else found


def label(kind: str, name: str) -> str:
    """Return what a field is called; the record as a whole where `name` is empty."""
    if not name:
        return "整条记录"
    for part in PARTS.get(kind, (kind,)):
        if name in TABLE[part]:
            sheet = SHEETS.get(_SHEETS.get(part, ""))
            columns = {column.field: column.title for column in sheet.columns} if sheet else {}
            return columns.get(name) or _LABELS.get(name, name)
    return name


def table() -> list[tuple[str, str, list[tuple[str, Rule]]]]:
    """Return the table of rules by kind: title, the floor of its class if any, and labelled rows."""
    floors = "；".join(
        f"{form.zh}一律“{floor.zh}”（{basis}）" for form, (floor, basis) in FLOORS.items()
    )
    return [
        (
            _TITLES[kind],
            floors if kind == "entity" else "",
            [(label(kind, name), rule) for name, rule in rows.items()],
        )
        for kind, rows in TABLE.items()
    ]
