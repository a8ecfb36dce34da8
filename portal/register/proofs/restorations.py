"""Restored backups in the log's own words: each is said for ever, and signed into every later head (恢复说明).

A register restored to an older state has a shorter tree than heads signed before say. Each restoration leaves
a statement: when, how many entries the restored log had, and which head was the last signed before, as far as
anybody still knew. Every head signed afterwards carries, as an extension line, how many restorations there
were and the digest over all their statements:

    mingcha/restored/1 COUNT DIGEST        DIGEST(n) = SHA-256(DIGEST(n-1) || statement n), DIGEST(0) = 32 zeros

A statement changed or removed later contradicts the heads; one who kept a head of the lost part reads in the
statement what became of it. It is no leaf of the tree: the tree says what happened to records.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit import clock
from portal.register.proofs.note import BadNote, Checkpoint
from portal.register.tables.changes import EpochRow
from portal.register.tables.log import RestorationRow


def digest(session: Session, first: int | None = None) -> str | None:
    """Return "COUNT DIGEST" over all statements, or the `first` of them; None where nothing was ever restored."""
    statements = all_of(session)[:first]
    state = bytes(32)
    for row in statements:
        state = sha256(state + row.statement.encode()).digest()
    return f"{len(statements)} {state.hex()}" if statements else None


def all_of(session: Session) -> list[RestorationRow]:
    """Return every restoration, oldest first; there are few in the life of a register."""
    return list(session.scalars(sa.select(RestorationRow).order_by(RestorationRow.number)))


@dataclass(frozen=True, slots=True)
class Restoration:
    """One restoration: to how many entries, when, and the last head signed before it as a note, if known."""

    size: int
    lost: str | None
    at: datetime


def begin_anew(session: Session, restorations: Sequence[Restoration]) -> None:
    """State every restoration there ever was, the newest last, and give the register a new life (epoch).

    `session` is a write transaction on the restored register. An old backup knows nothing of
    restorations since: that is why all are given.
    """
    session.execute(sa.delete(RestorationRow))
    session.add_all(_row(number, each) for number, each in enumerate(restorations, 1))
    session.execute(sa.delete(EpochRow))
    session.add(EpochRow(value=uuid.uuid4().hex))


def is_plain(session: Session) -> bool:
    """Whether the columns of every statement say what it says, and none is left out or out of order."""
    try:
        return all(
            row.number == number
            and row.statement == _statement(row.size, row.lost, row.restored_at)
            and row.lost_size == (Checkpoint.of(row.lost).size if row.lost else None)
            for number, row in enumerate(all_of(session), 1)
        )
    except BadNote:
        return False


def _row(number: int, restoration: Restoration) -> RestorationRow:
    head = Checkpoint.of(restoration.lost) if restoration.lost else None
    return RestorationRow(
        number=number, size=restoration.size, lost=restoration.lost,
        lost_size=head.size if head else None, restored_at=restoration.at,
        statement=_statement(restoration.size, restoration.lost, restoration.at),
    )  # fmt: skip


def _statement(size: int, lost: str | None, at: datetime) -> str:
    head = Checkpoint.of(lost) if lost else None
    facts = {
        "at": at.astimezone(clock.CHINA).isoformat(),
        "lost": {"root": head.root.hex(), "size": head.size} if head else None,
        "size": size,
    }
    return json.dumps(facts, sort_keys=True, separators=(",", ":"))


def explain(session: Session, head: Checkpoint) -> str | None:
    """Return which restoration a head that the log does not continue is explained by, in words.

    None where no restoration explains it: the head was signed over more than was ever lost, or after it.
    """
    seen = int(head.restored.split()[0]) if head.restored else 0
    rows = all_of(session)
    for row in rows:
        kept = _kept(rows, row)
        if row.number > seen and head.size > kept and head.size <= (row.lost_size or head.size):
            since = "其后" if kept == row.size else f"第{kept}条以后"
            day = f"{row.restored_at.astimezone(clock.CHINA):%Y-%m-%d %H:%M}"
            lost = (
                f"当时最后签署的第{row.lost_size}条"
                if row.lost_size
                else "当时最后签署之处（已无从得知）"
            )
            return (
                f"登记册曾于{day}从备份恢复到第{row.size}条，{since}直至{lost}的内容已失去"
                f"（恢复说明第{row.number}号，已签入其后每个检查点）"
            )
    return None


def _kept(rows: Sequence[RestorationRow], row: RestorationRow) -> int:
    """Return how many entries of the log before a restoration are in it afterwards, at least.

    The backup may be of a part that an earlier one lost: then all that was restored to since then bounds it as well.
    """
    earlier = [each for each in rows if each.number < row.number]
    while earlier and row.size > (earlier[0].lost_size or row.size):
        del earlier[0]
    return min([row.size, *(each.size for each in earlier)])
