"""Whom a package may name today: whoever lost their page since the freeze is closed in it, leaf and handle stay."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.cuts import county
from portal.airlock.rules import PROTECTED
from portal.domain.parties import Entity
from portal.internal.desk.drawing.keeping import Drawing, load
from portal.internal.desk.drawing.orders import Order
from portal.internal.desk.drawing.pool import (
    as_public,
    fits,
    is_open,
    object_id,
    on_show,
    placed_in,
)
from portal.internal.tables import filings
from portal.internal.tables.drawings import DrawingRow
from portal.register.records import PublicEntity

_CHUNK = 500
#: What of a party its place in a draw follows from.
_PLACE = {"region", "industry"}


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


def tells_places(session: Session, register: Session, drawing: Drawing, today: date) -> bool:
    """Whether a row that had to be closed says of its party where it is, or its trade, and its page does so no more."""
    openings, order = drawing.frozen.openings, drawing.order
    rows = {openings[each["handle"]]["key"]: each for each in _open(drawing)}
    keys = sorted(rows)
    for start in range(0, len(keys), _CHUNK):
        part = keys[start : start + _CHUNK]
        parties = filings.standing(session, Entity, part, batch_id=None)
        for key, shown in on_show(session, register, parties, today).items():
            if not is_open(shown) and _tells_place(order, rows[key], parties[key], shown):
                return True
    return False


def _tells_place(order: Order, row: dict[str, Any], party: Entity, shown: PublicEntity) -> bool:
    """Whether a closed row says what the page keeps back, though a correction may have left nothing there since."""
    decided = {each.field for each in shown.withheld}
    if not (shown.masked or decided & _PLACE):
        return False
    where: str = row["region"]
    if "region" in decided:
        where = shown.region or ""
    elif party.form in PROTECTED:
        where = county(where)
    seen = replace(as_public(party, shown), region=where or None)
    stratum = placed_in(order.strata, seen)
    placed = stratum.key if stratum else None, where, fits(order.pool, seen)
    return placed != (row["stratum"], row["region"], True)


def _open(drawing: Drawing) -> list[dict[str, Any]]:
    return [each for each in drawing.frozen.objects if "object_id" in each]


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
