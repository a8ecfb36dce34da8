"""Agencies (检查主体)."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.register.tables.rows import RecordRow


class AgencyRow(RecordRow):
    """One body; mirrors `PublicAgency`."""

    __tablename__ = "agency"

    name: Mapped[str] = mapped_column(String(120), index=True)
    region: Mapped[str] = mapped_column(String(6), index=True)
    level: Mapped[str] = mapped_column(String(12))
