"""Results and their filters (抽查结果)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.queries.paging import PAGE_SIZE, Page, Shown, by_ids, page_of
from portal.register.queries.paging import get as get_record
from portal.register.records import PublicResult
from portal.register.tables.agencies import AgencyRow
from portal.register.tables.entities import EntityRow
from portal.register.tables.results import ResultRow

#: What the body and the party are called that a result is of, as far as they are public.
NAMES = tuple(
    sa.select(table.name).where(table.public_id == of).scalar_subquery().label(label)
    for label, table, of in (
        ("agency_name", AgencyRow, ResultRow.agency_id),
        ("entity_name", EntityRow, ResultRow.entity_id),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFilter:
    """What a list of results is narrowed to; ids are public ids, `year` is of the inspection."""

    agency: str | None = None
    region: str | None = None
    year: int | None = None
    outcome: str | None = None
    item: str | None = None
    status: str | None = None
    problems: bool | None = None
    task: str | None = None
    draw: str | None = None
    entity: str | None = None


def listed(
    session: Session, wanted: ResultFilter, *, cursor: str | None = None, limit: int = PAGE_SIZE
) -> Page[PublicResult]:
    """Return results, latest inspection first; overdue ones soonest deadline first."""
    return selected(session, cursor=cursor, limit=limit, **asdict(wanted))


def selected(
    session: Session,
    *,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
    **conditions: Any,  # noqa: ANN401 - each parameter of the dataset has its own type
) -> Page[PublicResult]:
    """Return results that meet the conditions of the open-data contract, as `listed` sorts them; with `NAMES`."""
    return page_of(session, PublicResult, conditions, cursor=cursor, limit=limit, beside=NAMES)


def newest(session: Session, limit: int) -> list[Shown[PublicResult]]:
    """Return the results published last, with `NAMES`."""
    query = sa.select(ResultRow, *NAMES).order_by(ResultRow.serial.desc()).limit(limit)
    return [Shown(row, PublicResult, tuple(names)) for row, *names in session.execute(query)]


def get(session: Session, public_id: str) -> Shown[PublicResult] | None:
    """Return one result, or None."""
    return get_record(session, ResultRow, PublicResult, public_id)


def named(session: Session, public_ids: Sequence[str | None]) -> dict[str, PublicResult]:
    """Return the results with these ids."""
    return by_ids(session, ResultRow, PublicResult, public_ids)


def published_count(session: Session, since: date, ceiling: int = 10_000) -> int:
    """Count the results published on `since` or later, up to `ceiling`."""
    late = (
        sa.select(ResultRow.public_id)
        .where(ResultRow.published_on >= since)
        .limit(ceiling)
        .subquery()
    )
    return session.scalar(sa.select(sa.func.count()).select_from(late)) or 0
