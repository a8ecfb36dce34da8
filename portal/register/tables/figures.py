"""Figures kept by the pen, so that no page counts rows (统计数字)."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Table


class FigureRow(Table):
    """One count. An empty text means "all": every agency, every region, all time.

    `period` is a quarter (2025Q2), a year (2025) or empty. What `key` says depends on the measure.
    """

    __tablename__ = "figure"
    __table_args__ = (
        Index("ix_figure_period", "measure", "region", "period", "agency", "key"),
        #: The rows lie in the order of their keys: figures read together stand together.
        {"sqlite_with_rowid": False},
    )

    measure: Mapped[str] = mapped_column(String(16), primary_key=True)
    region: Mapped[str] = mapped_column(String(6), primary_key=True)
    agency: Mapped[str] = mapped_column(String(32), primary_key=True)
    period: Mapped[str] = mapped_column(String(6), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]


class VisitRow(Table):
    """How often one agency checked one party in one quarter: what parties are told apart by."""

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_agency", "agency", "entity_id"),
        Index("ix_visit_region", "region", "entity_id"),
        {"sqlite_with_rowid": False},
    )

    entity_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    agency: Mapped[str] = mapped_column(String(32), primary_key=True)
    region: Mapped[str] = mapped_column(String(6), primary_key=True)
    #: The quarter of the inspection.
    period: Mapped[str] = mapped_column(String(6), primary_key=True)
    checks: Mapped[int]
    problems: Mapped[int]
