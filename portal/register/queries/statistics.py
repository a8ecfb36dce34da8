"""The statistics, read from the figures that the pen keeps; no query here looks at a record."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.tables.figures import FigureRow as F

Value = int | Decimal | None
Counts = Mapping[str, Mapping[str, int]]
#: Groups of one table at most.
MOST = 1000


@dataclass(frozen=True, slots=True)
class Scope:
    """What figures are narrowed to; `year` is left aside where a quarter is given."""

    agency: str | None = None
    region: str | None = None
    year: int | None = None
    quarter: str | None = None

    @property
    def period(self) -> str:
        """The period as figures are kept by it."""
        return self.quarter or (str(self.year) if self.year else "")


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one group: an agency, a quarter, an outcome or an item; all of them: ""."""

    group: str
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of figures. The total is kept by itself: parties of two groups are not counted twice."""

    lines: list[Line]
    total: Line


def _at(session: Session, measure: str, scope: Scope, by: str) -> Counts:
    """Return the counts of a measure by its key, of each group `by`, "agency" or "quarter"; or of all."""
    query = sa.select(F.period if by == "quarter" else F.agency, F.key, F.count).where(
        F.measure == measure, F.region == (scope.region or "")
    )
    if by == "quarter":
        first, last = (
            scope.quarter or f"{scope.year or 1}Q1",
            scope.quarter or f"{scope.year or 9999}Q4",
        )
        query = query.where(
            F.agency == (scope.agency or ""),
            F.period.between(first, last),
            sa.func.length(F.period) == len("2025Q1"),
        )
    else:
        wanted = F.agency == (scope.agency or "")
        if by == "agency" and scope.agency is None:
            wanted = F.agency > ""
        query = query.where(F.period == scope.period, wanted)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for group, key, count in session.execute(query):
        found["" if by == "all" else group][key] = count
    return found


def _sheet(
    session: Session, measures: tuple[str, ...], scope: Scope, by: str,
    figured: Callable[[Mapping[str, Mapping[str, int]]], dict[str, Value]],
) -> Sheet:  # fmt: skip
    """Return the figures of each group and of all; `figured` makes them of counts by measure and key."""
    each = {measure: _at(session, measure, scope, by) for measure in measures}
    every = {measure: _at(session, measure, scope, "all").get("", {}) for measure in measures}
    groups = sorted({group for counts in each.values() for group in counts})[:MOST]
    lines = [Line(g, figured({m: each[m].get(g, {}) for m in measures})) for g in groups]
    return Sheet(lines, Line("", figured(every)))


def punctuality(session: Session, scope: Scope, by: str) -> Sheet:
    """Return how many checks became public in time and how many late, the share and the median."""
    return _sheet(session, ("published", "days"), scope, by, _punctual)


def _punctual(counts: Counts) -> dict[str, Value]:
    in_time, late = (counts["published"].get(key, 0) for key in ("in_time", "late"))
    return {
        "in_time": in_time, "late": late, "share": share(in_time, in_time + late),
        "median_days": median({int(days): n for days, n in counts["days"].items()}),
    }  # fmt: skip


def outcomes(session: Session, scope: Scope, by: str, today: date) -> Sheet:
    """Return how many were checked, with problems, open, overdue on `today`, and closed."""

    def figured(counts: Counts) -> dict[str, Value]:
        checked, problems = sum(counts["result"].values()), counts["result"].get("problem", 0)
        late = sum(n for day, n in counts["due"].items() if day < today.isoformat())
        closed = counts["state"].get("closed", 0)
        return {
            "checked": checked, "problems": problems, "problem_share": share(problems, checked),
            "open": counts["state"].get("open", 0), "overdue": late, "closed": closed,
            "closed_share": share(closed, problems),
        }  # fmt: skip

    return _sheet(session, ("result", "state", "due"), scope, by, figured)


def parties(session: Session, scope: Scope, by: str) -> Sheet:
    """Return how many different parties were checked, with a problem, and with problems in several checks."""

    def figured(counts: Counts) -> dict[str, Value]:
        checked, problem, repeat = (
            counts["party"].get(key, 0) for key in ("checked", "problem", "repeat")
        )
        return {
            "parties": checked, "with_problems": problem, "repeated": repeat,
            "repeat_share": share(repeat, problem),
        }  # fmt: skip

    return _sheet(session, ("party",), scope, by, figured)


def joint(session: Session, scope: Scope, by: str) -> Sheet:
    """Return how many planned tasks are joint ones, by the kind of it."""

    def figured(counts: Counts) -> dict[str, Value]:
        tasks = sum(counts["task"].values())
        kinds = {
            key: counts["task"].get(key, 0) for key in ("internal", "cross_agency", "cross_level")
        }
        return {"tasks": tasks, **kinds, "joint_share": share(sum(kinds.values()), tasks)}

    return _sheet(session, ("task",), scope, by, figured)


def by_key(session: Session, measure: str, scope: Scope, within: str = "") -> Sheet:
    """Return checks by outcome ("outcome"), by item ("item"), or by the outcomes `within` one item.

    A check with two outcomes counts for both: there is no sum.
    """
    query = sa.select(F.key, F.count).where(
        F.measure == measure, F.region == (scope.region or ""), F.agency == (scope.agency or ""),
        F.period == scope.period,
    )  # fmt: skip
    if within:
        query = query.where(F.key.between(f"{within}/", f"{within}/~"))
    rows = session.execute(query.order_by(F.key).limit(MOST))
    lines = [Line(key.removeprefix(f"{within}/"), {"checked": n}) for key, n in rows]
    lines.sort(key=lambda line: (-(line.values["checked"] or 0), line.group))
    total = _at(session, "item" if within else "result", scope, "all").get("", {})
    checked = total.get(within, 0) if within else sum(total.values())
    return Sheet(lines, Line("", {"checked": checked}))


def of_tasks(session: Session, task_ids: list[str]) -> dict[str, dict[str, int]]:
    """Return of each task how many were checked (""), with a "problem", "open" and "closed"."""
    keys = [f"{task}/{key}" for task in task_ids for key in ("", "problem", "open", "closed")]
    found: dict[str, dict[str, int]] = {task: {} for task in task_ids}
    for start in range(0, len(keys), 500):
        query = sa.select(F.key, F.count).where(
            F.measure == "of_task", F.region == "", F.agency == "", F.period == "",
            F.key.in_(keys[start : start + 500]),
        )  # fmt: skip
        for key, count in session.execute(query):
            task, _, what = key.partition("/")
            found[task][what] = count
    return found


def of_draws(session: Session, draw_ids: list[str]) -> dict[str, int]:
    """Return of each draw how many drawn parties are public."""
    query = sa.select(F.key, F.count.label("count_")).where(
        F.measure == "entry", F.region == "", F.agency == "", F.period == "", F.key.in_(draw_ids)
    )
    return {row.key: row.count_ for row in session.execute(query)}


def share(part: int, whole: int) -> Decimal | None:
    """Return a share with four digits, None of nothing.

    >>> share(1, 3)
    Decimal('0.3333')
    """
    return round(Decimal(part) / whole, 4) if whole else None


def median(counts: Mapping[int, int]) -> Decimal | None:
    """Return the median of values counted.

    >>> median({3: 2, 8: 1, 9: 1})
    Decimal('5.5')
    """
    total = sum(counts.values())
    if not total:
        return None
    middle = [_nth(counts, (total - 1) // 2), _nth(counts, total // 2)]
    return Decimal(sum(middle)) / 2


def _nth(counts: Mapping[int, int], place: int) -> int:
    for value in sorted(counts):
        place -= counts[value]
        if place < 0:
            return value
    raise IndexError("no such place")
