"""Validators made from the serial: what is unchanged is answered without touching a row."""

from zlib import crc32

from flask import Response, current_app, request
from sqlalchemy.orm import Session

from portal.kit import clock
from portal.kit.db import db
from portal.kit.i18n import language
from portal.public import kept
from portal.register.columns.datasets import DATASETS
from portal.register.queries import changes
from portal.register.queries.changes import State

#: Other columns are another answer, whatever the register says.
_SHAPE = f"{crc32(repr([[cell.key for cell in each.cells()] for each in DATASETS.values()]).encode()):08x}"


def now() -> State:
    """Return where the register stood when the request came in."""
    return kept.standing() or changes.state(db.engine)


def within(session: Session) -> State:
    """Return where the register stands in the transaction of `session`."""
    return changes.state_within(session)


def tag(state: State, variant: str, *, daily: bool = False, beside: str = "") -> str:
    """Return the strong validator of one form of an answer; `daily` where today's date matters.

    `beside` names what the answer is made of besides the register: where there is nothing, it may
    be kept.
    """
    if beside:
        variant = f"{variant}-{beside}"
    else:
        kept.made_of(state)
    day = f"-{clock.local_today():%Y%m%d}" if daily else ""
    release = current_app.config["RELEASE"]
    place = crc32(request.full_path.encode("utf-8", "replace"))
    return f"{state.epoch[:8]}-{state.serial}-{variant}-{language()}{day}-{release}-{_SHAPE}{place:08x}"


def unchanged(etag: str) -> Response | None:
    """Return 304 if the reader holds this state already."""
    if f'"{etag}"' not in request.headers.get("If-None-Match", ""):
        return None
    response = Response(status=304)
    response.set_etag(etag)
    response.headers["Vary"] = "Accept"
    return response
