"""What is hidden later leaves the older versions of everything that named it, the log's salts and the index too."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.draws import list_digest
from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide, retract, scheduled
from portal.internal.desk.orders import Order
from portal.internal.desk.upload import Refused
from portal.register.proofs.audit import audit
from portal.register.records import Kind, PublicDraw, decode
from portal.register.search import keeping
from portal.register.tables.changes import VersionRow
from portal.register.tables.draws import DrawEntryRow, DrawRow
from portal.register.tables.entities import EntityRow
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import numbered
from tests.makers import AGENCY, CREDIT_CODE, ITEM_ROW, RESULT_ROW, Row
from tests.raw import store_bytes

#: Words that stand with the second item alone.
NAME, DETAIL = "鸊鷉供应点核查", "鸊鷉库房台账缺失"
ITEM: Row = {**ITEM_ROW, "code": "SP-002", "name": NAME}
CHECK: Row = {**RESULT_ROW, "draw_code": "C1"}
SECOND: Row = {**CHECK, "item_code": "SP-002", "outcomes": "发现问题已责令改正", "detail": DETAIL}
PARTY: Row = {"entity_name": RESULT_ROW["entity_name"], "identifier": CREDIT_CODE}
PLAN: Row = {
    "code": "2025-SCJG", "name": "2025年度抽查计划", "year": "2025", "approver": "某人",
    "approved_on": "2025-03-03", "task_code": "R1", "task_name": "抽查",
    "object_scope": "食品经营者", "task_type": "不定向", "starts_on": "2025-04-01",
    "ends_on": "2025-06-30", "item_codes": "SP-001,SP-002",
}  # fmt: skip
DRAW: Row = {
    "code": "C1", "name": "第一轮", "drawn_on": "2025-04-07", "method": "系统随机抽取",
    "unit": "鸊鷉检查一组", **PARTY,
}  # fmt: skip
UNSEEN: Row = {
    "disclosure": "不予确认", "ground": "危及公共安全", "decided_by": "示例市市场监督管理局",
    "decided_on": "2025-03-01", "review_on": "2026-02-28",
}  # fmt: skip
HIDDEN = Order(
    place="", act=Act.WITHHOLD, ground=Ground.PUBLIC_SECURITY, article="第十四条",
    decided_by="示例市市场监督管理局", decided_on=date(2025, 6, 1), review_on=date(2026, 5, 29),
    reason="不得公开的理由",
)  # fmt: skip


@pytest.fixture
def office(office: Office) -> Office:
    """The office with a check of two items under a plan and a draw, all of it public and indexed."""
    office.put("items", ITEM)
    office.put("plans", PLAN)
    office.put("draws", DRAW)
    office.put("results", CHECK, SECOND)
    keeping.catch_up(office.stores.register, office.stores.index)
    return office


def _hide(office: Office, kind: Kind, key: str) -> None:
    decide.decide(
        office.stores, kind, f"{AGENCY}/{key}", [HIDDEN], by="wu", now=NOW, confirmed=True
    )


def _id_of(office: Office, table: str, name: str) -> str:
    with Session(office.stores.register) as session:
        query = sa.text(f"SELECT public_id FROM {table} WHERE body LIKE :name")
        return str(session.scalars(query, {"name": f"%{name}%"}).one())


def _draw(office: Office, name: str) -> PublicDraw:
    with Session(office.stores.register) as session:
        bodies = session.scalars(sa.select(DrawRow.body).order_by(DrawRow.public_id))
        (found,) = [each for each in (decode(b, PublicDraw) for b in bodies) if each.name == name]
    return found


def _kept(office: Office, word: str) -> set[str]:
    """Return the tables, but the changelog itself, in which `word` stands."""
    found = set()
    with Session(office.stores.register) as session:
        connection = session.connection()
        for table in sa.inspect(connection).get_table_names():
            rows = session.execute(sa.text(f"SELECT * FROM {table}"))
            if any(word in str(value) for row in rows for value in row):
                found.add(table)
    return found - {"change"}


def _versions(office: Office) -> int:
    with Session(office.stores.register) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(VersionRow)) or 0


def _faults(office: Office) -> list[str]:
    with Session(office.stores.register) as session:
        return audit(session).faults


def test_what_a_check_found_about_an_item_goes_when_the_item_is_hidden(office: Office) -> None:
    """The check goes on being public for its other item; what it said before about this one does not."""
    item_id = _id_of(office, "item", NAME)
    assert _kept(office, DETAIL) == {"result"}

    _hide(office, Kind.ITEM, "SP-002")

    assert [_kept(office, word) for word in (NAME, DETAIL, item_id)] == [set(), set(), set()]
    assert _faults(office) == []


def test_no_byte_of_the_register_or_the_index_tells_of_it_either(
    office: Office, data: Path
) -> None:
    _hide(office, Kind.ITEM, "SP-002")

    register = store_bytes(data)
    index = b"".join(path.read_bytes() for path in (data / "search").iterdir())
    told = [c for c in ("utf-8", "utf-16-le") if "鸊鷉库".encode(c) in register + index]
    assert told == []
    assert "示例".encode("utf-16-le") in index


def test_a_check_does_not_go_on_naming_a_hidden_draw_in_an_older_version(office: Office) -> None:
    draw_id = _id_of(office, "draw", "第一轮")

    _hide(office, Kind.DRAW, "C1")

    assert _kept(office, draw_id) == set()
    assert _faults(office) == []


def test_where_a_party_turns_out_to_be_a_person_the_lists_forget_the_team(office: Office) -> None:
    assert "draw_entry" in _kept(office, "鸊鷉检查一组")

    office.put("entities", {**PARTY, "form": "个体工商户"}, let_pass=True)

    assert _kept(office, "鸊鷉检查一组") == set()


def test_the_nonce_of_a_shorter_list_does_not_open_the_digest_of_the_one_before(
    office: Office,
) -> None:
    """Who kept the first digest must not find out by trying who else was on the list."""
    other = {"entity_name": "示例市第二食品有限公司", "identifier": numbered(2)}
    held = {**DRAW, "code": "C2", "name": "第二轮", "embargo_until": "2025-07-01"}
    office.put("entities", other)
    batch = office.file("draws", {**held, **PARTY}, {**held, **other}).batch_id
    office.publish(batch)
    with Session(office.stores.register) as session:
        ids = sorted(session.scalars(sa.select(EntityRow.public_id)))
    first = _draw(office, "第二轮")
    assert first.list_digest is not None
    assert len(ids) == 2

    decide.decide(
        office.stores, Kind.ENTITY, f"uscc:{numbered(2)}", [HIDDEN], by="wu", now=NOW,
        confirmed=True,
    )  # fmt: skip
    scheduled.carry_out(office.stores, now=NOW + timedelta(days=40))

    second = _draw(office, "第二轮")
    assert second.list_nonce is not None
    with Session(office.stores.register) as session:
        named = session.scalars(
            sa.select(DrawEntryRow.entity_id).where(DrawEntryRow.draw_id == second.id)
        ).all()
    assert list_digest(second.list_nonce, named) == second.list_digest
    assert len(named) == 1
    assert list_digest(second.list_nonce, ids) != first.list_digest


def test_a_correction_that_no_longer_names_an_item_keeps_the_version_before(office: Office) -> None:
    """Nothing is hidden here: before and after are shown together."""
    office.put("results", CHECK)

    assert _versions(office) == 1
    assert _kept(office, DETAIL) == {"version"}


def test_an_opened_item_is_named_again(office: Office) -> None:
    _hide(office, Kind.ITEM, "SP-002")

    decide.decide(
        office.stores, Kind.ITEM, f"{AGENCY}/SP-002",
        [replace(HIDDEN, act=Act.OPEN, reason="已无须保密")], by="wu", second="bao", now=NOW,
    )  # fmt: skip

    assert _kept(office, DETAIL) == {"result"}


def test_no_list_goes_on_telling_where_a_party_was_that_is_a_person_or_gone(office: Office) -> None:
    """A township is shown of companies; of a person's shop the county, and of who is withdrawn nothing."""
    office.put("entities", {**PARTY, "region": "990101003"})
    assert {"entity", "event"} <= _kept(office, "990101003")

    office.put("entities", {**PARTY, "region": "990101003", "form": "个体工商户"}, let_pass=True)
    assert _kept(office, "990101003") == set()
    assert {"entity", "event"} <= _kept(office, "990101")

    public_id = _id_of(office, "entity", "示例＊＊＊司")
    retract.retract(office.stores, Kind.ENTITY, public_id, by="he", second="an", now=NOW)
    assert _kept(office, "990101") == set()
    assert _faults(office) == []


