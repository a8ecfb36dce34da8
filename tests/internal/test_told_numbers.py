"""A number leads whoever looks it up to the name: where the name is not shown, no text tells the number."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from portal.domain.errors import Residue
from portal.internal.desk import decide
from portal.internal.desk.upload import Refused
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import numbered
from tests.internal.test_narrowing import HIDDEN
from tests.internal.test_narrowing import _kept as kept
from tests.makers import CREDIT_CODE, RESULT_ROW, Row

PARTY: Row = {"entity_name": RESULT_ROW["entity_name"], "identifier": CREDIT_CODE}
TELLING = f"对{CREDIT_CODE}责令改正"
STEP: Row = {"result_code": "JC-0001", "step": "责令改正", "taken_on": "2025-05-20"}
CHECK: Row = {**RESULT_ROW, "outcomes": "发现问题已责令改正"}
OTHER: Row = {
    **CHECK, "code": "JC-0002", "entity_name": "示例市乙食品有限公司", "identifier": numbered(2),
}  # fmt: skip


def _as_a_person(office: Office) -> None:
    office.put("entities", {**PARTY, "form": "个体工商户"}, let_pass=True)


def _without_name(office: Office) -> None:
    order = replace(HIDDEN, place="name")
    decide.decide(office.stores, Kind.ENTITY, f"uscc:{CREDIT_CODE}", [order], by="wu", now=NOW)


@pytest.mark.parametrize("hide", [_as_a_person, _without_name])
@pytest.mark.parametrize("spaced", [False, True])
def test_no_text_about_a_party_without_its_name_tells_its_number(
    office: Office, hide: Callable[[Office], None], *, spaced: bool
) -> None:
    office.put("results", CHECK)
    hide(office)
    text = TELLING.replace("MA", " MA ") if spaced else TELLING

    with pytest.raises((Refused, Residue)):
        office.put("followups", {**STEP, "text": text})

    assert kept(office, CREDIT_CODE) == set()


def test_a_step_that_told_it_before_goes_and_so_does_what_others_say(office: Office) -> None:
    office.put("results", CHECK, {**OTHER, "handling_text": TELLING})
    office.put("followups", {**STEP, "text": TELLING})
    assert {"followup", "result"} <= kept(office, CREDIT_CODE)

    _without_name(office)

    assert kept(office, CREDIT_CODE) == set()


def test_a_party_is_not_filed_as_a_persons_while_a_step_tells_its_number(office: Office) -> None:
    office.put("results", CHECK)
    office.put("followups", {**STEP, "text": TELLING})

    with pytest.raises(Residue):
        _as_a_person(office)


def test_the_number_of_a_company_may_be_told(office: Office) -> None:
    office.put("results", CHECK)

    office.put("followups", {**STEP, "text": TELLING})

    assert "followup" in kept(office, TELLING)
