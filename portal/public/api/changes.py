"""The change feed after RPDE 1.0, and the checkpoint by which a copy proves itself complete."""

from datetime import date
from hashlib import sha256
from typing import Any

import msgspec
from flask import Blueprint, Response, current_app
from flask.typing import ResponseReturnValue

from portal.kit.config import Settings
from portal.kit.db import db
from portal.public import params
from portal.public.caching import conditional, conditional_on
from portal.register import digests
from portal.register.queries import changes, log, sync
from portal.register.queries.sync import Item

bp = Blueprint("changes", __name__, url_prefix="/api/v1/changes")

#: Items of one page: unless asked otherwise, and at most.
_USUAL, _MOST = 500, 1000
#: No change has a larger number; programs may ask behind any number that JSON can carry.
_LARGEST, _ASKED = 2**31 - 1, 2**53 - 1


@bp.get("")
@conditional
def index() -> ResponseReturnValue:
    """Give what changed after a number; the last page is empty and leads to itself."""
    asked = params.read(afterChangeNumber=_number, limit=params.number(1, _MOST))
    after, limit = asked.get("afterChangeNumber", 0), asked.get("limit", _USUAL)
    items = sync.after(db.session(), min(after, _LARGEST), limit)
    here = f"{_settings().site_url}{bp.url_prefix}"
    last = items[-1].serial if items else after
    following = f"{here}?afterChangeNumber={last}&limit={limit}"
    told = {
        "items": [_item(each) for each in items],
        "next": following,
        "license": _settings().license_url,
        "epoch": changes.epoch(db.session()),
    }
    answer = _json(told)
    answer.headers["Link"] = f'<{following}>; rel="next"'
    return answer


def _head() -> str:
    """Return what tells the newest head from another over the same changes: the log may be handed over with none."""
    return sha256((log.newest(db.session()) or "").encode()).hexdigest()[:16]


@bp.get("/checkpoint")
@conditional_on(_head)
def checkpoint() -> ResponseReturnValue:
    """Say what a complete copy holds: count and digest of each kind, and the head that signs them."""
    params.read()
    standing = sync.checkpoint(db.session())
    return _json(
        {
            "serial": standing.serial,
            "epoch": standing.epoch,
            "kinds": {
                kind: {"count": each.count, "digest": each.digest}
                for kind, each in standing.kinds.items()
                if each.count
            },
            "salt": standing.salt or None,
            "records": digests.together(standing.kinds, standing.salt),
            "checkpoint": standing.note,
            "vkeys": standing.vkeys,
            "handovers": standing.handovers,
            "license": _settings().license_url,
        }
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(_ASKED))):
        raise ValueError(f"0–{_ASKED}")
    if int(text) > _ASKED:
        raise ValueError(f"0–{_ASKED}")
    return int(text)


class _Told(msgspec.Struct, gc=False):
    """One item as it is written. A tombstone says nothing but that the record is gone, whatever the reason."""

    state: str
    kind: str
    id: str
    modified: int
    version: int | msgspec.UnsetType | None = msgspec.UNSET
    published_on: date | msgspec.UnsetType | None = msgspec.UNSET
    data: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def _item(item: Item) -> _Told:
    serial, kind, public_id, body, version, day = item
    if body is None:
        return _Told("deleted", kind, public_id, serial)
    return _Told("updated", kind, public_id, serial, version, day, msgspec.Raw(body.encode()))


def _settings() -> Settings:
    settings: Settings = current_app.config["PORTAL"]
    return settings


def _json(told: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(told), mimetype="application/json")
