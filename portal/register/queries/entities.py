"""Inspected parties and how they are found (检查对象)."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit.db import among
from portal.register.columns.rows import Stored
from portal.register.folding import fold
from portal.register.queries.paging import PAGE_SIZE, Page, Shown, by_ids, page_of
from portal.register.queries.paging import get as get_record
from portal.register.records import PublicEntity, decode
from portal.register.tables.entities import EntityKeyRow, EntityRow

#: The last character there is: every text that begins with P lies between P and P + LAST.
_LAST = "\U0010ffff"
#: Names and numbers of one party that may begin alike.
_KEYS = 4
#: Parties that one look-up names at most; a number has one party, or a few.
_MOST_NUMBERED = 500


def listed(
    session: Session,
    *,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
    **conditions: Any,  # noqa: ANN401 - each parameter of the dataset has its own type
) -> Page[PublicEntity]:
    """Return parties by name."""
    return page_of(session, PublicEntity, conditions, cursor=cursor, limit=limit)


def get(session: Session, public_id: str) -> Shown[PublicEntity] | None:
    """Return one party, or None."""
    return get_record(session, EntityRow, PublicEntity, public_id)


def present(session: Session, public_ids: Iterable[str]) -> set[str]:
    """Return which of these parties are public."""
    wanted = among(session, EntityRow.public_id, public_ids)
    return set(session.scalars(sa.select(EntityRow.public_id).where(wanted)))


def named(session: Session, public_ids: Sequence[str | None]) -> dict[str, PublicEntity]:
    """Return the parties with these ids."""
    return by_ids(session, EntityRow, PublicEntity, public_ids)


def found(session: Session, text: str, limit: int = PAGE_SIZE) -> list[PublicEntity]:
    """Return parties whose number, or present or former name, is or begins with `text`.

    Exact matches come first. Width, case, brackets and blanks do not matter.
    """
    wanted = fold(text)
    if not wanted:
        return []
    query = (
        sa.select(EntityKeyRow.entity_id)
        .where(EntityKeyRow.value >= wanted, EntityKeyRow.value <= wanted + _LAST)
        .order_by(EntityKeyRow.value, EntityKeyRow.entity_id)
        .limit(limit * _KEYS)
    )
    ids = list(dict.fromkeys(session.scalars(query)))[:limit]
    records = named(session, ids)
    return [records[each] for each in ids if each in records]


def namesakes(session: Session, entity: PublicEntity, limit: int = 5) -> list[PublicEntity]:
    """Return other parties that carry the same name, now or formerly."""
    if entity.masked:
        return []
    query = (
        sa.select(EntityKeyRow.entity_id)
        .where(EntityKeyRow.value == fold(entity.name), EntityKeyRow.entity_id != entity.id)
        .limit(limit)
    )
    return list(named(session, list(session.scalars(query))).values())


def numbered(session: Session, numbers: Sequence[str]) -> dict[str, list[Stored]]:
    """Return the parties that have each of these numbers, by the number as it is folded."""
    wanted = {fold(number) for number in numbers}
    rows = session.execute(
        sa.select(
            EntityKeyRow.value, EntityRow.public_id, EntityRow.serial, EntityRow.version,
            EntityRow.published_on, EntityRow.body,
        )
        .join(EntityRow, EntityRow.public_id == EntityKeyRow.entity_id)
        .where(EntityKeyRow.value.in_(wanted))
        .order_by(EntityKeyRow.value, EntityKeyRow.entity_id)
        .limit(_MOST_NUMBERED)
    )  # fmt: skip
    found: dict[str, list[Stored]] = {}
    for value, public_id, serial, version, day, body in rows:
        stored = Stored(public_id, serial, version, str(day), body)
        own = {fold(each.value) for each in decode(body, PublicEntity).identifiers}
        if value in own:  # a name may be written like a number
            found.setdefault(value, []).append(stored)
    return found
