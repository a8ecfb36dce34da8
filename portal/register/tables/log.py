"""What makes the changelog provable: a leaf for each change, the tree's nodes, the signed heads."""

from datetime import datetime

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Table, UtcDateTime


class LeafRow(Table):
    """The leaf of one change: number ``serial - 1`` of the tree.

    `salt` opens the commitment while what it commits to is public; it goes with the text, the
    commitment stays. `supersedes` is the serial of the change before it of the same record. `spoken` is
    what a draw says in clear and for ever: the type of the entry, a blank, canonical JSON.
    """

    __tablename__ = "leaf"

    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    commitment: Mapped[bytes] = mapped_column(LargeBinary(32))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    supersedes: Mapped[int | None]
    spoken: Mapped[str | None] = mapped_column(Text)


class TileRow(Table):
    """Up to 256 hashes of one level of the tree, side by side (C2SP tlog-tiles).

    Level 0 holds leaf hashes; each hash of a level above is the root of one full tile below.
    """

    __tablename__ = "tile"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class CheckpointRow(Table):
    """One signed head: the tree over the first `size` changes."""

    __tablename__ = "checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[str]


class LogKeyRow(Table):
    """A public key that heads are signed with, one after the other; `handover` is the head by which the one before made it so."""

    __tablename__ = "log_key"

    vkey: Mapped[str] = mapped_column(String(300), primary_key=True)
    number: Mapped[int] = mapped_column(unique=True, server_default="1")
    handover: Mapped[str | None] = mapped_column(Text)


class RestorationRow(Table):
    """One time that the register was restored from a backup; `register.proofs.restorations` says how it is bound.

    `lost` is the last head signed before, `lost_size` its number of entries; None where it is unknown.
    """

    __tablename__ = "restoration"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int]
    lost: Mapped[str | None]
    lost_size: Mapped[int | None]
    restored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    statement: Mapped[str]
