"""The sitemap: every page of a record with the moment it last changed, for search engines.

Parts are cut by the first letters of the public ids, which are evenly spread: a part is one range of
the primary key, whatever its number, and stays the same part while records come and go.
"""

from contextlib import ExitStack
from datetime import datetime
from itertools import product

import sqlalchemy as sa
from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.kit import clock
from portal.kit.db import db, snapshot
from portal.public import params
from portal.public.caching import conditional
from portal.public.shelf import settings
from portal.public.streaming import Pieces, Streamed
from portal.register.layout import LAYOUTS
from portal.register.prefixes import PREFIX
from portal.register.queries import changes
from portal.register.records import Kind
from portal.register.tables.changes import ChangeRow

bp = Blueprint("sitemap", __name__)

#: The protocol allows 50,000; ids are even, not equal.
MOST = 40_000
_CHUNK = 1000
_HEX = "0123456789abcdef"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

#: Kinds whose records have a page of their own, and its folder.
_PAGES = {
    "results": Kind.RESULT, "entities": Kind.ENTITY, "plans": Kind.PLAN, "draws": Kind.DRAW,
    "items": Kind.ITEM, "agencies": Kind.AGENCY, "documents": Kind.DOCUMENT,
}  # fmt: skip
#: Pages that are always there; what they show changes with the register.
_ALWAYS = (
    "/", *(f"/{section}/" for section in _PAGES), "/tasks/", "/followups/", "/withheld/", "/data/", "/feeds/",
    "/docs/", "/docs/about", "/docs/reading", "/docs/withholding", "/docs/sync", "/log/",
)  # fmt: skip


@bp.get("/sitemap.xml")
@conditional
def index() -> ResponseReturnValue:
    """List the parts."""
    params.read()
    counts = changes.tallies(db.session())
    names = ["pages"]
    for section, kind in _PAGES.items():
        if count := counts.get(kind.value, 0):
            names += [f"{section}{part}" for part in _parts(count)]
    rows = "".join(
        f"<sitemap><loc>{settings().site_url}/sitemap/{name}.xml</loc></sitemap>\n"
        for name in names
    )
    return _xml(f"{_HEAD}<sitemapindex {_SPACE}>\n{rows}</sitemapindex>\n")


@bp.get("/sitemap/pages.xml")
@conditional
def pages() -> ResponseReturnValue:
    """List the pages that are always there."""
    params.read()
    rows = "".join(f"<url><loc>{settings().site_url}{path}</loc></url>\n" for path in _ALWAYS)
    return _xml(f"{_HEAD}<urlset {_SPACE}>\n{rows}</urlset>\n")


@bp.get("/sitemap/<name>.xml")
@conditional
def part(name: str) -> ResponseReturnValue:
    """List the records of one part, row by row as they are read."""
    params.read()
    section, dash, letters = name.partition("-")
    kind = _PAGES.get(section)
    if kind is None or bool(dash) != bool(letters) or set(letters) - set(_HEX):
        abort(404)
    first = f"{PREFIX[kind]}_{letters}"
    with ExitStack() as held:
        session = held.enter_context(snapshot(db.engine))
        begun = changes.state_within(session)
        body = Streamed(_rows(session, section, kind, first, settings().site_url), begun)
        body.holds(held.pop_all())
    return _xml(body)


def _parts(count: int) -> list[str]:
    """Return what is put behind the section's name for each part."""
    width = 0
    while count > MOST * len(_HEX) ** width:
        width += 1
    return ["-" + "".join(each) for each in product(_HEX, repeat=width)] if width else [""]


def _rows(session: Session, section: str, kind: Kind, first: str, site_url: str) -> Pieces:
    table = LAYOUTS[kind].table
    #: "g" sorts behind every letter an id can have there.
    found = session.execute(
        sa.select(table.public_id, ChangeRow.at)
        .join(ChangeRow, ChangeRow.serial == table.serial)
        .where(table.public_id >= first, table.public_id < f"{first}g")
        .order_by(table.public_id)
        .execution_options(yield_per=_CHUNK)
    )
    yield f"{_HEAD}<urlset {_SPACE}>\n".encode()
    with found:
        for rows in found.partitions(_CHUNK):
            yield "".join(
                _row(f"{site_url}/{section}/{row.public_id}", row.at) for row in rows
            ).encode()
    yield b"</urlset>\n"


def _row(address: str, at: datetime) -> str:
    moment = at.astimezone(clock.CHINA).isoformat()
    return f"<url><loc>{address}</loc><lastmod>{moment}</lastmod></url>\n"


def _xml(body: str | Streamed) -> Response:
    return Response(body, mimetype="application/xml")
