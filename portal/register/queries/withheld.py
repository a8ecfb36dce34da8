"""Withholding notices (不予公开告知)."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.queries.paging import PAGE_SIZE, Order, Page, fetch
from portal.register.records import PublicNotice
from portal.register.tables.withheld import NoticeRow

_ORDER = Order((NoticeRow.review_on, NoticeRow.public_id))


def listed(
    session: Session,
    *,
    ground: str | None = None,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
) -> Page[PublicNotice]:
    """Return notices, latest review day first."""
    query = sa.select(NoticeRow)
    if ground:
        query = query.where(NoticeRow.ground == ground)
    return fetch(session, query, _ORDER, PublicNotice, cursor=cursor, limit=limit)
