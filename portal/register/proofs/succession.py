"""Which key signs the log after which (公钥的接续).

A key hands the log over by a head that both sign and that names the one to come (``mingcha/key/1``); every later head
names the key that signs it. The heads by which keys were handed over are kept beside them, apart from the others: a
head over the same entries may be signed again, by the new key alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.proofs.note import Checkpoint, Verifier
from portal.register.tables.log import LogKeyRow


@dataclass(frozen=True, slots=True)
class LogKey:
    """A public key, and the head by which the one before handed over to it; None for the first."""

    vkey: str
    handover: str | None


def keys(session: Session) -> list[LogKey]:
    """Return the log's keys, the first one first; nothing is held against anything."""
    rows = session.execute(sa.select(LogKeyRow.vkey, LogKeyRow.handover).order_by(LogKeyRow.number))
    return [LogKey(*row) for row in rows]


def is_plain(session: Session) -> bool:
    """Whether the keys are numbered one after the other, from one on."""
    numbers = session.scalars(sa.select(LogKeyRow.number).order_by(LogKeyRow.number)).all()
    return list(numbers) == list(range(1, len(numbers) + 1))


def add(session: Session, vkey: str, handover: str | None) -> None:
    """Write down the next key."""
    number = session.scalar(sa.select(sa.func.count()).select_from(LogKeyRow)) or 0
    session.add(LogKeyRow(vkey=vkey, number=number + 1, handover=handover))


def catch_up(session: Session, handovers: Sequence[str]) -> list[LogKey]:
    """Write down the keys that the register, put back from a backup, knows nothing of; return all.

    Raises:
        BadNote: a key or a head is not as it should be.

    """
    found = keys(session)
    for note in handovers if found else ():
        to = Checkpoint.of(note).key or ""
        if hands_over(note, Verifier.of(found[-1].vkey), Verifier.of(to)):
            add(session, to, note)
            session.flush()
            found.append(LogKey(to, note))
    return found


def approved(found: Sequence[LogKey]) -> Iterator[Verifier]:
    """Yield the keys that may sign, as far as each was handed over to by the one before.

    Raises:
        BadNote: a key or a head is not as it should be.

    """
    before: Verifier | None = None
    for each in found:
        verifier = Verifier.of(each.vkey)
        if before is None:
            if each.handover is not None:
                return
        elif each.handover is None or not hands_over(each.handover, before, verifier):
            return
        yield verifier
        before = verifier


def hands_over(note: str, before: Verifier, to: Verifier) -> bool:
    """Whether by this head `before` hands the log over to `to`, and both have signed it.

    Anybody may put a signature below a head that is there: what approves a key is the text that was signed.

    Raises:
        BadNote: it is no head.

    """
    head = Checkpoint.of(note)
    return (
        head.key == to.vkey != before.vkey
        and head.origin == before.name == to.name
        and before.opens(note)
        and to.opens(note)
    )
