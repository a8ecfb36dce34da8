"""Sessions as the office keeps them: opened, found, ended (会话)."""

import hashlib
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.tables.people import PersonRow
from portal.internal.tables.sessions import SessionRow

#: However busy, a session ends after a long working day.
LONGEST = timedelta(hours=12)
#: After which an unused one ends; the browser's signed cookie says when it was used last.
IDLE = timedelta(minutes=30)
#: For typing in the second factor.
HALFWAY = timedelta(minutes=5)


def start(session: Session, name: str, *, now: datetime, address: str, complete: bool) -> str:
    """Open a session for `name`; return the token for the browser."""
    session.execute(sa.delete(SessionRow).where(SessionRow.started_at < now - LONGEST))
    token = secrets.token_urlsafe(32)
    session.add(
        SessionRow(
            digest=_digest(token), person=name, started_at=now, complete=complete, address=address
        )
    )
    session.flush()
    return token


def find(session: Session, token: str, now: datetime) -> tuple[SessionRow, PersonRow] | None:
    """Return an open session and its person; None if it ended, expired, or the account is closed."""
    query = (
        sa.select(SessionRow, PersonRow)
        .join(PersonRow, PersonRow.name == SessionRow.person)
        .where(SessionRow.digest == _digest(token))
    )
    row = session.execute(query).first()
    if row is None:
        return None
    found, person = row[0], row[1]
    lasts = LONGEST if found.complete else HALFWAY
    if person.disabled_at is not None or now >= found.started_at + lasts:
        return None
    return found, person


def end(session: Session, token: str) -> None:
    """End one session."""
    session.execute(sa.delete(SessionRow).where(SessionRow.digest == _digest(token)))


def end_all(session: Session, name: str) -> int:
    """End every session of a person; return how many there were."""
    ended = session.execute(
        sa.delete(SessionRow).where(SessionRow.person == name).returning(SessionRow.digest)
    ).all()
    return len(ended)


def of(session: Session, name: str, *, now: datetime) -> list[SessionRow]:
    """Return the open sessions of a person, newest first."""
    query = (
        sa.select(SessionRow)
        .where(SessionRow.person == name, SessionRow.complete)
        .where(SessionRow.started_at > now - LONGEST)
        .order_by(SessionRow.started_at.desc())
    )
    return list(session.scalars(query.limit(50)))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
