"""Has the register follow what is decided of records, and at any later time once more (补行遮盖).

What somebody kept out of the office's sight just then was missed, and stays as it was. So everything that is kept back can
be hidden again: where nothing was missed, nothing changes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Passage
from portal.airlock.publish import Outcome, bring_in_line
from portal.domain.verdicts import Act
from portal.internal.desk import batches, retelling, ripples
from portal.internal.desk.drawing import following
from portal.internal.desk.forgetting import forget
from portal.internal.desk.leaning import Walk
from portal.internal.desk.stores import Stores
from portal.internal.tables import filings, ledger
from portal.internal.tables.decisions import IN_FORCE, DecisionRow
from portal.internal.tables.filings import FilingRow
from portal.kit import clock
from portal.kit.db import write_lock
from portal.register.dumps import shelf
from portal.register.queries import changes
from portal.register.records import Kind

_Name = tuple[str, str]
#: Records in one transaction: releases wait for it.
_AT_ONCE = 50


@dataclass(slots=True)
class Left:
    """Of how many records something is kept back, and how many changes of the register it took to hide what was left of it."""

    names: int = 0
    changes: int = 0


def bring(
    stores: Stores,
    session: Session,
    named: Iterable[_Name],
    *,
    now: datetime,
    only_if_public: bool = False,
) -> tuple[Outcome, int]:
    """Bring what is public of records (kind, key), and tells of them, in line with what is decided; again changes nothing.

    `only_if_public`: nothing comes out by it, as what was released before what it is about. The caller holds the office's
    store, and forgets afterwards. Also returns how many records around had to be taken out.

    Raises:
        LogBroken, NotYetPublic: the register refused, and is as it was.

    """
    batches.require_whole(session)
    wanted: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for name, key in sorted(set(named)):
        wanted[Kind(name)].append(key)
    walk = Walk(session, stores.register, clock.local_date(now))
    found = ripples.of_records(walk, wanted)
    done = bring_in_line(
        stores.register,
        map(_quietly, found) if only_if_public else found,
        now=now,
        keys=stores.log_key,
    )
    for kind, keys in wanted.items():
        following.follow(stores, session, kind, keys, now=now)
        retelling.follow(stores, session, kind, keys, now=now)
    shelf.retire(stores.register, stores.dumps)
    return done


def _quietly(passage: Passage) -> Passage:
    passage.only_if_public = True
    return passage


def carry_out_again(
    stores: Stores, *, now: datetime, progress: Callable[[int], None] | None = None
) -> Left:
    """Hide once more whatever is kept back by a decision or by a file, and note in the ledger what had been missed.

    Raises:
        LogBroken, NotYetPublic, HalfReleased: as a decision is refused; what was done until then stays done.
        NotForgotten, NotPurged: all is hidden, but still in some file.

    """
    with Session(stores.internal) as session:
        names = iter(_kept_back(session))
    left, before = Left(), _serial(stores)
    try:
        while some := list(islice(names, _AT_ONCE)):
            with write_lock(stores.internal) as session:
                bring(stores, session, some, now=now, only_if_public=True)
            left.names += len(some)
            if progress:
                progress(left.names)
    finally:
        forget(stores)
    left.changes = _serial(stores) - before
    if left.changes:
        with write_lock(stores.internal) as session:
            ledger.note(
                session, at=now, person="office", action="look-again", batch_id=None,
                detail=f"补行遮盖：登记册变更 {left.changes} 条，至变更号 {before + left.changes}",
            )  # fmt: skip
    return left


def _serial(stores: Stores) -> int:
    with Session(stores.register) as public:
        return changes.serial(public)


def _kept_back(session: Session) -> list[_Name]:
    """Return the records of which a decision in force hides something, or a file ever did."""
    decided = sa.select(DecisionRow.kind, DecisionRow.key).where(
        IN_FORCE, DecisionRow.act != Act.OPEN.value
    )
    filed = sa.select(FilingRow.kind, FilingRow.key).where(
        FilingRow.kind.in_([kind.value for kind in Kind]), filings.IS_GUARDED
    )
    return [(kind, key) for kind, key in session.execute(decided.union(filed))]
