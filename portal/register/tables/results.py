"""Results and what was found in them (抽查结果)."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Table
from portal.register.tables.rows import RecordRow


class ResultRow(RecordRow):
    """One check; mirrors `PublicResult`. Each filter has an index that ends in the list's order."""

    __tablename__ = "result"
    __table_args__ = (
        Index("ix_result_order", "inspected_on", "public_id"),
        Index("ix_result_agency", "agency_id", "inspected_on", "public_id"),
        Index("ix_result_entity", "entity_id", "inspected_on", "public_id"),
        Index("ix_result_task", "task_id", "inspected_on", "public_id"),
        Index("ix_result_draw", "draw_id", "inspected_on", "public_id"),
        Index("ix_result_region", "region", "inspected_on", "public_id"),
        Index("ix_result_problem", "problem", "inspected_on", "public_id"),
        Index("ix_result_status", "status", "due_on", "public_id"),
        Index("ix_result_status_order", "status", "inspected_on", "public_id"),
        Index("ix_result_agency_problem", "agency_id", "problem", "inspected_on", "public_id"),
        Index("ix_result_agency_status", "agency_id", "status", "inspected_on", "public_id"),
        Index("ix_result_late", "late", "inspected_on", "public_id"),
        Index("ix_result_agency_late", "agency_id", "late", "inspected_on", "public_id"),
        Index("ix_result_disputed", "disputed", "inspected_on", "public_id"),
        Index("ix_result_published", "published_on", "public_id"),
    )

    agency_id: Mapped[str] = mapped_column(String(32))
    entity_id: Mapped[str] = mapped_column(String(32))
    task_id: Mapped[str | None] = mapped_column(String(32))
    draw_id: Mapped[str | None] = mapped_column(String(32))
    #: Region of the agency that checked.
    region: Mapped[str] = mapped_column(String(6))
    inspected_on: Mapped[date]
    problem: Mapped[bool]
    status: Mapped[str] = mapped_column(String(8))
    due_on: Mapped[date | None]
    #: Working days from inspection to first publication; None where only the month is public.
    working_days: Mapped[int | None]
    #: Whether that was later than the law allows.
    late: Mapped[bool | None]
    disputed: Mapped[bool] = mapped_column(server_default=sa.false())


class OutcomeRow(Table):
    """One outcome of one item in one check: what lists by outcome or by item walk along."""

    __tablename__ = "outcome"
    __table_args__ = (
        Index("ix_outcome_outcome", "outcome", "inspected_on", "result_id"),
        Index("ix_outcome_item", "item_id", "inspected_on", "result_id"),
        {"sqlite_with_rowid": False},
    )

    result_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    #: Place of the finding within its result.
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[str] = mapped_column(String(24), primary_key=True)
    item_id: Mapped[str | None] = mapped_column(String(32))
    inspected_on: Mapped[date]
