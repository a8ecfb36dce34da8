"""From filing to release, withdrawal and embargo: who may do what, and what doing it twice changes."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.publish import Outcome, publish
from portal.domain.draws import list_digest
from portal.domain.errors import (
    FourEyesViolation,
    NotAllowed,
    NotYetPublic,
    PortalError,
    Residue,
    UnknownRecord,
    WrongState,
)
from portal.domain.workflow import BatchState, Role
from portal.internal.desk import batches, people, release, retract, review, upload
from portal.internal.desk.binding import ContentChanged
from portal.internal.desk.review import ReasonMissing
from portal.internal.desk.stores import Stores
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import LedgerRow, WithdrawalRow
from portal.register.queries import changes as register_changes
from portal.register.records import (
    Kind,
    PublicDraw,
    PublicDrawEntry,
    PublicPlan,
    PublicResult,
    decode,
)
from portal.register.tables.changes import ChangeRow, VersionRow
from portal.register.tables.draws import DrawEntryRow, DrawRow
from portal.register.tables.plans import PlanRow
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.makers import AGENCY, AGENCY_ROW, CREDIT_CODE, ITEM_ROW, RESULT_ROW, Row

ALL_ROLES = (Role.CLERK, Role.REVIEWER, Role.PUBLISHER)
#: Row of a party whose batch is not public yet.
PARTY_ROW: Row = {"entity_name": "示例市青禾食品有限公司", "identifier": CREDIT_CODE}
CORRECTED: Row = {**RESULT_ROW, "outcomes": "发现问题待后续处理"}


def number(batch_id: int | None) -> int:
    """Return the number of a batch that was filed."""
    assert batch_id is not None
    return batch_id


def state_of(stores: Stores, batch_id: int) -> BatchState:
    with Session(stores.internal) as session:
        return batches.get(session, batch_id).batch_state


def acts(stores: Stores, batch_id: int) -> list[tuple[str, str]]:
    """Return who did what to a batch."""
    with Session(stores.internal) as session:
        rows = session.scalars(
            sa.select(LedgerRow).where(LedgerRow.batch_id == batch_id).order_by(LedgerRow.id)
        )
        return [(row.person, row.action) for row in rows]


def changes(stores: Stores, after: int) -> list[tuple[str, str]]:
    """Return what became of the register behind a serial."""
    with Session(stores.register) as session:
        rows = session.scalars(
            sa.select(ChangeRow).where(ChangeRow.serial > after).order_by(ChangeRow.serial)
        )
        return [(row.op, row.kind) for row in rows]


def serial(stores: Stores) -> int:
    with Session(stores.register) as session:
        return session.scalar(sa.select(sa.func.max(ChangeRow.serial))) or 0


def outcomes(stores: Stores) -> list[tuple[str, ...]]:
    """Return the outcomes of every public result."""
    with Session(stores.register) as session:
        results = [
            decode(body, PublicResult) for body in session.scalars(sa.select(ResultRow.body))
        ]
        return [finding.outcomes for result in results for finding in result.findings]


def id_of(stores: Stores, kind: Kind, key: str) -> str:
    """Return the public id of a record that was filed."""
    with Session(stores.internal) as session:
        query = sa.select(FilingRow.public_id).where(
            FilingRow.kind == kind.value, FilingRow.key == key
        )
        return session.scalars(query).first() or ""


def take_back(office: Office, kind: Kind, key: str) -> retract.Retracted:
    """Withdraw a record."""
    found = id_of(office.stores, kind, key)
    return retract.retract(office.stores, kind, found, by="he", second="an", now=NOW)


def give_every_role(office: Office, name: str) -> None:
    people.add(
        office.stores.internal, name=name, display=name, agency="*", roles=ALL_ROLES, password=None
    )


# -- four eyes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act",
    [
        lambda stores, batch: review.approve(stores, batch, by="lin", now=NOW),
        lambda stores, batch: review.give_back(stores, batch, by="lin", now=NOW, reason="重报"),
    ],
)
def test_the_author_may_not_review_their_own_batch(
    office: Office, act: Callable[[Stores, int], object]
) -> None:
    give_every_role(office, "lin")
    batch = number(office.file("results", RESULT_ROW).batch_id)

    with pytest.raises(FourEyesViolation) as refused:
        act(office.stores, batch)

    assert str(refused.value) == "本人提交的批次须由他人审核、发布"
    assert state_of(office.stores, batch) is BatchState.FILED
    assert acts(office.stores, batch) == [("lin", "file")]


def test_the_author_may_not_release_their_own_batch(office: Office) -> None:
    give_every_role(office, "lin")
    batch = number(office.file("results", RESULT_ROW).batch_id)
    review.approve(office.stores, batch, by="wu", now=NOW)
    before = serial(office.stores)

    with pytest.raises(FourEyesViolation):
        release.release(office.stores, batch, by="lin", now=NOW)

    assert (state_of(office.stores, batch), serial(office.stores)) == (BatchState.APPROVED, before)


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("he", "he（he）没有“审核”角色"),
        ("mei", "梅（mei）属于 990101-SCJG，不能办理 990100-SCJG 的信息"),
    ],
)
def test_only_a_reviewer_of_the_agency_approves(office: Office, by: str, told: str) -> None:
    people.add(
        office.stores.internal, name="mei", display="梅", agency="990101-SCJG", roles=ALL_ROLES,
        password=None,
    )  # fmt: skip
    batch = number(office.file("results", RESULT_ROW).batch_id)

    with pytest.raises(NotAllowed) as refused:
        review.approve(office.stores, batch, by=by, now=NOW)

    assert str(refused.value) == told
    assert state_of(office.stores, batch) is BatchState.FILED


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("wu", "wu（wu）没有“发布”角色"),
        ("mei", "梅（mei）属于 990101-SCJG，不能办理 990100-SCJG 的信息"),
    ],
)
def test_only_a_publisher_of_the_agency_releases(office: Office, by: str, told: str) -> None:
    people.add(
        office.stores.internal, name="mei", display="梅", agency="990101-SCJG", roles=ALL_ROLES,
        password=None,
    )  # fmt: skip
    batch = number(office.file("results", RESULT_ROW).batch_id)
    review.approve(office.stores, batch, by="wu", now=NOW)
    before = serial(office.stores)

    with pytest.raises(NotAllowed) as refused:
        release.release(office.stores, batch, by=by, now=NOW)

    assert str(refused.value) == told
    assert (state_of(office.stores, batch), serial(office.stores)) == (BatchState.APPROVED, before)


# -- states -------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_batch_is_returned_with_a_reason_only(office: Office, reason: str) -> None:
    batch = number(office.file("results", RESULT_ROW).batch_id)

    with pytest.raises(ReasonMissing) as refused:
        review.give_back(office.stores, batch, by="wu", now=NOW, reason=reason)

    assert str(refused.value) == "退回必须写明原因，供经办人修改"
    assert state_of(office.stores, batch) is BatchState.FILED


def test_a_returned_batch_keeps_the_reason_and_counts_no_more(
    office: Office, desk: Session
) -> None:
    batch = number(office.file("results", RESULT_ROW).batch_id)

    review.give_back(office.stores, batch, by="wu", now=NOW, reason=" 缺检查人员 ")

    row = batches.get(desk, batch)
    live = desk.scalars(sa.select(FilingRow.live).where(FilingRow.batch_id == batch)).all()
    assert (row.batch_state, row.reviewed_by, row.reviewed_at, row.return_reason) == (
        BatchState.RETURNED,
        "wu",
        NOW,
        "缺检查人员",
    )
    assert live == [False, False]
    assert acts(office.stores, batch) == [("lin", "file"), ("wu", "return")]


def test_an_approved_batch_can_still_be_returned(office: Office) -> None:
    batch = number(office.file("results", RESULT_ROW).batch_id)
    review.approve(office.stores, batch, by="wu", now=NOW)

    review.give_back(office.stores, batch, by="wu", now=NOW, reason="发现错项")

    assert state_of(office.stores, batch) is BatchState.RETURNED


def test_a_batch_is_released_after_its_approval_only(office: Office) -> None:
    batch = number(office.file("results", RESULT_ROW).batch_id)
    before = serial(office.stores)

    with pytest.raises(WrongState) as refused:
        release.release(office.stores, batch, by="he", now=NOW)

    assert str(refused.value) == "批次当前为“待审核”，不能发布"
    assert serial(office.stores) == before


def test_a_released_batch_is_returned_no_more(office: Office) -> None:
    """What is public is corrected by a new filing, or withdrawn."""
    batch = number(office.file("results", RESULT_ROW).batch_id)
    office.publish(batch)

    with pytest.raises(WrongState) as refused:
        review.give_back(office.stores, batch, by="wu", now=NOW, reason="错")

    assert str(refused.value) == "批次当前为“已发布”，不能退回"
    assert state_of(office.stores, batch) is BatchState.RELEASED


def test_there_is_no_batch_of_a_number_never_given(office: Office) -> None:
    with pytest.raises(UnknownRecord) as refused:
        release.release(office.stores, 404, by="he", now=NOW)

    assert str(refused.value) == "没有编号为 404 的批次"


# -- releasing again ----------------------------------------------------------------------------


def test_a_release_is_recorded(office: Office, desk: Session) -> None:
    batch = number(office.file("results", RESULT_ROW).batch_id)

    outcome = office.publish(batch)

    row = batches.get(desk, batch)
    assert (outcome.published, outcome.amended, outcome.same, outcome.withdrawn) == (2, 0, 0, 0)
    assert (row.batch_state, row.released_by, row.released_at, row.released_serial) == (
        BatchState.RELEASED,
        "he",
        NOW,
        outcome.serial,
    )
    assert acts(office.stores, batch) == [("lin", "file"), ("wu", "approve"), ("he", "release")]


def test_releasing_twice_changes_nothing(office: Office) -> None:
    batch = number(office.file("results", RESULT_ROW).batch_id)
    first = office.publish(batch)

    second = release.release(office.stores, batch, by="an", now=NOW)

    assert second == Outcome(first.serial, published=0, amended=0, same=1, withdrawn=0)
    assert serial(office.stores) == first.serial


def test_a_release_that_crashed_half_way_is_healed_by_doing_it_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The register has committed, the office has not noted it yet."""
    batch = number(office.file("results", RESULT_ROW).batch_id)
    review.approve(office.stores, batch, by="wu", now=NOW)
    with monkeypatch.context() as crashing:
        crashing.setattr("portal.internal.desk.release.ledger.note", crash)
        with pytest.raises(KeyboardInterrupt):
            release.release(office.stores, batch, by="he", now=NOW)
    reached = serial(office.stores)
    with pytest.raises(WrongState):  # it may be public already: the only way is forward
        review.give_back(office.stores, batch, by="wu", now=NOW, reason="不发了")

    outcome = release.release(office.stores, batch, by="he", now=NOW)

    assert outcome == Outcome(reached, published=0, amended=0, same=1, withdrawn=0)
    assert state_of(office.stores, batch) is BatchState.RELEASED


