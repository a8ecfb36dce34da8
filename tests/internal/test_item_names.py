"""The office fills in the names of items that a check gives by number: none that the public may not read (事项名称)."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.verdicts import Act
from portal.internal.desk import decide, retract
from portal.internal.desk.upload import Refused
from portal.internal.tables.filings import FilingRow
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.internal.test_narrowing import HIDDEN
from tests.makers import AGENCY, ITEM_ROW, RESULT_ROW, Row
from tests.public.twins import NEVER

ITEM: Row = {**ITEM_ROW, "code": "SP-002", "name": "供应点甲类检查"}
CHECK: Row = {**RESULT_ROW, "code": "JC-2"}
BY_NUMBER: Row = {name: value for name, value in CHECK.items() if name != "item_name"} | {"item_code": "SP-002"}  # fmt: skip
KEY = f"{AGENCY}/SP-002"


def _checks(office: Office) -> str:
    with office.stores.register.connect() as register:
        return "\n".join(register.scalars(sa.text("SELECT body FROM result")))


def _withdraw(office: Office) -> None:
    with Session(office.stores.internal) as session:
        named = sa.select(FilingRow.public_id).where(FilingRow.key == KEY).limit(1)
        public_id = session.scalars(named).one()
    retract.retract(office.stores, Kind.ITEM, public_id, by="he", second="an", now=NOW)


def _decide(office: Office, act: Act, *, hours: int = 0) -> None:
    order, now = replace(HIDDEN, act=act), NOW + timedelta(hours=hours)
    decide.decide(office.stores, Kind.ITEM, KEY, [order], by="wu", second="bao", now=now, confirmed=True)  # fmt: skip


def test_the_name_of_a_withdrawn_item_is_not_brought_back_by_its_number(office: Office) -> None:
    office.put("items", ITEM)
    _withdraw(office)

    with pytest.raises(Refused) as refused:
        office.file("results", BY_NUMBER)

    assert "其名称不能由此公开" in str(refused.value.report.errors[0])
    office.put("items", {**ITEM, "name": "供应点乙类检查"})
    office.put("results", BY_NUMBER)
    assert "供应点乙类检查" in _checks(office)


@pytest.mark.parametrize("before", [False, True], ids=["after its release", "before it"])
def test_a_name_that_an_item_had_while_a_decision_kept_it_back_is_in_no_check_later(
    office: Office, *, before: bool
) -> None:
    if before:
        batch = office.file("items", {**ITEM, "name": "鸊鷉供应点核查"}).batch_id
        _decide(office, Act.NEVER)
        office.publish(batch)
    else:
        office.put("items", ITEM)
        _decide(office, Act.NEVER)
        office.put("items", {**ITEM, "name": "鸊鷉供应点核查"})
    office.put("results", CHECK, BY_NUMBER)
    office.put("items", {**ITEM, "name": "供应点乙类检查"})
    _decide(office, Act.OPEN)

    assert "鸊鷉" not in _checks(office)
    assert "供应点乙类检查" in _checks(office)


def test_a_check_keeps_the_name_that_its_item_had_before_it_was_kept_back(office: Office) -> None:
    office.put("items", ITEM)
    office.put("results", CHECK, BY_NUMBER)
    _decide(office, Act.NEVER, hours=1)
    office.put("items", {**ITEM, "name": "供应点乙类检查"})
    _decide(office, Act.OPEN, hours=2)

    assert "供应点甲类检查" in _checks(office)


def test_a_name_that_was_released_too_late_to_be_read_is_in_no_check_later(office: Office) -> None:
    office.put("items", {**ITEM, **NEVER})
    office.put("results", CHECK, {**BY_NUMBER, "item_name": ITEM["name"]})
    late = office.file("items", {**ITEM, "disclosure": "公开"}).batch_id
    assert late is not None
    office.put("items", {**ITEM, "name": "供应点乙类检查", "disclosure": "公开"})
    office.publish(late, now=NOW + timedelta(hours=1))

    coarser = replace(HIDDEN, place="region", act=Act.COARSEN)
    party = f"uscc:{CHECK['identifier']}"
    decide.decide(
        office.stores, Kind.ENTITY, party, [coarser], by="wu", now=NOW + timedelta(hours=2)
    )

    assert "供应点甲类检查" not in _checks(office)
    assert "供应点乙类检查" in _checks(office)
