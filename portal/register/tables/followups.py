"""Steps after a check (后续处理)."""

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.register.tables.rows import RecordRow


class FollowUpRow(RecordRow):
    """One step; mirrors `PublicFollowUp`."""

    __tablename__ = "followup"
    __table_args__ = (
        Index("ix_followup_result", "result_id", "taken_on", "public_id"),
        Index("ix_followup_order", "taken_on", "public_id"),
        Index("ix_followup_agency", "agency_id", "taken_on", "public_id"),
        Index("ix_followup_step", "step", "taken_on", "public_id"),
        Index("ix_followup_published", "published_on", "public_id"),
    )

    agency_id: Mapped[str] = mapped_column(String(32))
    result_id: Mapped[str] = mapped_column(String(32))
    step: Mapped[str] = mapped_column(String(16))
    taken_on: Mapped[date]