def crash(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_releasing_an_old_batch_again_does_not_undo_a_correction(office: Office) -> None:
    old = number(office.file("results", RESULT_ROW).batch_id)
    office.publish(old)
    corrected = office.put("results", CORRECTED)

    again = release.release(office.stores, old, by="he", now=NOW)

    assert (corrected.published, corrected.amended) == (0, 1)
    assert (again.published, again.amended) == (0, 0)
    assert outcomes(office.stores) == [("pending",)]


def test_releasing_a_batch_late_does_not_undo_a_correction_released_before(
    office: Office,
) -> None:
    old = number(office.file("results", RESULT_ROW).batch_id)
    review.approve(office.stores, old, by="wu", now=NOW)
    office.put("entities", {**PARTY_ROW, "industry": "餐饮服务"})
    office.put("results", CORRECTED)
    with pytest.raises(ContentChanged):
        release.release(office.stores, old, by="he", now=NOW)
    review.approve(office.stores, old, by="wu", now=NOW)

    release.release(office.stores, old, by="he", now=NOW)

    assert outcomes(office.stores) == [("pending",)]


# -- withdrawal ---------------------------------------------------------------------------------


def test_a_withdrawal_takes_two_people(office: Office) -> None:
    office.put("results", RESULT_ROW)
    before, found = serial(office.stores), id_of(office.stores, Kind.RESULT, f"{AGENCY}/JC-0001")

    with pytest.raises(FourEyesViolation) as refused:
        retract.retract(office.stores, Kind.RESULT, found, by="he", second="he", now=NOW)

    assert str(refused.value) == "撤回须由两人共同决定"
    assert serial(office.stores) == before


@pytest.mark.parametrize(
    ("by", "second", "refusal"),
    [
        ("he", "wu", NotAllowed("wu（wu）没有“发布”角色")),
        ("wu", "he", NotAllowed("wu（wu）没有“发布”角色")),
        ("he", "mei", NotAllowed("梅（mei）属于 990101-SCJG，不能办理 990100-SCJG 的信息")),
        (
            "he",
            "nobody",
            UnknownRecord("没有名为“nobody”的账号；请由管理员用 portal-office add-person 添加"),
        ),
    ],
)
def test_both_who_withdraw_must_be_publishers_of_the_agency(
    office: Office, by: str, second: str, refusal: PortalError
) -> None:
    people.add(
        office.stores.internal, name="mei", display="梅", agency="990101-SCJG", roles=ALL_ROLES,
        password=None,
    )  # fmt: skip
    office.put("results", RESULT_ROW)
    before, found = serial(office.stores), id_of(office.stores, Kind.RESULT, f"{AGENCY}/JC-0001")

    with pytest.raises(type(refusal)) as refused:
        retract.retract(office.stores, Kind.RESULT, found, by=by, second=second, now=NOW)

    assert str(refused.value) == str(refusal)
    assert serial(office.stores) == before


@pytest.mark.parametrize("kind", [Kind.ENTITY, Kind.DOCUMENT])
def test_only_what_the_office_knows_by_that_name_is_withdrawn(office: Office, kind: Kind) -> None:
    office.put("results", RESULT_ROW)
    found = id_of(office.stores, Kind.RESULT, f"{AGENCY}/JC-0001")

    with pytest.raises(UnknownRecord) as refused:
        retract.retract(office.stores, kind, found, by="he", second="an", now=NOW)

    assert str(refused.value) == f"没有公开编号为 {found} 的{kind.zh}"


def test_a_withdrawal_is_carried_out_and_written_down(office: Office, desk: Session) -> None:
    office.put("results", RESULT_ROW)
    before = serial(office.stores)

    outcome = take_back(office, Kind.RESULT, f"{AGENCY}/JC-0001")

    order = desk.scalars(sa.select(WithdrawalRow)).one()
    assert outcome.withdrawn == 1
    assert outcomes(office.stores) == []
    assert changes(office.stores, before) == [("withdraw", "result")]
    assert (order.kind, order.key, order.ordered_by, order.seconded_by, order.done_at) == (
        "result",
        f"{AGENCY}/JC-0001",
        "he",
        "an",
        NOW,
    )


def test_a_withdrawn_party_takes_its_checks_along(office: Office) -> None:
    office.put("results", RESULT_ROW, {**RESULT_ROW, "code": "JC-0002"})
    before = serial(office.stores)

    outcome = take_back(office, Kind.ENTITY, f"uscc:{CREDIT_CODE}")

    assert outcome.withdrawn == 3
    assert changes(office.stores, before) == [
        ("withdraw", "result"),
        ("withdraw", "result"),
        ("withdraw", "entity"),
    ]


def test_a_withdrawn_record_does_not_come_back_with_its_batch(office: Office) -> None:
    batch = number(office.file("results", RESULT_ROW).batch_id)
    office.publish(batch)
    take_back(office, Kind.RESULT, f"{AGENCY}/JC-0001")
    before = serial(office.stores)

    outcome = release.release(office.stores, batch, by="he", now=NOW)

    assert (outcome.published, outcome.serial) == (0, before)
    assert outcomes(office.stores) == []


def test_a_record_withdrawn_before_its_release_stays_in(office: Office) -> None:
    batch = number(office.file("results", RESULT_ROW).batch_id)
    take_back(office, Kind.RESULT, f"{AGENCY}/JC-0001")

    outcome = office.publish(batch)

    assert outcome.published == 0  # the party neither: nothing public names it
    assert outcomes(office.stores) == []


def test_a_new_filing_of_a_withdrawn_record_becomes_public(office: Office) -> None:
    office.put("results", RESULT_ROW)
    take_back(office, Kind.RESULT, f"{AGENCY}/JC-0001")
    before = serial(office.stores)

    outcome = office.put("results", CORRECTED)

    assert outcome.published == 1
    assert changes(office.stores, before) == [("publish", "result")]
    assert outcomes(office.stores) == [("pending",)]


def test_nothing_about_a_withdrawn_party_becomes_public(office: Office) -> None:
    office.put("results", RESULT_ROW)
    take_back(office, Kind.ENTITY, f"uscc:{CREDIT_CODE}")
    before = serial(office.stores)

    outcome = office.put("results", {**RESULT_ROW, "code": "JC-0002"})

    assert (outcome.published, outcome.serial) == (0, before)
    assert outcomes(office.stores) == []


# -- what must be public before -----------------------------------------------------------------


def test_results_wait_for_their_party(office: Office) -> None:
    office.file("entities", PARTY_ROW)
    batch = number(office.file("results", RESULT_ROW).batch_id)
    review.approve(office.stores, batch, by="wu", now=NOW)
    before = serial(office.stores)

    with pytest.raises(NotYetPublic) as refused:
        release.release(office.stores, batch, by="he", now=NOW)

    assert str(refused.value) == ("有 1 个所引用的检查对象尚未发布（或已撤回）；请先发布其所在批次")
    assert (state_of(office.stores, batch), serial(office.stores)) == (BatchState.APPROVED, before)


def test_results_go_out_once_their_party_has(office: Office) -> None:
    party = number(office.file("entities", PARTY_ROW).batch_id)
    batch = number(office.file("results", RESULT_ROW).batch_id)
    office.publish(party)

    outcome = office.publish(batch)

    assert outcome.published == 1
    assert outcomes(office.stores) == [("no_problem",)]


def test_records_wait_for_their_agency(office: Office) -> None:
    office.file("agencies", {**AGENCY_ROW, "code": "990101-SCJG", "name": "示东区市场监管局"})
    batch = number(office.file("items", ITEM_ROW, agency="990101-SCJG").batch_id)
    review.approve(office.stores, batch, by="wu", now=NOW)
    before = serial(office.stores)

    with pytest.raises(NotYetPublic) as refused:
        release.release(office.stores, batch, by="he", now=NOW)

    assert str(refused.value) == ("有 1 个所引用的检查主体尚未发布（或已撤回）；请先发布其所在批次")
    assert serial(office.stores) == before


def test_one_record_that_must_wait_holds_back_the_whole_batch(office: Office) -> None:
    office.file("entities", PARTY_ROW)
    other = {**RESULT_ROW, "code": "JC-0002", "identifier": "9901000000001", "entity_name": "乙"}
    batch = number(office.file("results", RESULT_ROW, other).batch_id)
    review.approve(office.stores, batch, by="wu", now=NOW)
    before = serial(office.stores)

    with pytest.raises(NotYetPublic):
        release.release(office.stores, batch, by="he", now=NOW)

    assert changes(office.stores, before) == []


# -- embargo ------------------------------------------------------------------------------------

DRAW_ROW: Row = {
    "code": "2025-01",
    "name": "食品经营抽查第一轮",
    "drawn_on": "2025-05-26",
    "method": "系统随机抽取",
    "frame_count": 40,
    "sample_count": 2,
    "embargo_until": "2025-06-10",
}
DRAWN: tuple[Row, ...] = (
    {**DRAW_ROW, **PARTY_ROW},
    {**DRAW_ROW, "entity_name": "示例市白露酒家有限公司", "identifier": "9901000000001"},
)
#: The last day of the embargo in China ends at 16:00 UTC.
LAST_MOMENT = datetime(2025, 6, 10, 15, 59, 59, tzinfo=UTC)
DAY_AFTER = datetime(2025, 6, 10, 16, 0, tzinfo=UTC)


def public_draw(stores: Stores) -> PublicDraw:
    with Session(stores.register) as session:
        return decode(session.scalars(sa.select(DrawRow.body)).one(), PublicDraw)


def public_entries(stores: Stores) -> list[PublicDrawEntry]:
    with Session(stores.register) as session:
        bodies = session.scalars(sa.select(DrawEntryRow.body)).all()
        return [decode(body, PublicDrawEntry) for body in bodies]


def with_known_parties(office: Office) -> Office:
    """Have the drawn parties in the public library."""
    fields = ("entity_name", "identifier")
    rows = ({field: row[field] for field in fields} for row in DRAWN)
    office.put("entities", *({**row, "form": "企业"} for row in rows))
    return office


def test_of_an_embargoed_draw_only_its_digest_is_public(office: Office) -> None:
    before = serial(with_known_parties(office).stores)

    office.put("draws", *DRAWN)

    draw = public_draw(office.stores)
    assert changes(office.stores, before) == [("publish", "draw")]
    assert (draw.sample_count, draw.embargo_until, draw.list_nonce) == (
        2,
        date(2025, 6, 10),
        None,
    )
    assert draw.list_digest is not None
    assert public_entries(office.stores) == []


def test_an_embargo_lasts_to_the_end_of_its_day_in_china(office: Office) -> None:
    batch = number(with_known_parties(office).file("draws", *DRAWN).batch_id)
    office.publish(batch)

    early = release.release(office.stores, batch, by="he", now=LAST_MOMENT)
    late = release.release(office.stores, batch, by="he", now=DAY_AFTER)

    assert (early.published, early.amended) == (0, 0)
    assert (late.published, late.amended) == (2, 1)  # the list, and the nonce beside the digest


def test_the_published_list_fits_the_digest_published_before(office: Office) -> None:
    batch = number(with_known_parties(office).file("draws", *DRAWN).batch_id)
    office.publish(batch)
    promised = public_draw(office.stores).list_digest

    release.release(office.stores, batch, by="he", now=DAY_AFTER)

    draw, entries = public_draw(office.stores), public_entries(office.stores)
    parties = {id_of(office.stores, Kind.ENTITY, f"uscc:{CREDIT_CODE}")} | {
        id_of(office.stores, Kind.ENTITY, "reg13:9901000000001")
    }
    assert draw.list_nonce is not None
    assert {entry.entity_id for entry in entries} == parties
    assert {entry.draw_id for entry in entries} == {draw.id}
    assert draw.list_digest == promised
    assert list_digest(draw.list_nonce, (entry.entity_id for entry in entries)) == promised
    assert list_digest(draw.list_nonce, [entries[0].entity_id]) != promised


def test_a_draw_without_embargo_is_public_with_its_list(office: Office) -> None:
    office.put("draws", *({**row, "embargo_until": None} for row in DRAWN))

    draw, entries = public_draw(office.stores), public_entries(office.stores)

    assert draw.list_nonce is not None
    assert list_digest(draw.list_nonce, (each.entity_id for each in entries)) == draw.list_digest


def test_an_embargoed_draw_does_not_give_away_parties_it_brings_in(office: Office) -> None:
    """A party that first appears beside a draw was plainly drawn."""
    before = serial(office.stores)

    office.put("draws", *DRAWN)

    assert changes(office.stores, before) == [("publish", "draw")]


# -- preview ------------------------------------------------------------------------------------


def test_the_reviewer_sees_what_the_public_will(office: Office, desk: Session) -> None:
    batch = number(office.file("results", RESULT_ROW, {**CORRECTED, "code": "JC-2"}).batch_id)

    seen = review.preview(desk, batch, today=date(2025, 6, 2))
    office.publish(batch)

    with Session(office.stores.register) as session:
        public = set(session.scalars(sa.select(ResultRow.public_id)))
    assert [each.row.kind for each in seen] == ["entity", "result", "result"]
    assert [each.hits for each in seen] == [[], [], []]
    assert {each.passage.records[0].id for each in seen[1:]} == public


def test_a_detector_that_learns_later_still_stops_what_was_filed_before(office: Office) -> None:
    """Import tells personal data at its cell; release looks again, whatever was known then."""
    batch = number(office.file("results", {**CORRECTED, "detail": "货架标签不全"}).batch_id)
    with office.stores.internal.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE filing SET body = replace(body, '货架标签不全', '手机13800138000')"
        )
    before = serial(office.stores)

    with pytest.raises(PortalError) as refused:
        office.publish(batch)

    assert (refused.value.code, refused.value.__dict__["hits"]) == (
        "residue_found",
        [("第 2 行“检查情况”", "手机号")],
    )
    assert (state_of(office.stores, batch), serial(office.stores)) == (BatchState.APPROVED, before)


