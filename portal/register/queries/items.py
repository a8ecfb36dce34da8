"""Checklist lines (抽查事项)."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.queries.paging import PAGE_SIZE, Order, Page, Shown, by_ids, fetch
from portal.register.queries.paging import get as get_record
from portal.register.records import PublicItem
from portal.register.tables.items import ItemRow

_ORDER = Order((ItemRow.name, ItemRow.public_id), descending=False)


def listed(
    session: Session,
    *,
    agency: str | None = None,
    item_class: str | None = None,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
) -> Page[PublicItem]:
    """Return checklist lines by name."""
    query = sa.select(ItemRow)
    if agency:
        query = query.where(ItemRow.agency_id == agency)
    if item_class:
        query = query.where(ItemRow.item_class == item_class)
    return fetch(session, query, _ORDER, PublicItem, cursor=cursor, limit=limit)


def get(session: Session, public_id: str) -> Shown[PublicItem] | None:
    """Return one checklist line, or None."""
    return get_record(session, ItemRow, PublicItem, public_id)


def named(session: Session, public_ids: Sequence[str | None]) -> dict[str, PublicItem]:
    """Return the items with these ids."""
    return by_ids(session, ItemRow, PublicItem, public_ids)
