"""Which texts are gone, signed with every head: nobody takes away an older version, or says so, by hand (已去除的正文).

A leaf whose text went has no salt any more. Without more, whoever may write the register could take away any
older version together with its salt. So each head carries, as an extension line, the digest of the set of
leaves without salt, in the way of `register.digests`, each with its serial and no text:

    mingcha/forgotten/1 DIGEST

That nothing is gone is stated as well: where a head said nothing of it, the first text taken away by hand would
be signed with whatever is released next. Only heads from before there was this line say nothing.
"""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from portal.register import digests
from portal.register.tables.changes import DigestRow

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
