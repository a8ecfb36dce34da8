"""What a reviewer approved, bound to its bytes, and who may not have done it (审核所绑定的内容)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import INTERNAL, Table, UtcDateTime


class ApprovalRow(Table):
    """The standing approval of a batch; gone once the batch is returned or changed.

    The store itself refuses an approval by the author, a release by either, and an author who is
    not the one who filed the batch.
    """

    __bind_key__ = INTERNAL
    __tablename__ = "approval"
    __table_args__ = (
        ForeignKeyConstraint(
            ["batch_id", "author"], ["batch.id", "batch.filed_by"], name="fk_approval_batch"
        ),
        CheckConstraint("reviewer <> author", name="reviewer_is_not_author"),
        CheckConstraint("publisher <> author", name="publisher_is_not_author"),
        CheckConstraint("publisher <> reviewer", name="publisher_is_not_reviewer"),
    )

    batch_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    author: Mapped[str] = mapped_column(String(40))
    reviewer: Mapped[str] = mapped_column(String(40))
    publisher: Mapped[str | None] = mapped_column(String(40))
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: SHA-256 over what the batch makes public; the ledger holds the same.
    public_sha256: Mapped[str] = mapped_column(String(64))
    #: SHA-256 over the batch as filed, for releasing it again later.
    filed_sha256: Mapped[str] = mapped_column(String(64))
    #: JSON list of [kind, first row, last row, digest]: tells where a difference lies.
    parts: Mapped[str] = mapped_column(Text)
