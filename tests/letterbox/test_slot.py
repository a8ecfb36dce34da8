"""The slot in the door."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from portal.internal.desk.stores import Stores
from portal.letterbox.slot import collect, post

NOW = datetime(2025, 6, 2, tzinfo=UTC)


def test_a_letter_is_collected_once_oldest_first(stores: Stores) -> None:
    with Session(stores.letterbox) as session:
        second = post(
            session, subject="r_1", text="后一封", contact=None, now=NOW + timedelta(hours=1)
        )
        first = post(session, subject="r_1", text="前一封", contact=None, now=NOW)

    with Session(stores.letterbox) as session, session.begin():
        collected = [letter.reference for letter in collect(session, now=NOW)]
    with Session(stores.letterbox) as session:
        again = collect(session, now=NOW)

    assert collected == [first, second]
    assert again == []


def test_a_letter_collected_in_a_transaction_that_fails_is_still_there(stores: Stores) -> None:
    with Session(stores.letterbox) as session:
        reference = post(session, subject="r_1", text="报错", contact=None, now=NOW)

    with Session(stores.letterbox) as session:
        collect(session, now=NOW)
        session.rollback()
    with Session(stores.letterbox) as session:
        found = [letter.reference for letter in collect(session, now=NOW)]

    assert found == [reference]
