"""What was released beside a filing that is returned stands as it did: nobody outside notices, and hiding goes on (退回)."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide, notices, review, scheduled
from portal.internal.desk.drawing import outward
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import ORDER, numbered, parties, sealed
from tests.internal.test_narrowing import HIDDEN
from tests.makers import AGENCY, CREDIT_CODE, ITEM_ROW, RESULT_ROW
from tests.public.twins import NEVER, WITHHELD, Row, World, party
from tests.raw import store_bytes

ITEM: Row = {**ITEM_ROW, "code": "SP-002", "name": "鸊鷉供应点核查"}
#: Of whom a number alone does not say what they are: the library has to come first.
UNIT: Row = {"entity_name": "示例市鸊鷉大队", "identifier": "XY-1", "scheme": "本地编号"}
IN_LIBRARY: Row = {**UNIT, "form": "企业", "region": "990101"}
CHECK: Row = {**RESULT_ROW, **UNIT, "code": "JC-9"}
BOTH_ITEMS = ({**CHECK}, {**CHECK, "item_code": "SP-002"})
DRAW: Row = {
    "code": "C1", "name": "第一轮", "drawn_on": "2025-04-07", "method": "系统随机抽取", "frame_count": 9,
    "sample_count": 2, "embargo_until": "2025-06-20",
}  # fmt: skip


def _all(office: Office, kind: str) -> list[dict[str, Any]]:
    with office.stores.register.connect() as register:
        bodies = register.scalars(sa.text(f"SELECT body FROM {kind} ORDER BY public_id"))
        return [json.loads(body) for body in bodies]


def _hide_item(office: Office) -> None:
    decide.decide(
        office.stores, Kind.ITEM, f"{AGENCY}/SP-002", [HIDDEN], by="wu", now=NOW, confirmed=True
    )


def _filed(office: Office, kind: str, *rows: Row) -> int:
    batch = office.file(kind, *rows).batch_id
    assert batch is not None
    return batch


def _return(office: Office, batch: int) -> None:
    review.give_back(office.stores, batch, by="wu", now=NOW, reason="有误")


@pytest.mark.parametrize(("party_is", "check_is"), [({}, WITHHELD), ({}, NEVER), (NEVER, {})])
def test_an_item_is_hidden_though_the_party_of_a_hidden_check_about_it_was_returned(
    office: Office, party_is: Row, check_is: Row
) -> None:
    office.put("items", ITEM)
    waits = _filed(office, "entities", IN_LIBRARY | party_is)
    office.put("results", *(each | check_is for each in BOTH_ITEMS))
    _return(office, waits)

    _hide_item(office)

    assert "鸊鷉" not in json.dumps(_all(office, "item"), ensure_ascii=False)


def test_steps_of_a_returned_check_keep_nothing_from_being_hidden(office: Office) -> None:
    office.put("items", ITEM)
    office.put("entities", IN_LIBRARY)
    check = ({**CHECK, "outcomes": "发现问题已责令改正", "due_on": "2025-06-20"},)
    waits = _filed(office, "results", *check)
    step = {
        "result_code": "JC-9",
        "step": "责令改正",
        "taken_on": "2025-05-21",
        "due_on": "2025-06-20",
    }
    office.put("followups", step | WITHHELD)
    _return(office, waits)

    scheduled.carry_out(office.stores, now=NOW + timedelta(days=1))
    assert len(_all(office, "withheld")) == 1


def test_a_return_changes_no_notice_and_stops_none(office: Office) -> None:
    """Whether a library that nobody released was returned is nobody's to know."""
    office.put("results", {**RESULT_ROW, **WITHHELD})
    waits = _filed(office, "entities", IN_LIBRARY)
    office.put("results", CHECK | WITHHELD)
    _return(office, waits)

    outcome = notices.release_notices(office.stores, by="he", now=NOW)

    assert outcome is not None
    assert outcome.published == 2


