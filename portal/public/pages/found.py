"""What a page does when its record is not there."""

from typing import TypeVar

from flask import abort

from portal.kit.db import db
from portal.register.queries import changes
from portal.register.records import Kind

T = TypeVar("T")


def or_missing(found: T | None, kind: Kind, public_id: str) -> T:
    """Return the record, or answer 410 if it was public once, else 404."""
    if found is None:
        abort(410 if changes.was_withdrawn(db.session(), kind, public_id) else 404)
    return found
