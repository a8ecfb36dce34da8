"""The cast: plausible records, with a canary planted in every field that must never leave the office."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from portal.domain.documents import Document, DocumentKind
from portal.domain.draws import Draw, DrawEntry, DrawMethod
from portal.domain.followups import FollowUp, Step
from portal.domain.identifiers import Identifier, Scheme
from portal.domain.items import Item, ItemClass, Method
from portal.domain.parties import Agency, AgencyLevel, Entity, EntityForm, entity_key
from portal.domain.plans import Plan, Task, TaskType
from portal.domain.results import Finding, Outcome, Result
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.documents import SHEET as DOCUMENT_SHEET

#: Planted in every field that must never leave the building.
CANARY = "金丝雀-不得公开"
#: The same for fields that hold codes.
CODE_CANARY = "JSQ-0000000"

AGENCY = "990100-SCJG"
#: A valid credit code in a region that does not exist.
CREDIT_CODE = "91990101MA0000000U"


def an_agency(**changes: Any) -> Agency:
    facts: dict[str, Any] = {
        "code": AGENCY,
        "name": "示例市市场监督管理局",
        "level": AgencyLevel.CITY,
        "region": "990100",
        "duties": "负责市场监管领域随机抽查",
        "contact_person": CANARY,
        "contact_phone": CODE_CANARY,
    }
    return Agency(**(facts | changes))


def an_entity(**changes: Any) -> Entity:
    facts: dict[str, Any] = {
        "agency_code": AGENCY,
        "name": "示例市青禾食品有限公司",
        "form": EntityForm.ENTERPRISE,
        "identifiers": (Identifier(Scheme.USCC, CREDIT_CODE),),
        "region": "990101",
        "legal_person": CANARY,
        "contact_phone": CODE_CANARY,
        "address": CANARY,
        "risk_class": CANARY,
        "note": CANARY,
    }
    return Entity(**(facts | changes))


def an_item(**changes: Any) -> Item:
    facts: dict[str, Any] = {
        "agency_code": AGENCY,
        "code": "SP-001",
        "name": "食品经营许可情况检查",
        "basis": "《中华人民共和国食品安全法》第一百一十条",
        "object_scope": "食品经营者",
        "content": "许可证是否有效",
        "methods": (Method.ON_SITE,),
        "item_class": ItemClass.GENERAL,
        "note": CANARY,
    }
    return Item(**(facts | changes))


def a_task(**changes: Any) -> Task:
    facts: dict[str, Any] = {
        "code": "2025-SCJG-01",
        "name": "食品经营抽查",
        "item_codes": ("SP-001",),
        "object_scope": "全市食品经营者",
        "task_type": TaskType.UNDIRECTED,
        "starts_on": date(2025, 4, 1),
        "ends_on": date(2025, 6, 30),
    }
    return Task(**(facts | changes))


def a_plan(**changes: Any) -> Plan:
    facts: dict[str, Any] = {
        "agency_code": AGENCY,
        "code": "2025-SCJG",
        "name": "示例市市场监督管理局2025年度抽查计划",
        "year": 2025,
        "version": 1,
        "approved_on": date(2025, 3, 3),
        "approver": CANARY,
        "tasks": (a_task(),),
    }
    return Plan(**(facts | changes))


def a_draw(**changes: Any) -> Draw:
    party = an_entity()
    facts: dict[str, Any] = {
        "agency_code": AGENCY,
        "code": "2025-01",
        "name": "食品经营抽查第一轮",
        "task_code": "2025-SCJG-01",
        "drawn_on": date(2025, 4, 7),
        "method": DrawMethod.SOFTWARE,
        "frame_count": 40,
        "sample_count": 1,
        "supervised_by": "驻局纪检监察组",
        "operator": CANARY,
        "witness_names": CANARY,
        "entries": (
            DrawEntry(
                entity_key=party.key, entity_name=party.name, identifier=party.identifiers[0]
            ),
        ),
    }
    return Draw(**(facts | changes))


def a_finding(**changes: Any) -> Finding:
    facts: dict[str, Any] = {
        "item_code": "SP-001",
        "item_name": "食品经营许可情况检查",
        "outcomes": (Outcome.NO_PROBLEM,),
    }
    return Finding(**(facts | changes))


def a_result(**changes: Any) -> Result:
    """Build a plausible result; say in the test only what the test is about."""
    party = an_entity()
    facts: dict[str, Any] = {
        "agency_code": AGENCY,
        "code": "JC-0001",
        "task_code": "2025-SCJG-01",
        "entity_key": party.key,
        "entity_name": party.name,
        "identifier": party.identifiers[0],
        "inspected_on": date(2025, 5, 20),
        "findings": (a_finding(),),
        "inspector_names": CANARY,
        "certificates": CODE_CANARY,
        "note": CANARY,
    }
    return Result(**(facts | changes))


def a_problem(**changes: Any) -> Result:
    finding = a_finding(outcomes=(Outcome.ORDERED,), detail="未按要求公示许可证")
    return a_result(**({"findings": (finding,), "due_on": date(2025, 6, 20)} | changes))


def a_followup(**changes: Any) -> FollowUp:
    facts: dict[str, Any] = {
        "agency_code": AGENCY,
        "result_code": "JC-0001",
        "step": Step.ORDERED,
        "taken_on": date(2025, 5, 20),
        "due_on": date(2025, 6, 20),
        "handler": CANARY,
        "note": CANARY,
    }
    return FollowUp(**(facts | changes))


def a_document(**changes: Any) -> Document:
    facts: dict[str, Any] = {
        "agency_code": AGENCY,
        "code": "fangan-2025",
        "title": "2025年随机抽查实施方案",
        "kind": DocumentKind.SCHEME,
        "issued_on": date(2025, 2, 21),
        "summary": "部署2025年度随机抽查工作。",
        "body": "# 一、总体要求\n\n依法开展随机抽查。",
        "contact": CANARY,
    }
    return Document(**(facts | changes))


def key_of(identifier: Identifier, name: str = "", agency: str = AGENCY) -> str:
    """Return the natural key of a party."""
    return entity_key(identifier, agency_code=agency, name=name)


Row = Mapping[str, object]


def a_workbook(path: Path, kind: str, rows: Sequence[Row]) -> Path:
    """Write rows (by field name) into a workbook of this kind, with the Chinese headers."""
    sheet = SHEETS[kind]
    fields = [column.field for column in sheet.columns if any(column.field in row for row in rows)]
    book = Workbook()
    table = book.active
    assert table is not None
    table.title = sheet.title
    table.append([sheet.column(field).title for field in fields])
    for row in rows:
        table.append([row.get(field) for field in fields])
    book.save(path)
    return path


def a_text(path: Path, body: str, **head: object) -> Path:
    """Write a document file with its header block (by field name)."""
    lines = [f"{DOCUMENT_SHEET.column(field).title}: {value}" for field, value in head.items()]
    path.write_text("\n".join(["---", *lines, "---", "", body, ""]), "utf-8")
    return path


AGENCY_ROW: Row = {
    "code": AGENCY,
    "name": "示例市市场监督管理局",
    "level": "市级",
    "region": "990100",
    "contact_person": CANARY,
    "contact_phone": CODE_CANARY,
}
ITEM_ROW: Row = {
    "code": "SP-001",
    "name": "食品经营许可情况检查",
    "basis": "《中华人民共和国食品安全法》第一百一十条",
    "object_scope": "食品经营者",
    "content": "许可证是否有效",
    "methods": "实地检查",
    "item_class": "一般检查事项",
    "note": CANARY,
}
RESULT_ROW: Row = {
    "code": "JC-0001",
    "entity_name": "示例市青禾食品有限公司",
    "identifier": CREDIT_CODE,
    "inspected_on": "2025-05-20",
    "item_code": "SP-001",
    "outcomes": "未发现问题",
    "inspector_names": CANARY,
    "certificates": CODE_CANARY,
    "note": CANARY,
}
