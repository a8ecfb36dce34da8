"""Draws and the parties drawn (抽取记录、抽取名单)."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.queries.paging import PAGE_SIZE, Order, Page, Shown, by_ids, fetch, in_year
from portal.register.queries.paging import get as get_record
from portal.register.records import PublicDraw, PublicDrawEntry, decode
from portal.register.tables.draws import DrawEntryRow, DrawRow

_ORDER = Order((DrawRow.drawn_on, DrawRow.public_id))
_ENTRY_ORDER = Order((DrawEntryRow.public_id,), descending=False)


def listed(
    session: Session,
    *,
    agency: str | None = None,
    task: str | None = None,
    year: int | None = None,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
) -> Page[PublicDraw]:
    """Return draws, newest first."""
    query = sa.select(DrawRow)
    if agency:
        query = query.where(DrawRow.agency_id == agency)
    if task:
        query = query.where(DrawRow.task_id == task)
    if year:
        query = query.where(*in_year(DrawRow.drawn_on, year))
    return fetch(session, query, _ORDER, PublicDraw, cursor=cursor, limit=limit)


def get(session: Session, public_id: str) -> Shown[PublicDraw] | None:
    """Return one draw, or None."""
    return get_record(session, DrawRow, PublicDraw, public_id)


def named(session: Session, public_ids: Sequence[str | None]) -> dict[str, PublicDraw]:
    """Return the draws with these ids."""
    return by_ids(session, DrawRow, PublicDraw, public_ids)


def entries(
    session: Session, draw_id: str, *, cursor: str | None = None, limit: int = 200
) -> Page[PublicDrawEntry]:
    """Return the published list of one draw, in an order that says nothing about it."""
    query = sa.select(DrawEntryRow).where(DrawEntryRow.draw_id == draw_id)
    return fetch(session, query, _ENTRY_ORDER, PublicDrawEntry, cursor=cursor, limit=limit)


def of_entity(session: Session, entity_id: str, limit: int | None = PAGE_SIZE) -> list[PublicDraw]:
    """Return the draws one party was drawn in, newest first; `limit` None for all of them."""
    query = (
        sa.select(DrawRow.body)
        .join(DrawEntryRow, DrawEntryRow.draw_id == DrawRow.public_id)
        .where(DrawEntryRow.entity_id == entity_id)
        .order_by(DrawEntryRow.drawn_on.desc(), DrawEntryRow.public_id.desc())
        .limit(limit)
    )
    return [decode(body, PublicDraw) for body in session.scalars(query)]