def test_a_filing_nobody_has_reviewed_does_not_loosen_what_is_shown(office: Office) -> None:
    """Of a sole trader's check the month is public; calling them an enterprise shows the day."""
    trader: Row = {"entity_name": "示例市甲小吃店", "scheme": "本地编号", "identifier": "T-1"}
    office.put("entities", {**trader, "form": "个体工商户"})
    batch = number(office.file("results", {**RESULT_ROW, **trader}).batch_id)
    office.file("entities", {**trader, "form": "企业", "disclosure": "公开"})

    office.publish(batch)

    with Session(office.stores.register) as session:
        (body,) = session.scalars(sa.select(ResultRow.body))
    assert decode(body, PublicResult).month_only is True


# -- a party that changes -----------------------------------------------------------------------


def test_a_party_that_becomes_a_sole_trader_takes_the_days_of_its_checks_along(
    office: Office,
) -> None:
    party: Row = {"entity_name": "示例市甲小吃店", "scheme": "本地编号", "identifier": "T-1"}
    office.put("entities", {**party, "form": "企业"})
    office.put("results", {**RESULT_ROW, **party})

    office.put("entities", {**party, "form": "个体工商户"})

    with Session(office.stores.register) as session:
        (body,) = session.scalars(sa.select(ResultRow.body))
        versions = session.scalars(sa.select(VersionRow.body)).all()
    result = decode(body, PublicResult)
    assert (result.month_only, result.inspected_on) == (True, date(2025, 5, 1))
    assert [text for text in versions if "2025-05-20" in text] == []


