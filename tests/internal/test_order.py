"""The order in which records become public tells nothing of what is shortened in them."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide
from portal.internal.desk.orders import Order
from portal.register.records import Kind
from portal.register.tables.changes import ChangeRow
from tests.conftest import NOW, Office
from tests.makers import AGENCY, ITEM_ROW, RESULT_ROW, Row

TRADER: Row = {"entity_name": "王小明百货店", "identifier": "92990101MA0000001U"}
FIRM: Row = {"entity_name": RESULT_ROW["entity_name"], "identifier": RESULT_ROW["identifier"]}
#: In the order of their names and of their numbers.
FIRMS: list[Row] = [
    {"entity_name": f"示例市{name}食品有限公司", "identifier": number}
    for name, number in (
        ("阿", "91990101MA00000022"), ("巴", "91990101MA00000035"), ("从", "91990101MA00000048"),
        ("达", "91990101MA0000005B"), ("方", "91990101MA0000006E"), ("古", "91990101MA0000007H"),
        ("胡", "91990101MA0000008L"), ("张", "91990101MA0000009P"),
    )
]  # fmt: skip


def _order(office: Office, kind: Kind) -> list[str]:
    query = sa.select(ChangeRow.public_id).where(ChangeRow.kind == kind.value)
    with Session(office.stores.register) as session:
        return list(session.scalars(query.order_by(ChangeRow.serial)))


def _checks(*of_the_trader: int) -> list[Row]:
    """Return a file in the order of days, some of which are those of a sole trader's checks."""
    return [
        {
            **RESULT_ROW, **(TRADER if day in of_the_trader else FIRM), "code": f"JC-{day:04}",
            "inspected_on": f"2025-05-{day:02}",
        }
        for day in range(6, 24)
    ]  # fmt: skip


def test_a_check_of_which_the_month_is_public_does_not_stand_between_days(office: Office) -> None:
    office.put("entities", TRADER, FIRM)
    office.put("results", *_checks(9, 15))

    order = _order(office, Kind.RESULT)

    assert len(order) == 18
    assert order == sorted(order)


def test_a_party_whose_name_is_shortened_does_not_stand_between_names(office: Office) -> None:
    office.put("entities", *FIRMS, TRADER)

    order = _order(office, Kind.ENTITY)

    assert len(order) == 9
    assert order == sorted(order)


def test_a_list_is_public_in_no_order_of_its_file(office: Office) -> None:
    drawn = {"code": "C1", "name": "第一轮", "drawn_on": "2025-04-07", "method": "系统随机抽取"}
    office.put("draws", *({**drawn, **each} for each in (*FIRMS, TRADER)))

    order = _order(office, Kind.DRAW_ENTRY)

    assert len(order) == 9
    assert order == sorted(order)


def test_checks_that_follow_a_decision_do_so_in_no_order_of_their_file(office: Office) -> None:
    """An item is hidden: every check that names it is published again without it."""
    office.put("items", {**ITEM_ROW, "code": "SP-002", "name": "另一事项"})
    two = [
        each
        for row in _checks(9, 15)
        for each in (row, {"item_code": "SP-002", "outcomes": "未发现问题"})
    ]
    office.put("results", *two)
    before = len(_order(office, Kind.RESULT))
    order = Order(
        place="", act=Act.WITHHOLD, ground=Ground.PUBLIC_SECURITY, article="第十四条",
        decided_by="示例市市场监督管理局", decided_on=date(2025, 6, 1), review_on=date(2026, 5, 29),
        reason="不得公开的理由",
    )  # fmt: skip
    decide.decide(
        office.stores, Kind.ITEM, f"{AGENCY}/SP-002", [order], by="wu", second="bao", now=NOW,
        confirmed=True,
    )  # fmt: skip

    again = _order(office, Kind.RESULT)[before:]

    assert len(again) == 18
    assert again == sorted(again)


def test_what_goes_stands_behind_what_comes_however_much_was_never_shown(office: Office) -> None:
    """One check is taken back in a file with more than five hundred that nobody may know of."""
    kept = {
        "disclosure": "不予确认", "ground": "危及公共安全", "decided_by": "示例市市场监督管理局",
        "decided_on": "2025-03-01", "review_on": "2026-02-28",
    }  # fmt: skip
    shown = [{**row, "outcomes": "未发现问题", "due_on": None} for row in _checks()]
    hidden = [{**shown[0], **kept, "code": f"YC-{number:04}"} for number in range(600)]
    office.put("results", *shown)
    before = len(_order(office, Kind.RESULT))
    office.put(
        "results",
        {**shown[0], **kept},
        *({**row, "unit": "示例市食品检查二队"} for row in shown[1:]),
        *hidden,
    )

    with Session(office.stores.register) as session:
        acts = session.scalars(
            sa.select(ChangeRow.op)
            .where(ChangeRow.kind == Kind.RESULT.value)
            .order_by(ChangeRow.serial)
        ).all()
    assert acts[before:] == ["amend"] * (len(shown) - 1) + ["withdraw"]
