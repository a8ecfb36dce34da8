"""Records as filed: complete, unredacted, every filing kept (原始填报).

One table for every kind: a filing is a record's natural key and the canonical JSON of its domain
type. The domain types give the shape; rules across records live in `checks/`.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar, cast

import msgspec
import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.domain.documents import Document
from portal.domain.draws import Draw
from portal.domain.followups import FollowUp
from portal.domain.items import Item
from portal.domain.parties import Agency, Entity, Inspector
from portal.domain.plans import Plan
from portal.domain.results import Result
from portal.domain.workflow import BatchState
from portal.internal.tables.batches import BatchRow
from portal.kit.db import INTERNAL, Table

T = TypeVar("T")

#: Filing kind of each domain type, in the order in which they must become public.
TYPES: dict[str, type] = {
    "agency": Agency,
    "item": Item,
    "plan": Plan,
    "entity": Entity,
    "inspector": Inspector,
    "draw": Draw,
    "result": Result,
    "followup": FollowUp,
    "document": Document,
}
KIND_OF = {record_type: kind for kind, record_type in TYPES.items()}

_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(record_type) for kind, record_type in TYPES.items()
}


class FilingRow(Table):
    """One filing of one record. The newest live one is how the record stands in the office."""

    __bind_key__ = INTERNAL
    __tablename__ = "filing"
    __table_args__ = (
        Index("ix_filing_record", "kind", "key", "id"),
        Index("ix_filing_batch", "batch_id", "kind", "id"),
        Index("ix_filing_public", "public_id"),
        Index("ix_filing_about", "kind", "about", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    kind: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(300))
    #: Key of the record this one is about: a check's party, a step's check; else "".
    about: Mapped[str] = mapped_column(String(300))
    #: What the world will see as its address; "" for kinds that are never public.
    public_id: Mapped[str] = mapped_column(String(32))
    #: Row of the file it came from.
    row: Mapped[int]
    #: False once its batch was returned.
    live: Mapped[bool]
    body: Mapped[str]


class NumberRow(Table):
    """A party's further number (其他标识代码), leading to the key it is filed under."""

    __bind_key__ = INTERNAL
    __tablename__ = "number"

    number: Mapped[str] = mapped_column(String(200), primary_key=True)
    key: Mapped[str] = mapped_column(String(300), primary_key=True)


def about(record: object) -> str:
    """Return the key of the record that `record` is about, "" where there is none."""
    if isinstance(record, Result):
        return record.entity_key
    if isinstance(record, FollowUp):
        return f"{record.agency_code}/{record.result_code}"
    return ""


def encode(record: object) -> str:
    """Return the canonical JSON of a domain record."""
    return _ENCODER.encode(record).decode()


def decode(kind: str, body: str) -> Any:  # noqa: ANN401
    """Read back a domain record of `kind`."""
    return _DECODERS[kind].decode(body)


def latest(session: Session, kind: str, keys: Iterable[str]) -> dict[str, FilingRow]:
    """Return the newest live filing of each of these records; unknown ones are left out."""
    wanted = sorted(set(keys))
    newest = (
        sa.select(sa.func.max(FilingRow.id))
        .where(FilingRow.kind == kind, FilingRow.key.in_(wanted), FilingRow.live)
        .group_by(FilingRow.key)
    )
    rows = session.scalars(sa.select(FilingRow).where(FilingRow.id.in_(newest))) if wanted else ()
    return {row.key: row for row in rows}


def standing(
    session: Session, record_type: type[T], keys: Iterable[str], *, batch_id: int | None
) -> dict[str, T]:
    """Return records as they were last released, or as `batch_id` itself files them.

    What is not released must not decide what is shown. A record that was never released is
    returned as filed: nothing that leans on it can become public anyway.
    """
    kind = KIND_OF[record_type]
    wanted = sorted(set(keys))
    reviewed = sa.or_(
        BatchRow.state.in_([BatchState.RELEASING.value, BatchState.RELEASED.value]),
        BatchRow.id == batch_id,
    )
    newest = (
        sa.select(sa.func.max(FilingRow.id))
        .join(BatchRow, BatchRow.id == FilingRow.batch_id)
        .where(FilingRow.kind == kind, FilingRow.key.in_(wanted), FilingRow.live, reviewed)
        .group_by(FilingRow.key)
    )
    rows = session.scalars(sa.select(FilingRow).where(FilingRow.id.in_(newest))) if wanted else ()
    found = {row.key: decode(kind, row.body) for row in rows}
    return find(session, record_type, set(wanted) - set(found)) | found


def waiting(session: Session, rows: Iterable[FilingRow], *, but: int) -> set[str]:
    """Return the keys of filings in batches, `but` one, that may still be returned."""
    by_batch: dict[int, list[str]] = {}
    for row in rows:
        by_batch.setdefault(row.batch_id, []).append(row.key)
    by_batch.pop(but, None)
    query = sa.select(BatchRow.id).where(
        BatchRow.id.in_(sorted(by_batch)),
        BatchRow.state.in_([BatchState.FILED.value, BatchState.APPROVED.value]),
    )
    return {key for batch in session.scalars(query) for key in by_batch[batch]}


def find(session: Session, record_type: type[T], keys: Iterable[str]) -> dict[str, T]:
    """Return the records of this type as they stand in the office, by natural key."""
    kind = KIND_OF[record_type]
    return {key: decode(kind, row.body) for key, row in latest(session, kind, keys).items()}


def about_any(session: Session, record_type: type[T], keys: Iterable[str]) -> list[T]:
    """Return every record of this type about one of these, as it stands in the office."""
    kind = KIND_OF[record_type]
    newest = (
        sa.select(sa.func.max(FilingRow.id))
        .where(FilingRow.kind == kind, FilingRow.about.in_(sorted(keys)), FilingRow.live)
        .group_by(FilingRow.key)
    )
    rows = session.scalars(sa.select(FilingRow).where(FilingRow.id.in_(newest)))
    return [decode(kind, row.body) for row in rows]


def with_prefix(session: Session, record_type: type[T], prefix: str) -> list[T]:
    """Return every record of this type whose key begins with `prefix`, as it stands now."""
    kind = KIND_OF[record_type]
    newest = (
        sa.select(sa.func.max(FilingRow.id))
        .where(FilingRow.kind == kind, FilingRow.live)
        .where(FilingRow.key >= prefix, FilingRow.key < prefix + "\U0010ffff")
        .group_by(FilingRow.key)
    )
    rows = session.scalars(sa.select(FilingRow).where(FilingRow.id.in_(newest)))
    return [decode(kind, row.body) for row in rows]


def of_batch(session: Session, batch_id: int, kind: str, keys: Sequence[str]) -> list[FilingRow]:
    """Return the filings of these records in one batch."""
    query = sa.select(FilingRow).where(
        FilingRow.batch_id == batch_id, FilingRow.kind == kind, FilingRow.key.in_(keys)
    )
    return list(session.scalars(query)) if keys else []


def insert(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add filings."""
    if rows:
        session.execute(sa.insert(cast("sa.Table", FilingRow.__table__)), rows)
