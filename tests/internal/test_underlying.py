"""What a record shows less by goes on doing so, whoever changed that one in the office's store: its party, its items."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.desk import decide, release
from portal.internal.desk.binding import ContentChanged
from portal.internal.desk.stores import Stores
from portal.internal.tables.batches import BatchRow
from portal.register.queries import changes
from portal.register.records import Kind
from portal.register.tables.draws import DrawEntryRow
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.internal.test_approvals import raw
from tests.internal.test_decide import ENTITY_KEY, HIDE, KEY
from tests.internal.test_narrowing import DETAIL, DRAW, ITEM, NAME, PLAN, SECOND, UNSEEN
from tests.makers import AGENCY, RESULT_ROW, Row

#: An item that nobody may know of, and a shop under its owner's name, made otherwise by who may write the office's store.
_OPENED = (
    """UPDATE filing SET body = replace(body, '"disclosure":"never"', '"disclosure":"public"')"""
)
_ENTERPRISE = "UPDATE filing SET body = replace(body, 'sole_trader', 'enterprise')"
_SHOP: Row = {
    "entity_name": RESULT_ROW["entity_name"],
    "identifier": RESULT_ROW["identifier"],
    "form": "个体工商户",
}


def _of_check(stores: Stores) -> None:
    decide.decide(stores, Kind.RESULT, KEY, [HIDE], by="wu", now=NOW)


def _of_party(stores: Stores) -> None:
    order = replace(HIDE, place="region")
    decide.decide(stores, Kind.ENTITY, ENTITY_KEY, [order], by="wu", now=NOW)


def _of_plan(stores: Stores) -> None:
    order = replace(HIDE, place="remark")
    decide.decide(stores, Kind.PLAN, f"{AGENCY}/{PLAN['code']}", [order], by="wu", now=NOW)


def _of_draw(stores: Stores) -> None:
    order = replace(HIDE, place="remark")
    decide.decide(stores, Kind.DRAW, f"{AGENCY}/{DRAW['code']}", [order], by="wu", now=NOW)


def _released_again(stores: Stores) -> None:
    with Session(stores.internal) as session:
        last = session.scalar(sa.select(sa.func.max(BatchRow.id)))
    assert last is not None
    release.release(stores, last, by="he", now=NOW)


def _refused(office: Office, deed: Callable[[Stores], None]) -> list[str]:
    """Do what has to be refused; return what is public of checks and lists."""
    with Session(office.stores.register) as session:
        before = changes.serial(session)
    with pytest.raises(ContentChanged, match="与审核时不符"):
        deed(office.stores)
    with Session(office.stores.register) as session:
        assert changes.serial(session) == before
        return [
            body
            for table in (ResultRow, DrawEntryRow)
            for body in session.scalars(sa.select(table.body))
        ]


@pytest.mark.parametrize("deed", [_of_check, _of_party, _of_plan, _released_again])
def test_what_was_found_about_a_hidden_item_does_not_go_out_once_its_filing_says_otherwise(
    office: Office, deed: Callable[[Stores], None]
) -> None:
    office.put("items", {**ITEM, **UNSEEN})
    office.put("plans", PLAN)
    office.put("results", RESULT_ROW, {**SECOND, "draw_code": ""})
    raw(office.stores, f"{_OPENED} WHERE kind = 'item' AND key LIKE '%SP-002'")

    shown = _refused(office, deed)

    assert not any(word in body for word in (NAME, DETAIL) for body in shown)


@pytest.mark.parametrize("deed", [_of_draw, _released_again])
def test_a_shop_is_told_no_more_of_once_its_filing_says_that_it_is_a_company(
    office: Office, deed: Callable[[Stores], None]
) -> None:
    office.put("entities", _SHOP)
    office.put("draws", DRAW)
    office.put("results", RESULT_ROW)
    raw(office.stores, f"{_ENTERPRISE} WHERE kind = 'entity'")

    check, *entries = _refused(office, deed)

    assert '"month_only":true' in check
    assert not any("鸊鷉检查一组" in each for each in entries)


def test_a_hidden_item_that_is_said_to_be_returned_goes_on_hiding_what_was_found(
    office: Office,
) -> None:
    office.put("items", {**ITEM, **UNSEEN})
    office.put("results", RESULT_ROW, {**SECOND, "draw_code": ""})
    raw(office.stores, "UPDATE filing SET live = false WHERE kind = 'item' AND key LIKE '%SP-002'")

    shown = _refused(office, _of_party)

    assert not any(word in body for word in (NAME, DETAIL) for body in shown)


def test_what_a_check_said_before_is_held_as_well(office: Office) -> None:
    """Who has an older filing say what follows from a hidden finding would have it go on being said."""
    office.put("items", {**ITEM, **UNSEEN})
    office.put("entities", {key: RESULT_ROW[key] for key in ("entity_name", "identifier")})
    said = {"handling_text": "现场提醒", "outcomes": "未发现问题"}
    office.put("results", {**RESULT_ROW, **said})
    told = {**said, "handling_text": "夜鹭处理", "draw_code": ""}
    office.put(
        "results", {**RESULT_ROW, **told}, {**SECOND, **told, "outcomes": SECOND["outcomes"]}
    )
    raw(
        office.stores,
        "UPDATE filing SET body = replace(body, '现场提醒', '夜鹭处理') WHERE kind = 'result'",
    )

    shown = _refused(office, _of_check)

    assert not any("夜鹭" in body for body in shown)
