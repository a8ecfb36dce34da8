"""Records as filed: complete, unredacted, every filing kept (原始填报).

One table for every kind: a filing is a record's natural key and the canonical JSON of its domain
type. The domain types give the shape; rules across records live in `checks/`.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeVar, cast

import msgspec
import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from portal.domain.documents import Document
from portal.domain.draws import Draw
from portal.domain.followups import FollowUp
from portal.domain.items import Item
from portal.domain.parties import Agency, Entity, Inspector
from portal.domain.plans import Plan
from portal.domain.results import Result
from portal.domain.workflow import BatchState
from portal.internal.tables.batches import BatchRow
from portal.kit.db import INTERNAL, Table, among

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


def _where_set(column: str) -> dict[str, Any]:
    """Keep an index to the rows that have a date there; most filings have none."""
    condition = sa.text(f"{column} IS NOT NULL")
    return {"sqlite_where": condition, "postgresql_where": condition}


#: A store looks into the index of guarded filings only for a question in these very words.
IS_GUARDED = sa.text("guarded")


class FilingRow(Table):
    """One filing of one record. The newest live one is how the record stands in the office."""

    __bind_key__ = INTERNAL
    __tablename__ = "filing"
    __table_args__ = (
        Index("ix_filing_record", "kind", "key", "id"),
        Index("ix_filing_batch", "batch_id", "kind", "id"),
        Index("ix_filing_public", "public_id"),
        Index("ix_filing_about", "kind", "about", "id"),
        Index("ix_filing_formed", "batch_id", "kind", "formed_on", **_where_set("formed_on")),
        Index("ix_filing_remind", "kind", "remind_on", "id", **_where_set("remind_on")),
        Index("ix_filing_review", "review_on", "id", **_where_set("review_on")),
        Index(
            "ix_filing_guarded",
            "kind",
            "id",
            sqlite_where=IS_GUARDED,
            postgresql_where=IS_GUARDED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    kind: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(300))
    #: Key of the record this one is about: a check's party, a step's check. Of what is found by its
    #: name (a party, an item, a draw, a document): that name. Else "".
    about: Mapped[str] = mapped_column(String(300))
    #: What the world will see as its address; "" for kinds that are never public.
    public_id: Mapped[str] = mapped_column(String(32))
    #: Row of the file it came from.
    row: Mapped[int]
    #: False once its batch was returned.
    live: Mapped[bool]
    body: Mapped[str]
    #: The cells as filed where `body` does not hold them word for word (JSON); else "".
    raw: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: The day from which the publication clock runs; None for kinds that have no such day.
    formed_on: Mapped[date | None]
    #: The day from which the office is reminded of what this filing still waits for; None where
    #: it waits for nothing, see `portal.internal.tables.reminders`.
    remind_on: Mapped[date | None]
    #: Whether the record as filed is anything but public throughout.
    guarded: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    #: The day on which the decision filed with it is to be looked at again.
    review_on: Mapped[date | None]


class NumberRow(Table):
    """A party's further number (其他标识代码), leading to the key it is filed under."""

    __bind_key__ = INTERNAL
    __tablename__ = "number"

    number: Mapped[str] = mapped_column(String(200), primary_key=True)
    key: Mapped[str] = mapped_column(String(300), primary_key=True)


def about(record: object) -> str:
    """Return what `record` is found by beside its key.

    A result by the key of its party, a step by the key of its check, a party, item or draw by its name,
    a document by its title; "" for every other kind. Questions always name the kind as well, so names
    and keys never meet.
    """
    match record:
        case Result(entity_key=found) | Document(title=found):
            return found
        case FollowUp():
            return f"{record.agency_code}/{record.result_code}"
        case Entity(name=found) | Item(name=found) | Draw(name=found):
            return found
    return ""


def formed_on(record: object) -> date | None:
    """Return the day on which `record` came to be, from which its publication clock runs.

    Completion of the check, approval of the item or plan, day of the draw or step, date of issue.
    None for parties, agencies and inspectors, and for an item that does not say.
    """
    match record:
        case Result(inspected_on=day) | Draw(drawn_on=day) | FollowUp(taken_on=day):
            return day
        case Item(approved_on=day) | Plan(approved_on=day) | Document(issued_on=day):
            return day
    return None


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
        .where(FilingRow.kind == kind, among(session, FilingRow.key, wanted), FilingRow.live)
        .group_by(FilingRow.key)
    )
    rows = session.scalars(sa.select(FilingRow).where(FilingRow.id.in_(newest))) if wanted else ()
    return {row.key: row for row in rows}


#: States of batches whose filings a reviewer and a publisher have let out.
REVIEWED = (BatchState.RELEASING.value, BatchState.RELEASED.value)


