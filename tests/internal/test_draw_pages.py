"""The office's pages of draws: the sheet to sign names nobody drawn, a team reads its own objects only."""

import re

import pytest
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.internal.desk.drawing import asking, keeping, sheets
from portal.internal.desk.drawing.orders import BadOrder
from portal.internal.pages import draw_orders
from tests.conftest import NOW, Office
from tests.internal.clicking import SignIn, post, read
from tests.internal.drawing_makers import numbered, parties, sealed


def test_the_record_sheet_names_nobody_drawn(office: Office, signed_in: SignIn) -> None:
    parties(office)
    sealed(office)
    clerk = signed_in("lin")
    assert "shili-1" in clerk.get("/draws/").text
    text = clerk.get("/draws/shili-1/sheet").text
    with Session(office.stores.internal) as session:
        drawing = keeping.load(session, "shili-1")
    assert (drawing.progress.sealed or "?") in text
    assert [n for n in range(10) if numbered(n) in text] == []


def test_a_team_reads_its_own_objects_only(office: Office, signed_in: SignIn) -> None:
    parties(office)
    sealed(office)
    with Session(office.stores.internal) as session:
        mine = {number for _, number in sheets.team_sheet(session, "shili-1", 1).objects}
    answer = signed_in("he").get("/draws/shili-1/teams/1")
    shown = {numbered(n) for n in range(10) if numbered(n) in answer.text}
    assert shown == mine
    assert signed_in("he").get("/draws/shili-1/teams/99").status_code == 404
    assert signed_in("elsewhere").get("/draws/shili-1/sheet").status_code == 403


def test_a_second_person_confirms_what_they_saw_and_nothing_that_took_its_place(
    office: Office, signed_in: SignIn
) -> None:
    """Who asks may take it back and ask for something else while the other still reads the first."""
    parties(office)
    draw = sealed(office)
    void = {"reason": "source_failed", "unit": "示例市司法局", "replaced_by": None}
    asking.ask(office.stores, draw, "void", void, by="an", now=NOW)
    second = signed_in("he")
    [seen] = re.findall(r'name="seen" value="([0-9a-f]{64})"', read(second, f"/draws/{draw}"))
    asking.decline(office.stores, draw, by="an", now=NOW)
    asking.ask(office.stores, draw, "void", {**void, "unit": "示例市某局"}, by="an", now=NOW)

    unseen = [
        post(second, f"/draws/{draw}", f"/draws/{draw}/confirm", **fields)
        for fields in ({"seen": seen}, {})
    ]
    [anew] = re.findall(r'name="seen" value="([0-9a-f]{64})"', read(second, f"/draws/{draw}"))

    assert unseen == [409, 409]
    assert post(second, f"/draws/{draw}", f"/draws/{draw}/confirm", seen=anew) == 303


@pytest.mark.parametrize(
    "field", [{"withheld_quota": "9" * 5000}, {"strata": f"一般 {'9' * 5000}"}, {"slots": f"全系统 {'9' * 5000}"}]
)  # fmt: skip
def test_a_number_without_end_in_an_order_is_told(field: dict[str, str]) -> None:
    usual = {"draw_id": "x-1", "agency": "990101-SCJG", "title": "抽取", "unit": "科", "round": "1",
             "with_teams": "1", "bundle": "5"}  # fmt: skip

    with pytest.raises(BadOrder):
        draw_orders.read(MultiDict({**usual, **field}))
