"""post() for the public side, collect() for the desk. Nothing else."""

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.letterbox.tables import LetterRow

#: Without look-alikes (0 O, 1 I), so that a reference can be read out over the telephone.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def post(session: Session, *, subject: str, text: str, contact: str | None, now: datetime) -> str:
    """Drop one letter about the record `subject` and return the reference its writer keeps."""
    reference = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    session.execute(
        sa.insert(LetterRow),
        [
            {
                "reference": reference,
                "subject": subject,
                "text": text,
                "contact": contact,
                "posted_at": now,
            }
        ],
    )
    session.commit()
    return reference


def collect(session: Session, *, now: datetime, limit: int = 100) -> list[LetterRow]:
    """Return letters nobody has collected yet, oldest first, and mark them collected.

    The caller commits: until then the letters count as uncollected.
    """
    query = sa.select(LetterRow).where(LetterRow.collected_at.is_(None))
    letters = list(session.scalars(query.order_by(LetterRow.posted_at).limit(limit)))
    for letter in letters:
        letter.collected_at = now
    return letters