def test_a_party_that_is_withheld_later_leaves_no_check_and_no_count_behind(
    office: Office,
) -> None:
    other: Row = {"entity_name": "示例市乙食品有限公司", "scheme": "本地编号", "identifier": "T-2"}
    party: Row = {"entity_name": "示例市甲食品有限公司", "scheme": "本地编号", "identifier": "T-1"}
    office.put("entities", {**party, "form": "企业"}, {**other, "form": "企业"})
    draw: Row = {
        "code": "C-1", "name": "第一轮", "drawn_on": "2025-04-07", "method": "摇号",
        "frame_count": 40, "sample_count": 2,
    }  # fmt: skip
    office.put("draws", {**draw, **party}, {**draw, **other})
    office.put("results", {**RESULT_ROW, **party})

    office.put(
        "entities",
        {**party, "form": "企业", "disclosure": "不予确认", "ground": "国家秘密",
         "decided_by": "示例市保密局", "decided_on": "2025-05-01", "review_on": "2026-04-30"},
    )  # fmt: skip

    with Session(office.stores.register) as session:
        counts = register_changes.tallies(session)
        (body,) = session.scalars(sa.select(DrawRow.body))
    assert (counts["result"], counts["entity"], counts["draw_entry"]) == (0, 1, 1)
    assert decode(body, PublicDraw).sample_count == 1


