"""The salt of the newest head's digest of all records: without it nobody can try guesses at what is gone (摘要的盐值).

A head stays for ever, here and elsewhere, and signs a digest over every text that was public then. Who has it, and all of
these texts but one, could try which one was the last. So something that nobody can guess goes into the digest. It
is public beside the newest head, in that answer and in dumps, for copies to be held against it; the next head has another, and
this one is gone with what was taken away.

Heads of earlier releases were signed without: of what was public then this keeps nothing.
"""

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register import digests
from portal.register.tables.changes import DigestRow
from portal.register.tallying import standing

#: Its row among the digests.
SALT = "salt"
_BYTES = 32


def stated(session: Session) -> str:
    """Return the salt in hex, "" where there is none yet."""
    kept = session.scalar(sa.select(DigestRow.state).where(DigestRow.kind == SALT))
    return "" if kept is None else kept.hex()


def renew(session: Session) -> None:
    """Put another salt in its place: a head is about to be signed that says something else."""
    session.merge(DigestRow(kind=SALT, state=secrets.token_bytes(_BYTES)))
    session.flush()


def together(session: Session) -> str:
    """Return the digest of all live records with the salt that stands beside them."""
    return digests.together(standing(session), stated(session))
