"""Tells in which released batches stands what a record shows less or more by: its party, its items, the check before (所依之批次)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.draws import Draw
from portal.domain.followups import FollowUp
from portal.domain.plans import Plan
from portal.domain.results import Result
from portal.domain.workflow import BatchState
from portal.internal.desk import batches
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow, decode
from portal.kit.db import among

#: Nothing else shows what another record allows.
_LEANING = ("followup", "result", "plan", "draw")
#: What these said before decides what goes on being said beside what nobody may know of.
_SAYING_ON = ("result", "draw")


def batches_under(session: Session, rows: Iterable[FilingRow]) -> set[int]:
    """Return the released batches of what these filings lean on, and of what that leans on, and what they said before."""
    rows = list(rows)
    found = set(session.scalars(_before(session, rows)))
    bodies = [(row.kind, row.body) for row in rows]
    while wanted := _named(bodies):
        bodies = []
        for kind, keys in wanted.items():
            there = session.execute(_newest(session, kind, keys)).all()
            found |= {row.batch_id for row in there}
            bodies += [(kind, row.body) for row in there]
    return found


def on_their_way(session: Session, rows: Iterable[FilingRow], *, but: int | None) -> int | None:
    """Return a batch, not `but`, of which a release was begun, and which has these filings tell otherwise than before; None: none has."""
    if batches.halfway(session, but=but or 0) is None:
        return None
    bodies = [(row.kind, row.body) for row in rows]
    while wanted := _named(bodies):
        bodies = []
        for kind, keys in wanted.items():
            there = {row.key: row.body for row in session.execute(_newest(session, kind, keys))}
            begun = sa.select(FilingRow.batch_id, FilingRow.key, FilingRow.body).join(
                BatchRow, BatchRow.id == FilingRow.batch_id
            )
            begun = begun.where(
                FilingRow.kind == kind, among(session, FilingRow.key, sorted(keys)), FilingRow.live,
                BatchRow.state == BatchState.RELEASING.value,
                #: A party that was brought along is shown, or not, by its library.
                FilingRow.row > 0,
            )  # fmt: skip
            for row in session.execute(begun.order_by(FilingRow.id)):
                before = there.get(row.key)
                is_other = before is None or _tells(kind, before) != _tells(kind, row.body)
                if row.batch_id != but and is_other:
                    return int(row.batch_id)
            bodies += [(kind, body) for body in there.values()]
    return None


def _tells(kind: str, body: str) -> object:
    """Return what of a record decides how much others show: of a check all of it."""
    record = decode(kind, body)
    return body if kind == "result" else (getattr(record, "form", None), record.decision)


def _named(bodies: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for kind, body in bodies:
        if kind in _LEANING:
            for other, key in _leans_on(decode(kind, body)):
                found[other].add(key)
    return found


def _leans_on(record: FollowUp | Result | Plan | Draw) -> Iterator[tuple[str, str]]:
    """Yield kind and key of what decides how much a record shows."""
    match record:
        case FollowUp():
            yield "result", f"{record.agency_code}/{record.result_code}"
        case Result():
            yield "entity", record.entity_key
            for finding in record.findings:
                yield "item", f"{record.agency_code}/{finding.item_code}"
        case Plan():
            for task in record.tasks:
                for code in task.item_codes:
                    yield "item", f"{record.agency_code}/{code}"
        case Draw():
            for entry in record.entries:
                yield "entity", entry.entity_key


def _before(session: Session, rows: Iterable[FilingRow]) -> sa.Select[int]:
    """Choose the batches in which these records were ever released."""
    keys = [row.key for row in rows if row.kind in _SAYING_ON]
    return (
        sa.select(FilingRow.batch_id)
        .join(BatchRow, BatchRow.id == FilingRow.batch_id)
        .where(FilingRow.kind.in_(_SAYING_ON), among(session, FilingRow.key, sorted(set(keys))))
        .where(BatchRow.state == BatchState.RELEASED.value)
        .distinct()
    )


def _newest(session: Session, kind: str, keys: set[str]) -> sa.Select[int, str, str]:
    """Choose these records as they stand: a library is filed again each month, and what was filed before shows nothing any more."""
    newest = (
        sa.select(sa.func.max(FilingRow.id))
        .join(BatchRow, BatchRow.id == FilingRow.batch_id)
        .where(FilingRow.kind == kind, among(session, FilingRow.key, sorted(keys)))
        #: Also what is said to be returned: no filing of a released batch was.
        .where(BatchRow.state == BatchState.RELEASED.value)
        .group_by(FilingRow.key)
    )
    return sa.select(FilingRow.batch_id, FilingRow.key, FilingRow.body).where(
        FilingRow.id.in_(newest)
    )
