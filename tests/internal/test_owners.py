"""Parties are a library of all agencies; what one keeps back no other brings to light, and none takes it from another."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from portal.domain.errors import NotAllowed, Residue
from portal.domain.workflow import Role
from portal.internal.desk import (
    decide,
    disclosed,
    letters,
    people,
    retract,
    review,
    reviews,
    upload,
)
from portal.internal.desk.orders import Order
from portal.internal.tables import filings
from portal.internal.tables.decisions import WHOLE
from portal.register.records import Kind
from portal.register.tables.entities import EntityRow
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.internal.test_decide import ENTITY_KEY, NEVER, OPEN, WHOLLY
from tests.internal.test_workflow import HIDDEN, PARTY_ROW
from tests.makers import AGENCY, AGENCY_ROW, ITEM_ROW, RESULT_ROW, Row

OTHER = "990100-B"
CHANGED = {**PARTY_ROW, "region": "990102"}


@pytest.fixture
def office(office: Office) -> Office:
    """The office with a second agency and its four people."""
    office.put("agencies", {**AGENCY_ROW, "code": OTHER, "name": "示例市乙局"})
    for name, role in (
        ("b-wu", Role.REVIEWER), ("b-zhou", Role.REVIEWER), ("b-he", Role.PUBLISHER), ("b-an", Role.PUBLISHER),
    ):  # fmt: skip
        people.add(
            office.stores.internal, name=name, display=name, agency=OTHER, roles=(role,), password=None
        )  # fmt: skip
    return office


def test_an_agency_does_not_loosen_what_it_made_stricter_over_anothers_filing(
    office: Office,
) -> None:
    """First as strict as the other, so that the newest filing is its own; then open."""
    office.put("entities", {**PARTY_ROW, **HIDDEN})
    office.file("entities", {**CHANGED, **HIDDEN}, agency=OTHER)

    with pytest.raises(upload.Refused) as refused:
        office.file("entities", {**CHANGED, "disclosure": "公开"}, agency=OTHER)

    assert [each.rule for each in refused.value.report.errors] == ["loosened"]


def test_whoever_filed_a_party_first_may_still_loosen_it(office: Office) -> None:
    office.put("items", ITEM_ROW, agency=OTHER)
    office.put("results", RESULT_ROW, agency=OTHER)
    office.put("entities", {**PARTY_ROW, **HIDDEN})
    office.file("entities", {**CHANGED, **HIDDEN}, agency=OTHER)

    filed = office.file("entities", {**PARTY_ROW, "disclosure": "公开"})

    assert filed.changed == 1


@pytest.mark.parametrize("order", [OPEN, WHOLLY, NEVER])
def test_filing_a_party_of_another_gives_no_say_in_it(office: Office, order: Order) -> None:
    """Nobody even has to approve the filing."""
    office.put("entities", PARTY_ROW)
    office.file("entities", CHANGED, agency=OTHER)
    whole = replace(order, place=WHOLE)

    with pytest.raises(NotAllowed):
        decide.decide(
            office.stores, Kind.ENTITY, ENTITY_KEY, [whole], by="b-wu", second="b-zhou",
            confirmed=True, now=NOW,
        )  # fmt: skip
    with Session(office.stores.internal) as session:
        shown = disclosed.shown(session, Kind.ENTITY, ENTITY_KEY, today=NOW.date())

    assert shown.agency == AGENCY


def test_what_one_agency_never_acknowledged_no_other_opens(office: Office) -> None:
    office.put("entities", PARTY_ROW)
    decide.decide(
        office.stores, Kind.ENTITY, ENTITY_KEY, [NEVER], by="wu", second="bao", confirmed=True, now=NOW
    )  # fmt: skip
    office.file("entities", CHANGED, agency=OTHER)
    found = reviews.find(office.stores, Kind.ENTITY, ENTITY_KEY, "")

    with pytest.raises(NotAllowed):
        reviews.open_up(
            office.stores, found, body="示例市乙局", reason="无", by="b-wu", second="b-zhou", now=NOW
        )  # fmt: skip

    with Session(office.stores.register) as session:
        assert session.query(EntityRow).count() == 0


@pytest.mark.parametrize("in_library", [True, False])
def test_filing_a_party_of_another_does_not_let_withdraw_it_and_its_checks(
    office: Office, *, in_library: bool
) -> None:
    """Nor where the other named it in a check only."""
    office.put("results", RESULT_ROW)
    if in_library:
        office.put("entities", PARTY_ROW)
    with Session(office.stores.register) as session:
        public_id = session.query(EntityRow).one().public_id
    office.file("entities", CHANGED, agency=OTHER)
    with pytest.raises(NotAllowed):
        retract.retract(
            office.stores, Kind.ENTITY, public_id, by="b-he", second="b-an", now=NOW
        )  # fmt: skip
    done = retract.retract(office.stores, Kind.ENTITY, public_id, by="he", second="an", now=NOW)
    assert done.withdrawn >= 1


@pytest.mark.parametrize("also_filed", [True, False])
@pytest.mark.parametrize("row", [PARTY_ROW, CHANGED])
def test_what_one_agency_took_back_no_other_makes_public_again(
    office: Office, row: Row, *, also_filed: bool
) -> None:
    office.put("entities", PARTY_ROW)
    if also_filed:
        office.put("entities", CHANGED, agency=OTHER)
    with Session(office.stores.register) as session:
        public_id = session.query(EntityRow).one().public_id
    retract.retract(office.stores, Kind.ENTITY, public_id, by="he", second="an", now=NOW)

    with pytest.raises(upload.Refused) as refused:
        office.file("entities", row, agency=OTHER)
    office.put("entities", {**PARTY_ROW, "note": "经复核应予公开"})

    assert [each.rule for each in refused.value.report.errors] == ["loosened"]
    with Session(office.stores.register) as session:
        assert session.query(EntityRow).one().public_id == public_id


def test_who_was_merely_named_in_a_check_and_taken_back_is_in_anothers_library_all_the_same(
    office: Office,
) -> None:
    """A number mistyped in a check, say: it is that of a party of the other."""
    office.put("results", RESULT_ROW)
    with Session(office.stores.register) as session:
        public_id = session.query(EntityRow).one().public_id
    retract.retract(office.stores, Kind.ENTITY, public_id, by="he", second="an", now=NOW)

    office.put("entities", PARTY_ROW, agency=OTHER)

    with Session(office.stores.register) as session:
        assert (session.query(EntityRow).one().public_id, session.query(ResultRow).count()) == (
            public_id,
            0,
        )


def test_who_filed_first_and_never_had_it_approved_keeps_nobody_from_their_party(
    office: Office,
) -> None:
    office.file("entities", CHANGED, agency=OTHER)
    office.put("entities", PARTY_ROW)

    done = decide.decide(
        office.stores, Kind.ENTITY, ENTITY_KEY, [WHOLLY], by="wu", confirmed=True, now=NOW
    )

    with Session(office.stores.register) as session:
        assert (done.waits, session.query(EntityRow).count()) == (False, 0)
    with Session(office.stores.internal) as session:
        assert filings.owner(session, "entity", ENTITY_KEY) == AGENCY


def test_letters_about_a_party_go_to_whose_it_is(office: Office) -> None:
    office.put("entities", PARTY_ROW)
    office.file("entities", CHANGED, agency=OTHER)
    with Session(office.stores.register) as session:
        public_id = session.query(EntityRow).one().public_id
    with Session(office.stores.internal) as session:
        assert letters._agency_of(session, public_id) == AGENCY


def test_a_loosening_that_nobody_approved_opens_no_door_for_another_agency(office: Office) -> None:
    office.put("entities", {**PARTY_ROW, **HIDDEN})
    office.file("entities", {**PARTY_ROW, "disclosure": "公开"})

    with pytest.raises(upload.Refused) as refused:
        office.file("entities", CHANGED, agency=OTHER)

    assert [each.rule for each in refused.value.report.errors] == ["loosened"]


CLAIM = {
    "entity_name": "示例市乙饮食店", "identifier": "91990101MA0A00003Y", "other_identifiers": PARTY_ROW["identifier"],
}  # fmt: skip


def test_no_agency_takes_the_number_of_anothers_party_for_one_of_its_own(office: Office) -> None:
    """Else the party could not be filed again, not even to be hidden."""
    office.put("entities", PARTY_ROW)

    with pytest.raises(upload.Refused) as refused:
        office.file("entities", CLAIM, agency=OTHER)

    assert [each.rule for each in refused.value.report.errors] == ["taken"]
    assert office.file("entities", {**PARTY_ROW, **HIDDEN}).changed == 1


def test_a_further_number_that_was_returned_claims_nothing(office: Office) -> None:
    claimed = office.file("entities", CLAIM, agency=OTHER).batch_id
    assert claimed is not None
    with pytest.raises(upload.Refused):
        office.file("entities", PARTY_ROW)

    review.give_back(office.stores, claimed, by="wu", now=NOW, reason="编号有误")

    assert office.file("entities", PARTY_ROW).created == 1


def test_an_agency_may_put_its_own_party_under_its_newer_number(office: Office) -> None:
    office.put("entities", PARTY_ROW)

    assert office.file("entities", CLAIM).created == 1


@pytest.mark.parametrize("agency", [OTHER, AGENCY])
def test_a_hidden_name_stays_known_while_nobody_has_approved_of_another(
    office: Office, agency: str
) -> None:
    """Else texts could name it as soon as anybody had filed the party under another name."""
    batch = office.file("results", {**RESULT_ROW, "detail": "货物由示例雷霆仓库调入。"}).batch_id
    hidden = {"entity_name": "示例雷霆仓库", "identifier": "91990101MA0A00003Y", **HIDDEN}
    office.put("entities", hidden)
    office.file("entities", {**hidden, "entity_name": "示例市丙仓库"}, agency=agency)

    with pytest.raises(Residue):
        office.publish(batch)