def test_a_list_that_names_whom_a_returned_library_has_waits_and_keeps_nothing_else_waiting(
    office: Office,
) -> None:
    office.put("entities", party(1))
    waits = _filed(office, "entities", IN_LIBRARY)
    office.put("draws", DRAW | party(1), DRAW | UNIT)
    before = _all(office, "draw")
    _return(office, waits)

    done = scheduled.carry_out(office.stores, now=NOW + timedelta(days=30))

    assert (len(done.refused), _all(office, "draw")) == (1, before)
    #: No release is left half way: what is to be hidden is hidden.
    order = replace(HIDDEN, act=Act.WITHHOLD)
    key = f"uscc:{party(1)['identifier']}"
    decide.decide(office.stores, Kind.ENTITY, key, [order], by="wu", now=NOW, confirmed=True)
    assert _all(office, "entity") == []


@pytest.mark.parametrize("refiled", [False, True], ids=["returned", "filed openly, not released"])
def test_a_finding_stays_hidden_until_its_item_is_released(
    office: Office, *, refiled: bool
) -> None:
    """A check was released without it; whatever brings that one out again shows nothing that nobody let out."""
    waits = _filed(office, "items", ITEM | NEVER)
    office.put("results", RESULT_ROW, {**RESULT_ROW, "item_code": "SP-002", "item_name": "鸊鷉核查"}, let_pass=True)  # fmt: skip
    before = _all(office, "result")
    if refiled:
        waits = _filed(office, "items", {**ITEM, "disclosure": "公开"})
    else:
        _return(office, waits)

    name = replace(HIDDEN, place="name")
    decide.decide(office.stores, Kind.ENTITY, f"uscc:{CREDIT_CODE}", [name], by="wu", now=NOW)

    assert "鸊鷉" not in json.dumps(before, ensure_ascii=False)
    assert _all(office, "result") == before
    if refiled:
        office.publish(waits)
        assert "鸊鷉核查" in json.dumps(_all(office, "result"), ensure_ascii=False)


@pytest.mark.parametrize("kind", ["items", "entities"])
def test_a_waiting_file_that_hides_something_public_takes_nothing_out_before_it_is_released(
    office: Office, kind: str
) -> None:
    """Whatever is decided meanwhile is carried out, and of what is public else nothing goes."""
    office.put("items", ITEM)
    name = {"entity_name": RESULT_ROW["entity_name"], "identifier": CREDIT_CODE}
    office.put("entities", {**name, "region": "990101"})
    other = {**RESULT_ROW, "item_code": "SP-002", "item_name": ITEM["name"]}
    telling = {**RESULT_ROW, "code": "JC-2", "detail": f"另见{ITEM['name']}"}
    office.put("results", other, telling)
    before = _all(office, "result")
    hiding = {**ITEM, **NEVER} if kind == "items" else {**name, "region": "990101", **NEVER}
    waits = _filed(office, kind, hiding)

    _decide_on_the_region(office)

    assert [each["region"] for each in _all(office, "entity")] == ["990100"]
    assert _all(office, "result") == before
    office.publish(waits)
    assert _all(office, "result") == []


def _decide_on_the_region(office: Office) -> None:
    order = replace(HIDDEN, place="region", act=Act.COARSEN, ground=Ground.PRIVACY)
    decide.decide(
        office.stores, Kind.ENTITY, f"uscc:{CREDIT_CODE}", [order], by="wu", now=NOW, confirmed=True
    )


NAME = "示例市鸊鷉食品有限公司"
CALLED: Row = {"entity_name": NAME, "identifier": numbered(30), "region": "990101"}
KEPT: Row = CALLED | NEVER | {"decided_on": "2025-03-01"}
OF_ANOTHER: Row = {
    **RESULT_ROW, "code": "JC-9", "entity_name": "示例市第1食品有限公司", "identifier": numbered(1), "detail": f"参见{NAME}的情况",
}  # fmt: skip


def _decide_elsewhere(office: Office) -> None:
    """Have the check told anew, by a decision that is nothing to whom it names."""
    World(office).decide(Kind.ENTITY, f"uscc:{numbered(1)}", Act.WITHHOLD, NOW, "industry")


