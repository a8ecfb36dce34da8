"""A draw that leaves out whom a sealed round drew tells nobody who that was, however it is asked."""

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.errors import NotYetPublic
from portal.internal.desk.drawing import freezing, keeping, noted, orders, steps
from portal.internal.desk.drawing.orders import BadOrder
from portal.internal.tables.drawings import DrawingRow
from tests.conftest import NOW, Office
from tests.internal.clicking import SignIn, send
from tests.internal.drawing_makers import DICE, ORDER, numbered, parties, sealed
from tests.internal.test_approvals import raw
from tests.internal.test_draw_steps import _order
from tests.makers import AGENCY

SECOND = ORDER.replace("shili-1", "shili-2").replace(
    "draw_on", 'round = 2\nexclude_drawn_in = ["shili-1"]\ndraw_on', 1
)
OPEN = ("reveal_on = 2025-07-01", "reveal_on = 2025-06-02\nembargo = false")


@pytest.fixture
def office(office: Office) -> Office:
    """An office with ten companies, and a round of which nobody may know yet whom it drew."""
    parties(office)
    sealed(office)
    return office


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [(f'agency = "{AGENCY}"', 'agency = "990199-X"', "其他机关"), (*OPEN, "尚未揭示")],
)
def test_no_draw_that_others_see_sooner_leans_on_a_sealed_round(
    office: Office, old: str, new: str, why: str
) -> None:
    with pytest.raises(BadOrder, match=why):
        freezing.preview(office.stores, orders.read(SECOND.replace(old, new, 1)), now=NOW)


def test_a_draw_without_embargo_waits_for_the_reveal_of_a_sealed_round(office: Office) -> None:
    """Its package, public at once, names whom that drew: also where the order was frozen before this was asked."""
    _, shares = freezing.freeze(office.stores, orders.read(SECOND), by="lin", now=NOW)
    raw(
        office.stores,
        "UPDATE drawing SET terms = replace(terms, :old, :new) WHERE draw_id = 'shili-2'",
        old='"embargo":true',
        new='"embargo":false',
    )
    with Session(office.stores.internal) as session, session.begin():
        row = session.scalars(sa.select(DrawingRow).where(DrawingRow.draw_id == "shili-2")).one()
        noted.note(session, row, "draw-freeze", "lin", now=NOW)
    steps.commit(office.stores, "shili-2", by="he", now=NOW)
    for source, value in (("jj", shares["jj"]), ("dice", DICE)):
        steps.seed(
            office.stores, "shili-2", source, value, evidence=None, photos=(), by="lin", now=NOW
        )  # fmt: skip

    with pytest.raises(NotYetPublic, match="shili-1"):
        steps.draw(office.stores, "shili-2", by="he", now=NOW)

    with Session(office.stores.internal) as session:
        kept = keeping.load(session, "shili-2")
        assert (kept.row.stage, kept.order.embargo) == ("committed", False)


@pytest.mark.usefixtures("office")
def test_no_preview_tells_by_naming_one_party_after_the_other(signed_in: SignIn) -> None:
    lin = signed_in("lin")
    told = {_previewed(lin, numbered(n)) for n in range(10)}

    assert len(told) == 1
    assert "1 户" in told.pop()


def _previewed(client: FlaskClient, number: str) -> str:
    form = _order(draw_id="shili-2", round="2", exclude_drawn_in="shili-1", named=number)
    answer = send(client, "/draws/new", "/draws/new", **form)
    assert answer.status_code == 200, answer.text
    [facts] = re.findall(r"对象</dt>.*?</dl>", answer.text, re.DOTALL)
    return str(facts)
