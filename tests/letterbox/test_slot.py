"""The slot in the door."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.replies import LONGEST_CONTACT, LONGEST_TEXT, LetterKind
from portal.internal.desk.stores import Stores
from portal.letterbox.slot import Letter, clear, only_insert, post, queue, waiting
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
    """About SQLite, which has no accounts; those of PostgreSQL are tested with `portal-site config postgresql`."""
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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "none"),
        ("reference", "AAAABBBB'CCC"),
        ("reference", "AAAA"),
        ("subject", "r_" * 21),
        ("text", "长" * (LONGEST_TEXT + 1)),
        ("contact", "长" * (LONGEST_CONTACT + 1)),
        ("evidence_type", "text/html"),
        pytest.param("posted_at", "某日", marks=pytest.mark.sqlite),
        pytest.param("posted_at", "2025-02-31 08:00:00.000000", marks=pytest.mark.sqlite),
        pytest.param("text", b"\xff", marks=pytest.mark.sqlite),
        pytest.param("text", "短\0" + "长" * (LONGEST_TEXT + 1), marks=pytest.mark.sqlite),
        pytest.param("contact", b"\xff", marks=pytest.mark.sqlite),
        pytest.param("reference", b"\xff" * 12, marks=pytest.mark.sqlite),
        pytest.param("evidence", 5, marks=pytest.mark.sqlite),
    ],
)
def test_a_row_that_the_slot_does_not_write_is_left_in_the_box_and_stops_no_other(
    stores: Stores, name: str, value: object
) -> None:
    """Whoever broke into the public side may put any row into the table."""
    with Session(stores.letterbox) as session:
        forged = post(session, _letter("另一封"), now=NOW)
        right = post(session, _letter("一封"), now=NOW)
        try:
            session.execute(
                sa.text(f"UPDATE letter SET {name} = :value WHERE reference = :forged"),
                {"value": value, "forged": forged},
            )
            session.commit()
        except sa.exc.DataError:
            session.rollback()  # PostgreSQL takes no value longer than its column
            session.execute(sa.delete(LetterRow).where(LetterRow.reference == forged))
            session.commit()
    with Session(stores.letterbox) as session:
        assert [letter.reference for letter in waiting(session, limit=10)] == [right]
        assert queue(session) == (1, NOW)


@pytest.mark.sqlite
def test_a_text_that_is_not_utf_8_is_read_with_signs_for_what_it_is_not(stores: Stores) -> None:
    """About SQLite: PostgreSQL takes no such text."""
    with Session(stores.letterbox) as session:
        forged = post(session, _letter("一封"), now=NOW)
        right = post(session, _letter("另一封"), now=NOW + timedelta(hours=1))
        session.execute(
            sa.text(
                "UPDATE letter SET text = CAST(x'E4B880FF' AS TEXT), contact = CAST(x'FF' AS TEXT)"
                " WHERE reference = :forged"
            ),
            {"forged": forged},
        )
        session.commit()
    with Session(stores.letterbox) as session:
        found = [(row.reference, row.text, row.contact) for row in waiting(session, limit=10)]

    assert found == [(forged, "一\ufffd", "\ufffd"), (right, "另一封", None)]


@pytest.mark.parametrize(
    "moment",
    [
        NOW.replace(microsecond=999_999),
        NOW.replace(month=12, day=31, hour=23, minute=59, second=59, microsecond=999_600),
    ],
)
def test_a_letter_of_any_moment_is_taken(stores: Stores, moment: datetime) -> None:
    with Session(stores.letterbox) as session:
        right = post(session, _letter("一封"), now=moment)
        assert [letter.reference for letter in waiting(session, limit=10)] == [right]


@pytest.mark.parametrize(
    "moment", ["infinity", "-infinity", "12025-06-02 00:00:00+00", "0044-03-15 00:00:00+00 BC"]
)
def test_a_moment_that_no_calendar_of_ours_holds_is_left_in_the_box(
    stores: Stores, moment: str
) -> None:
    """One letter of such a moment would stop the collecting of all for ever. SQLite takes any text there."""
    of_postgres = stores.letterbox.dialect.name == "postgresql"
    value = "CAST(:moment AS timestamptz)" if of_postgres else ":moment"
    with Session(stores.letterbox) as session:
        post(session, _letter("一封"), now=NOW)
        session.execute(sa.text(f"UPDATE letter SET posted_at = {value}"), {"moment": moment})
        right = post(session, _letter("另一封"), now=NOW + timedelta(hours=1))
        session.commit()
    with Session(stores.letterbox) as session:
        assert [letter.reference for letter in waiting(session, limit=10)] == [right]
        assert queue(session) == (1, NOW + timedelta(hours=1))
