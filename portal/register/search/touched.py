"""Which documents a change touches: the record's own, and those that take up what it says.

What is new stands in the register; what is gone stands only in the index, in the facet `part`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.register import records as r
from portal.register.layout import LAYOUTS
from portal.register.records import TYPES, Kind, decode
from portal.register.search.model import Engine, Query
from portal.register.search.sources import CHUNK, SEARCHED, TASK
from portal.register.tables.changes import VersionRow
from portal.register.tables.documents import DocumentRow
from portal.register.tables.draws import DrawRow
from portal.register.tables.followups import FollowUpRow
from portal.register.tables.items import ItemRow
from portal.register.tables.plans import PlanRow, TaskItemRow, TaskRow
from portal.register.tables.results import ResultRow

Chunk = tuple[str, list[str]]
Ids = Iterable[str]
Key = InstrumentedAttribute[Any]

_RESULT, _DRAW, _PLAN = Kind.RESULT.value, Kind.DRAW.value, Kind.PLAN.value
#: Documents that name a record: its kind → their kind, their id, the column that refers to it.
_NAMED_IN: dict[str, tuple[tuple[str, Key, Key], ...]] = {
    Kind.AGENCY.value: (
        (Kind.ITEM.value, ItemRow.public_id, ItemRow.agency_id),
        (_PLAN, PlanRow.public_id, PlanRow.agency_id),
        (TASK, TaskRow.public_id, TaskRow.agency_id),
        (_DRAW, DrawRow.public_id, DrawRow.agency_id),
        (_RESULT, ResultRow.public_id, ResultRow.agency_id),
        (Kind.DOCUMENT.value, DocumentRow.public_id, DocumentRow.agency_id),
    ),
    Kind.ENTITY.value: ((_RESULT, ResultRow.public_id, ResultRow.entity_id),),
    Kind.ITEM.value: ((TASK, TaskItemRow.task_id, TaskItemRow.item_id),),
    TASK: (
        (_DRAW, DrawRow.public_id, DrawRow.task_id),
        (_RESULT, ResultRow.public_id, ResultRow.task_id),
    ),
}


def touched(
    session: Session, index: Engine, changed: Mapping[str, Collection[str]], *, since: int | None
) -> Iterator[Chunk]:
    """Yield (kind, ids) of the documents to make anew, at most `CHUNK` ids at a time.

    `changed` names at most a few thousand records by kind, as the changelog does; `since` is the
    serial that the index knows nothing beyond, None where it may: then whatever names a changed
    record is touched. The changed records' own documents come first.
    """
    own = _own(session, index, changed)
    for kind in SEARCHED:
        yield from _chunked(kind, sorted(own[kind]))
    named = {kind: _told_otherwise(session, kind, own[kind], since) for kind in _NAMED_IN}
    named[TASK] |= own[TASK] if _told_otherwise(session, _PLAN, own[_PLAN], since) else set()
    for kind, ids in named.items():
        for there, key, reference in _NAMED_IN[kind]:
            yield from _chunked(there, _naming(session, key, reference, ids, own[there]))


def _own(
    session: Session, index: Engine, changed: Mapping[str, Collection[str]]
) -> dict[str, set[str]]:
    """Return the changed records that have a document, tasks of changed plans, checks of changed steps."""
    own: dict[str, set[str]] = defaultdict(set)
    for kind in SEARCHED:
        own[kind] |= set(changed.get(kind, ()))
    plans, steps = own[_PLAN], set(changed.get(Kind.FOLLOWUP.value, ()))
    own[TASK] |= set(_column(session, TaskRow.public_id, TaskRow.plan_id, plans))
    own[TASK] |= _holding(index, TASK, plans)
    own[_RESULT] |= set(_column(session, FollowUpRow.result_id, FollowUpRow.public_id, steps))
    own[_RESULT] |= _holding(index, _RESULT, steps)
    return own


def _holding(index: Engine, kind: str, parts: set[str]) -> set[str]:
    """Return the ids of indexed documents of one kind that hold any of `parts`."""
    found: set[str] = set()
    for part in _cut(sorted(parts)):
        query = Query(filters={"kind": (kind,), "part": tuple(part)}, order="date", limit=CHUNK)
        while True:
            answer = index.search(query)
            found |= {hit.public_id for hit in answer.hits}
            if query.offset + CHUNK >= answer.total:
                break
            query = Query(
                filters=query.filters, order="date", limit=CHUNK, offset=query.offset + CHUNK
            )
    return found


def _naming(
    session: Session,
    key: Key,
    reference: Key,
    ids: set[str],
    but: set[str],
) -> Iterator[str]:
    """Yield the ids of records that refer to any of `ids`, as the database reads them."""
    yield from (each for each in _column(session, key, reference, ids) if each not in but)


def _column(
    session: Session,
    key: Key,
    reference: Key,
    ids: set[str],
) -> Iterator[str]:
    for part in _cut(sorted(ids)):
        query = sa.select(key).where(reference.in_(part)).execution_options(yield_per=CHUNK)
        yield from session.scalars(query)


def _told_otherwise(session: Session, kind: str, ids: set[str], since: int | None) -> set[str]:
    """Return those of `ids` of which other documents say something else than when the index read them.

    All but those whose every version since then, the present one included, tells others the same.
    """
    if kind not in _TOLD:
        return set()
    if since is None:
        return ids
    told: dict[str, list[tuple[int, object]]] = defaultdict(list)
    table, record_type = LAYOUTS[Kind(kind)].table, TYPES[Kind(kind)]
    for rows in (VersionRow, table):
        for part in _cut(sorted(ids)):
            found = session.execute(
                sa.select(rows.public_id, rows.serial, rows.body).where(rows.public_id.in_(part))
            )
            for row in found:
                told[row.public_id].append((row.serial, _TOLD[kind](decode(row.body, record_type))))
    return {each for each in ids if not _same_since(told[each], since)}


def _same_since(told: list[tuple[int, object]], since: int) -> bool:
    known = max((serial for serial, _ in told if serial <= since), default=None)
    if known is None:
        return False
    first, *later = [
        said for serial, said in sorted(told, key=lambda each: each[0]) if serial >= known
    ]
    return all(said == first for said in later)


def _of_plan(plan: r.PublicPlan) -> object:
    return [(task.id, task.name, task.joint) for task in plan.tasks]


#: What documents of other records take up of a record.
_TOLD: dict[str, Any] = {
    Kind.AGENCY.value: lambda agency: (agency.name, agency.region),
    Kind.ENTITY.value: lambda entity: (
        entity.name, entity.former_names, entity.identifiers, entity.masked,
    ),
    Kind.ITEM.value: lambda item: item.name,
    _PLAN: _of_plan,
}  # fmt: skip


def _chunked(kind: str, ids: Ids) -> Iterator[Chunk]:
    for part in _cut(ids):
        yield kind, part


def _cut(ids: Ids) -> Iterator[list[str]]:
    part: list[str] = []
    for each in ids:
        part.append(each)
        if len(part) == CHUNK:
            yield part
            part = []
    if part:
        yield part
