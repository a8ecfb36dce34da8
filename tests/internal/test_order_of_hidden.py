"""An order that follows from a hidden item alone goes with it, whatever else was found, and tells of it by nothing left."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.verdicts import Act
from portal.register.proofs.audit import audit
from portal.register.records import Kind
from tests.conftest import Office
from tests.internal.test_brought import _decide
from tests.makers import AGENCY, ITEM_ROW, RESULT_ROW
from tests.public.twins import NEVER, Row
from tests.raw import store_bytes

SECOND: Row = {**ITEM_ROW, "code": "SP-002", "name": "仓储条件检查"}
CHECK: Row = {**RESULT_ROW, "outcomes": "通过登记的住所（经营场所）无法联系"}
#: What only the finding about the second item led to.
ORDERED: Row = {
    "due_on": "2025-06-17", "handling": "违反本部门相关规定，责令改正；后续跟踪由日常监管部门负责",
    "handling_text": "已发改正通知",
}  # fmt: skip
STEPS: tuple[Row, ...] = (
    {"result_code": "JC-0001", "step": "责令改正", "taken_on": "2025-05-21", "due_on": "2025-06-18"},
    {"result_code": "JC-0001", "step": "收到整改报告", "taken_on": "2025-05-22"},
    {"result_code": "JC-0001", "step": "复查", "taken_on": "2025-05-23", "passed": "是"},
)  # fmt: skip


def _texts(office: Office, *kinds: str) -> list[str]:
    with office.stores.register.connect() as register:
        return [
            body
            for kind in kinds
            for body in register.scalars(sa.text(f"SELECT body FROM {kind} ORDER BY body"))
        ]


def _found(office: Office) -> None:
    finding = {**CHECK, "item_code": "SP-002", "outcomes": "发现问题已责令改正"}
    office.put("results", CHECK | ORDERED, finding | ORDERED)
    office.put("followups", *STEPS, {"result_code": "JC-0001", "step": "移送", "taken_on": "2025-05-24"})  # fmt: skip


@pytest.mark.parametrize("later", [False, True])
def test_an_order_about_a_hidden_item_alone_goes_beside_another_problem(
    office: Office, data: Path, *, later: bool
) -> None:
    office.put("items", SECOND)
    if not later:
        _decide(office, Kind.ITEM, f"{AGENCY}/SP-002", Act.NEVER)
    _found(office)
    if later:
        _decide(office, Kind.ITEM, f"{AGENCY}/SP-002", Act.NEVER)
    check, step = _texts(office, "result", "followup", "version")

    assert [each for each in ("due", "handling", "2025-06") if each in check] == []
    assert "transferred" in step
    kept = store_bytes(data)
    assert [
        each for each in ("已发改正通知", "2025-06-17", "2025-06-18") if each.encode() in kept
    ] == []
    with Session(office.stores.register) as session:
        assert audit(session).faults == []


def test_an_order_that_a_shown_finding_states_stays(office: Office) -> None:
    office.put("items", SECOND)
    _decide(office, Kind.ITEM, f"{AGENCY}/SP-002", Act.NEVER)
    both = {**RESULT_ROW, "outcomes": "发现问题已责令改正"} | ORDERED
    office.put("results", both, both | {"item_code": "SP-002"})
    office.put("followups", *STEPS)

    shown = _texts(office, "result", "followup")
    assert len(shown) == 1 + len(STEPS)
    assert "已发改正通知" in shown[0]


#: Only the words of an order are kept back.
PARTLY: Row = {
    "disclosure": "部分公开", "ground": "危及公共安全", "hidden": "处理说明", "decided_by": "示例市市场监督管理局",
    "decided_on": "2025-03-01", "review_on": "2026-02-28",
}  # fmt: skip


@pytest.mark.parametrize("later", [False, True])
def test_that_words_of_an_order_about_a_hidden_item_are_kept_back_is_not_told(
    office: Office, *, later: bool
) -> None:
    """Beside findings without a problem, the mark of a withheld order would say that there was another."""
    office.put("items", SECOND)
    if not later:
        _decide(office, Kind.ITEM, f"{AGENCY}/SP-002", Act.NEVER)
    ordered: Row = {**RESULT_ROW, "item_code": "SP-002", "outcomes": "发现问题已责令改正"}
    office.put("results", {**RESULT_ROW, **ORDERED, **PARTLY}, ordered | ORDERED | PARTLY)
    if later:
        assert "withheld" in _texts(office, "result")[0]
        _decide(office, Kind.ITEM, f"{AGENCY}/SP-002", Act.NEVER)

    assert "withheld" not in "".join(_texts(office, "result", "version"))


def test_of_items_that_are_hidden_together_the_order_of_changes_does_not_tell_which_a_check_had_named(
    office: Office,
) -> None:
    items = [{**ITEM_ROW, "code": f"SP-00{n}", "name": f"鸊鷉检查{'零一二三'[n]}"} for n in (2, 3)]
    office.put("items", *items)
    checks: list[Row] = [{**RESULT_ROW, "code": f"J{n}"} for n in range(8)]
    named = [each | {"item_code": f"SP-00{2 + n % 2}"} for n, each in enumerate(checks)]
    office.put("results", *(row for pair in zip(checks, named, strict=True) for row in pair))

    office.put("items", *(each | NEVER for each in items), let_pass=True)

    with office.stores.register.connect() as register:
        ids = list(register.scalars(sa.text("SELECT public_id FROM result ORDER BY serial")))
    assert ids == sorted(ids)