def owner(session: Session, kind: str, key: str) -> str:
    """Return the agency whose record this is: the first whose filing was released (原登记机关); "" where nobody filed it.

    All agencies file parties, and who files one of another's has no say in it by that. Who merely named
    it in a check, which brings a party along in no row of its own, has it until a library does.
    """
    waits = sa.case((BatchRow.state.in_(REVIEWED), 0), else_=1)
    brought = sa.case((FilingRow.row == 0, 1), else_=0)
    query = (
        sa.select(BatchRow.agency)
        .join(FilingRow, FilingRow.batch_id == BatchRow.id)
        .where(FilingRow.kind == kind, FilingRow.key == key)
        .order_by(FilingRow.live.desc(), waits, brought, FilingRow.id)
    )
    return session.scalar(query.limit(1)) or ""


def standing(
    session: Session, record_type: type[T], keys: Iterable[str], *, batch_id: int | None
) -> dict[str, T]:
    """Return records as they were last released, or as `batch_id` itself files them.

    What is not released must not decide what is shown. A record that was never released is
    returned as filed: nothing that leans on it can become public anyway.
    """
    kind = KIND_OF[record_type]
    wanted = set(keys)
    if not wanted:
        return {}
    reviewed = sa.or_(
        BatchRow.state.in_(REVIEWED),
        BatchRow.id == batch_id,
    )
    ids = _newest(kind).join(BatchRow, BatchRow.id == FilingRow.batch_id)
    found = _decoded(session, kind, ids.where(among(session, FilingRow.key, wanted), reviewed))
    return find(session, record_type, wanted - set(found)) | found


def released_names(
    session: Session, keys: Iterable[str], *, kind: str = "entity"
) -> dict[str, str]:
    """Return key → name of parties, or items, as they were last released; those that never were are not among them."""
    query = _newest(kind).join(BatchRow, BatchRow.id == FilingRow.batch_id)
    query = query.where(among(session, FilingRow.key, set(keys)), BatchRow.state.in_(REVIEWED))
    return {key: each.name for key, each in _decoded(session, kind, query).items()}


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
    kind, wanted = KIND_OF[record_type], set(keys)
    if not wanted:
        return {}
    return _decoded(session, kind, _newest(kind).where(among(session, FilingRow.key, wanted)))


def has_guarded(session: Session, record_type: type) -> bool:
    """Whether any filing of a record of this type is other than public throughout."""
    query = sa.select(FilingRow.id).where(FilingRow.kind == KIND_OF[record_type], IS_GUARDED)
    return session.scalar(query.limit(1)) is not None


def about_any(session: Session, record_type: type[T], keys: Iterable[str]) -> list[T]:
    """Return every record of this type about one of these, as it stands in the office."""
    kind = KIND_OF[record_type]
    ids = newest_named(session, kind, FilingRow.about, keys)
    found = sa.select(FilingRow.id).where(FilingRow.id.in_(ids))
    return list(_decoded(session, kind, found).values())


def newest_named(
    session: Session, kind: str, name: InstrumentedAttribute[str], names: Iterable[str]
) -> list[int]:
    """Return the ids of the newest live filings among those of a kind whose `name` is one of these.

    Without a grouping: for its sake SQLite would walk all filings of the kind in the order of their keys.
    """
    query = sa.select(FilingRow.key, FilingRow.id).where(
        FilingRow.kind == kind, among(session, name, names), FilingRow.live
    )
    rows = session.execute(query.order_by(FilingRow.id))
    return list({key: filing_id for key, filing_id in rows}.values())  # noqa: C416


def with_prefix(session: Session, record_type: type[T], prefix: str) -> list[T]:
    """Return every record of this type whose key begins with `prefix`, as it stands now."""
    kind = KIND_OF[record_type]
    ids = _newest(kind).where(FilingRow.key >= prefix, FilingRow.key < prefix + "\U0010ffff")
    return list(_decoded(session, kind, ids).values())


def _newest(kind: str) -> sa.Select[int]:
    """Choose the newest live filing of each record of a kind."""
    newest = sa.select(sa.func.max(FilingRow.id)).group_by(FilingRow.key)
    return newest.where(FilingRow.kind == kind, FilingRow.live)


def _decoded(session: Session, kind: str, ids: sa.Select[int]) -> dict[str, Any]:
    """Return the records of these filings by key, in the order they were filed.

    Plain columns: a mapped object for each row would cost more than the record itself.
    """
    query = sa.select(FilingRow.key, FilingRow.body).where(FilingRow.id.in_(ids))
    rows = session.execute(query.order_by(FilingRow.id))
    return {key: decode(kind, body) for key, body in rows}


def insert(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add filings."""
    if rows:
        session.execute(sa.insert(cast("sa.Table", FilingRow.__table__)), rows)
