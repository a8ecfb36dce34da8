"""Questions about the log: its head, its entries, and proofs for what is public."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain import merkle
from portal.domain.errors import LogBroken
from portal.register.layout import LAYOUTS
from portal.register.proofs import entries, succession
from portal.register.proofs.note import Checkpoint
from portal.register.proofs.succession import LogKey
from portal.register.proofs.tiles import KeptNodes
from portal.register.records import Kind
from portal.register.tables.changes import ChangeRow, VersionRow
from portal.register.tables.log import CheckpointRow, LeafRow

#: Kinds whose older versions stand on their pages; the log shows no text that no page shows.
_VERSIONS_SHOWN = (Kind.PLAN, Kind.ITEM)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest signed head, and the keys that heads were signed with, the one that signs now last."""

    note: str
    checkpoint: Checkpoint
    keys: tuple[LogKey, ...]

    @property
    def vkeys(self) -> tuple[str, ...]:
        """The keys as they are published."""
        return tuple(each.vkey for each in self.keys)

    @property
    def handovers(self) -> tuple[str, ...]:
        """The heads by which each key but the last handed over to the next."""
        return tuple(each.handover for each in self.keys if each.handover)

    @property
    def size(self) -> int:
        """How many entries it covers."""
        return self.checkpoint.size


@dataclass(frozen=True, slots=True)
class Content:
    """What an entry commits to, while it is public: whose version it is, the salt, the text."""

    kind: Kind
    public_id: str
    salt: bytes
    text: str


def newest(session: Session) -> str | None:
    """Return the newest signed head as its note, None before the first one."""
    last = sa.select(sa.func.max(CheckpointRow.size)).scalar_subquery()
    return session.scalar(sa.select(CheckpointRow.note).where(CheckpointRow.size == last))


def head(session: Session) -> Head | None:
    """Return the newest signed head, None before the first one."""
    note = newest(session)
    if note is None:
        return None
    return Head(note, Checkpoint.of(note), tuple(succession.keys(session)))


def signed_at(session: Session, size: int) -> str | None:
    """Return the head that was signed over exactly `size` entries."""
    return session.scalar(sa.select(CheckpointRow.note).where(CheckpointRow.size == size))


def lines(session: Session, start: int, limit: int, size: int) -> list[bytes]:
    """Return entries `start` and following of the first `size`, as they were hashed."""
    rows = session.execute(
        _CHANGES.where(ChangeRow.serial > start, ChangeRow.serial <= min(start + limit, size))
        .order_by(ChangeRow.serial)
    )  # fmt: skip
    return [_line(row) for row in rows]


def index_of(session: Session, kind: Kind, public_id: str) -> int | None:
    """Return the index of the entry that made the present version of a record public."""
    table = LAYOUTS[kind].table
    serial = session.scalar(sa.select(table.serial).where(table.public_id == public_id))
    return None if serial is None else serial - 1


def entry(session: Session, index: int) -> tuple[bytes, Content | None]:
    """Return one entry, and what it commits to while that is public."""
    row = session.execute(_CHANGES.where(ChangeRow.serial == index + 1)).one()
    return _line(row), _content(session, row)


def inclusion(session: Session, index: int, size: int) -> list[bytes]:
    """Return the path from entry `index` to the root over `size` entries."""
    return merkle.inclusion_path(index, size, KeptNodes(session))


def dated(session: Session, serial: int) -> datetime:
    """Return when a change was made, as the newest signed head has it and not its row alone.

    Raises:
        LogBroken: the change is not in the tree as it stands, or not signed yet.

    """
    row, head = session.execute(_CHANGES.where(ChangeRow.serial == serial)).one(), newest(session)
    signed = Checkpoint.of(head) if head else None
    if signed is not None and serial <= signed.size:
        path = inclusion(session, serial - 1, signed.size)
        leaf = merkle.leaf_hash(_line(row))
        if merkle.is_included(leaf, serial - 1, signed.size, path, signed.root):
            at: datetime = row.at
            return at
    raise LogBroken(
        f"第{serial}条变更与最新检查点所签的不符，登记册可能被改动过；请运行 portal-site verify-log 查明原因"
    )


def said(session: Session, public_id: str, spoken: str) -> datetime | None:
    """Return when an entry said this of a draw in clear, None where none did; an entry itself names no record.

    Raises:
        LogBroken: see `dated`.

    """
    query = sa.select(sa.func.min(LeafRow.serial)).join(
        ChangeRow, ChangeRow.serial == LeafRow.serial
    )
    of = ChangeRow.kind == Kind.DRAW.value, ChangeRow.public_id == public_id
    serial = session.scalar(query.where(*of, LeafRow.spoken == spoken))
    return None if serial is None else dated(session, serial)


@dataclass(frozen=True, slots=True)
class Continuation:
    """The proof that one tree goes on from another, with both roots."""

    first_root: bytes
    second_root: bytes
    path: list[bytes]


def consistency(session: Session, first: int, second: int) -> Continuation:
    """Prove that the log of `second` entries begins with the log of `first`."""
    nodes = KeptNodes(session)
    return Continuation(
        merkle.root(first, nodes),
        merkle.root(second, nodes),
        merkle.consistency_path(first, second, nodes),
    )


_CHANGES = sa.select(
    ChangeRow.serial, ChangeRow.op, ChangeRow.kind, ChangeRow.public_id, ChangeRow.at,
    LeafRow.commitment, LeafRow.salt, LeafRow.supersedes, LeafRow.spoken,
).join(LeafRow, LeafRow.serial == ChangeRow.serial)  # fmt: skip


def _line(row: Any) -> bytes:  # noqa: ANN401
    return entries.entry(
        row.op, row.kind, row.at, row.commitment, row.supersedes, spoken=row.spoken
    )


def _content(session: Session, row: Any) -> Content | None:  # noqa: ANN401
    """Return the text of an entry. A tombstone is no text: it would name what was withdrawn."""
    if row.op == "withdraw" or row.salt is None:
        return None
    kind = Kind(row.kind)
    table = LAYOUTS[kind].table
    body = session.scalar(sa.select(table.body).where(table.serial == row.serial))
    if body is None and kind in _VERSIONS_SHOWN:
        body = session.scalar(sa.select(VersionRow.body).where(VersionRow.serial == row.serial))
    if body is None:
        return None
    return Content(kind, row.public_id, row.salt, entries.canonical_of(body).decode())
