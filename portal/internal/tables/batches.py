"""Batches: one imported file on its way to the public (批次)."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.workflow import BatchState
from portal.kit.db import INTERNAL, Table, UtcDateTime


class BatchRow(Table):
    """One batch. `kind` is a template's kind; counts are of records, not of rows."""

    __bind_key__ = INTERNAL
    __tablename__ = "batch"
    __table_args__ = (
        Index("ix_batch_state", "state", "id"),
        Index("ix_batch_file", "kind", "agency", "file_sha256"),
        #: So that an approval can refer to a batch together with its author.
        Index("ix_batch_author", "id", "filed_by", unique=True),
        Index("ix_batch_release", "release_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    agency: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(200))
    file_sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10))
    row_count: Mapped[int]
    created_count: Mapped[int]
    changed_count: Mapped[int]
    same_count: Mapped[int]
    warnings: Mapped[str]
    filed_by: Mapped[str] = mapped_column(String(40))
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reviewed_by: Mapped[str | None] = mapped_column(String(40))
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    return_reason: Mapped[str | None] = mapped_column(String(500))
    #: When it is to be released by itself, and who ordered that; None where nobody did.
    release_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ordered_by: Mapped[str | None] = mapped_column(String(40))
    released_by: Mapped[str | None] = mapped_column(String(40))
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_serial: Mapped[int | None]
    #: Name of the mapping profile (对照表) the file was read with, and its digest; "" for none.
    mapping: Mapped[str] = mapped_column(String(200), default="", server_default="")
    mapping_sha256: Mapped[str] = mapped_column(String(64), default="", server_default="")
    #: What the clerk was told and need not act on: JSON list of sentences.
    notes: Mapped[str] = mapped_column(Text, default="[]", server_default="[]")

    @property
    def batch_state(self) -> BatchState:
        """The state as a member of its list."""
        return BatchState(self.state)
