"""Checklist lines (抽查事项)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from portal.register.queries.paging import PAGE_SIZE, Page, Shown, by_ids, page_of
from portal.register.queries.paging import get as get_record
from portal.register.records import PublicItem
from portal.register.tables.items import ItemRow


def listed(
    session: Session,
    *,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
    **conditions: Any,  # noqa: ANN401 - each parameter of the dataset has its own type
) -> Page[PublicItem]:
    """Return checklist lines by name."""
    return page_of(session, PublicItem, conditions, cursor=cursor, limit=limit)


def get(session: Session, public_id: str) -> Shown[PublicItem] | None:
    """Return one checklist line, or None."""
    return get_record(session, ItemRow, PublicItem, public_id)


def named(session: Session, public_ids: Sequence[str | None]) -> dict[str, PublicItem]:
    """Return the items with these ids."""
    return by_ids(session, ItemRow, PublicItem, public_ids)
