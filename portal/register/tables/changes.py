"""The changelog: what happened to which record, in the order in which it became public.

It holds names, never bodies, so a withdrawal un-says a record everywhere at once.
"""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Table, UtcDateTime


class ChangeRow(Table):
    """One change. `serial` is a counter taken under the write lock: commit order is its order."""

    __tablename__ = "change"
    __table_args__ = (
        Index("ix_change_record", "kind", "public_id", "serial"),
        Index(
            "ix_change_withdrawn",
            "serial",
            sqlite_where=text("op = 'withdraw'"),
            postgresql_where=text("op = 'withdraw'"),
        ),
        #: Which change was the last of a day.
        Index("ix_change_at", "at", "serial"),
    )

    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    op: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(16))
    public_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class VersionRow(Table):
    """A superseded version of a record, kept readable until the record is withdrawn."""

    __tablename__ = "version"

    public_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    serial: Mapped[int] = mapped_column(index=True)
    body: Mapped[str]


class EpochRow(Table):
    """The life of this register: a new value tells every follower to start over."""

    __tablename__ = "epoch"

    value: Mapped[str] = mapped_column(String(32), primary_key=True)


class TallyRow(Table):
    """How many live records there are, kept up to date by the pen so that no page counts rows.

    `scope` is an agency's public id, or "" for the whole register. `what` is a kind, or
    ``result.problem`` / ``result.open``.
    """

    __tablename__ = "tally"

    scope: Mapped[str] = mapped_column(String(32), primary_key=True)
    what: Mapped[str] = mapped_column(String(24), primary_key=True)
    count: Mapped[int]


class DigestRow(Table):
    """The state of the digest over all live records of one kind; `register.digests` says how."""

    __tablename__ = "digest"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    state: Mapped[bytes] = mapped_column(LargeBinary(2048))


class RetirementRow(Table):
    """One transaction that took text away. A dump made at N, ``since <= N < serial``, still holds it."""

    __tablename__ = "retirement"

    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[int]


class PurgeRow(Table):
    """Up to which change nothing of what was taken away is left in any file; one row at most."""

    __tablename__ = "purge"

    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
