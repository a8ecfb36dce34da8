"""Who goes with a hidden party, for being called like it, goes from lists and packages of draws as well."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide
from portal.internal.desk.drawing import steps
from portal.internal.desk.orders import Order
from portal.register.proofs.audit import audit
from portal.register.records import Kind, PublicDraw, decode
from portal.register.tables.draws import DrawMemberRow, DrawRow
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import numbered, parties, sealed
from tests.makers import Row
from tests.public.twins import NEVER
from tests.raw import store_bytes

_NAME = "示例市苍鹭食品有限公司"
_HIDDEN: Row = {"entity_name": _NAME, "identifier": numbered(700), "region": "990101"}
_OTHER: Row = {**_HIDDEN, "identifier": numbered(701)}
_FORMERLY: Row = {**_OTHER, "entity_name": "示例市白鹭食品有限公司", "former_names": _NAME}
_LIST: Row = {
    "code": "CQ", "name": "示例抽取", "drawn_on": "2025-04-07", "method": "系统随机抽取", "frame_count": 9, "sample_count": 2,
}  # fmt: skip
_REVEALED, _LATER = NOW + timedelta(days=40), NOW + timedelta(days=41)


def _decided(place: str, act: Act) -> Callable[[Office], object]:
    order = Order(
        place=place, act=act, ground=Ground.PUBLIC_SECURITY, article="第十四条",
        decided_by="示例市市场监督管理局", decided_on=date(2025, 6, 1), review_on=date(2026, 5, 29), reason="示例",
    )  # fmt: skip
    return lambda office: decide.decide(
        office.stores, Kind.ENTITY, f"uscc:{numbered(700)}", [order], by="wu", second="bao", now=_LATER, confirmed=True
    )  # fmt: skip


def _filed(office: Office) -> None:
    office.put("entities", {**_HIDDEN, **NEVER}, now=_LATER)


def _drawn(office: Office, other: Row) -> None:
    parties(office, other)
    named = {"entity_name": other["entity_name"], "identifier": other["identifier"]}
    first = {"entity_name": "示例市第1食品有限公司", "identifier": numbered(1)}
    office.put("draws", {**_LIST, **named}, {**_LIST, **first})
    steps.reveal(office.stores, sealed(office), by="he", second="an", now=_REVEALED)
    office.put("entities", _HIDDEN, now=_REVEALED, let_pass=True)


@pytest.mark.parametrize("other", [_OTHER, _FORMERLY])
@pytest.mark.parametrize("hide", [_decided("", Act.NEVER), _decided("name", Act.WITHHOLD), _filed])
def test_a_namesake_that_goes_is_named_in_no_package_and_counted_in_no_list(
    office: Office, data: Path, hide: Callable[[Office], object], other: Row
) -> None:
    _drawn(office, other)
    assert numbered(701).encode() in store_bytes(data)

    hide(office)

    assert numbered(701).encode() not in store_bytes(data)
    with Session(office.stores.register) as register:
        bodies = register.scalars(sa.select(DrawRow.body))
        (listed,) = (each for body in bodies if (each := decode(body, PublicDraw)).list_digest)
        assert (listed.frame_count, listed.sample_count) == (8, 1)
        assert audit(register).faults == []


def test_who_has_a_page_stays_in_its_package(office: Office) -> None:
    _drawn(office, {**_OTHER, "entity_name": "示例市白鹭食品有限公司"})
    with Session(office.stores.register) as register:
        before = register.scalars(sa.select(DrawMemberRow.object_id)).all()

    _filed(office)

    with Session(office.stores.register) as register:
        assert register.scalars(sa.select(DrawMemberRow.object_id)).all() == before
