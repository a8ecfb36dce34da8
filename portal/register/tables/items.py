"""Checklist lines (抽查事项清单)."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.register.tables.rows import RecordRow


class ItemRow(RecordRow):
    """One checklist line; mirrors `PublicItem`."""

    __tablename__ = "item"
    __table_args__ = (
        Index("ix_item_order", "name", "public_id"),
        Index("ix_item_agency", "agency_id", "name", "public_id"),
        Index("ix_item_class", "item_class", "name", "public_id"),
        Index("ix_item_published", "published_on", "public_id"),
    )

    agency_id: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(300))
    item_class: Mapped[str | None] = mapped_column(String(12))
