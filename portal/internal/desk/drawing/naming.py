"""Whom a package may name today: whoever lost their page since the freeze is closed in it, leaf and handle stay."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.parties import Entity
from portal.internal.desk.drawing.keeping import Drawing, load
from portal.internal.desk.drawing.orders import Order
from portal.internal.desk.drawing.pool import is_open, object_id, on_show
from portal.internal.tables import filings
from portal.internal.tables.drawings import DrawingRow

_CHUNK = 500


def objects(
    session: Session, register: Session, drawing: Drawing, today: date
) -> list[dict[str, Any]]:
    """Return the objects of a package by handle, those closed that may not be named any more."""
    frozen, openings = drawing.frozen.objects, drawing.frozen.openings
    made: list[dict[str, Any]] = []
    for start in range(0, len(frozen), _CHUNK):
        part = frozen[start : start + _CHUNK]
        keys = [openings[each["handle"]]["key"] for each in part if "object_id" in each]
        parties = filings.standing(session, Entity, keys, batch_id=None)
        named = {
            object_id(shown.id, parties[key])
            for key, shown in on_show(session, register, parties, today).items()
            if is_open(shown)
        }
        for each in part:
            if "object_id" in each and each["object_id"] not in named:
                made.append({k: v for k, v in each.items() if k not in ("object_id", "salt")})
            else:
                made.append(each)
    return sorted(made, key=lambda each: str(each["handle"]))


def earlier(
    session: Session, register: Session, drawing: Drawing, today: date
) -> dict[str, list[str]]:
    """Return whom the rounds before drew, as far as their own packages name them today."""
    found: dict[str, list[str]] = {}
    for draw_id, drawn in drawing.frozen.earlier.items():
        before = objects(session, register, load(session, draw_id), today)
        named = {each["object_id"] for each in before if "object_id" in each}
        found[draw_id] = [each for each in drawn if each in named]
    return found


def leaning_on(session: Session, draw_ids: Iterable[str]) -> list[str]:
    """Return these draws, and the later rounds whose packages name whom these drew."""
    wanted = set(draw_ids)
    query = sa.select(DrawingRow.draw_id, DrawingRow.terms).order_by(DrawingRow.frozen_at)
    later = [
        name
        for name, terms in session.execute(query)
        if name not in wanted
        and wanted & set(msgspec.json.decode(terms, type=Order).exclude_drawn_in)
    ]
    return [*sorted(wanted), *later]