def test_parties_of_an_embargoed_list_come_out_with_their_first_check(office: Office) -> None:
    office.put("draws", *DRAWN)

    office.put(
        "results",
        {
            **RESULT_ROW,
            "entity_name": DRAWN[0]["entity_name"],
            "identifier": DRAWN[0]["identifier"],
        },
    )

    with Session(office.stores.register) as session:
        counts = register_changes.tallies(session)
    assert (counts["entity"], counts["result"], counts.get("draw_entry", 0)) == (1, 1, 0)


# -- what one filing may do to another's --------------------------------------------------------


HIDDEN: Row = {
    "disclosure": "不予确认", "ground": "国家秘密", "decided_by": "示例市保密局",
    "decided_on": "2025-05-01", "review_on": "2026-04-30",
}  # fmt: skip


def test_another_agency_cannot_bring_a_hidden_party_to_light(office: Office) -> None:
    office.put("agencies", {**AGENCY_ROW, "code": "990100-B", "name": "示例市乙局"})
    office.put("entities", {**PARTY_ROW, **HIDDEN})
    office.put("results", RESULT_ROW)

    with pytest.raises(upload.Refused) as refused:
        office.file("entities", PARTY_ROW, agency="990100-B")

    assert [problem.what for problem in refused.value.report.errors] == [
        "与登记的公开方式或对象类型不一致，不能由本次导入放宽；确需调整的，由原登记机关填写“公开方式”后导入"
    ]


