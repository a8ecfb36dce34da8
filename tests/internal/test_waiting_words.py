"""What a file that waits keeps back of a text that is being released stays so when something else tells the text anew (待发布)."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.domain.grounds import Ground
from portal.domain.replies import LetterKind, ReplyState
from portal.domain.verdicts import Act
from portal.internal.desk import decide, letters, rehiding, scheduled
from portal.internal.desk.drawing import steps
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import ORDER, frozen, numbered, parties
from tests.internal.test_leaning import CALLED, DRAW, IN_LIBRARY, ITEM, KEPT, OF_ANOTHER, SHOP, UNIT
from tests.internal.test_letters import send
from tests.internal.test_narrowing import HIDDEN
from tests.makers import AGENCY
from tests.public.twins import NEVER, WITHHELD, Row, party
from tests.raw import store_bytes

#: Stands in files alone that nobody lets out.
WORD = "鸊鷉"
MASKED = replace(HIDDEN, place="detail", act=Act.MASK, ground=Ground.TRADE_SECRET)
COARSER = replace(HIDDEN, place="region", act=Act.COARSEN, ground=Ground.PRIVACY)
#: One is public, one is to be with the list, and one waits for a file of their own.
LISTED: list[Row] = [DRAW | {"sample_count": 3} | each for each in (party(1), party(7), UNIT)]
WHOLLY = replace(HIDDEN, place="", act=Act.WITHHOLD)
PLAN: Row = {
    "code": "JH", "name": "示例计划", "year": "2025", "version": "1", "approved_on": "2025-03-02", "approver": "某人",
    "task_code": "JH-1", "task_name": "示例任务", "object_scope": "经营者", "task_type": "不定向", "starts_on": "2025-04-01",
    "ends_on": "2025-06-30", "item_text": "示例事项",
}  # fmt: skip
OF_SHOP: Row = {**OF_ANOTHER, "entity_name": "示例市水雉小吃店", "identifier": numbered(40, "92")}
A_SHOP: Row = {**SHOP, "entity_name": OF_SHOP["entity_name"]}


def _all(office: Office, kind: str) -> list[dict[str, Any]]:
    with office.stores.register.connect() as register:
        bodies = register.scalars(sa.text(f"SELECT body FROM {kind} ORDER BY public_id"))
        return [json.loads(body) for body in bodies]


def _order(office: Office, kind: Kind, key: str, order: Any) -> None:
    decide.decide(office.stores, kind, key, [order], by="wu", now=NOW, confirmed=True)


def _decide_elsewhere(office: Office, check: Row) -> None:
    """Have the check told anew, by a decision that is nothing to what it says."""
    _order(office, Kind.ENTITY, f"uscc:{check['identifier']}", COARSER)


@pytest.mark.parametrize(
    ("check", "waits", "text"),
    [
        (OF_ANOTHER, KEPT, str(OF_ANOTHER["detail"])),
        (OF_SHOP, A_SHOP | {"legal_person": "鸊鷉红梅"}, "鸊鷉红梅在场"),
    ],
    ids=["a name", "a private field"],
)
@pytest.mark.parametrize("is_opened", [False, True])
def test_what_a_masked_text_was_released_without_does_not_come_out(
    office: Office, data: Path, check: Row, waits: Row, text: str, *, is_opened: bool
) -> None:
    parties(office, A_SHOP)
    office.put("results", check | {"detail": "无"})
    _order(office, Kind.RESULT, f"{AGENCY}/JC-9", MASKED)
    assert office.file("entities", waits).batch_id is not None
    office.put("results", check | {"detail": text}, let_pass=True)
    said = _all(office, "result")

    if is_opened:
        key = f"{AGENCY}/JC-9"
        _order(office, Kind.RESULT, key, HIDDEN)
        back = replace(HIDDEN, act=Act.OPEN, ground=None, article="", review_on=None)
        decide.decide(
            office.stores, Kind.RESULT, key, [back], by="wu", second="bao", now=NOW, confirmed=True
        )
    _decide_elsewhere(office, check)

    assert [each["findings"] for each in _all(office, "result")] == [
        each["findings"] for each in said
    ]
    assert WORD.encode() not in store_bytes(data)


def test_an_item_that_checks_named_by_its_shown_name_is_named_so_later(
    office: Office, data: Path
) -> None:
    office.put("items", ITEM | {"name": "水雉供应点核查"})
    parties(office)
    hidden = ITEM | NEVER | {"name": "鸊鷉饲养核查"}
    assert office.file("items", hidden).batch_id is not None
    named = {**OF_ANOTHER, "item_code": "SP-002", "item_name": hidden["name"], "detail": ""}
    office.put("results", named, let_pass=True)
    said = _all(office, "result")

    _decide_elsewhere(office, OF_ANOTHER)

    assert _all(office, "result") == said
    assert WORD.encode() not in store_bytes(data)


def test_where_a_draw_was_left_out_at_its_commit_its_next_step_does_not_say(
    office: Office, data: Path
) -> None:
    parties(office)
    made, share = frozen(
        office, ORDER.replace("示例市政务公开厅", f"{CALLED['entity_name']}会议室")
    )
    assert office.file("entities", KEPT).batch_id is not None
    name = made.order.draw_id
    steps.commit(office.stores, name, by="he", now=NOW)

    steps.seed(office.stores, name, "jj", share, evidence=None, photos=(), by="lin", now=NOW)

    assert [each.get("place") for each in _all(office, "draw")] == [None]
    assert WORD.encode() not in store_bytes(data)


def test_an_answer_stays_beside_a_file_that_waits(office: Office, client: FlaskClient) -> None:
    parties(office, A_SHOP)
    office.put("results", OF_SHOP | {"detail": "无"})
    (check,) = _all(office, "result")
    reference = send(client, check["id"], LetterKind.REPLY)
    letters.collect(office.stores, now=NOW)
    letters.propose(
        office.stores, reference, outcome=ReplyState.ACCEPTED, decision="与鸊鷉红梅一事相符", statement="此前已经说明",
        let_pass=True, by="wu", now=NOW,
    )  # fmt: skip
    letters.release(office.stores, reference, by="he", now=NOW)
    said = _all(office, "reply")

    assert office.file("entities", A_SHOP | {"legal_person": "鸊鷉红梅"}).batch_id is not None
    _decide_elsewhere(office, OF_SHOP)

    assert (_all(office, "reply"), len(said)) == (said, 1)


@pytest.mark.parametrize("before", [True, False])
def test_a_list_that_waits_for_a_party_comes_out_by_no_decision(
    office: Office, *, before: bool
) -> None:
    """Its digest counts whom nobody let out, and whoever is missing among its names would stand in it."""
    office.put("entities", party(1))
    waits = office.file("entities", IN_LIBRARY).batch_id
    assert waits is not None
    office.put("draws", *(each | {"place": "某处"} for each in LISTED))
    later = NOW + timedelta(days=30)
    place = replace(HIDDEN, place="place")
    words: dict[str, Any] = {"by": "wu", "now": NOW if before else later}

    if before:
        decide.decide(office.stores, Kind.DRAW, f"{AGENCY}/C1", [place], **words)
    assert len(scheduled.carry_out(office.stores, now=later).refused) == 1
    if not before:
        decide.decide(office.stores, Kind.DRAW, f"{AGENCY}/C1", [place], **words)
    rehiding.carry_out_again(office.stores, now=later)

    (draw,) = _all(office, "draw")
    assert ("place" in draw, "list_nonce" in draw, _all(office, "draw_entry")) == (False, False, [])
    assert len(_all(office, "entity")) == 1
    office.publish(waits, now=later)
    assert scheduled.carry_out(office.stores, now=later).refused == []
    assert ("list_nonce" in _all(office, "draw")[0], len(_all(office, "draw_entry"))) == (True, 3)


@pytest.mark.parametrize("hidden_on", [0, 30])
@pytest.mark.parametrize("shown_on", [0, 30])
def test_a_list_that_waits_for_a_party_comes_out_by_no_draw_that_is_shown_again(
    office: Office, hidden_on: int, shown_on: int
) -> None:
    """It comes out whole once the party is public, though it was due while nobody saw the draw."""
    office.put("entities", party(1))
    waits = office.file("entities", IN_LIBRARY).batch_id
    office.put("draws", *LISTED)
    (said,), later = _all(office, "draw"), NOW + timedelta(days=30)
    back = replace(WHOLLY, act=Act.OPEN, ground=None, article="", review_on=None)

    for day, order in ((hidden_on, WHOLLY), (max(hidden_on, shown_on), back)):
        if day:
            scheduled.carry_out(office.stores, now=later)
        decide.decide(
            office.stores, Kind.DRAW, f"{AGENCY}/C1", [order], by="wu", second="bao",
            now=NOW + timedelta(days=day), confirmed=True,
        )  # fmt: skip
    rehiding.carry_out_again(office.stores, now=later)

    assert (_all(office, "draw"), _all(office, "draw_entry")) == ([said], [])
    assert len(_all(office, "entity")) == 1
    assert len(scheduled.carry_out(office.stores, now=later).refused) == 1
    office.publish(waits, now=later)
    assert scheduled.carry_out(office.stores, now=later).refused == []
    assert ("list_nonce" in _all(office, "draw")[0], len(_all(office, "draw_entry"))) == (True, 3)


def test_a_list_that_waits_for_a_party_keeps_no_other_of_it_from_being_shown_again(
    office: Office,
) -> None:
    office.put("entities", party(1) | WITHHELD)
    assert office.file("entities", IN_LIBRARY).batch_id is not None
    office.put("draws", *LISTED)
    later = NOW + timedelta(days=30)
    assert len(scheduled.carry_out(office.stores, now=later).refused) == 1

    office.put("entities", party(1) | {"disclosure": "公开"}, now=later)

    assert (len(_all(office, "entity")), _all(office, "draw_entry")) == (1, [])
    assert "list_nonce" not in _all(office, "draw")[0]


@pytest.mark.parametrize("is_masked", [True, False])
def test_a_list_that_is_due_comes_out_beside_a_file_that_waits_with_the_words_that_are_public(
    office: Office, *, is_masked: bool
) -> None:
    office.put("entities", party(1), party(2))
    place = f"{party(2)['entity_name']}会议室"
    office.put("draws", DRAW | party(1) | {"sample_count": 1, "place": place}, let_pass=True)
    if is_masked:
        _order(office, Kind.DRAW, f"{AGENCY}/C1", replace(MASKED, place="place"))
    assert office.file("entities", party(2) | NEVER).batch_id is not None

    done = scheduled.carry_out(office.stores, now=NOW + timedelta(days=30))

    (draw,) = _all(office, "draw")
    assert (done.refused, draw["place"], "list_nonce" in draw) == ([], place, True)


def test_a_plan_that_named_an_item_keeps_its_versions_while_only_a_file_that_waits_hides_that(
    office: Office,
) -> None:
    assert office.file("items", ITEM).batch_id is not None
    office.put("plans", PLAN | {"item_codes": "SP-002"})
    office.put("plans", PLAN | {"version": "2", "adjustment_reason": "因故"})
    assert office.file("items", ITEM | WITHHELD).batch_id is not None
    said = _all(office, "plan"), _all(office, "version")

    _order(office, Kind.ITEM, f"{AGENCY}/SP-002", replace(MASKED, place="content"))

    assert (said, len(said[1])) == ((_all(office, "plan"), _all(office, "version")), 1)
