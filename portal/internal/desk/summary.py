"""A batch at a glance: how much of it goes out as it is, and which records a person should look at (审核概览)."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Passage
from portal.domain.grounds import Disclosure
from portal.internal.desk import batches, holds
from portal.internal.desk.projection import passages
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.decisions import ClearanceRow, DecisionRow
from portal.internal.tables.filings import FilingRow

#: Records to look at that are listed; of more the number is told.
MOST = 500


@dataclass(slots=True)
class Summary:
    """Counts of records by class, of finds by kind, and the filings to look at."""

    classes: Counter[Disclosure] = field(default_factory=Counter)
    finds: Counter[str] = field(default_factory=Counter)
    #: Finds nobody has decided on yet, and how many of them may not pass at all.
    undecided: int = 0
    grave: int = 0
    #: Records with finds, or with something withheld.
    look_count: int = 0
    look: list[int] = field(default_factory=list)

    @property
    def record_count(self) -> int:
        """How many records the batch holds."""
        return self.classes.total()

    @property
    def clean_count(self) -> int:
        """How many go out as they are and have nothing to look at."""
        return self.record_count - self.look_count


_made: dict[tuple[str, int], tuple[tuple[object, ...], Summary]] = {}
_KEPT = 64


def summary(session: Session, batch: BatchRow, today: date) -> Summary:
    """Project the whole batch and count; kept until something is filed or decided anywhere."""
    newest = tuple(
        session.scalar(sa.select(sa.func.max(table.id)))
        for table in (FilingRow, DecisionRow, ClearanceRow)
    )
    name = (str(session.get_bind(clause=sa.select(FilingRow.id)).engine.url), batch.id)
    stamp = (*newest, today, batch.state)
    kept = _made.get(name)
    if kept is None or kept[0] != stamp:
        if len(_made) >= _KEPT:
            _made.clear()
        kept = _made[name] = (stamp, _count(session, batch, today))
    return kept[1]


def _count(session: Session, batch: BatchRow, today: date) -> Summary:
    found = Summary()
    for rows in batches.releasable(session, batch):
        for row, passage in passages(session, rows, today, batch_id=batch.id):
            hits = holds.finds(row, passage)
            found.classes[class_of(passage)] += 1
            found.finds.update(hit.find.kind for hit in hits)
            open_hits = [hit for hit in hits if not hit.find.cleared]
            found.undecided += len(open_hits)
            found.grave += sum(not hit.may_pass for hit in open_hits)
            if hits or class_of(passage) is not Disclosure.PUBLIC:
                found.look_count += 1
                if len(found.look) < MOST:
                    found.look.append(row.id)
    return found


def class_of(passage: Passage) -> Disclosure:
    """Return the class that a projected record falls into."""
    if passage.notice is not None:
        return Disclosure.WITHHELD
    if not passage.records:
        return Disclosure.NEVER
    kept_back = any(getattr(record, "withheld", ()) for record in passage.records)
    return Disclosure.PARTLY if kept_back else Disclosure.PUBLIC