def test_a_hidden_party_does_not_come_in_under_its_other_number(office: Office) -> None:
    other = "990100000000016"
    office.put("entities", {**PARTY_ROW, **HIDDEN, "other_identifiers": other})

    with pytest.raises(upload.Refused) as refused:
        office.file("results", {**RESULT_ROW, "identifier": other})

    assert refused.value.report.errors[-1].what == (
        "该编号已登记为一个检查对象的其他编号；请使用其主要编号"
    )


def test_a_hidden_items_name_and_id_are_in_no_result_and_no_plan(office: Office) -> None:
    secret = {**ITEM_ROW, "code": "M-1", "name": "代号雷霆专项检查", **HIDDEN}
    office.put("items", secret)
    office.put(
        "plans",
        {"code": "P", "name": "计划", "year": 2025, "approved_on": "2025-03-03", "approver": "某",
         "task_code": "T", "task_name": "任务", "item_codes": "SP-001；M-1", "object_scope": "全部",
         "task_type": "不定向", "starts_on": "2025-04-01", "ends_on": "2025-06-30"},
    )  # fmt: skip
    row = {**RESULT_ROW, "item_code": "M-1"}
    office.put("results", {**RESULT_ROW}, {**row}, {**row, "code": "JC-0002"})

    with Session(office.stores.register) as session:
        bodies = [
            *session.scalars(sa.select(ResultRow.body)),
            *session.scalars(sa.select(PlanRow.body)),
        ]
    assert len(bodies) == 2
    assert [body for body in bodies if "雷霆" in body] == []
    assert len(decode(bodies[0], PublicResult).findings) == 1
    assert len(decode(bodies[1], PublicPlan).tasks[0].item_ids) == 1


