"""How far letters are (来信办理)."""

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.register.tables.rows import RecordRow


class ReplyRow(RecordRow):
    """One letter; mirrors `PublicReply`."""

    __tablename__ = "reply"
    __table_args__ = (
        Index("ix_reply_order", "received_on", "public_id"),
        Index("ix_reply_result", "result_id", "received_on", "public_id"),
        Index("ix_reply_entity", "entity_id", "received_on", "public_id"),
        Index("ix_reply_kind", "kind", "received_on", "public_id"),
        Index("ix_reply_state", "state", "received_on", "public_id"),
        Index("ix_reply_published", "published_on", "public_id"),
    )

    result_id: Mapped[str | None] = mapped_column(String(32))
    entity_id: Mapped[str | None] = mapped_column(String(32))
    kind: Mapped[str | None] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    received_on: Mapped[date]
