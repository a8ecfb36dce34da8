"""Results and their filters (抽查结果)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.queries.paging import (
    PAGE_SIZE,
    Order,
    Page,
    Shown,
    by_ids,
    fetch,
    in_year,
    shown,
)
from portal.register.queries.paging import get as get_record
from portal.register.records import PublicResult
from portal.register.tables.results import OutcomeRow, ResultRow

_ORDER = Order((ResultRow.inspected_on, ResultRow.public_id))
_OUTCOME_ORDER = Order((OutcomeRow.inspected_on, OutcomeRow.result_id))
_DUE_ORDER = Order((ResultRow.due_on, ResultRow.public_id), descending=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFilter:
    """What a list of results is narrowed to; ids are public ids, `year` is of the inspection."""

    agency: str | None = None
    region: str | None = None
    year: int | None = None
    outcome: str | None = None
    item: str | None = None
    status: str | None = None
    problem: bool | None = None
    task: str | None = None
    draw: str | None = None
    entity: str | None = None
    #: Only open ones whose deadline lies before this day, soonest first.
    overdue_on: date | None = None

    def on_results(self) -> Iterator[sa.ColumnElement[bool]]:
        """Yield the conditions on the result table."""
        pairs: tuple[tuple[Any, Any], ...] = (
            (ResultRow.agency_id, self.agency),
            (ResultRow.region, self.region),
            (ResultRow.status, "open" if self.overdue_on else self.status),
            (ResultRow.problem, self.problem),
            (ResultRow.task_id, self.task),
            (ResultRow.draw_id, self.draw),
            (ResultRow.entity_id, self.entity),
        )
        yield from (column == value for column, value in pairs if value is not None)
        if self.overdue_on:
            yield ResultRow.due_on < self.overdue_on


def listed(
    session: Session, wanted: ResultFilter, *, cursor: str | None = None, limit: int = PAGE_SIZE
) -> Page[PublicResult]:
    """Return results, latest inspection first; overdue ones soonest deadline first."""
    if wanted.outcome or wanted.item:
        return _listed_by_outcome(session, wanted, cursor=cursor, limit=limit)
    query = sa.select(ResultRow).where(*wanted.on_results())
    if wanted.year:
        query = query.where(*in_year(ResultRow.inspected_on, wanted.year))
    order = _DUE_ORDER if wanted.overdue_on else _ORDER
    return fetch(session, query, order, PublicResult, cursor=cursor, limit=limit)


def _listed_by_outcome(
    session: Session, wanted: ResultFilter, *, cursor: str | None, limit: int
) -> Page[PublicResult]:
    """Walk the outcome index, which is in the list's order, and look each result up."""
    keys = sa.select(OutcomeRow.inspected_on, OutcomeRow.result_id).distinct()
    if wanted.outcome:
        keys = keys.where(OutcomeRow.outcome == wanted.outcome)
    if wanted.item:
        keys = keys.where(OutcomeRow.item_id == wanted.item)
    if wanted.year:
        keys = keys.where(*in_year(OutcomeRow.inspected_on, wanted.year))
    conditions = list(wanted.on_results())
    if conditions:
        matching = sa.select(1).where(ResultRow.public_id == OutcomeRow.result_id, *conditions)
        keys = keys.where(sa.exists(matching.correlate(OutcomeRow)))
    found = session.execute(_OUTCOME_ORDER.apply(keys, cursor, limit)).all()
    ids = [row.result_id for row in found[:limit]]
    if not ids:
        return Page([], None)
    rows = {
        row.public_id: row
        for row in session.scalars(sa.select(ResultRow).where(ResultRow.public_id.in_(ids)))
    }
    page = [shown(rows[each], PublicResult) for each in ids if each in rows]
    return Page(page, _OUTCOME_ORDER.cursor(list(found[limit - 1])) if len(found) > limit else None)


def newest(session: Session, limit: int) -> list[Shown[PublicResult]]:
    """Return the results published last."""
    query = sa.select(ResultRow).order_by(ResultRow.serial.desc()).limit(limit)
    return [shown(row, PublicResult) for row in session.scalars(query)]


def get(session: Session, public_id: str) -> Shown[PublicResult] | None:
    """Return one result, or None."""
    return get_record(session, ResultRow, PublicResult, public_id)


def named(session: Session, public_ids: Sequence[str | None]) -> dict[str, PublicResult]:
    """Return the results with these ids."""
    return by_ids(session, ResultRow, PublicResult, public_ids)


def overdue_count(session: Session, today: date, ceiling: int = 10_000) -> int:
    """Count open results past their deadline, up to `ceiling`."""
    late = (
        sa.select(ResultRow.public_id)
        .where(ResultRow.status == "open", ResultRow.due_on < today)
        .limit(ceiling)
        .subquery()
    )
    return session.scalar(sa.select(sa.func.count()).select_from(late)) or 0
