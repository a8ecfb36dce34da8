"""The right of reply, from the form to the published decision."""

import io
import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.airlock.publish import withdraw
from portal.domain.errors import FourEyesViolation, NotAllowed, UnknownRecord, WrongState
from portal.domain.replies import LetterKind, ReplyState
from portal.internal.desk import decide, letters, retelling
from portal.internal.desk.binding import ContentChanged
from portal.internal.desk.matters import CALENDAR
from portal.internal.desk.stores import Stores
from portal.internal.tables.letters import ReceivedRow, queue
from portal.letterbox import slot
from portal.letterbox.tables import LetterRow
from portal.register.records import Kind
from portal.register.tables.changes import ChangeRow
from portal.register.tables.replies import ReplyRow
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.internal.test_decide import HIDE, KEY
from tests.makers import RESULT_ROW
from tests.raw import store_bytes

PDF = b"%PDF-1.4\nJSQ-evidence\n%%EOF\n"
CANARIES = ("JSQ-text", "JSQ-contact", "JSQ-evidence", "JSQ-file")


@pytest.fixture
def result(office: Office) -> str:
    """The id of one published result."""
    office.put("results", RESULT_ROW)
    with Session(office.stores.register) as session:
        return session.scalars(sa.select(ResultRow.public_id)).one()


def send(client: FlaskClient, about: str, kind: LetterKind, **more: object) -> str:
    """Fill in the form and return the reference."""
    form = {
        "kind": kind.value,
        "text": "JSQ-text 标签已经更换，请复核。",
        "contact": "JSQ-contact",
        "evidence": (io.BytesIO(PDF), "JSQ-file.pdf"),
    }
    page = client.post(f"/replies/new?about={about}", data=form | more)
    assert page.status_code == 201, page.get_data(as_text=True)
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", page.get_data(as_text=True))
    assert found is not None
    return found[0].replace("-", "")


def flag(stores: Stores, result: str) -> bool:
    with Session(stores.register) as session:
        return bool(
            session.scalar(sa.select(ResultRow.disputed).where(ResultRow.public_id == result))
        )


def test_an_objection_is_flagged_at_once_and_its_decision_published_by_a_second_person(
    office: Office, client: FlaskClient, result: str
) -> None:
    stores = office.stores
    reference = send(client, result, LetterKind.OBJECTION)
    before = client.get(f"/replies/{reference}")
    letters.collect(stores, now=NOW)
    received = client.get(f"/replies/{reference}")
    with Session(stores.register) as session:
        told = session.scalars(sa.select(ReplyRow)).one()
        facts = (told.kind, told.result_id, told.entity_id, told.state)
    letters.take_up(stores, reference, by="wu", now=NOW)
    flagged = flag(stores, result)
    page = client.get(f"/results/{result}").get_data(as_text=True)
    listed = client.get("/api/v1/results.csv?disputed=true").get_data(as_text=True)
    letters.propose(
        stores,
        reference,
        outcome=ReplyState.REFUSED,
        decision="经复核，原结果无误。",
        by="wu",
        now=NOW,
    )
    drafted = client.get(f"/results/{result}").get_data(as_text=True)
    letters.release(stores, reference, by="he", now=NOW)
    decided = client.get(f"/results/{result}").get_data(as_text=True)

    assert before.status_code == 404
    assert "已收件" in received.get_data(as_text=True)
    assert facts == (None, None, None, "received")
    assert flagged
    assert "异议处理中" in page
    assert result in listed
    assert "经复核" not in drafted
    assert "经复核，原结果无误。" in decided
    assert not flag(stores, result)
    assert "异议处理中" not in decided


def test_only_the_reviewed_text_of_a_statement_becomes_public(
    office: Office, data: Path, client: FlaskClient, result: str
) -> None:
    stores = office.stores
    reference = send(client, result, LetterKind.REPLY)
    letters.collect(stores, now=NOW)
    letters.propose(
        stores, reference, outcome=ReplyState.ACCEPTED, decision="予以刊登。", statement="本店已更换全部标签。",
        by="wu", now=NOW,
    )  # fmt: skip
    letters.release(stores, reference, by="he", now=NOW)
    page = client.get(f"/results/{result}").get_data(as_text=True)
    status = client.get(f"/replies/{reference}").get_data(as_text=True)
    stored = store_bytes(data)

    assert "企业陈述，未经核实" in page
    assert "本店已更换全部标签。" in page
    assert "本店已更换" not in status
    assert [each for each in CANARIES if each in page or each in status] == []
    assert [each for each in CANARIES if each.encode() in stored] == []


