"""What was filed of a record before and is out: what it said beside the same findings stays said (历次填报)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from portal.airlock.narrowed import loses_words
from portal.domain.results import Result
from portal.domain.workflow import BatchState
from portal.internal.desk import decided
from portal.internal.tables import decisions, filings
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.decisions import DecisionRow
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import LedgerRow, WithdrawalRow
from portal.kit.db import among

T = TypeVar("T")


def _releases(
    batch_id: InstrumentedAttribute[int], first: sa.Function[Any]
) -> sa.ScalarSelect[Any]:
    """Choose the first row, or moment, in which the ledger tells of a release of this batch."""
    mine = sa.select(first).where(LedgerRow.batch_id == batch_id, LedgerRow.action == "release")
    return mine.correlate_except(LedgerRow).scalar_subquery()


_Later = aliased(FilingRow)
_OVERTAKEN = (
    sa.select(1)
    .where(_Later.kind == FilingRow.kind, _Later.key == FilingRow.key, _Later.id > FilingRow.id)
    .where(
        _releases(_Later.batch_id, sa.func.min(LedgerRow.id))
        < _releases(FilingRow.batch_id, sa.func.min(LedgerRow.id))
    )
    .exists()
)
_TAKEN_BACK_BEFORE = (
    sa.select(1)
    .where(WithdrawalRow.kind == FilingRow.kind, WithdrawalRow.key == FilingRow.key)
    .where(WithdrawalRow.last_filing_id >= FilingRow.id)
    .where(WithdrawalRow.ordered_at < _releases(FilingRow.batch_id, sa.func.min(LedgerRow.at)))
    .exists()
)
#: Beside released filings: nothing of it was public where a later one, or a withdrawal, went before its release.
CAME_OUT = sa.and_(~_OVERTAKEN, ~_TAKEN_BACK_BEFORE)


def said_before(
    session: Session, records: list[Any], hidden_items: frozenset[str]
) -> dict[str, list[Result]]:
    """Return what was released of the checks that lose words with a hidden finding: what they said before it stays."""
    keys = [r.key for r in records if isinstance(r, Result) and loses_words(r, hidden_items)]
    made = decisions.in_force(session, "result", keys)
    return {
        key: [each for one in them if (each := _said(one, made.get(key, ()))) is not None]
        for key, them in ever_released(session, Result, keys).items()
    }


def _said(result: Result, made: Iterable[DecisionRow]) -> Result | None:
    """Return a filing without what was kept back with it, and so said to nobody; None: all of it was.

    What the office decided to keep back since was said all the same, and is kept back as that.
    """
    verdict = decided.standing(result, (row for row in made if row.ruling() is None))
    if verdict.whole:
        return None
    gone: dict[str, Any] = {name: None for name in ("handling_text", "due_on") if verdict.on(name)}
    return replace(result, **gone) if gone else result


def ever_released(
    session: Session, record_type: type[T], keys: Iterable[str]
) -> dict[str, list[T]]:
    """Return every released filing of these records that came out, by key, the first one first."""
    kind, wanted = filings.KIND_OF[record_type], sorted(set(keys))
    query = (
        sa.select(FilingRow.key, FilingRow.body)
        .join(BatchRow, BatchRow.id == FilingRow.batch_id)
        .where(FilingRow.kind == kind, among(session, FilingRow.key, wanted), FilingRow.live)
        .where(BatchRow.state == BatchState.RELEASED.value, CAME_OUT)
        .order_by(FilingRow.id)
    )
    found: dict[str, list[T]] = {}
    for key, body in session.execute(query) if wanted else ():
        found.setdefault(key, []).append(filings.decode(kind, body))
    return found
