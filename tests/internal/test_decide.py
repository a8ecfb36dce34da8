"""Decisions: who makes them, what they must say, and that the register follows at once."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import FourEyesViolation, NotAllowed, Residue, UnknownRecord
from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.domain.workflow import Role
from portal.internal.desk import decide as desk
from portal.internal.desk import holds, notices, people, release, review, reviews
from portal.internal.desk.orders import BadOrder, NotConfirmed, Order
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.decisions import WHOLE, DecisionRow
from portal.kit import clock
from portal.kit.db import write_lock
from portal.register.queries import changes
from portal.register.records import Kind, PublicNotice, PublicResult, decode
from portal.register.tables.followups import FollowUpRow
from portal.register.tables.results import ResultRow
from portal.register.tables.withheld import NoticeRow
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import numbered
from tests.makers import AGENCY, CREDIT_CODE, RESULT_ROW
from tests.raw import store_bytes

KEY = f"{AGENCY}/JC-0001"
SECRET = "只此一处出现的商业数字"
ENTITY_KEY = f"uscc:{CREDIT_CODE}"
HIDE = Order(
    place="detail",
    act=Act.WITHHOLD,
    ground=Ground.TRADE_SECRET,
    article="《中华人民共和国反不正当竞争法》第九条",
    decided_by="示例市市场监督管理局",
    decided_on=date(2025, 6, 1),
    review_on=date(2026, 5, 29),
    reason="检查情况含配方用量",
)
WHOLLY = replace(HIDE, place=WHOLE)
NEVER = replace(WHOLLY, act=Act.NEVER, ground=Ground.STATE_SECRET)
OPEN = replace(HIDE, act=Act.OPEN, reason="已无保密必要")
PROBLEM = {**RESULT_ROW, "outcomes": "发现问题已责令改正", "detail": SECRET}
STEP = {"result_code": "JC-0001", "step": "责令改正", "taken_on": "2025-05-20", "text": SECRET}


@pytest.fixture
def office(office: Office) -> Office:
    """The office with a second reviewer and a secrecy officer."""
    for name, role in (("zhou", Role.REVIEWER), ("bao", Role.SECRECY)):
        people.add(
            office.stores.internal,
            name=name,
            display=name,
            agency="*",
            roles=(role,),
            password=None,
        )
    return office


def _decide(
    office: Office, *orders: Order, kind: Kind = Kind.RESULT, key: str = KEY, by: str = "wu",
    second: str | None = None, confirmed: bool = False,
) -> desk.Decided:  # fmt: skip
    return desk.decide(
        office.stores, kind, key, orders, by=by, now=NOW, second=second, confirmed=confirmed
    )


def _results(office: Office) -> list[PublicResult]:
    with Session(office.stores.register) as session:
        return [decode(body, PublicResult) for body in session.scalars(sa.select(ResultRow.body))]


def _register(data: Path) -> bytes:
    return store_bytes(data)


@pytest.mark.parametrize(
    ("order", "missing"),
    [
        (replace(HIDE, ground=None), "不予公开依据"),
        (replace(HIDE, article=" "), "条款"),
        (replace(HIDE, decided_by=""), "决定机关"),
        (replace(HIDE, decided_on=None), "决定日期"),
        (replace(HIDE, review_on=None), "复核日期"),
        (replace(HIDE, reason=""), "理由"),
    ],
)
def test_a_decision_says_everything_it_must(office: Office, order: Order, missing: str) -> None:
    office.put("results", PROBLEM)

    with pytest.raises(BadOrder, match=missing):
        _decide(office, order)

    with Session(office.stores.internal) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(DecisionRow)) == 0


@pytest.mark.parametrize(
    "order",
    [
        replace(HIDE, review_on=date(2025, 6, 1) + timedelta(days=367)),
        replace(HIDE, review_on=date(2025, 6, 2)),
        replace(HIDE, decided_on=date(2025, 6, 3)),
        replace(HIDE, place="outcomes"),
        replace(HIDE, place="inspected_on"),
        replace(HIDE, act=Act.NEVER),
        replace(WHOLLY, act=Act.MASK),
    ],
)
def test_a_decision_stays_within_its_bounds(office: Office, order: Order) -> None:
    office.put("results", PROBLEM)

    with pytest.raises(BadOrder):
        _decide(office, order, confirmed=True)


def test_neither_author_nor_clerk_nor_a_stranger_decides(office: Office) -> None:
    people.add(
        office.stores.internal, name="lin", display="林", agency="*",
        roles=(Role.CLERK, Role.REVIEWER), password=None,
    )  # fmt: skip
    people.add(
        office.stores.internal, name="sun", display="孙", agency="990199-X",
        roles=(Role.REVIEWER,), password=None,
    )  # fmt: skip
    office.put("results", PROBLEM)

    for name, error in (
        ("lin", FourEyesViolation), ("he", NotAllowed), ("sun", NotAllowed), ("nobody", UnknownRecord),
    ):  # fmt: skip
        with pytest.raises(error):
            _decide(office, HIDE, by=name)


def test_a_field_withheld_later_is_gone_at_once_with_its_older_versions(
    office: Office, data: Path
) -> None:
    office.put("results", PROBLEM)
    office.put("results", {**PROBLEM, "unit": "一所"})
    assert SECRET.encode() in _register(data)

    done = _decide(office, HIDE)

    [result] = _results(office)
    assert (done.waits, done.outcome and done.outcome.amended) == (False, 1)
    assert result.findings[0].detail is None
    assert [(each.field, each.ground) for each in result.withheld] == [("detail", "trade_secret")]
    assert SECRET.encode() not in _register(data)


@pytest.mark.parametrize("form", ["个体工商户", "自然人", "企业"])
@pytest.mark.parametrize("act", [Act.COARSEN, Act.WITHHOLD])
def test_where_a_party_is_stands_in_no_older_version_either_once_it_is_hidden(
    office: Office, form: str, act: Act
) -> None:
    """Nor where the name was shortened before, and stays as it was."""
    shop = {"entity_name": "示例市夜鹭小吃店", "identifier": numbered(20, "92"), "form": form}
    office.put("entities", {**shop, "region": "990101"})
    order = replace(HIDE, place="region", act=act)

    desk.decide(office.stores, Kind.ENTITY, f"uscc:{shop['identifier']}", [order], by="wu", now=NOW)

    told = sa.text("SELECT body FROM entity UNION ALL SELECT body FROM version")
    with office.stores.register.connect() as register:
        bodies = register.scalars(told).all()
    assert len(bodies) == 1
    assert '"region":"990101' not in bodies[0]


def test_a_decision_survives_a_new_import_of_the_record(office: Office, data: Path) -> None:
    office.put("results", PROBLEM)
    _decide(office, HIDE)

    office.put("results", {**PROBLEM, "unit": "二所"})

    [result] = _results(office)
    assert (result.unit, result.findings[0].detail) == ("二所", None)
    assert SECRET.encode() not in _register(data)


def test_a_decision_taken_in_review_is_what_the_preview_shows_and_the_release_publishes(
    office: Office, data: Path
) -> None:
    batch = office.file("results", PROBLEM).batch_id
    assert batch is not None
    _decide(office, HIDE)

    with Session(office.stores.internal) as session:
        shown = review.preview(session, batch, today=clock.local_date(NOW))
    office.publish(batch)

    [record] = [record for each in shown for record in each.passage.records if each.row.row]
    [result] = _results(office)
    settled = {"status": result.status, "due_on": result.due_on}  # the register's own
    assert msgspec.structs.replace(record, **settled) == result
    assert SECRET.encode() not in _register(data)


def test_hiding_a_whole_record_is_said_twice(office: Office) -> None:
    office.put("results", PROBLEM)

    with pytest.raises(NotConfirmed):
        _decide(office, WHOLLY)
    assert len(_results(office)) == 1

    _decide(office, WHOLLY, confirmed=True)
    assert _results(office) == []


def test_never_acknowledging_takes_a_second_person_and_holds_the_batch_until_then(
    office: Office,
) -> None:
    batch = office.file("results", PROBLEM).batch_id
    assert batch is not None
    review.approve(office.stores, batch, by="wu", now=NOW)
    waiting = _decide(office, NEVER, confirmed=True)
    assert waiting.waits

    with pytest.raises(desk.Unsettled):
        release.release(office.stores, batch, by="he", now=NOW)
    for name, error in (("wu", FourEyesViolation), ("lin", FourEyesViolation), ("he", NotAllowed)):
        with pytest.raises(error):
            desk.confirm(office.stores, waiting.rows[0], by=name, now=NOW)
    desk.confirm(office.stores, waiting.rows[0], by="bao", now=NOW)
    with pytest.raises(UnknownRecord):
        desk.confirm(office.stores, waiting.rows[0], by="zhou", now=NOW)
    review.approve(office.stores, batch, by="wu", now=NOW)
    release.release(office.stores, batch, by="he", now=NOW)

    assert _results(office) == []


def test_showing_more_takes_a_second_person(office: Office) -> None:
    office.put("results", PROBLEM)
    _decide(office, HIDE)

    waiting = _decide(office, OPEN)
    assert waiting.waits
    assert _results(office)[0].findings[0].detail is None

    desk.confirm(office.stores, waiting.rows[0], by="zhou", now=NOW)
    assert _results(office)[0].findings[0].detail == SECRET


def test_opening_up_what_was_filed_as_withheld_survives_the_same_filing_but_not_a_new_decision(
    office: Office,
) -> None:
    filed = {
        "disclosure": "部分公开", "ground": "商业秘密", "hidden": "检查情况",
        "decided_by": "示例市市场监督管理局", "decided_on": "2025-05-01", "review_on": "2026-04-01",
    }  # fmt: skip
    office.put("results", {**PROBLEM, **filed})
    _decide(office, OPEN, second="zhou")
    assert _results(office)[0].findings[0].detail == SECRET

    office.put("results", {**PROBLEM, **filed, "unit": "三所"})
    assert _results(office)[0].findings[0].detail == SECRET

    office.put("results", {**PROBLEM, **filed, "decided_on": "2025-06-01"})
    assert _results(office)[0].findings[0].detail is None


def test_withholding_a_check_takes_its_steps_and_opening_it_brings_them_back(
    office: Office,
) -> None:
    office.put("results", PROBLEM)
    office.put("followups", {**STEP, "text": "已责令改正"})

    _decide(office, WHOLLY, confirmed=True)
    with Session(office.stores.register) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(FollowUpRow)) == 0

    _decide(office, replace(OPEN, place=WHOLE), second="bao")
    with Session(office.stores.register) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(FollowUpRow)) == 1
    assert len(_results(office)) == 1


def test_withholding_a_party_or_an_item_takes_what_names_it(office: Office, data: Path) -> None:
    office.put("results", PROBLEM)

    _decide(office, WHOLLY, kind=Kind.ITEM, key=f"{AGENCY}/SP-001", confirmed=True)
    assert _results(office) == []
    assert "食品经营许可情况检查".encode() not in _register(data)
    _decide(
        office, replace(OPEN, place=WHOLE), kind=Kind.ITEM, key=f"{AGENCY}/SP-001", second="bao"
    )
    assert len(_results(office)) == 1

    _decide(office, WHOLLY, kind=Kind.ENTITY, key=ENTITY_KEY, confirmed=True)
    assert _results(office) == []
    assert "青禾食品".encode() not in _register(data)


def test_a_record_that_still_tells_a_name_just_withheld_goes_with_it(
    office: Office, data: Path
) -> None:
    office.put("results", {**PROBLEM, "detail": "示例市青禾食品有限公司货架标签不全"})

    done = _decide(office, replace(HIDE, place="name"), kind=Kind.ENTITY, key=ENTITY_KEY)

    assert (done.taken_out, _results(office)) == (1, [])
    assert "青禾食品".encode() not in _register(data)


def test_masking_takes_every_find_out_of_a_text(office: Office) -> None:
    batch = office.file(
        "results", {**PROBLEM, "detail": "陪同人员王小明在场，车辆浙A12345"}
    ).batch_id
    assert batch is not None
    review.approve(office.stores, batch, by="wu", now=NOW)
    with pytest.raises(Residue):
        release.release(office.stores, batch, by="he", now=NOW)

    _decide(office, replace(HIDE, act=Act.MASK, ground=Ground.PRIVACY))
    review.approve(office.stores, batch, by="wu", now=NOW)
    release.release(office.stores, batch, by="he", now=NOW)

    assert _results(office)[0].findings[0].detail == (
        "陪同人员〔个人信息已隐去〕在场，车辆〔个人信息已隐去〕"
    )


def test_under_a_state_secret_masking_is_withholding(office: Office) -> None:
    office.put("results", PROBLEM)

    _decide(office, replace(HIDE, act=Act.MASK, ground=Ground.STATE_SECRET))

    assert _results(office)[0].findings[0].detail is None


def test_a_find_is_let_pass_for_a_reason_and_for_that_text_only(office: Office) -> None:
    row = {**PROBLEM, "detail": "经理王小明在场"}
    batch = office.file("results", row).batch_id
    assert batch is not None
    with Session(office.stores.internal) as session:
        found = list(holds.undecided(session, _batch(session, batch), clock.local_date(NOW)))
    wanted = [(each.filing.id, each.find.path, each.find.kind) for each in found]
    review.approve(office.stores, batch, by="wu", now=NOW)
    with pytest.raises(Residue):
        release.release(office.stores, batch, by="he", now=NOW)
    with pytest.raises(BadOrder):
        holds.let_pass(office.stores, batch, wanted, reason=" ", by="wu", now=NOW)
    with pytest.raises(FourEyesViolation):
        holds.let_pass(office.stores, batch, wanted, reason="公众人物", by="lin", now=NOW)

    assert holds.let_pass(office.stores, batch, wanted, reason="公众人物", by="wu", now=NOW) == 1
    release.release(office.stores, batch, by="he", now=NOW)
    assert _results(office)[0].findings[0].detail == "经理王小明在场"

    later = office.file("results", {**row, "detail": "经理王小明未在场"}).batch_id
    with pytest.raises(Residue):
        office.publish(later)


def test_words_about_secrecy_pass_with_two_people_only(office: Office) -> None:
    batch = office.file("results", {**PROBLEM, "detail": "货架上有内部资料字样"}).batch_id
    assert batch is not None
    with Session(office.stores.internal) as session:
        found = list(holds.undecided(session, _batch(session, batch), clock.local_date(NOW)))
    wanted = [(each.filing.id, each.find.path, each.find.kind) for each in found]

    with pytest.raises(FourEyesViolation):
        holds.let_pass(office.stores, batch, wanted, reason="无关秘密", by="wu", now=NOW)
    holds.let_pass(office.stores, batch, wanted, reason="无关秘密", by="wu", second="bao", now=NOW)
    office.publish(batch)

    assert len(_results(office)) == 1


def _batch(session: Session, batch_id: int) -> BatchRow:
    found = session.get(BatchRow, batch_id)
    assert found is not None
    return found


@pytest.mark.parametrize("how", ["closed", "another role", "another agency"])
def test_what_somebody_proposed_who_may_no_longer_decide_is_not_confirmed(
    office: Office, how: str
) -> None:
    """Another reviewer proposes it anew, and that one is confirmed."""
    internal = office.stores.internal
    office.put("results", PROBLEM)
    [first] = _decide(office, NEVER, confirmed=True).rows
    if how == "closed":
        people.disable(internal, "wu", by="root")
    elif how == "another role":
        people.set_roles(internal, "wu", (Role.CLERK,), by="root")
    else:
        people.add(
            internal, name="wu", display="wu", agency="990199-X", roles=(Role.REVIEWER,), password=None
        )  # fmt: skip

    with pytest.raises(NotAllowed):
        desk.confirm(office.stores, first, by="bao", now=NOW)
    assert _results(office) != []

    [anew] = _decide(office, NEVER, by="zhou", confirmed=True).rows
    desk.confirm(office.stores, anew, by="bao", now=NOW)
    assert _results(office) == []


def test_nobody_is_the_second_under_a_closed_account(office: Office) -> None:
    batch = office.file("results", {**RESULT_ROW, "detail": "涉及军工任务"}).batch_id
    assert batch is not None
    people.disable(office.stores.internal, "bao", by="an")

    with pytest.raises(NotAllowed):
        office.let_pass(batch)
    with pytest.raises(NotAllowed):
        desk.decide(
            office.stores, Kind.RESULT, f"{AGENCY}/JC-0001", [replace(HIDE, place=WHOLE, act=Act.NEVER)],
            by="wu", second="bao", now=NOW, confirmed=True,
        )  # fmt: skip


def test_decisions_can_only_be_added_to(office: Office) -> None:
    office.put("results", PROBLEM)
    _decide(office, HIDE)

    for statement in (
        sa.update(DecisionRow).values(reason="改了"), sa.delete(DecisionRow),
    ):  # fmt: skip
        with (
            pytest.raises(sa.exc.DatabaseError, match="only added"),
            write_lock(office.stores.internal) as session,
        ):
            session.execute(statement)


def test_notices_come_once_a_month_and_not_with_the_release(office: Office) -> None:
    office.put("results", PROBLEM)
    _decide(office, WHOLLY, confirmed=True)

    def public() -> list[PublicNotice]:
        with Session(office.stores.register) as session:
            return [decode(b, PublicNotice) for b in session.scalars(sa.select(NoticeRow.body))]

    assert public() == []
    assert notices.release_notices(office.stores, by="he", now=NOW) is not None
    [notice] = public()
    assert (notice.ground, notice.decided_by, notice.review_on) == (
        "trade_secret", WHOLLY.decided_by, WHOLLY.review_on,
    )  # fmt: skip
    assert notice.article == "《中华人民共和国政府信息公开条例》第十五条"

    _decide(office, replace(OPEN, place=WHOLE), second="bao")
    assert len(public()) == 1
    assert notices.release_notices(office.stores, by="he", now=NOW) is None
    notices.release_notices(office.stores, by="he", now=NOW + timedelta(days=30))
    assert public() == []


def test_what_is_never_acknowledged_leaves_no_notice(office: Office) -> None:
    office.put("results", PROBLEM)
    with Session(office.stores.register) as session:
        before = changes.serial(session)
    _decide(office, NEVER, confirmed=True, second="bao")

    notices.release_notices(office.stores, by="he", now=NOW)

    with Session(office.stores.register) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(NoticeRow)) == 0
        assert changes.serial(session) == before + 1


def test_reviews_come_due_and_are_kept_or_opened_up(office: Office) -> None:
    office.put("results", PROBLEM)
    _decide(office, HIDE)
    when = date(2026, 5, 1)
    with Session(office.stores.internal) as session:
        assert reviews.due(session, today=date(2026, 4, 1), scope="*") == []
        [each] = reviews.due(session, today=when, scope="*")
        assert reviews.due(session, today=when, scope="990199-X") == []
    later = NOW + timedelta(days=340)

    reviews.keep(
        office.stores, each, until=date(2027, 4, 30), body="", reason="情况未变", by="wu", now=later
    )
    with Session(office.stores.internal) as session:
        assert reviews.due(session, today=date(2026, 6, 30), scope="*") == []
    reviews.open_up(
        office.stores, each, body="", reason="已无必要", by="wu", second="zhou", now=later
    )

    with Session(office.stores.internal) as session:
        assert reviews.due(session, today=date(2028, 1, 1), scope="*") == []
    assert _results(office)[0].findings[0].detail == SECRET


def test_what_was_filed_as_withheld_comes_due_as_well(office: Office) -> None:
    filed = {
        "disclosure": "部分公开", "ground": "商业秘密", "hidden": "检查情况",
        "decided_by": "示例市市场监督管理局", "decided_on": "2025-05-01", "review_on": "2026-04-01",
    }  # fmt: skip
    office.put("results", {**PROBLEM, **filed})
    with Session(office.stores.internal) as session:
        [each] = reviews.due(session, today=date(2026, 5, 1), scope="*")
    later = NOW + timedelta(days=330)

    assert (each.place, each.is_overdue(date(2026, 5, 1))) == ("detail", True)
    reviews.keep(
        office.stores, each, until=date(2027, 4, 1), body="", reason="未变", by="wu", now=later
    )
    with Session(office.stores.internal) as session:
        assert reviews.due(session, today=date(2026, 5, 1), scope="*") == []
        [again] = reviews.due(session, today=date(2027, 3, 20), scope="*")
    assert again.ruling.review_on == date(2027, 4, 1)
