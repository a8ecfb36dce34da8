"""A package goes when a row of it tells of a party what its page keeps back, though a correction has left that out since."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide
from portal.internal.desk.drawing import keeping, outward, steps
from portal.internal.desk.orders import Order
from portal.register.records import Kind, PublicDraw
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import ORDER, numbered, parties, sealed
from tests.makers import Row

_LATER = NOW + timedelta(days=30)
_TRADER: Row = {"form": "个体工商户"}
_BY_TRADE = ORDER.replace("[[strata]]", '[pool]\nindustries = ["零售"]\n[[strata]]', 1)
#: By what a party is in the drum, and what a correction leaves there.
_CORRECTED = [
    ("region", {"region": ""}),
    ("region", {"region": "990100"}),
    ("industry", {"industry": ""}),
    ("form", {"industry": ""}),
    ("form", {"industry": "", "region": "990101"}),
]


def _party(number: int) -> Row:
    return {
        "entity_name": f"示例市第{number}食品有限公司", "identifier": numbered(number), "region": "990101009",
        "industry": "零售",
    }  # fmt: skip


def _shown(office: Office, draw: str) -> PublicDraw:
    with Session(office.stores.internal) as session:
        shown = outward.public_record(office.stores, session, keeping.load(session, draw))
    assert shown is not None
    return shown


def _hide(office: Office, number: int, place: str) -> None:
    order = Order(
        place=place, act=Act.WITHHOLD, ground=Ground.TRADE_SECRET, article="第十五条",
        decided_by="示例市市场监督管理局", decided_on=NOW.date(), review_on=(_LATER + timedelta(days=300)).date(), reason="示例",
    )  # fmt: skip
    decide.decide(
        office.stores, Kind.ENTITY, f"uscc:{numbered(number)}", [order], by="wu", second="bao",
        now=_LATER, confirmed=True,
    )  # fmt: skip


@pytest.mark.parametrize("corrected", ["before", "after"])
@pytest.mark.parametrize(("field", "left"), _CORRECTED)
def test_a_row_that_tells_what_a_page_keeps_back_goes_with_its_package_whatever_is_filed_now(
    office: Office, field: str, left: Row, corrected: str
) -> None:
    parties(office)
    numbers = [4] if field == "region" else range(10)
    office.put("entities", *(_party(each) for each in numbers))
    draw = sealed(office, ORDER if field == "region" else _BY_TRADE)
    steps.reveal(office.stores, draw, by="he", second="an", now=_LATER)
    assert _shown(office, draw).package_sha256

    first, then = (left, {}) if corrected == "before" else ({}, left)
    hidden = _TRADER if field == "form" else {}
    for row in ({**_party(4), **first}, {**_party(4), **first, **hidden}):
        batch = office.file("entities", row, now=_LATER).batch_id
        if batch is not None:
            office.publish(batch, now=_LATER, let_pass=True)
    if not hidden:
        _hide(office, 4, field)
    if then:
        office.put("entities", {**_party(4), **then, **hidden}, now=_LATER, let_pass=True)
    #: Whatever has the draw put together anew does not bring it back.
    _hide(office, 5, "identifiers")

    shown = _shown(office, draw)
    assert (shown.package_sha256, shown.strata) == (None, ())
