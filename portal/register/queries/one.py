"""One row of a dataset by its id, and the versions it had."""

from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.columns.rows import Reader, Stored
from portal.register.layout import LAYOUTS
from portal.register.records import Kind, Record, decode
from portal.register.tables.changes import VersionRow
from portal.register.tables.plans import TaskRow
from portal.register.tables.rows import RecordRow

R = TypeVar("R", bound=Record)


def live(
    session: Session, table: type[RecordRow], record_type: type[R], public_id: str
) -> R | None:
    """Return the live record with this id, or None."""
    body = session.scalar(sa.select(table.body).where(table.public_id == public_id))
    return None if body is None else decode(body, record_type)


def row(session: Session, reader: Reader, public_id: str) -> Any:  # noqa: ANN401 - a row of the dataset
    """Return the row with this id as its columns show it, or None."""
    kind, inside = reader.dataset.kind, reader.dataset.inside
    owner: str | None = public_id
    if inside == "findings":
        owner = public_id.partition(".")[0]
    elif inside == "tasks":
        owner = session.scalar(sa.select(TaskRow.plan_id).where(TaskRow.public_id == public_id))
    stored = _live(session, kind, owner) if owner else None
    if stored is None:
        return None
    return next((each for each in reader.rows(stored) if each.id == public_id), None)


def versions(session: Session, kind: Kind, public_id: str) -> list[Stored]:
    """Return every version of a live record that may still be read, the present one last."""
    present = _live(session, kind, public_id)
    if present is None:
        return []
    rows = session.execute(
        sa.select(VersionRow.serial, VersionRow.version, VersionRow.body)
        .where(VersionRow.public_id == public_id)
        .order_by(VersionRow.version)
    )
    return [*(present._replace(serial=s, version=v, body=b) for s, v, b in rows), present]


def _live(session: Session, kind: Kind, public_id: str) -> Stored | None:
    found = session.connection().execute(_present(kind), {"id": public_id}).one_or_none()
    if found is None:
        return None
    return Stored(found[0], found[1], found[2], str(found[3]), found[4])


@cache
def _present(kind: Kind) -> sa.Executable:
    """Select the live record with an id; made once, because making it costs more than running it."""
    table = LAYOUTS[kind].table
    return sa.select(
        table.public_id, table.serial, table.version, table.published_on, table.body
    ).where(table.public_id == sa.bindparam("id"))
