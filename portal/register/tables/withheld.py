"""Notices that something is withheld (不予公开告知)."""

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.register.tables.rows import RecordRow


class NoticeRow(RecordRow):
    """One notice; mirrors `PublicNotice`."""

    __tablename__ = "withheld"
    __table_args__ = (
        Index("ix_withheld_order", "review_on", "public_id"),
        Index("ix_withheld_count", "decided_by", "published_on"),
        Index("ix_withheld_ground", "ground", "review_on", "public_id"),
        Index("ix_withheld_published", "published_on", "public_id"),
    )

    decided_by: Mapped[str] = mapped_column(String(120), server_default="")
    ground: Mapped[str] = mapped_column(String(24))
    review_on: Mapped[date]
