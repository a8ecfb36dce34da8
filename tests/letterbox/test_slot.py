"""The slot in the door."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.replies import LetterKind
from portal.internal.desk.stores import Stores
from portal.letterbox.slot import Letter, clear, only_insert, post, waiting
from portal.letterbox.tables import LetterRow

NOW = datetime(2025, 6, 2, tzinfo=UTC)


def _letter(text: str) -> Letter:
    return Letter(kind=LetterKind.ERROR, subject="r_1", text=text, evidence=b"%PDF-1.4 %%EOF")


def test_letters_wait_oldest_first_until_they_are_cleared(stores: Stores) -> None:
    with Session(stores.letterbox) as session:
        second = post(session, _letter("后一封"), now=NOW + timedelta(hours=1))
        first = post(session, _letter("前一封"), now=NOW)

    with Session(stores.letterbox) as session, session.begin():
        found = [letter.reference for letter in waiting(session, limit=10)]
        clear(session, found, now=NOW)
    with Session(stores.letterbox) as session:
        again = waiting(session, limit=10)
        left = session.execute(sa.select(LetterRow.text, LetterRow.evidence)).all()

    assert found == [first, second]
    assert again == []
    assert left == [("", None), ("", None)]


@pytest.mark.sqlite
def test_the_public_side_can_post_and_do_nothing_else(stores: Stores) -> None:
    only_insert(stores.letterbox)
    with Session(stores.letterbox) as session:
        reference = post(session, _letter("一封"), now=NOW)

    assert len(reference) == 12
    for statement in (
        "SELECT text FROM letter",
        "DELETE FROM letter",
        "UPDATE letter SET text = ''",
    ):
        with (
            Session(stores.letterbox) as session,
            pytest.raises(sa.exc.DatabaseError, match=r"not auth|prohibited"),
        ):
            session.execute(sa.text(statement))