def test_nothing_of_a_letter_stays_in_the_box_or_reaches_the_register(
    office: Office, data: Path, client: FlaskClient, result: str
) -> None:
    stores = office.stores
    send(client, result, LetterKind.OBJECTION)
    letters.collect(stores, now=NOW)
    box, register, inside = (
        store_bytes(data, each) for each in ("letterbox", "register", "internal")
    )

    assert [each for each in CANARIES if each.encode() in box or each.encode() in register] == []
    assert [each for each in CANARIES if each.encode() in inside] == [*CANARIES[:3]]


def test_a_crash_between_taking_in_and_clearing_loses_and_doubles_nothing(
    office: Office, data: Path, client: FlaskClient, result: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(client, result, LetterKind.ERROR)
    with monkeypatch.context() as patch:
        patch.setattr(slot, "clear", _die)
        with pytest.raises(KeyboardInterrupt):
            letters.collect(office.stores, now=NOW)
    again = letters.collect(office.stores, now=NOW)
    left = store_bytes(data, "letterbox")
    last = letters.collect(office.stores, now=NOW)
    with Session(office.stores.internal) as session:
        rows = queue(session, "*")
    with Session(office.stores.register) as session:
        published = session.scalar(sa.select(sa.func.count()).select_from(ReplyRow))

    assert (again, last) == (0, 0)
    assert [each for each in CANARIES if each.encode() in left] == []
    assert len(rows) == 1
    assert published == 1


def _die(*_args: object, **_more: object) -> None:
    raise KeyboardInterrupt


def test_who_drafts_does_not_release_and_roles_hold(
    office: Office, client: FlaskClient, result: str
) -> None:
    stores = office.stores
    reference = send(client, result, LetterKind.ERROR)
    letters.collect(stores, now=NOW)

    def draft(by: str) -> None:
        letters.propose(
            stores, reference, outcome=ReplyState.REFUSED, decision="记录无误。", by=by, now=NOW
        )

    with pytest.raises(NotAllowed):
        draft("lin")
    with pytest.raises(WrongState):
        letters.take_up(stores, reference, by="wu", now=NOW)
    draft("wu")
    with pytest.raises(WrongState, match="退回"):
        draft("wu")
    with pytest.raises(NotAllowed):
        letters.release(stores, reference, by="wu", now=NOW)
    with Session(stores.internal) as session, session.begin():
        letters.get(session, reference).proposed_by = "he"
    with pytest.raises(FourEyesViolation):
        letters.release(stores, reference, by="he", now=NOW)
    with pytest.raises(WrongState, match="变动"):
        letters.release(stores, reference, by="an", now=NOW, seen="0" * 64)
    letters.give_back(stores, reference, by="an", now=NOW)
    with Session(stores.internal) as session:
        state = letters.get(session, reference).state
    with Session(stores.internal) as session, pytest.raises(UnknownRecord):
        letters.get(session, "ABCDEFGHJKMN")

    assert state == "received"


@pytest.mark.parametrize(
    "words", ["请致电 13900001234 核对。", "来信人联系方式 JSQ-contact 已核对。"]
)
def test_a_decision_that_tells_personal_data_is_refused(
    office: Office, client: FlaskClient, result: str, words: str
) -> None:
    reference = send(client, result, LetterKind.ERROR)
    letters.collect(office.stores, now=NOW)

    with pytest.raises(letters.BadDraft, match="办理意见"):
        letters.propose(
            office.stores, reference, outcome=ReplyState.ACCEPTED, decision=words, by="wu", now=NOW
        )
    with Session(office.stores.internal) as session:
        row = letters.get(session, reference)
        kept = (row.state, row.decision)

    assert kept == ("received", None)


def test_a_refused_letter_tells_neither_its_kind_nor_what_it_was_about(
    office: Office, client: FlaskClient, result: str
) -> None:
    stores = office.stores
    reference = send(client, result, LetterKind.OBJECTION)
    letters.collect(stores, now=NOW)
    letters.propose(
        stores, reference, outcome=ReplyState.REFUSED, decision="不属于异议范围。", by="wu", now=NOW
    )
    letters.release(stores, reference, by="he", now=NOW)
    with Session(stores.register) as session:
        row = session.scalars(sa.select(ReplyRow)).one()
        facts = (row.kind, row.result_id, row.state)
    page = client.get(f"/replies/{reference}").get_data(as_text=True)

    assert facts == (None, None, "refused")
    assert "不属于异议范围。" in page


@pytest.mark.parametrize("subject", ["", "_", "zzz", "../r_1", "r_", "l_1", "t_1", "w_1", "y_1"])
def test_a_letter_about_nothing_there_is_can_be_answered(office: Office, subject: str) -> None:
    """Whoever breaks into the public side may post one; nobody reads the answer, and it waits no longer."""
    stores, reference = office.stores, "ABCDEFGHJKMN"
    row = {
        "reference": reference,
        "kind": "reply",
        "subject": subject,
        "text": "无",
        "posted_at": NOW,
    }
    with stores.letterbox.begin() as box:
        box.execute(sa.insert(LetterRow), [row])
    letters.collect(stores, now=NOW)

    letters.propose(
        stores, reference, outcome=ReplyState.REFUSED, decision="查无此事。", by="wu", now=NOW
    )
    letters.release(stores, reference, by="he", now=NOW)

    with Session(stores.register) as session:
        told = session.scalars(sa.select(ReplyRow)).one()
        assert (told.state, told.result_id) == ("refused", None)


def test_a_withdrawn_result_takes_its_letters_along(
    office: Office, client: FlaskClient, result: str
) -> None:
    stores = office.stores
    reference = send(client, result, LetterKind.OBJECTION)
    letters.collect(stores, now=NOW)
    letters.take_up(stores, reference, by="wu", now=NOW)
    withdraw(stores.register, Kind.RESULT, [result], now=NOW, keys=stores.log_key)
    letters.propose(
        stores, reference, outcome=ReplyState.REFUSED, decision="记录已撤下。", by="wu", now=NOW
    )
    letters.release(stores, reference, by="he", now=NOW)
    with Session(stores.register) as session:
        row = session.scalars(sa.select(ReplyRow)).one()
        facts = (row.result_id, row.state)

    assert facts == (None, "refused")


def test_deadlines_are_working_days(office: Office, client: FlaskClient, result: str) -> None:
    send(client, result, LetterKind.ERROR)
    with Session(office.stores.letterbox) as session:
        posted = slot.waiting(session, limit=1)[0].posted_at
    letters.collect(office.stores, now=NOW)
    with Session(office.stores.internal) as session:
        row = session.scalars(sa.select(ReceivedRow)).one()

    assert row.due_on > posted.date()
    assert CALENDAR.between(posted.date(), row.due_on) in (20, 21)


def test_telling_again_changes_nothing(office: Office, client: FlaskClient, result: str) -> None:
    send(client, result, LetterKind.ERROR)
    letters.collect(office.stores, now=NOW)
    with Session(office.stores.internal) as session, session.begin():
        session.execute(sa.update(ReceivedRow).values(told=False))
    with Session(office.stores.register) as session:
        before = session.scalar(sa.select(sa.func.max(ChangeRow.serial)))
    count = letters.tell(office.stores, now=NOW)
    with Session(office.stores.register) as session:
        after = session.scalar(sa.select(sa.func.max(ChangeRow.serial)))

    assert count == 1
    assert before == after


def _raw(stores: Stores, statement: str) -> None:
    """Change the office's store as somebody with its file would."""
    with stores.internal.begin() as connection:
        assert connection.execute(sa.text(statement)).rowcount == 1


def _answered(office: Office, client: FlaskClient, result: str) -> str:
    stores = office.stores
    reference = send(client, result, LetterKind.OBJECTION)
    letters.collect(stores, now=NOW)
    letters.propose(
        stores, reference, outcome=ReplyState.ACCEPTED, decision="经复核属实。", by="wu", now=NOW
    )
    letters.release(stores, reference, by="he", now=NOW)
    return reference


def _public(stores: Stores) -> str:
    with Session(stores.register) as session:
        return session.scalars(sa.select(ReplyRow.body)).one()


@pytest.mark.parametrize("change", ["decision = '查无此事。'", "outcome = 'refused'"])
def test_an_answer_changed_since_its_release_does_not_go_out(
    change: str, office: Office, client: FlaskClient, result: str
) -> None:
    reference = _answered(office, client, result)
    before = _public(office.stores)
    _raw(office.stores, f"UPDATE received_letter SET told = FALSE, {change}")

    with pytest.raises(ContentChanged, match=reference):
        letters.collect(office.stores, now=NOW)

    assert _public(office.stores) == before
    assert "经复核属实。" in before


def test_an_answer_that_nobody_released_does_not_go_out(
    office: Office, client: FlaskClient, result: str
) -> None:
    send(client, result, LetterKind.OBJECTION)
    letters.collect(office.stores, now=NOW)
    _raw(
        office.stores,
        "UPDATE received_letter SET told = FALSE, state = 'done', outcome = 'refused',"
        " decision = '查无此事。', decided_on = '2025-06-02'",
    )

    with pytest.raises(ContentChanged):
        letters.tell(office.stores, now=NOW)

    assert "received" in _public(office.stores)


def test_an_answer_changed_since_is_not_told_anew_with_what_it_is_about(
    office: Office, client: FlaskClient, result: str
) -> None:
    reference = _answered(office, client, result)
    _raw(office.stores, "UPDATE received_letter SET decision = '查无此事。'")

    decide.decide(office.stores, Kind.RESULT, KEY, [HIDE], by="wu", now=NOW)
    shown = _public(office.stores)
    retelling.take_back(office.stores, reference, by="he", second="an", now=NOW)

    assert ("查无此事" in shown, "查无此事" in _public(office.stores)) == (False, False)
