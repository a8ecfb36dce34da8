"""Every field of every record is either published or never published; there is no third kind.

Context: a column that is added in the office must not reach the public by accident, nor be
forgotten where it should be shown. Decision: each domain field stands in the table below or
changes what is published. Consequence: a new field fails here until it is decided on.
"""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal.airlock.around import Passage
from portal.airlock.project import Publishable
from portal.airlock.redact import redact
from portal.domain.documents import Figure
from portal.domain.followups import Step
from portal.domain.grounds import Decision, Disclosure, Ground
from portal.domain.identifiers import Identifier, Scheme
from portal.domain.items import ItemClass, Method
from portal.domain.measures import Ratio
from portal.domain.parties import AgencyLevel, EntityForm
from portal.domain.plans import Joint, ObjectClass, Task, TaskType
from portal.domain.results import Handling
from tests.airlock.makers import around
from tests.makers import (
    a_document,
    a_draw,
    a_finding,
    a_followup,
    a_plan,
    a_problem,
    a_task,
    an_agency,
    an_entity,
    an_item,
)

#: Fields that never leave the office, by type.
NEVER = {
    "Agency": {"contact_person", "contact_phone"},
    "Entity": {"legal_person", "contact_phone", "address", "risk_class", "note"},
    "Item": {"note"},
    "Plan": {"approver"},
    "Draw": {"operator", "witness_names"},
    "Result": {"inspector_names", "certificates", "note"},
    "FollowUp": {"handler", "note"},
    "Document": {"contact"},
}

#: Fields that only choose the public id or lead to another record, and so change nothing else:
#: the name a check was filed under is the party's to show, its number is the party's key.
VIA_ANOTHER = {
    "Entity": {"agency_code"},  # part of the key of parties with local numbers only
    "Result": {"entity_name", "identifier"},
    "Draw": {"ratio"},  # with both counts given the share follows from them
}

RECORDS: list[Publishable] = [
    an_agency(parent_code="990000-A"),
    an_entity(),
    an_item(),
    a_plan(),
    a_draw(),
    a_problem(),
    a_followup(step=Step.RECHECK, passed=True),
    a_document(),
]

_OTHER: dict[str, Any] = {
    "level": AgencyLevel.COUNTY,
    "form": EntityForm.COOPERATIVE,
    "identifiers": (Identifier(Scheme.REG15, "990100000000016"),),
    "former_names": ("示例市青禾食品厂",),
    "methods": (Method.WRITTEN,),
    "item_class": ItemClass.KEY,
    "ratio": Ratio("3%", Decimal("0.03")),
    "year": 2026,
    "version": 2,
    "tasks": (a_task(name="另一任务"),),
    "round_no": 2,
    "frame_count": 41,
    "sample_count": 2,
    "inspector_count": 9,
    "team_count": 3,
    "entries": (),
    "findings": (a_finding(),),
    "handling": Handling.OTHER,
    "step": Step.CLOSED,
    "passed": False,
    "task_type": TaskType.DIRECTED,
    "joint": Joint.INTERNAL,
    "object_class": ObjectClass.KEY,
    "figures": (Figure(key="A1", label="抽查企业", period="2025年", value=Decimal(1), unit="家"),),
    "decision": Decision(
        disclosure=Disclosure.WITHHELD,
        ground=Ground.TRADE_SECRET,
        decided_by="示例市市场监督管理局",
        decided_on=date(2025, 1, 1),
        review_on=date(2025, 12, 1),
    ),
}


def _varied(record: Publishable, name: str) -> Publishable:
    """Return the record with another value in one field."""
    value = getattr(record, name)
    other = _OTHER.get(name)
    if other is None:
        if isinstance(value, date) or name.endswith(("_on", "_until")):
            other = date(2025, 5, 31)
        else:
            other = "另一个值"
    if name == "kind":
        other = "notice"
    if name == "method":
        other = "balls"
    assert other != value
    changes: dict[str, Any] = {name: other}
    return replace(record, **changes)


def _project(record: Publishable) -> Passage:
    surroundings = around(
        party=record if type(record).__name__ == "Entity" else None,  # type: ignore[arg-type]
    )
    surroundings.parties.setdefault("另一个值", an_entity())
    for key in ("990100-SCJG/另一个值", "另一个值/JC-0001"):
        surroundings.checks.setdefault(key, a_problem())
    return redact(record, surroundings)


CASES = [
    pytest.param(record, field.name, id=f"{type(record).__name__}.{field.name}")
    for record in RECORDS
    for field in fields(record)
]


@pytest.mark.parametrize(("record", "name"), CASES)
def test_a_field_is_published_or_never_published(record: Publishable, name: str) -> None:
    kind = type(record).__name__

    plain, varied = _project(record), _project(_varied(record, name))
    same = (plain.records, plain.gone) == (varied.records, varied.gone)

    assert same == (name in NEVER[kind] | VIA_ANOTHER.get(kind, set()))


#: Values of a task's fields, other than those of the maker's task.
_OF_TASKS: dict[str, Any] = {
    "item_codes": (),
    "partners": ("示例市公安局",),
    "base_count": 400,
    "planned_count": 20,
}


@pytest.mark.parametrize("name", [field.name for field in fields(Task)])
def test_every_field_of_a_task_is_published(name: str) -> None:
    plan = a_plan()
    value = _OF_TASKS.get(name, _OTHER.get(name))
    if value is None:
        value = date(2025, 5, 31) if name.endswith("_on") else "另一个值"
    changes: dict[str, Any] = {name: value}

    varied = replace(plan, tasks=(replace(plan.tasks[0], **changes),))

    assert _project(varied).records != _project(plan).records