@pytest.mark.parametrize("there", ["draw", "check"])
def test_a_waiting_file_that_would_open_up_whom_another_hid_brings_back_no_word(
    office: Office, data: Path, there: str
) -> None:
    parties(office, CALLED)
    if there == "draw":
        draw = sealed(office, ORDER.replace("驻局纪检监察组与机关党委", NAME))
    else:
        office.put("results", OF_ANOTHER, let_pass=True)
    assert NAME.encode() in store_bytes(data)
    office.put("entities", KEPT)
    assert NAME.encode() not in store_bytes(data)

    waits = _filed(office, "entities", CALLED | {"disclosure": "公开"})
    if there == "draw":
        outward.sync(office.stores, draw, now=NOW)
    _decide_elsewhere(office)

    assert NAME.encode() not in store_bytes(data)
    office.publish(waits)
    assert NAME.encode() in store_bytes(data)


def test_a_waiting_file_that_would_hide_whom_a_masked_text_names_changes_nothing_of_it(
    office: Office,
) -> None:
    parties(office, CALLED)
    office.put("results", OF_ANOTHER, let_pass=True)
    masked = replace(HIDDEN, place="detail", act=Act.MASK, ground=Ground.TRADE_SECRET)
    decide.decide(
        office.stores, Kind.RESULT, f"{AGENCY}/JC-9", [masked], by="wu", now=NOW, confirmed=True
    )
    said = _all(office, "result")

    waits = _filed(office, "entities", KEPT)
    _decide_elsewhere(office)

    assert _all(office, "result") == said
    office.publish(waits)
    assert NAME not in str(_all(office, "result"))


SHOP: Row = {
    "entity_name": "示例市鸊鷉小吃店", "identifier": numbered(40, "92"), "form": "个体工商户", "region": "990101",
}  # fmt: skip


@pytest.mark.parametrize(
    ("first", "waits", "text"),
    [
        (SHOP, SHOP | {"legal_person": "鸊鷉红梅"}, {"detail": "鸊鷉红梅在场", **SHOP}),
        (SHOP, SHOP | {"entity_name": "鸊鷉红梅餐饮"}, {"detail": "鸊鷉红梅餐饮在场", **SHOP}),
        (KEPT, KEPT | {"entity_name": "鸊鷉贸易商行"}, {"detail": "另见鸊鷉贸易商行"}),
        (CALLED, {**KEPT, "entity_name": "鸊鷉贸易商行", "identifier": numbered(31)}, {"detail": "另见鸊鷉贸易商行"}),
    ],
)  # fmt: skip
def test_what_a_waiting_file_calls_somebody_who_is_not_shown_takes_out_no_text(
    office: Office, first: Row, waits: Row, text: Row
) -> None:
    parties(office, first)
    check = {
        **OF_ANOTHER,
        **{key: each for key, each in text.items() if key not in ("form", "region")},
    }
    office.put("results", check, let_pass=True)
    said = _all(office, "result")

    _filed(office, "entities", waits)
    order = replace(HIDDEN, place="region", act=Act.COARSEN, ground=Ground.PRIVACY)
    key = f"uscc:{check['identifier']}"
    decide.decide(office.stores, Kind.ENTITY, key, [order], by="wu", now=NOW, confirmed=True)

    assert (_all(office, "result"), len(said)) == (said, 1)


def test_what_a_waiting_file_calls_an_item_that_it_would_hide_stands_in_checks_as_before(
    office: Office,
) -> None:
    office.put("items", ITEM)
    parties(office)
    named = {**OF_ANOTHER, "item_code": "SP-002", "item_name": "鸊鷉饲养核查", "detail": ""}
    office.put("results", named, let_pass=True)
    said = _all(office, "result")

    _filed(office, "items", ITEM | NEVER | {"name": "鸊鷉饲养核查"})
    _decide_elsewhere(office)

    assert _all(office, "result") == said
