"""Draws made with this software: what was frozen, and how far each has come (本系统抽取)."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import INTERNAL, Table, UtcDateTime


class DrawingRow(Table):
    """One draw. `live_slot` is agency, task and round while it is not void: a second one is refused.

    `terms` is the order as given, `frozen` the compressed lists, `commitment` the commit, `progress` what
    came afterwards; all JSON.
    """

    __bind_key__ = INTERNAL
    __tablename__ = "drawing"
    __table_args__ = (Index("ix_drawing_agency", "agency", "frozen_at"),)

    draw_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    agency: Mapped[str] = mapped_column(String(64))
    live_slot: Mapped[str | None] = mapped_column(String(200), unique=True)
    stage: Mapped[str] = mapped_column(String(10))
    terms: Mapped[str] = mapped_column(Text)
    frozen: Mapped[bytes] = mapped_column(LargeBinary)
    commitment: Mapped[str] = mapped_column(Text)
    progress: Mapped[str] = mapped_column(Text)
    frozen_by: Mapped[str] = mapped_column(String(40))
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)
