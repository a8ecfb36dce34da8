"""Who may stand in a package under their own number today, and the package without the others (数据包中的隐去)."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.parties import Entity
from portal.internal.desk.drawing.keeping import Drawing, load
from portal.internal.desk.drawing.pool import is_open, object_id
from portal.internal.desk.projection import projected
from portal.internal.tables import filings
from portal.internal.tables.ledger import withdrawn_keys
from portal.register.queries import entities
from portal.register.records import PublicEntity

_CHUNK = 500


def closed(session: Session, register: Session, drawing: Drawing, today: date) -> frozenset[str]:
    """Return the numbers in a package, earlier rounds included, of parties that may not be named in it.

    Named are those alone who are public under their own name: not withdrawn, masked, withheld, or
    filed and never released.
    """
    numbers = dict(_numbers(session, drawing))
    keys = sorted(set(numbers.values()))
    known: set[str] = set()
    for start in range(0, len(keys), _CHUNK):
        known |= _nameable(session, register, keys[start : start + _CHUNK], today)
    return frozenset(numbers.keys() - known)


def without(package: dict[str, Any], closed: frozenset[str]) -> dict[str, Any]:
    """Return the package with these numbers left out: leaf and handle stay, so it recomputes all the same."""
    return package | {
        "objects": [
            {name: value for name, value in each.items() if name not in ("object_id", "salt")}
            if each.get("object_id") in closed
            else each
            for each in package["objects"]
        ],
        "earlier": {
            draw_id: [each for each in drawn if each not in closed]
            for draw_id, drawn in package["earlier"].items()
        },
    }


def _numbers(session: Session, drawing: Drawing) -> Iterator[tuple[str, str]]:
    """Yield every number that the package names, with the natural key of the party."""
    yield from _opened(drawing)
    for draw_id, drawn in drawing.frozen.earlier.items():
        told = set(drawn)
        before = _opened(load(session, draw_id))
        yield from ((number, key) for number, key in before if number in told)


def _opened(drawing: Drawing) -> Iterator[tuple[str, str]]:
    for each in drawing.frozen.objects:
        if "object_id" in each:
            yield each["object_id"], drawing.frozen.openings[each["handle"]]["key"]


def _nameable(session: Session, register: Session, keys: Iterable[str], today: date) -> set[str]:
    """Return the numbers of those of these parties who are public under their own name."""
    parties = filings.standing(session, Entity, keys, batch_id=None)
    gone = withdrawn_keys(session, "entity", parties, batch_id=None)
    shown = {
        key: record
        for key, passage in projected(session, list(parties.items()), today, batch_id=None)
        for record in passage.records[:1]
        if key not in gone and isinstance(record, PublicEntity) and is_open(record)
    }
    public = entities.named(register, [record.id for record in shown.values()])
    return {
        object_id(record.id, parties[key]) for key, record in shown.items() if record.id in public
    }
