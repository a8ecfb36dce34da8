"""Letters stand as the ledger says: no row of the office's store brings an answer back, or takes one away."""

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.replies import LetterKind, ReplyState, status_id
from portal.internal.desk import answers, letters, retelling
from portal.internal.desk.binding import ContentChanged
from portal.register.tables.replies import ReplyRow
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.internal.test_letters import send
from tests.internal.test_narrowing import DETAIL, _id_of, _kept
from tests.internal.test_narrowing import office as office
from tests.makers import RESULT_ROW
from tests.register.by_hand import unguard

ANSWER = "水雉库房一事属实"


@pytest.fixture
def reference(office: Office, client: FlaskClient) -> str:
    """A letter that waits."""
    found = send(client, _id_of(office, "result", DETAIL), LetterKind.OBJECTION)
    letters.collect(office.stores, now=NOW)
    return found


def _answer(office: Office, reference: str) -> None:
    letters.propose(
        office.stores, reference, outcome=ReplyState.REFUSED, decision=ANSWER, let_pass=True, by="wu", now=NOW
    )  # fmt: skip
    letters.release(office.stores, reference, by="he", now=NOW)
    assert "reply" in _kept(office, ANSWER)


def _by_hand(office: Office, *deeds: str) -> None:
    with office.stores.internal.begin() as connection:
        for deed in deeds:
            connection.execute(sa.text(deed))


def _shown(office: Office) -> list[str]:
    with Session(office.stores.register) as session:
        return list(session.scalars(sa.select(ReplyRow.body)))


def test_an_answer_that_was_taken_back_does_not_come_again_without_its_order(
    office: Office, reference: str
) -> None:
    _answer(office, reference)
    retelling.take_back(office.stores, reference, by="he", second="an", now=NOW)
    assert _kept(office, ANSWER) == set()
    with Session(office.stores.internal) as session:
        assert list(answers.unlike(session)) == []
    _by_hand(office, "DELETE FROM withdrawal", "UPDATE received_letter SET told = false")

    letters.collect(office.stores, now=NOW)

    assert _kept(office, ANSWER) == set()
    with Session(office.stores.internal) as session:
        assert list(answers.unlike(session)) == [reference]


@pytest.mark.parametrize("state", ["handling", "received", "proposed"])
def test_an_answer_stays_whatever_its_row_says(office: Office, reference: str, state: str) -> None:
    _answer(office, reference)
    before = _shown(office)
    _by_hand(office, f"UPDATE received_letter SET told = false, flagged = true, state = '{state}'")

    with pytest.raises(ContentChanged, match="与台账不符"):
        letters.collect(office.stores, now=NOW)

    assert _shown(office) == before


def test_nothing_is_in_dispute_that_nobody_took_up(office: Office, reference: str) -> None:
    before = _shown(office)
    _by_hand(office, "UPDATE received_letter SET told = false, flagged = true, state = 'handling'")

    with pytest.raises(ContentChanged, match="与台账不符"):
        letters.collect(office.stores, now=NOW)

    assert _shown(office) == before


def _disputed(office: Office) -> set[str]:
    with Session(office.stores.register) as session:
        query = sa.select(ResultRow.public_id).where(ResultRow.disputed)
        return set(session.scalars(query))


def test_a_check_is_not_in_dispute_by_a_letter_about_another(
    office: Office, reference: str
) -> None:
    letters.take_up(office.stores, reference, by="wu", now=NOW)
    office.put("results", {**RESULT_ROW, "code": "JC-0077"})
    before = _disputed(office)
    with Session(office.stores.register) as session:
        query = sa.select(ResultRow.public_id).where(~ResultRow.disputed)
        (other,) = session.scalars(query)
    assert len(before) == 1
    _by_hand(office, f"UPDATE received_letter SET told = false, subject = '{other}'")

    with pytest.raises(ContentChanged, match="与台账不符"):
        letters.collect(office.stores, now=NOW)

    assert _disputed(office) == before
    with Session(office.stores.internal) as session:
        assert list(answers.unlike(session)) == [reference]


def test_a_refused_letter_tells_of_no_check_that_was_never_in_dispute(
    office: Office, reference: str
) -> None:
    _answer(office, reference)
    before = _shown(office)
    _by_hand(office, "UPDATE received_letter SET told = false, flagged = true")

    with pytest.raises(ContentChanged, match="与台账不符"):
        letters.collect(office.stores, now=NOW)

    assert _shown(office) == before


def test_a_letter_taken_up_before_the_ledger_told_what_it_is_about_goes_on(
    office: Office, reference: str
) -> None:
    letters.take_up(office.stores, reference, by="wu", now=NOW)
    with office.stores.internal.begin() as connection:
        unguard(connection, "ledger")
        old = "UPDATE ledger SET detail = :words WHERE action = 'letter-take-up'"
        connection.execute(sa.text(old), {"words": f"来信 {reference}"})

    _answer(office, reference)

    with Session(office.stores.internal) as session:
        assert list(answers.unlike(session)) == []


def test_an_answer_is_not_taken_back_by_a_row_that_nobody_ordered(
    office: Office, reference: str
) -> None:
    _answer(office, reference)
    before = _shown(office)
    with Session(office.stores.internal) as session:
        session.add(retelling.order(status_id(reference), by="he", second="an", now=NOW))
        session.commit()
    _by_hand(office, "UPDATE received_letter SET told = false")

    letters.collect(office.stores, now=NOW)

    assert _shown(office) == before
    with Session(office.stores.internal) as session:
        assert list(answers.unlike(session)) == [reference]