def test_a_step_that_repeats_what_its_check_withholds_goes_and_does_not_come_back(
    office: Office,
) -> None:
    step = {"result_code": "JC-0001", "step": "责令改正", "taken_on": "2025-05-20"}
    office.put("followups", {**step, "text": f"就“{DETAIL}”责令改正"})
    assert "followup" in _kept(office, DETAIL)

    done = decide.decide(
        office.stores, Kind.RESULT, f"{AGENCY}/JC-0001", [replace(HIDDEN, place="detail")], by="wu",
        now=NOW,
    )  # fmt: skip

    assert done.taken_out == 1
    assert _kept(office, DETAIL) == set()
    with pytest.raises(Refused):
        office.put("followups", {**step, "text": f"就“{DETAIL}”责令改正完毕"})


def test_a_correction_keeps_the_version_before_though_a_hidden_item_stands_beside(
    office: Office,
) -> None:
    """Whoever sees an older version go where nothing shown is kept back knows that something is."""
    office.put("items", {**ITEM, "code": "SP-003", "name": "鸊鷉暗访", **UNSEEN})
    unseen = {"item_code": "SP-003", "outcomes": "未发现问题"}
    office.put("results", {**CHECK, "code": "JC-2"}, {**SECOND, "code": "JC-2", **unseen})
    office.put("plans", {**PLAN, "code": "P2", "task_code": "R2", "item_codes": "SP-001,SP-003"})

    now = {"code": "JC-2", "item_code": "SP-002", "outcomes": "未发现问题"}
    office.put("results", {**CHECK, **now}, {**CHECK, **now, **unseen})
    adjusted = {
        "version": "2",
        "approved_on": "2025-04-01",
        "adjustment_reason": "调整",
        "item_codes": "SP-002,SP-003",
    }
    office.put("plans", {**PLAN, "code": "P2", "task_code": "R2", **adjusted})

    assert _versions(office) == 2


