"""Where a finding is left out because its item is hidden, what followed from it says nothing of it either."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import Residue
from portal.domain.verdicts import Act
from portal.internal.desk import decide
from portal.internal.desk.upload import Refused
from portal.register.records import Kind, PublicResult, decode
from portal.register.tables.changes import VersionRow
from portal.register.tables.followups import FollowUpRow
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.internal.test_narrowing import DETAIL, HIDDEN, ITEM, _kept
from tests.makers import AGENCY, RESULT_ROW, Row

_ORDER: Row = {
    "handling": "违反本部门相关规定，责令改正；后续跟踪由日常监管部门负责",
    "handling_text": "限期整改台账", "due_on": "2025-06-20",
}  # fmt: skip
_CLEAN: Row = {**RESULT_ROW, **_ORDER}
_PROBLEM: Row = {"outcomes": "发现问题已责令改正", "detail": DETAIL}
_HIDDEN_PROBLEM: Row = {**_CLEAN, "item_code": ITEM["code"], **_PROBLEM}
_STEP: Row = {
    "result_code": "JC-0001", "step": "责令改正", "taken_on": "2025-05-20", "text": "限期整改通知",
}  # fmt: skip


def _hide(office: Office, act: Act = Act.WITHHOLD, second: str | None = None) -> None:
    decide.decide(
        office.stores, Kind.ITEM, f"{AGENCY}/{ITEM['code']}", [replace(HIDDEN, act=act)], by="wu",
        second=second, now=NOW, confirmed=True,
    )  # fmt: skip


def _check(office: Office) -> PublicResult:
    with Session(office.stores.register) as session:
        return decode(session.scalars(sa.select(ResultRow.body)).one(), PublicResult)


def _count(office: Office, table: type[FollowUpRow] | type[VersionRow]) -> int:
    with Session(office.stores.register) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def _told(check: PublicResult) -> tuple[str | None, ...]:
    due = str(check.stated_due_on) if check.stated_due_on else None
    return check.handling, check.handling_text, due


def test_an_order_goes_with_the_only_problem_that_led_to_it(office: Office) -> None:
    office.put("items", ITEM)
    office.put("results", _CLEAN, _HIDDEN_PROBLEM)
    office.put("followups", _STEP)
    assert _count(office, FollowUpRow) == 1

    _hide(office)

    assert len(_check(office).findings) == 1
    assert _told(_check(office)) == (None, None, None)
    assert _count(office, FollowUpRow) == 0
    assert _count(office, VersionRow) == 0


def test_nor_is_it_shown_where_nobody_ever_knew_of_the_item(office: Office) -> None:
    office.put("items", ITEM)
    _hide(office, Act.NEVER, second="bao")

    office.put("results", _CLEAN, _HIDDEN_PROBLEM)
    office.put("followups", _STEP)

    assert _told(_check(office)) == (None, None, None)
    assert _count(office, FollowUpRow) == 0


def test_both_come_back_when_the_item_is_opened(office: Office) -> None:
    office.put("items", ITEM)
    office.put("results", _CLEAN, _HIDDEN_PROBLEM)
    office.put("followups", _STEP)
    _hide(office)

    _hide(office, Act.OPEN, second="bao")

    assert _told(_check(office)) == ("ordered", "限期整改台账", "2025-06-20")
    assert _count(office, FollowUpRow) == 1


def test_where_another_problem_is_shown_its_order_stays(office: Office) -> None:
    office.put("items", ITEM)
    shown = {**_CLEAN, "outcomes": "发现问题已责令改正", "detail": "许可证未公示"}
    office.put("results", shown, _HIDDEN_PROBLEM)
    office.put("followups", _STEP)

    _hide(office)

    assert _told(_check(office)) == ("ordered", "限期整改台账", "2025-06-20")
    assert _count(office, FollowUpRow) == 1


@pytest.mark.parametrize("kind", ["results", "followups"])
def test_no_other_text_of_the_check_repeats_what_was_left_out(office: Office, kind: str) -> None:
    office.put("items", ITEM)
    shown = {**_CLEAN, "outcomes": "发现问题已责令改正", "detail": "许可证未公示"}
    telling = {"handling_text": f"因{DETAIL}限期整改"} if kind == "results" else {}
    rows = [{**shown, **telling}, {**_HIDDEN_PROBLEM, **telling}]
    _hide(office)

    with pytest.raises((Refused, Residue)):  # noqa: PT012 - either file, at either door
        office.put("results", *rows)
        office.put("followups", {**_STEP, "text": f"因{DETAIL}责令改正"})


def test_what_a_shown_finding_says_as_well_is_no_secret(office: Office) -> None:
    office.put("items", ITEM)
    _hide(office)

    office.put("results", {**_CLEAN, **_PROBLEM}, _HIDDEN_PROBLEM)

    assert _check(office).findings[0].detail == DETAIL


def test_a_step_does_not_go_on_repeating_what_its_check_withholds_when_filed_again(
    office: Office,
) -> None:
    office.put("results", {**_CLEAN, **_PROBLEM})
    office.put("followups", {**_STEP, "text": f"就“{DETAIL}”责令改正"})
    assert _count(office, FollowUpRow) == 1
    kept_back: Row = {
        "disclosure": "部分公开", "hidden": "检查情况", "ground": "商业秘密",
        "decided_by": HIDDEN.decided_by, "decided_on": "2025-06-01", "review_on": "2026-05-01",
    }  # fmt: skip

    office.put("results", {**_CLEAN, **_PROBLEM, **kept_back})

    assert _kept(office, DETAIL) == set()
