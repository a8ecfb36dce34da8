"""A release broken off between the register's commit and the office's note of it: what is hidden then is hidden there too."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide, release, retract, review
from portal.internal.desk.batches import HalfReleased
from portal.register.records import Kind
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import numbered
from tests.internal.test_narrowing import HIDDEN
from tests.internal.test_workflow import crash
from tests.makers import AGENCY, ITEM_ROW, RESULT_ROW, Row
from tests.public.twins import NEVER
from tests.raw import store_bytes

TOLD = "示例市鸊鷉食品有限公司"
PARTY: Row = {"entity_name": TOLD, "identifier": numbered(77)}
LATER = NOW + timedelta(hours=1)
#: What the broken off release made public, and what is then hidden: kind, key and place.
CASES = {
    "a check": ({"detail": TOLD}, Kind.RESULT, f"{AGENCY}/JC-0001", ""),
    "a text of it": ({"detail": TOLD}, Kind.RESULT, f"{AGENCY}/JC-0001", "detail"),
    "its party": (PARTY, Kind.ENTITY, f"uscc:{numbered(77)}", ""),
    "its item": ({"item_code": "SP-002", "item_name": TOLD}, Kind.ITEM, f"{AGENCY}/SP-002", ""),
    "whom it tells of": ({"detail": f"货从{TOLD}进"}, Kind.ENTITY, f"uscc:{numbered(77)}", ""),
}


def _broken_off(office: Office, monkeypatch: pytest.MonkeyPatch, row: Row) -> int:
    """Release a check as far as the register goes; returns its batch."""
    batch = office.file("results", {**RESULT_ROW, **row}).batch_id
    assert batch is not None
    office.let_pass(batch)
    review.approve(office.stores, batch, by="wu", now=NOW)
    with monkeypatch.context() as killed:
        killed.setattr("portal.internal.desk.release.ledger.note", crash)
        with pytest.raises(KeyboardInterrupt):
            release.release(office.stores, batch, by="he", now=NOW)
    return batch


@pytest.mark.parametrize("case", CASES)
def test_no_decision_is_said_to_be_in_force_that_a_release_broken_off_goes_on_showing(
    office: Office, data: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    row, kind, key, place = CASES[case]
    if kind is Kind.ENTITY:
        office.put("entities", PARTY)
    if kind is Kind.ITEM:
        office.put("items", {**ITEM_ROW, "code": "SP-002", "name": TOLD}, let_pass=True)
    batch = _broken_off(office, monkeypatch, row)
    act = Act.WITHHOLD if place else Act.NEVER
    order = replace(HIDDEN, place=place, act=act, ground=Ground.STATE_SECRET)

    def hide() -> None:
        decide.decide(
            office.stores, kind, key, [order], by="wu", second="bao", now=LATER, confirmed=True
        )

    with pytest.raises(HalfReleased):
        hide()
    release.release(office.stores, batch, by="he", now=LATER)
    hide()

    assert TOLD.encode() not in store_bytes(data)


def test_nor_does_a_file_hide_somebody_while_one_is_broken_off(
    office: Office, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What tells of them cannot go out again by then: it is withdrawn, and the release carried through without it."""
    batch = _broken_off(office, monkeypatch, {"detail": f"货从{TOLD}进"})
    hiding = office.file("entities", {**PARTY, **NEVER}).batch_id
    with pytest.raises(HalfReleased):
        office.publish(hiding, now=LATER)
    with Session(office.stores.register) as register:
        check = register.scalars(sa.select(ResultRow.public_id)).one()

    retract.retract(office.stores, Kind.RESULT, check, by="he", second="an", now=LATER)
    review.approve(office.stores, batch, by="wu", now=LATER)
    release.release(office.stores, batch, by="he", now=LATER)
    assert hiding
    release.release(office.stores, hiding, by="he", now=LATER)

    assert TOLD.encode() not in store_bytes(data)
