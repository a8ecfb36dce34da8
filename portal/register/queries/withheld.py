"""Withholding notices (不予公开告知)."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.suppression import Group, merged
from portal.register.queries.paging import PAGE_SIZE, Page, page_of
from portal.register.records import PublicNotice
from portal.register.tables.withheld import NoticeRow


def listed(
    session: Session,
    *,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
    **conditions: Any,  # noqa: ANN401 - each parameter of the dataset has its own type
) -> Page[PublicNotice]:
    """Return notices, latest review day first."""
    return page_of(session, PublicNotice, conditions, cursor=cursor, limit=limit)


def overdue(session: Session, today: date, *, limit: int = 100) -> list[tuple[str, date]]:
    """Return number and review day of notices whose review is overdue, the longest first."""
    query = (
        sa.select(NoticeRow.public_id, NoticeRow.review_on)
        .where(NoticeRow.review_on < today)
        .order_by(NoticeRow.review_on, NoticeRow.public_id)
        .limit(limit)
    )
    return [(row.public_id, row.review_on) for row in session.execute(query)]


def counts(session: Session) -> tuple[Group, ...]:
    """Return how many notices stand by deciding body and year of publication, small counts merged."""
    year = sa.cast(sa.extract("year", NoticeRow.published_on), sa.Integer)
    query = sa.select(NoticeRow.decided_by, year, sa.func.count()).group_by(
        NoticeRow.decided_by, year
    )
    return merged({(body, in_year): count for body, in_year, count in session.execute(query)})
