"""Which published texts tell of something: asked only when it is hidden, for these questions read every text."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.register.layout import LAYOUTS
from portal.register.records import Kind
from portal.register.tables.changes import ChangeRow, VersionRow

#: Words asked for in one statement.
_WORDS = 50
#: Bodies are named in what they say of themselves; notices and lists say nothing in words.
_READ = (Kind.ITEM, Kind.ENTITY, Kind.PLAN, Kind.DRAW, Kind.RESULT, Kind.FOLLOWUP, Kind.DOCUMENT, Kind.REPLY)  # fmt: skip


def mentioning(
    session: Session,
    words: Sequence[str],
    *,
    agency_id: str | None = None,
    only: Sequence[Kind] = _READ,
) -> dict[Kind, set[str]]:
    """Return the public records that hold one of `words`, by kind; of one agency only, where it is given."""
    found: dict[Kind, set[str]] = defaultdict(set)
    for kind in only:
        table: Any = LAYOUTS[kind].table
        query = sa.select(table.public_id)
        if agency_id is not None:
            if not hasattr(table, "agency_id"):
                continue
            query = query.where(table.agency_id == agency_id)
        for condition in _holding(table.body, words):
            found[kind].update(session.scalars(query.where(condition)))
    return {kind: ids for kind, ids in found.items() if ids}


def told_before(session: Session, words: Sequence[str]) -> set[tuple[Kind, str]]:
    """Return the public records of which an older version holds one of `words`."""
    query = sa.select(ChangeRow.kind, ChangeRow.public_id).join(
        VersionRow, VersionRow.serial == ChangeRow.serial
    )
    return {
        (Kind(kind), public_id)
        for condition in _holding(VersionRow.body, words)
        for kind, public_id in session.execute(query.where(condition))
    }


def _holding(
    body: InstrumentedAttribute[str], words: Sequence[str]
) -> Iterator[sa.ColumnElement[bool]]:
    for start in range(0, len(words), _WORDS):
        #: As a body writes it: a quotation mark has a stroke before it.
        part = [msgspec.json.encode(each).decode()[1:-1] for each in words[start : start + _WORDS]]
        yield sa.or_(*(body.contains(each, autoescape=True) for each in part))
