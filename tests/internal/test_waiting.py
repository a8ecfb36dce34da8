"""What waits for its release, or was never shown, gives no name to what is shown: of items, and of parties brought along."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import NotYetPublic
from portal.domain.verdicts import Act
from portal.internal.desk import review, scheduled
from portal.internal.desk.upload import Refused
from portal.register.records import Kind
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.internal.test_brought import GOOSE, KEPT, SWAN, _check, _decide, _parties
from tests.makers import AGENCY, ITEM_ROW, RESULT_ROW
from tests.public.twins import Row

HIDDEN: Row = {"disclosure": "不予确认", **KEPT}
LIBRARY: Row = SWAN | {"entity_name": "示例市白琵鹭食品有限公司"}


@pytest.mark.parametrize("returned", [False, True])
def test_a_check_is_not_told_by_the_name_of_an_item_that_is_not_released(
    office: Office, *, returned: bool
) -> None:
    """The office puts the name to the number that a file gives."""
    batch = office.file("items", {**ITEM_ROW, "name": "夜鹭专项检查"}).batch_id
    checks = office.file("results", RESULT_ROW).batch_id
    if returned and batch is not None:
        review.give_back(office.stores, batch, by="wu", now=NOW, reason="退回")
    office.publish(checks)
    with Session(office.stores.register) as session:
        told = session.scalars(sa.select(ResultRow.body)).one()

    assert ("夜鹭" in told, str(ITEM_ROW["name"]) in told) == (False, True)


def test_a_check_of_an_item_that_was_never_released_says_itself_what_it_is_called(
    office: Office,
) -> None:
    office.file("items", {**ITEM_ROW, "code": "SP-002", "name": "夜鹭专项检查"})
    with pytest.raises(Refused):
        office.file("results", {**RESULT_ROW, "item_code": "SP-002"})

    office.put("results", {**RESULT_ROW, "item_code": "SP-002", "item_name": "专项检查"})


def test_a_check_is_not_told_by_the_name_that_an_item_had_while_nobody_might_know_of_it(
    office: Office,
) -> None:
    item: Row = {**ITEM_ROW, "code": "SP-002"}
    office.put("items", item | HIDDEN | {"name": "夜鹭专项检查"})
    office.put("results", RESULT_ROW, {**RESULT_ROW, "item_code": "SP-002"})
    office.put("items", item | {"name": "仓储条件检查", "disclosure": "公开"})
    with Session(office.stores.register) as session:
        told = session.scalars(sa.select(ResultRow.body)).one()

    assert ("夜鹭" in told, "仓储条件检查" in told) == (False, True)


def test_a_library_that_waits_lets_nobody_out_by_the_name_of_a_check_that_is_not_shown(
    office: Office,
) -> None:
    office.put("results", _check(2, **HIDDEN, **SWAN))
    library = office.file("entities", LIBRARY).batch_id
    shown = office.file("results", _check(3, **SWAN | GOOSE)).batch_id
    with pytest.raises(NotYetPublic, match="名录库"):
        office.publish(shown)
    before = _parties(office)
    office.publish(library)
    office.publish(shown)

    assert before == set()
    assert _parties(office) == {LIBRARY["entity_name"]}


def test_a_check_that_is_opened_up_lets_nobody_out_by_the_name_of_another_that_is_not(
    office: Office,
) -> None:
    office.put("results", _check(2, **HIDDEN, **SWAN))
    office.put("results", _check(3, **HIDDEN, **SWAN | GOOSE))
    with pytest.raises(NotYetPublic, match="名录库"):
        _decide(office, Kind.RESULT, f"{AGENCY}/JC-0003", Act.OPEN)
    before = _parties(office)
    office.put("entities", LIBRARY)
    done = scheduled.carry_out(office.stores, now=NOW)

    assert (before, done.decisions) == (set(), 1)
    assert _parties(office) == {LIBRARY["entity_name"]}
    with Session(office.stores.register) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ResultRow)) == 1
