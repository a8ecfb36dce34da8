"""Withholding notices (不予公开告知)."""

from typing import Any

from sqlalchemy.orm import Session

from portal.register.queries.paging import PAGE_SIZE, Page, page_of
from portal.register.records import PublicNotice


def listed(
    session: Session,
    *,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
    **conditions: Any,  # noqa: ANN401 - each parameter of the dataset has its own type
) -> Page[PublicNotice]:
    """Return notices, latest review day first."""
    return page_of(session, PublicNotice, conditions, cursor=cursor, limit=limit)
