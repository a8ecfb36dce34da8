"""The in-tray: letters as they were posted."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import LETTERBOX, Table, UtcDateTime


class LetterRow(Table):
    """One letter. The public account may only insert.

    The desk sets `collected_at` once it has the letter, and leaves nothing else of it here.
    """

    __bind_key__ = LETTERBOX
    __tablename__ = "letter"

    reference: Mapped[str] = mapped_column(String(20), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), server_default="error")
    subject: Mapped[str] = mapped_column(String(40))
    text: Mapped[str]
    contact: Mapped[str | None] = mapped_column(String(200))
    #: The file sent along, and what it is by its content.
    evidence: Mapped[bytes | None]
    evidence_type: Mapped[str | None] = mapped_column(String(40))
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    collected_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
