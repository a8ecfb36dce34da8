"""A release broken off between the register's commit and the office's note of it: what is hidden then is hidden there too."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide, notices, release, retract, review
from portal.internal.desk.batches import HalfReleased
from portal.internal.desk.drawing import steps
from portal.register.records import Kind, PublicDraw, decode
from portal.register.tables.draws import DrawRow
from portal.register.tables.entities import EntityRow
from portal.register.tables.results import ResultRow
from tests.airlock.hands import faults
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import frozen, numbered, parties
from tests.internal.test_narrowing import HIDDEN
from tests.internal.test_workflow import crash
from tests.makers import AGENCY, ITEM_ROW, RESULT_ROW, Row
from tests.public.test_walks import everything
from tests.public.twins import NEVER, WITHHELD
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


def _begun(office: Office, monkeypatch: pytest.MonkeyPatch, kind: str, row: Row) -> int:
    """Begin to release a file of which nothing is public yet; returns its batch."""
    batch = office.file(kind, row, now=LATER).batch_id
    assert batch is not None
    office.let_pass(batch, now=LATER)
    review.approve(office.stores, batch, by="wu", now=LATER)
    with monkeypatch.context() as killed:
        killed.setattr("portal.internal.desk.release._carry_out", crash)
        with pytest.raises(KeyboardInterrupt):
            release.release(office.stores, batch, by="he", now=LATER)
    return batch


@pytest.mark.parametrize("is_new", [False, True])
def test_no_finding_comes_out_by_a_file_whose_release_was_only_begun(
    office: Office, data: Path, monkeypatch: pytest.MonkeyPatch, *, is_new: bool
) -> None:
    """It may be refused yet, and never show the item that the finding is about."""
    item: Row = {**ITEM_ROW, "code": "SP-002", "name": TOLD}
    office.put("items", {**item, **NEVER})
    rows = RESULT_ROW, {**RESULT_ROW, "item_code": "SP-002", "item_name": TOLD}
    first = office.file("results", *rows).batch_id
    if not is_new:
        office.publish(first, let_pass=True)
    begun = _begun(office, monkeypatch, "items", {**item, "disclosure": "公开"})

    def again() -> None:
        if is_new:
            office.publish(first, let_pass=True, now=LATER)
        else:
            release.release(office.stores, first or 0, by="he", now=LATER)

    with pytest.raises(HalfReleased):
        again()
    assert TOLD.encode() not in store_bytes(data)
    release.release(office.stores, begun, by="he", now=LATER)
    again()
    assert TOLD.encode() in store_bytes(data)


def test_nor_does_a_list_count_anybody_by_it_when_another_party_is_withdrawn(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [
        {"entity_name": f"示例市{n}食品有限公司", "identifier": numbered(n)} for n in (1, 2, 3)
    ]
    office.put("entities", {**PARTY, **NEVER}, *others)
    head: Row = {
        "code": "CQ-1", "name": "示例抽取", "drawn_on": "2025-04-07", "method": "系统随机抽取", "frame_count": 9,
        "sample_count": 4,
    }  # fmt: skip
    office.put("draws", *({**head, **each} for each in (PARTY, *others)))
    begun = _begun(office, monkeypatch, "entities", {**PARTY, "disclosure": "公开"})

    def said() -> PublicDraw:
        with Session(office.stores.register) as register:
            return decode(register.scalars(sa.select(DrawRow.body)).one(), PublicDraw)

    before = said()
    with Session(office.stores.register) as register:
        gone = register.scalars(sa.select(EntityRow.public_id)).first()
    assert gone
    retract.retract(office.stores, Kind.ENTITY, gone, by="he", second="an", now=LATER)

    assert (before.sample_count, said()) == (3, before)
    release.release(office.stores, begun, by="he", now=LATER)
    assert (said().sample_count, faults(office)) == (3, [])


def test_nor_do_the_notices_of_a_month_come_out_meanwhile(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.put("entities", {**PARTY, **NEVER})
    office.put("results", {**RESULT_ROW, **PARTY, **WITHHELD}, let_pass=True)
    begun = _begun(office, monkeypatch, "entities", {**PARTY, "disclosure": "公开"})

    assert notices.release_notices(office.stores, by="he", now=LATER) is None
    release.release(office.stores, begun, by="he", now=LATER)
    done = notices.release_notices(office.stores, by="he", now=LATER)
    assert done is not None
    assert done.published == 1


def test_nor_does_a_draw_that_takes_its_next_step_name_anybody_by_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a party whose name is kept back its package holds no number, by which everybody finds the name."""
    row: Row = {**PARTY, "region": "990101"}
    parties(office, row)
    made, _ = frozen(office)
    nameless = {**WITHHELD, "disclosure": "部分公开", "hidden": "对象名称"}
    office.put("entities", {**row, **nameless}, now=LATER)
    begun = _begun(office, monkeypatch, "entities", {**row, "disclosure": "公开"})

    steps.commit(office.stores, made.order.draw_id, by="he", now=LATER)

    assert numbered(77) not in everything(office)
    release.release(office.stores, begun, by="he", now=LATER)
    assert numbered(77) in everything(office)
