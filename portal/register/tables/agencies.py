"""Agencies (检查主体)."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.register.tables.rows import RecordRow


class AgencyRow(RecordRow):
    """One body; mirrors `PublicAgency`."""

    __tablename__ = "agency"
    __table_args__ = (
        Index("ix_agency_published", "published_on", "public_id"),
        Index("ix_agency_order", "region", "public_id"),
    )

    name: Mapped[str] = mapped_column(String(120), index=True)
    region: Mapped[str] = mapped_column(String(6))
    level: Mapped[str] = mapped_column(String(12))
