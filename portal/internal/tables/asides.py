"""Rows of a file that are no data: titles, section headings, totals, notes; kept as filed (非数据行)."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import INTERNAL, Table


class AsideRow(Table):
    """One such row. `cells` is the JSON list of its cells."""

    __bind_key__ = INTERNAL
    __tablename__ = "aside"

    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    #: Row of the file, from 1.
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(String(12))
    cells: Mapped[str] = mapped_column(Text)
