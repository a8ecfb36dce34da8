"""Draws and the parties drawn (抽取记录、抽取名单)."""

from datetime import date

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Table
from portal.register.tables.rows import RecordRow


class DrawRow(RecordRow):
    """One draw; mirrors `PublicDraw`."""

    __tablename__ = "draw"
    __table_args__ = (
        Index("ix_draw_order", "drawn_on", "public_id"),
        Index("ix_draw_agency", "agency_id", "drawn_on", "public_id"),
        Index("ix_draw_task", "task_id", "drawn_on", "public_id"),
        Index("ix_draw_published", "published_on", "public_id"),
    )

    agency_id: Mapped[str] = mapped_column(String(32))
    task_id: Mapped[str | None] = mapped_column(String(32))
    drawn_on: Mapped[date]


class DrawEntryRow(RecordRow):
    """One drawn party; mirrors `PublicDrawEntry`."""

    __tablename__ = "draw_entry"
    __table_args__ = (
        Index("ix_draw_entry_draw", "draw_id", "public_id"),
        Index("ix_draw_entry_entity", "entity_id", "drawn_on", "public_id"),
        Index("ix_draw_entry_order", "drawn_on", "public_id"),
        Index("ix_draw_entry_published", "published_on", "public_id"),
    )

    draw_id: Mapped[str] = mapped_column(String(32))
    entity_id: Mapped[str] = mapped_column(String(32))
    drawn_on: Mapped[date]


class DrawPackageRow(Table):
    """A piece of the package of a revealed draw; the draw's record states the SHA-256 of the whole."""

    __tablename__ = "draw_package"
    #: Numbers of rows would tell how many are missing (see `EventRow`).
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    draw_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    piece: Mapped[bytes] = mapped_column(LargeBinary)


class DrawMemberRow(Table):
    """One party that was in the drum under its own number, and what became of it."""

    __tablename__ = "draw_member"
    __table_args__ = (
        Index("ix_draw_member_state", "draw_id", "state", "object_id"),
        Index("ix_draw_member_object", "object_id"),
        {"sqlite_with_rowid": False},
    )

    draw_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    object_id: Mapped[str] = mapped_column(String(256), primary_key=True)
    stratum: Mapped[str] = mapped_column(String(256))
    #: listed (until the reveal), drawn, undrawn or excluded.
    state: Mapped[str] = mapped_column(String(8))
    #: Number in the list ordered by handle, from 0.
    place: Mapped[int]
    #: The open object as the package has it, in canonical JSON.
    entry: Mapped[str] = mapped_column(Text)


class DrawLeafRow(Table):
    """256 leaf hashes of the list of a draw, from leaf ``256 * number`` on; number -1: the roots of the full ones."""

    __tablename__ = "draw_leaf"
    #: Numbers of rows would tell how many are missing (see `EventRow`).
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    draw_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)
