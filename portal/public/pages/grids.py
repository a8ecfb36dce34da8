"""Figures beside a plan, a task and an item: how far it came, and what was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy.orm import Session

from portal.domain.results import Outcome
from portal.public import filters
from portal.public.pages.figures import quarter, written
from portal.register.queries import statistics
from portal.register.records import PublicTask

Cell = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of figures: heads of columns, and rows of (name and its address, figures and theirs)."""

    columns: list[str]
    rows: Sequence[tuple[Cell, Sequence[Cell]]]


def of_plan(session: Session, tasks: Sequence[PublicTask]) -> Grid:
    """Return of each task: to inspect, drawn, published, with problems, closed, and the shares."""
    ids = [task.id for task in tasks]
    counts, drawn = statistics.of_tasks(session, ids), statistics.drawn(session, ids)
    columns = [pgettext("one", "抽查任务"), _("抽查户数"), _("已抽取"), _("已公示"), _("发现问题"),
               _("已完结"), _("完成率"), _("完结率")]  # fmt: skip
    rows = []
    for task in tasks:
        own = counts[task.id].get("", {})
        published, problems, closed = (own.get(key, 0) for key in ("", "problem", "closed"))
        planned = task.planned_count
        rows.append((
            (task.name, url_for("tasks.task_show", task_id=task.id)),
            [
                ("—" if planned is None else filters.count(planned), None),
                _cell(drawn[task.id], "draws.index", task=task.id),
                _cell(published, "results.index", task=task.id),
                _cell(problems, "results.index", task=task.id, problems="true"),
                _cell(closed, "results.index", task=task.id, status="closed"),
                (written(statistics.share(published, planned or 0), "share"), None),
                (written(statistics.share(closed, problems), "share"), None),
            ],
        ))  # fmt: skip
    return Grid(columns, rows)


def of_task(session: Session, task_id: str) -> Grid:
    """Return by quarter of the check: published, with problems, open, closed."""
    counts = statistics.of_tasks(session, [task_id])[task_id]
    columns = [_("检查的季度"), _("已公示"), _("发现问题"), _("处理中"), _("已完结")]
    leads = {"": {}, "problem": {"problems": "true"}, "open": {"status": "open"}, "closed": {"status": "closed"}}  # fmt: skip
    rows = [
        (
            (quarter(period), None),
            [
                _cell(
                    counts[period].get(key, 0),
                    "results.index",
                    task=task_id,
                    quarter=period,
                    **lead,
                )
                for key, lead in leads.items()
            ],
        )
        for period in sorted(counts)
        if period
    ]
    return Grid(columns, rows)


def of_item(session: Session, item_id: str) -> Grid:
    """Return by quarter of the check: how many looked at the item, and with which outcomes."""
    counts = statistics.of_item(session, item_id)
    codes = [each.value for each in Outcome if any(each.value in own for own in counts.values())]
    columns = [_("检查的季度"), _("检查"), *(filters.word(code, "outcome") for code in codes)]
    rows = [
        (
            (quarter(period), None),
            [
                _cell(
                    counts[period].get(code, 0), "results.index", item=item_id, quarter=period,
                    outcome=code or None,
                )
                for code in ("", *codes)
            ],
        )
        for period in sorted(counts)
    ]  # fmt: skip
    return Grid(columns, rows)


def _cell(count: int, endpoint: str, **query: str | None) -> Cell:
    values: dict[str, Any] = query
    return filters.count(count), url_for(endpoint, **values) if count else None
