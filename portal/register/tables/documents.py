"""Published texts (文件)."""

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.register.tables.rows import RecordRow


class DocumentRow(RecordRow):
    """One text; mirrors `PublicDocument`."""

    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_order", "issued_on", "public_id"),
        Index("ix_document_agency", "agency_id", "issued_on", "public_id"),
        Index("ix_document_kind", "kind", "issued_on", "public_id"),
        Index("ix_document_published", "published_on", "public_id"),
    )

    agency_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(12))
    issued_on: Mapped[date]