def test_a_corrected_list_drops_who_is_no_longer_in_it(office: Office) -> None:
    rows = [{**row, "embargo_until": None, "sample_count": None} for row in DRAWN]
    office.put("draws", *rows)

    office.put("draws", rows[0])

    with Session(office.stores.register) as session:
        assert register_changes.tallies(session)["draw_entry"] == 1


def test_a_record_equal_to_one_that_waits_elsewhere_is_not_lost_when_that_is_returned(
    office: Office,
) -> None:
    office.put("entities", PARTY_ROW)
    first = number(office.file("results", RESULT_ROW).batch_id)
    second = number(office.file("results", RESULT_ROW, {**RESULT_ROW, "code": "JC-2"}).batch_id)
    review.give_back(office.stores, first, by="wu", now=NOW, reason="重复")

    office.publish(second)

    with Session(office.stores.register) as session:
        assert register_changes.tallies(session)["result"] == 2


def test_withdrawing_a_drawn_party_leaves_a_draw_whose_digest_still_verifies(
    office: Office,
) -> None:
    rows = [{**row, "embargo_until": None, "sample_count": None} for row in DRAWN]
    office.put("draws", *rows)
    found = id_of(office.stores, Kind.ENTITY, f"uscc:{PARTY_ROW['identifier']}")

    retract.retract(office.stores, Kind.ENTITY, found, by="he", second="an", now=NOW)

    with Session(office.stores.register) as session:
        (body,) = session.scalars(sa.select(DrawRow.body))
        listed = session.scalars(sa.select(DrawEntryRow.entity_id)).all()
    draw = decode(body, PublicDraw)
    assert len(listed) == 1
    assert draw.list_digest == list_digest(draw.list_nonce or "", listed)


