"""Which texts are gone, signed with every head: nobody takes away an older version, or says so, by hand (已去除的正文).

A leaf whose text went has no salt any more. Without more, whoever may write the register could take away any
older version together with its salt. So each head carries, as an extension line, the digest of the set of
leaves without salt, in the way of `register.digests`, each with its serial and no text:

    mingcha/forgotten/1 DIGEST

That nothing is gone is stated as well: where a head said nothing of it, the first text taken away by hand would
be signed with whatever is released next. Only heads from before there was this line say nothing.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken
from portal.register import digests
from portal.register.proofs.note import Checkpoint
from portal.register.tables.changes import DigestRow
from portal.register.tables.log import CheckpointRow

#: Its row among the digests.
FORGOTTEN = "forgotten"
#: What is stated where no text ever went.
NOTHING = digests.digest(0)


def plus(state: int, serials: Iterable[int]) -> int:
    """Return the state with these leaves among those without a salt."""
    for serial in serials:
        state = digests.plus(state, digests.element(FORGOTTEN, str(serial), b""))
    return state


def add(session: Session, serials: Iterable[int]) -> None:
    """Note that the salts of these leaves go."""
    kept = session.get(DigestRow, FORGOTTEN)
    if kept is None:
        kept = DigestRow(kind=FORGOTTEN, state=bytes(digests.STATE_BYTES))
        session.add(kept)
    kept.state = plus(int.from_bytes(kept.state), serials).to_bytes(digests.STATE_BYTES)


def stated(session: Session) -> str:
    """Return the digest."""
    kept = session.get(DigestRow, FORGOTTEN)
    return NOTHING if kept is None else digests.digest(int.from_bytes(kept.state))


def hold(session: Session) -> Checkpoint | None:
    """Hold what is noted against the last head, before anything is added to it or signed again; return that head.

    Raises:
        LogBroken: it was changed since by hand; signing would put that in order.

    """
    newest = sa.select(sa.func.max(CheckpointRow.size)).scalar_subquery()
    note = session.scalar(sa.select(CheckpointRow.note).where(CheckpointRow.size == newest))
    head = Checkpoint.of(note) if note else None
    if head is not None and head.forgotten not in (None, stated(session)):
        raise LogBroken(
            "已去除正文的条目与上次签署的不符，可能被改动过；请运行 portal-site verify-log 查明原因"
        )
    return head
