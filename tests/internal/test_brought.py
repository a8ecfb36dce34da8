"""A party that only a check or a list brought along is public with the first that names it, and not before."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide, release, review, scheduled, upload
from portal.internal.desk.orders import Order
from portal.internal.tables import filings
from portal.internal.tables.filings import FilingRow
from portal.register.records import Kind
from portal.register.tables.changes import VersionRow
from portal.register.tables.draws import DrawEntryRow
from portal.register.tables.entities import EntityRow
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.makers import AGENCY, ITEM_ROW, RESULT_ROW, Row

SWAN = {"entity_name": "示例市黑天鹅食品有限公司", "identifier": "91990101MA00000016"}
DRAW_ROW: Row = {
    "code": "C1", "name": "第一轮", "drawn_on": "2025-04-07", "method": "系统随机抽取",
    "entity_name": RESULT_ROW["entity_name"], "identifier": RESULT_ROW["identifier"],
}  # fmt: skip
KEPT = {
    "ground": "危及公共安全", "decided_by": "示例市市场监督管理局", "decided_on": "2025-03-01",
    "review_on": "2026-02-28",
}  # fmt: skip


def _check(number: int, **changes: object) -> Row:
    return {**RESULT_ROW, "code": f"JC-{number:04}", **changes}


def _public(
    office: Office, column: sa.ColumnElement[str] | sa.orm.InstrumentedAttribute[str]
) -> set[str]:
    with Session(office.stores.register) as session:
        return set(session.scalars(sa.select(column)))


def _parties(office: Office) -> set[str]:
    return _public(office, EntityRow.name)


def _decide(office: Office, kind: Kind, key: str, act: Act, place: str = "") -> None:
    order = Order(
        place=place, act=act, ground=Ground.PUBLIC_SECURITY, article="第十四条",
        decided_by="示例市市场监督管理局", decided_on=date(2025, 6, 1), review_on=date(2026, 5, 29),
        reason="不得公开的理由",
    )  # fmt: skip
    decide.decide(office.stores, kind, key, [order], by="wu", second="bao", now=NOW, confirmed=True)


def _key(office: Office, kind: str, name: str) -> str:
    query = sa.select(FilingRow.key).where(FilingRow.kind == kind, FilingRow.body.contains(name))
    with Session(office.stores.internal) as session:
        return session.scalars(query.limit(1)).one()


def _approved(office: Office) -> int:
    """Return a batch that is approved, of a check that brings a party along."""
    batch = office.file("results", _check(1, **SWAN)).batch_id
    assert batch is not None
    review.approve(office.stores, batch, by="wu", now=NOW)
    return batch


GREEN = str(RESULT_ROW["entity_name"])
#: Another name for the same number.
GOOSE = {"entity_name": "示例市灰雁食品有限公司"}
BOTH = {GREEN, SWAN["entity_name"]}


@pytest.mark.parametrize("disclosure", ["不予确认", "不予公开"])
def test_a_check_that_is_not_shown_brings_no_party_before_it_is_opened_up(
    office: Office, disclosure: str
) -> None:
    hidden = _check(2, disclosure=disclosure, **KEPT, **SWAN)
    office.put("results", _check(1), hidden)
    before = _parties(office)
    _decide(office, Kind.RESULT, f"{AGENCY}/JC-0002", Act.OPEN)

    assert before == {GREEN}
    assert _parties(office) == BOTH


def test_a_check_hidden_in_review_brings_no_party(office: Office) -> None:
    batch = office.file("results", _check(1), _check(2, **SWAN)).batch_id
    _decide(office, Kind.RESULT, f"{AGENCY}/JC-0002", Act.NEVER)
    office.publish(batch)

    assert _parties(office) == {GREEN}


def test_a_decision_on_a_party_that_is_not_public_does_not_make_it_so(office: Office) -> None:
    office.put("results", _check(1), _check(2, disclosure="不予确认", **KEPT, **SWAN))
    _decide(office, Kind.ENTITY, _key(office, "entity", "黑天鹅"), Act.WITHHOLD, "industry")

    assert _parties(office) == {GREEN}


def test_a_later_check_or_list_that_is_shown_brings_the_party(office: Office) -> None:
    hidden = {"disclosure": "不予确认", **KEPT}
    goose = {"entity_name": "示例市灰雁食品有限公司", "identifier": "91990101MA00000024"}
    office.put("results", _check(1), _check(2, **hidden, **SWAN), _check(3, **hidden, **goose))
    before = _parties(office)
    office.put("results", _check(4, **SWAN))
    with_check = _parties(office)
    office.put("draws", {**DRAW_ROW, **goose})

    assert before == {GREEN}
    assert with_check == BOTH
    assert _parties(office) == {*BOTH, goose["entity_name"]}
    assert len(_public(office, DrawEntryRow.public_id)) == 1


@pytest.mark.parametrize(
    ("kind", "hidden"),
    [
        ("results", {**RESULT_ROW, "code": "JC-0002", "disclosure": "不予确认", **KEPT}),
        ("results", {**RESULT_ROW, "code": "JC-0002", "item_code": "SP-002"}),
        ("draws", {**DRAW_ROW, "code": "C2", "embargo_until": "2025-08-01"}),
    ],
    ids=["never acknowledged", "of a hidden item", "under embargo"],
)
@pytest.mark.parametrize("shown", ["results", "draws"])
def test_a_party_is_public_by_the_name_of_what_is_shown_and_not_of_what_is_hidden(
    office: Office, kind: str, hidden: Row, shown: str
) -> None:
    office.put("items", {**ITEM_ROW, "code": "SP-002", "name": "仓储条件检查"})
    _decide(office, Kind.ITEM, f"{AGENCY}/SP-002", Act.NEVER)
    office.put(kind, {**hidden, **SWAN})
    office.put(shown, {**(_check(3) if shown == "results" else DRAW_ROW), **SWAN, **GOOSE})
    at_first = _parties(office)
    office.put("results", _check(4, **SWAN), now=NOW + timedelta(hours=1))
    _decide(office, Kind.ENTITY, _key(office, "entity", "黑天鹅"), Act.WITHHOLD, "industry")

    assert at_first == {GOOSE["entity_name"]}
    assert _parties(office) == at_first


def test_nor_where_both_stand_in_one_file(office: Office) -> None:
    hidden = _check(1, disclosure="不予确认", **KEPT, **SWAN)
    office.put("results", hidden, _check(2, **SWAN | GOOSE))

    assert _parties(office) == {GOOSE["entity_name"]}


def test_nor_where_a_file_is_read_in_parts(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "CHUNK", 1)
    hidden = _check(1, disclosure="不予确认", **KEPT, **SWAN)
    office.put("results", hidden, _check(2, **SWAN | GOOSE))

    assert _parties(office) == {GOOSE["entity_name"]}
    with Session(office.stores.register) as register:
        assert not register.scalars(sa.select(VersionRow.body)).all()


def test_a_check_of_hidden_items_only_brings_no_party_before_the_item_is_opened_up(
    office: Office,
) -> None:
    office.put("items", {**ITEM_ROW, "code": "SP-002", "name": "仓储条件检查"})
    _decide(office, Kind.ITEM, f"{AGENCY}/SP-002", Act.NEVER)
    office.put(
        "results", _check(1), _check(2, item_code="SP-002", item_name="仓储条件检查", **SWAN)
    )
    before = _parties(office)
    _decide(office, Kind.ITEM, f"{AGENCY}/SP-002", Act.OPEN)

    assert before == {GREEN}
    assert _parties(office) == BOTH
    assert len(_public(office, ResultRow.public_id)) == 2


def test_a_hidden_check_lets_out_no_party_of_a_list_under_embargo(office: Office) -> None:
    office.put(
        "draws",
        {**DRAW_ROW, "embargo_until": "2025-07-31"},
        {**DRAW_ROW, "embargo_until": "2025-07-31", **SWAN},
    )
    office.put("results", _check(1, disclosure="不予确认", **KEPT))
    hidden = _parties(office)
    office.put("results", _check(2))
    shown = _parties(office)
    scheduled.carry_out(office.stores, now=NOW + timedelta(days=90))

    assert hidden == set()
    assert shown == {GREEN}
    assert _parties(office) == BOTH
    assert len(_public(office, DrawEntryRow.public_id)) == 2


def test_an_open_list_names_whom_a_list_under_embargo_named_first(office: Office) -> None:
    office.put("draws", {**DRAW_ROW, "embargo_until": "2025-07-31"})
    before = _parties(office)
    office.put("draws", {**DRAW_ROW, "code": "C2"})

    assert before == set()
    assert _parties(office) == {GREEN}
    assert len(_public(office, DrawEntryRow.public_id)) == 1


def test_a_draw_that_is_not_shown_brings_no_party_before_it_is_opened_up(office: Office) -> None:
    batch = office.file("draws", DRAW_ROW).batch_id
    _decide(office, Kind.DRAW, f"{AGENCY}/C1", Act.NEVER)
    office.publish(batch)
    before = _parties(office)
    _decide(office, Kind.DRAW, f"{AGENCY}/C1", Act.OPEN)

    assert before == set()
    assert _parties(office) == {GREEN}


def test_releasing_the_same_batch_again_lets_out_nobody(office: Office) -> None:
    hidden: Mapping[str, object] = _check(2, disclosure="不予确认", **KEPT, **SWAN)
    batch = office.file("results", _check(1), hidden).batch_id
    assert batch is not None
    office.publish(batch)
    release.release(office.stores, batch, by="he", now=NOW)

    assert _parties(office) == {GREEN}


@pytest.mark.parametrize("first", [SWAN, {}])
def test_the_order_of_parties_is_not_that_of_hidden_checks(
    office: Office, first: Mapping[str, object]
) -> None:
    hidden = _check(9, disclosure="不予确认", **KEPT, **first)
    office.put("results", hidden, _check(1, **SWAN), _check(2))
    with Session(office.stores.register) as session:
        by_serial = list(session.scalars(sa.select(EntityRow.public_id).order_by(EntityRow.serial)))

    assert len(by_serial) == len(BOTH)
    assert by_serial == sorted(by_serial)


def test_a_library_file_publishes_whom_a_hidden_check_had_brought(office: Office) -> None:
    """Else whoever knows the library would see who is missing in it."""
    office.put("results", _check(1), _check(2, disclosure="不予确认", **KEPT, **SWAN))
    with Session(office.stores.internal) as session:
        row = session.scalars(
            sa.select(FilingRow).where(FilingRow.key == _key(office, "entity", "黑天鹅"))
        ).one()
        as_brought = filings.decode("entity", row.body)
    filed = office.file("entities", {**SWAN, "form": "企业"})
    with Session(office.stores.internal) as session:
        as_filed = filings.latest(session, "entity", [row.key])[row.key]
        assert filings.decode("entity", as_filed.body) == as_brought
    office.publish(filed.batch_id)
    again = office.file("entities", {**SWAN, "form": "企业"})

    assert (filed.changed, filed.same) == (1, 0)
    assert again.batch_id is None
    assert _parties(office) == BOTH


def test_an_approval_stands_when_another_file_has_brought_the_party_along_meanwhile(
    office: Office,
) -> None:
    waits = _approved(office)
    office.put("results", _check(2, **SWAN))
    release.release(office.stores, waits, by="he", now=NOW)

    assert _parties(office) == {SWAN["entity_name"]}
    assert len(_public(office, ResultRow.public_id)) == 2


@pytest.mark.parametrize("later", [{}, GOOSE])
def test_an_approval_stands_whoever_else_brings_its_parties_for_a_check_that_nobody_may_know_of(
    office: Office, later: Row
) -> None:
    waits = _approved(office)
    office.put("results", _check(2, disclosure="不予确认", **KEPT, **{**SWAN, **later}))
    release.release(office.stores, waits, by="he", now=NOW)

    assert _parties(office) == {SWAN["entity_name"]}


def test_an_approval_stands_when_the_library_has_published_its_party_meanwhile(
    office: Office,
) -> None:
    waits = _approved(office)
    office.put("entities", {**SWAN, "form": "企业"})
    release.release(office.stores, waits, by="he", now=NOW)

    assert _parties(office) == {SWAN["entity_name"]}
