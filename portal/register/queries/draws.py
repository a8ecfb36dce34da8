"""Draws and the parties drawn (抽取记录、抽取名单)."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit.db import among
from portal.register.queries.paging import PAGE_SIZE, Page, Shown, by_ids, page_of
from portal.register.queries.paging import get as get_record
from portal.register.records import PublicDraw, PublicDrawEntry, decode
from portal.register.tables.draws import DrawEntryRow, DrawMemberRow, DrawRow


def listed(
    session: Session,
    *,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
    **conditions: Any,  # noqa: ANN401 - each parameter of the dataset has its own type
) -> Page[PublicDraw]:
    """Return draws, newest first."""
    return page_of(session, PublicDraw, conditions, cursor=cursor, limit=limit)


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
    return page_of(session, PublicDrawEntry, {"draw": draw_id}, cursor=cursor, limit=limit)


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


def with_packages_naming(session: Session, numbers: Collection[str]) -> list[str]:
    """Return the codes of the revealed draws whose packages name one of these parties by number."""
    named = (
        sa.select(1)
        .where(
            DrawMemberRow.draw_id == DrawRow.public_id,
            among(session, DrawMemberRow.object_id, numbers),
        )
        .exists()
    )
    found = session.scalars(sa.select(DrawRow.body).where(named).order_by(DrawRow.public_id))
    codes = (decode(body, PublicDraw).draw_code for body in found)
    return [code for code in codes if code is not None]