def test_nothing_is_filed_or_withdrawn_while_a_release_is_under_way(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is on its way out was decided on before; a later decision waits and then wins."""
    batch = number(office.file("results", RESULT_ROW).batch_id)
    review.approve(office.stores, batch, by="wu", now=NOW)
    done: list[str] = []
    seen: list[list[str]] = []

    def correct() -> None:
        office.file("entities", {**PARTY_ROW, **HIDDEN})
        done.append("filed")

    other = threading.Thread(target=correct)

    def slowly(*args: Any, **kwargs: Any) -> Outcome:
        other.start()
        other.join(0.5)
        seen.append(list(done))
        return publish(*args, **kwargs)

    monkeypatch.setattr(release, "publish", slowly)
    release.release(office.stores, batch, by="he", now=NOW)
    other.join()

    assert (seen, done) == ([[]], ["filed"])


def test_the_share_of_a_draw_does_not_tell_how_many_are_left_out(office: Office) -> None:
    hidden: Row = {"entity_name": "示例某单位", "scheme": "本地编号", "identifier": "X-1"}
    office.put("entities", {**hidden, "form": "部队单位"})
    draw: Row = {
        "code": "C-9", "name": "第一轮", "drawn_on": "2025-04-07", "method": "摇号",
        "frame_count": 20, "sample_count": 2, "ratio": "10%",
    }  # fmt: skip

    office.put("draws", {**draw, **PARTY_ROW}, {**draw, **hidden})

    with Session(office.stores.register) as session:
        (body,) = session.scalars(sa.select(DrawRow.body))
    public = decode(body, PublicDraw)
    assert (public.frame_count, public.sample_count) == (19, 1)
    assert (public.ratio, public.ratio_text) == (Decimal("0.053"), None)


def test_a_refused_release_is_told_by_batch_row_and_field(office: Office, desk: Session) -> None:
    batch = office.file("results", RESULT_ROW).batch_id
    assert batch is not None
    rows = desk.scalars(sa.select(FilingRow).where(FilingRow.batch_id == batch)).all()
    ids = {row.kind: row.public_id for row in rows}
    hits = [
        (f"ResultRecord {ids['result']} findings[0].detail", "电话号码"),
        (f"EntityRecord {ids['entity']} name", "姓名"),
        ("ResultRecord r-elsewhere handling_text", "姓名"),
    ]

    told = release.located(desk, batch, Residue(hits))

    assert told.hits == [
        ("第 2 行“检查情况”", "电话号码"),
        ("随文件登记的检查对象“检查对象名称”", "姓名"),
        ("r-elsewhere“处理说明”", "姓名"),
    ]
    assert f"批次 {batch} 第 2 行“检查情况”（电话号码）" in str(told)
