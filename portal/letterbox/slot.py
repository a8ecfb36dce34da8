"""post() for the public side; waiting(), queue(), clear() and read_anything() for the desk. Nothing else."""

import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.replies import (
    ALPHABET,
    LARGEST_EVIDENCE,
    LONGEST_CONTACT,
    LONGEST_TEXT,
    REFERENCE_LENGTH,
    LetterKind,
)
from portal.letterbox.evidence import ENDINGS
from portal.letterbox.tables import LetterRow

_LONGEST_SUBJECT = 40
_FIRST, _LAST = datetime(1000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)
#: How SQLite holds a moment that is one.
_MOMENT = "[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What somebody sends in about the record `subject`. The evidence comes with its media type."""

    kind: LetterKind
    subject: str
    text: str
    contact: str | None = None
    evidence: bytes | None = None
    evidence_type: str | None = None


def post(session: Session, letter: Letter, *, now: datetime) -> str:
    """Drop one letter and return the reference its writer keeps."""
    reference = "".join(secrets.choice(ALPHABET) for _ in range(REFERENCE_LENGTH))
    row = {
        "reference": reference,
        "kind": letter.kind.value,
        "subject": letter.subject,
        "text": letter.text,
        "contact": letter.contact,
        "evidence": letter.evidence,
        "evidence_type": letter.evidence_type,
        "posted_at": now,
    }
    session.execute(sa.insert(LetterRow), [row])
    session.commit()
    return reference


def waiting(session: Session, *, limit: int) -> list[LetterRow]:
    """Return letters nobody has collected yet, oldest first.

    Whoever breaks into the public side may put in any row: one that `post` does not write stays where it is, and
    stops no other.
    """
    query = sa.select(LetterRow).where(LetterRow.collected_at.is_(None), *_as_posted(session))
    return list(session.scalars(query.order_by(LetterRow.posted_at).limit(limit)))


def _as_posted(session: Session) -> Iterator[sa.ColumnElement[bool]]:
    row, length = LetterRow, sa.func.length
    yield row.kind.in_([each.value for each in LetterKind])
    yield length(row.subject) <= _LONGEST_SUBJECT
    yield length(row.text) <= LONGEST_TEXT
    yield sa.func.coalesce(length(row.contact), 0) <= LONGEST_CONTACT
    yield sa.func.coalesce(length(row.evidence), 0) <= LARGEST_EVIDENCE
    yield row.evidence_type.is_(None) | row.evidence_type.in_(list(ENDINGS))
    if session.get_bind().dialect.name == "sqlite":
        yield from _as_typed()
    else:
        yield row.reference.regexp_match(f"^[{ALPHABET}]{{{REFERENCE_LENGTH}}}$")
        #: PostgreSQL knows moments that no calendar here has, and a moment without end.
        yield row.posted_at.between(_FIRST, _LAST)


def _as_typed() -> Iterator[sa.ColumnElement[bool]]:
    """Say of SQLite, which takes any value in any column, what other databases see to themselves."""
    row = LetterRow
    yield sa.func.glob(f"[{ALPHABET}]" * REFERENCE_LENGTH, row.reference) == 1
    moment = sa.type_coerce(row.posted_at, sa.Text)
    yield sa.func.glob(_MOMENT, moment) == 1
    second = sa.func.substr(moment, 1, 19)
    #: Reckoned with, a day that no calendar has becomes another one.
    yield sa.func.strftime("%Y-%m-%d %H:%M:%S", second, "+0 days") == second
    for column in (row.subject, row.text, row.contact):
        yield sa.func.typeof(column).in_(["text", *["null"] * column.nullable])
        #: `length` counts a text up to the first of these.
        yield sa.func.coalesce(sa.func.instr(sa.cast(column, sa.LargeBinary), b"\0"), 0) == 0
    yield sa.func.typeof(row.evidence).in_(["blob", "null"])


def queue(session: Session) -> tuple[int, datetime | None]:
    """Return how many letters nobody has collected yet, and when the oldest was posted."""
    query = sa.select(sa.func.count(), sa.func.min(LetterRow.posted_at))
    uncollected = query.where(LetterRow.collected_at.is_(None), *_as_posted(session))
    count, oldest = session.execute(uncollected).one()
    return count, oldest


def clear(session: Session, references: Sequence[str], *, now: datetime) -> None:
    """Mark letters collected and empty them: who breaks into the letterbox finds nothing to read."""
    query = sa.update(LetterRow).where(LetterRow.reference.in_(references))
    session.execute(
        query.values(
            collected_at=now, subject="", text="", contact=None, evidence=None, evidence_type=None
        )
    )


def read_anything(engine: sa.Engine) -> None:
    """Let connections of `engine` read texts that are not UTF-8: what is not stands as U+FFFD.

    Other databases take no such text.
    """
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _lenient)


def _lenient(connection: Any, record: Any) -> None:  # noqa: ANN401 - whatever the driver hands over
    del record
    connection.text_factory = lambda text: text.decode("utf-8", "replace")


def only_insert(engine: sa.Engine) -> None:
    """Let connections of `engine` post and do nothing else; on PostgreSQL the account sees to that."""
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _bar)


def _bar(connection: Any, record: Any) -> None:  # noqa: ANN401 - whatever the driver hands over
    del record
    connection.set_authorizer(_judge)


def _judge(action: int, first: str | None, *rest: str | None) -> int:
    """Say whether SQLite may do what a statement asks for (see sqlite3_set_authorizer)."""
    del rest
    posts = action == sqlite3.SQLITE_INSERT and first == LetterRow.__tablename__
    allowed = posts or action == sqlite3.SQLITE_TRANSACTION
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
