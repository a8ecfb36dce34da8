"""Who is withdrawn or hidden after a draw was revealed stands in its package no more; the draw still recomputes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.sortition import outcome
from portal.internal.desk import decide, retract
from portal.internal.desk.drawing import keeping, outward, steps
from portal.internal.tables.filings import FilingRow
from portal.register import packages
from portal.register.proofs.audit import audit
from portal.register.records import Kind, PublicDraw
from portal.register.tables.draws import DrawMemberRow
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import ORDER, numbered, parties, sealed
from tests.internal.test_narrowing import HIDDEN
from tests.raw import store_bytes

LATER = NOW + timedelta(days=40)
NUMBER = numbered(3)
SECOND = ORDER.replace("shili-1", "shili-2").replace(
    'place = "示例市政务公开厅"',
    'place = "示例市政务公开厅"\nround = 2\nexclude_drawn_in = ["shili-1"]',
)


@pytest.fixture
def revealed(office: Office) -> Office:
    """An office with a revealed draw among ten companies."""
    parties(office)
    steps.reveal(office.stores, sealed(office), by="he", second="an", now=LATER)
    return office


def _shown(office: Office, name: str = "shili-1") -> tuple[PublicDraw, str]:
    with Session(office.stores.internal) as session:
        found = outward.public_record(office.stores, session, keeping.load(session, name))
    assert found is not None
    with Session(office.stores.register) as session:
        return found, b"".join(packages.pieces(session, found.id)).decode()


def _members(office: Office) -> set[str]:
    with Session(office.stores.register) as session:
        return set(session.scalars(sa.select(DrawMemberRow.object_id)))


def _withdraw(office: Office, number: str = NUMBER) -> None:
    with Session(office.stores.internal) as session:
        key = FilingRow.key == f"uscc:{number}"
        public_id = session.scalars(sa.select(FilingRow.public_id).where(key)).one()
    retract.retract(office.stores, Kind.ENTITY, public_id, by="he", second="an", now=LATER)


def _hide(office: Office) -> None:
    decide.decide(
        office.stores, Kind.ENTITY, f"uscc:{NUMBER}", [HIDDEN], by="wu", now=LATER, confirmed=True
    )


def _unname(office: Office) -> None:
    decide.decide(
        office.stores, Kind.ENTITY, f"uscc:{NUMBER}", [replace(HIDDEN, place="name")], by="wu",
        now=LATER,
    )  # fmt: skip


def _refile(office: Office) -> None:
    row = {"entity_name": "示例市第3食品有限公司", "identifier": NUMBER, "form": "个体工商户"}
    office.put("entities", row, now=LATER, let_pass=True)


@pytest.mark.parametrize("way", [_withdraw, _hide, _unname, _refile])
def test_who_may_not_be_named_any_more_is_closed_in_the_package_at_once(
    revealed: Office, data: Path, way: Callable[[Office], None]
) -> None:
    before, text = _shown(revealed)
    assert NUMBER in text
    assert NUMBER in _members(revealed)

    way(revealed)

    after, text = _shown(revealed)
    assert NUMBER not in text
    assert NUMBER.encode() not in store_bytes(data)
    assert NUMBER not in _members(revealed)
    assert outcome.recompute(text.encode()).result_hash == before.result_hash == after.result_hash
    with Session(revealed.stores.register) as session:
        assert audit(session).faults == []


def test_a_later_round_does_not_tell_whom_an_earlier_one_drew_once_that_is_hidden(
    office: Office,
) -> None:
    parties(office)
    steps.reveal(office.stores, sealed(office), by="he", second="an", now=LATER)
    steps.reveal(office.stores, sealed(office, SECOND), by="he", second="an", now=LATER)
    record, _ = _shown(office)
    with Session(office.stores.register) as session:
        drawn = packages.drawn(session, record.id, limit=10)[0]
    before, text = _shown(office, "shili-2")
    assert text.count(drawn) == 2

    _withdraw(office, drawn)

    after, text = _shown(office, "shili-2")
    assert drawn not in text
    assert outcome.recompute(text.encode()).result_hash == before.result_hash == after.result_hash


def test_a_party_on_file_that_was_never_released_is_not_in_the_drum(office: Office) -> None:
    parties(office)
    office.file(
        "entities",
        {"entity_name": "示例市未发布公司", "identifier": numbered(42), "region": "990101"},
    )

    steps.reveal(office.stores, sealed(office), by="he", second="an", now=LATER)

    record, text = _shown(office)
    assert record.frame_count == 10
    assert numbered(42) not in text
    assert numbered(42) not in _members(office)


@pytest.mark.parametrize(
    "deed",
    [
        pytest.param(
            "UPDATE draw_package SET piece = replace(piece, 'object_id', 'object_ix')",
            marks=pytest.mark.sqlite,
        ),
        pytest.param(
            "UPDATE draw_package SET piece = "
            "convert_to(replace(convert_from(piece, 'UTF8'), 'object_id', 'object_ix'), 'UTF8')",
            marks=pytest.mark.postgres,
        ),
        "DELETE FROM draw_package",
        "UPDATE draw_package SET number = number + 1",
        "UPDATE draw_member SET state = 'undrawn' WHERE state = 'drawn'",
        "UPDATE draw_member SET object_id = object_id || 'X'",
        "UPDATE draw_member SET stratum = '重点'",
        "DELETE FROM draw_member WHERE state = 'drawn'",
    ],
)
def test_a_package_edited_by_hand_is_found(revealed: Office, deed: str) -> None:
    with Session(revealed.stores.register) as session:
        assert audit(session).faults == []
        session.execute(sa.text(deed))
        faults = audit(session).faults
        session.rollback()

    assert faults != []


def test_names_published_before_there_were_proofs_are_no_fault(revealed: Office) -> None:
    with Session(revealed.stores.register) as session:
        session.execute(sa.update(DrawMemberRow).values(place=-1, entry=""))
        assert audit(session).faults == []
        session.execute(sa.update(DrawMemberRow).values(state="undrawn"))
        assert len(audit(session).faults) == 1
