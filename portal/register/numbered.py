"""Under which change, as which version and since when each record is public, signed with every head (变更号、版次、公开日期).

The digest of all live records is over their texts. What the change feed and dumps say beside a text is not in it, and
whoever keeps a copy holds no changelog to derive it from. So each head carries the digest of a second set, in the
way of `register.digests`, as an extension line:

    mingcha/numbered/1 DIGEST
    element = SHAKE128(kind LF id LF SHA-256("MODIFIED VERSION PUBLISHED_ON"))

Copies made by earlier releases pass over the line.
"""

from datetime import date
from typing import Protocol

from sqlalchemy.orm import Session

from portal.register import digests
from portal.register.tables.changes import DigestRow

#: Its row among the digests.
NUMBERED = "numbered"
#: What is stated where nothing is public.
NOTHING = digests.digest(0)


class Placed(Protocol):
    """A live record's row, as far as it is needed here."""

    @property
    def serial(self) -> int:
        """The change."""

    @property
    def version(self) -> int:
        """The version."""

    @property
    def published_on(self) -> date:
        """The day it first became public."""


def element(kind: str, public_id: str, row: Placed) -> int:
    """Return what one record adds to the state."""
    told = f"{row.serial} {row.version} {row.published_on.isoformat()}"
    return digests.element(kind, public_id, told.encode())


def stated(session: Session) -> str:
    """Return the digest."""
    kept = session.get(DigestRow, NUMBERED)
    return NOTHING if kept is None else digests.digest(int.from_bytes(kept.state))