@pytest.mark.parametrize("hidden", ["detail", "handling_text", "item"])
def test_nor_does_an_older_version_of_a_step_tell_it(
    office: Office, data: Path, hidden: str
) -> None:
    """The step as it stands says nothing of it any more, and is the same before and after."""
    told = "鸊鷉一批按旧方处理" if hidden == "handling_text" else DETAIL
    due = {
        "due_on": "2025-06-20",
        "handling_text": told if hidden == "handling_text" else "另行处理",
    }
    first = {**CHECK, **due, "outcomes": SECOND["outcomes"], "detail": "标签不全"}
    office.put("results", first, {**SECOND, **due})
    step = {"result_code": RESULT_ROW["code"], "step": "行政处罚", "taken_on": "2025-05-28"}
    office.put("followups", {**step, "text": f"因{told}处罚"})
    office.put("followups", {**step, "text": "作出处罚"}, now=NOW + timedelta(hours=1))

    order = replace(HIDDEN, place="" if hidden == "item" else hidden)
    kind = Kind.ITEM if hidden == "item" else Kind.RESULT
    key = f"{AGENCY}/{ITEM['code'] if hidden == 'item' else RESULT_ROW['code']}"
    decide.decide(
        office.stores, kind, key, [order], by="wu", second="bao", now=NOW + timedelta(hours=2),
        confirmed=True,
    )  # fmt: skip

    assert told.encode() not in store_bytes(data)
    assert "作出处罚".encode() in store_bytes(data)
    with Session(office.stores.register) as register:
        assert not audit(register).faults
