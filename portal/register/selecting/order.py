"""Keyset paging: complete and without repeats while records are being published, at any depth."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

S = TypeVar("S", bound="sa.Select[*tuple[Any, ...]]")

#: No key of ours is larger; databases refuse more.
_LARGEST = 2**31 - 1
Key = InstrumentedAttribute[Any]


class BadCursor(ValueError):
    """The cursor is not one we gave out for this list."""


def in_year(column: Key, year: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that `column` lies in `year`, as a range that an index serves."""
    return (column >= date(year, 1, 1), column <= date(year, 12, 31))


class Place(NamedTuple):
    """Where a row stands in a walk: the keys of its stored row, and its number inside that."""

    keys: tuple[Any, ...]
    inner: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """The columns a list is sorted by, all in one direction; together they are unique."""

    keys: tuple[Key, ...]
    descending: bool = True

    def behind(self, query: S, edge: tuple[Any, ...] | None, *, inclusive: bool = False) -> S:
        """Sort `query` and start it behind the row with the keys `edge`, or with that row."""
        if edge is not None:
            there = sa.tuple_(
                *(sa.literal(v, k.type) for v, k in zip(edge, self.keys, strict=True))
            )
            here = sa.tuple_(*self.keys)
            if self.descending:
                query = query.where(here <= there if inclusive else here < there)
            else:
                query = query.where(here >= there if inclusive else here > there)
        return query.order_by(*(k.desc() if self.descending else k.asc() for k in self.keys))


def cursor_of(place: Place, fingerprint: str, *, inside: bool = False) -> str:
    """Return the opaque cursor of `place` in the list that `fingerprint` tells from others."""
    values = [v.isoformat() if isinstance(v, date) else v for v in place.keys]
    text = json.dumps([_mark(fingerprint), *values, *([place.inner] if inside else [])])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_of(
    order: Order, cursor: str | None, fingerprint: str, *, inside: bool = False
) -> Place | None:
    """Read a cursor back; None is the beginning.

    Raises:
        BadCursor: it was not given out for this list.

    """
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        mark, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        inner = values.pop() if inside else 0
        if mark != _mark(fingerprint) or len(values) != len(order.keys):
            raise BadCursor(cursor)
        if type(inner) is not int or not 0 <= inner <= _LARGEST:
            raise BadCursor(cursor)
        return Place(tuple(_key(v, k) for v, k in zip(values, order.keys, strict=True)), inner)
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        raise BadCursor(cursor) from error


def _key(value: object, key: Key) -> Any:  # noqa: ANN401 - of the type of the column
    wanted = key.type.python_type
    if wanted is date and isinstance(value, str):
        return date.fromisoformat(value)
    if type(value) is not wanted or (isinstance(value, int) and abs(value) > _LARGEST):
        raise BadCursor
    if isinstance(value, str) and not value.isprintable():
        raise BadCursor
    return value


def _mark(fingerprint: str) -> str:
    return hashlib.sha256(fingerprint.encode()).hexdigest()[:8]
