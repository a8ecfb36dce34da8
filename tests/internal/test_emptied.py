"""A place that no file may leave empty is not empty in public because all that stood there is hidden."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import Residue
from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide
from portal.internal.desk.orders import Order
from portal.internal.desk.upload import Refused
from portal.internal.sheets.rules import Level
from portal.register.records import Kind
from portal.register.tables.draws import DrawRow
from portal.register.tables.plans import TaskRow
from tests.conftest import NOW, Office
from tests.makers import AGENCY, ITEM_ROW, Row
from tests.public.twins import NEVER, party

ITEM: Row = {**ITEM_ROW, "code": "YL-001", "name": "夜鹭检查"}
PLAN: Row = {
    "code": "P", "name": "计划", "year": 2025, "approved_on": "2025-03-03", "approver": "某人",
    "task_code": "P-R1", "task_name": "抽查一", "object_scope": "经营者", "task_type": "不定向",
    "starts_on": "2025-04-01", "ends_on": "2025-05-19",
}  # fmt: skip
DRAW: Row = {
    "code": "C", "name": "第一轮", "drawn_on": "2025-04-07", "method": "系统随机抽取",
    "embargo_until": "2025-07-31", "frame_count": 40, "sample_count": 2,
}  # fmt: skip


def _public(office: Office, table: type[TaskRow | DrawRow]) -> list[str]:
    with Session(office.stores.register) as session:
        return list(session.scalars(sa.select(table.body)))


def _refused(office: Office, kind: str, *rows: Row) -> list[str]:
    with pytest.raises(Refused) as refused:
        office.file(kind, *rows)
    return [each.rule for each in refused.value.report.of(Level.ERROR)]


def test_a_task_of_hidden_items_alone_says_in_words_what_it_is_about(office: Office) -> None:
    office.put("items", {**ITEM, **NEVER})
    told = _refused(office, "plans", {**PLAN, "item_codes": "YL-001"})
    office.put("plans", {**PLAN, "item_codes": "YL-001", "item_text": "经营情况检查"})

    assert told == ["emptied"]
    assert len(_public(office, TaskRow)) == 1


def test_a_list_of_hidden_parties_alone_is_not_public(office: Office) -> None:
    office.put("entities", {**party(530), **NEVER}, {**party(531), **NEVER}, party(1))
    told = _refused(office, "draws", *({**DRAW, **party(each)} for each in (530, 531)))
    office.put("draws", *({**DRAW, **party(each)} for each in (530, 1)))

    assert told == ["emptied"]
    assert len(_public(office, DrawRow)) == 1


def test_what_is_hidden_before_the_release_leaves_no_empty_place_either(office: Office) -> None:
    office.file("items", ITEM)
    batch = office.file("plans", {**PLAN, "item_codes": "YL-001"}).batch_id
    order = Order(
        place="", act=Act.NEVER, ground=Ground.PUBLIC_SECURITY, article="第十四条",
        decided_by="示例市市场监督管理局", decided_on=NOW.date(), review_on=NOW.date().replace(year=2026, day=1),
        reason="不得公开的理由",
    )  # fmt: skip
    decide.decide(
        office.stores, Kind.ITEM, f"{AGENCY}/YL-001", [order], by="wu", second="bao", now=NOW,
        confirmed=True,
    )  # fmt: skip

    with pytest.raises(Residue, match="第 2 行“抽查事项编号”"):
        office.publish(batch)
    assert _public(office, TaskRow) == []
