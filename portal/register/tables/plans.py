"""Annual plans and the tasks in them (年度抽查计划、抽查任务)."""

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Table
from portal.register.tables.rows import RecordRow


class PlanRow(RecordRow):
    """The version in force of one plan; mirrors `PublicPlan`."""

    __tablename__ = "plan"
    __table_args__ = (
        Index("ix_plan_year", "year", "public_id"),
        Index("ix_plan_agency", "agency_id", "year", "public_id"),
        Index("ix_plan_published", "published_on", "public_id"),
    )

    agency_id: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(300))
    year: Mapped[int]
    #: Number of the plan's own version (计划版次): above 1 it was adjusted.
    plan_version: Mapped[int]


class TaskRow(Table):
    """One task of a plan in force, so that a draw or result can lead to it."""

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_plan", "plan_id", "starts_on", "public_id"),
        Index("ix_task_order", "starts_on", "public_id"),
        Index("ix_task_agency", "agency_id", "starts_on", "public_id"),
        {"sqlite_with_rowid": False},
    )

    public_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    plan_id: Mapped[str] = mapped_column(String(32))
    agency_id: Mapped[str] = mapped_column(String(32))
    starts_on: Mapped[date]
    body: Mapped[str]


class TaskItemRow(Table):
    """Which items a task looks at."""

    __tablename__ = "task_item"
    __table_args__ = (
        Index("ix_task_item_item", "item_id", "task_id"),
        {"sqlite_with_rowid": False},
    )

    task_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(32), primary_key=True)
