"""The statistics, read from the figures that the pen keeps; no query here looks at a record."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit.db import Asking, whole
from portal.register.tables.changes import TallyRow
from portal.register.tables.draws import DrawRow
from portal.register.tables.figures import FigureRow as F
from portal.register.tables.plans import PlanRow as P

Value = int | Decimal | None
Counts = Mapping[str, Mapping[str, int]]
#: Groups of one table at most.
MOST = 1000
_KEYS = 400


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


class _Wanted(NamedTuple):
    """Measures; with `today` the days on which something was due are told as one sum, under "late"."""

    measures: tuple[str, ...]
    today: date | None = None


def _at(session: Session, wanted: _Wanted, scope: Scope, by: str) -> dict[str, Counts]:
    """Return counts by measure and key, of each group `by` ("agency" or "quarter"), or of "all"."""
    measures, today = wanted
    group = (F.period if by == "quarter" else F.agency).label("of")
    within = [F.region == (scope.region or "")]
    if by == "quarter":
        years = (f"{scope.year or 1000}Q1", f"{scope.year or 9999}Q4")
        within += [
            F.agency == (scope.agency or ""),
            F.period.between(*((scope.quarter, scope.quarter) if scope.quarter else years)),
            sa.func.length(F.period) == len("2025Q1"),
        ]
    else:
        every = by == "agency" and scope.agency is None
        within += [
            F.period == scope.period,
            F.agency > "" if every else F.agency == (scope.agency or ""),
        ]
    plain = sa.select(group, F.measure, F.key, F.count).where(F.measure.in_(measures), *within)
    query: Asking = plain
    if today is not None:
        #: A sum of its own: sorted among the other measures, a thousand deadlines would take most of the time.
        late = sa.select(group, F.measure, sa.literal("late"), sa.func.sum(F.count)).where(
            F.measure == "due", F.key < today.isoformat(), *within
        )
        query = sa.union_all(plain.where(F.measure != "due"), late.group_by("of", F.measure))
    found: dict[str, dict[str, dict[str, int]]] = {}
    for of, measure, told, number in whole(session, query):
        name = "" if by == "all" else of
        if name not in found:
            found[name] = {each: {} for each in measures}
        found[name][measure][told] = int(number)
    return dict(found)


def _sheet(
    session: Session, wanted: _Wanted, scope: Scope, by: str,
    figured: Callable[[Counts], dict[str, Value]],
) -> Sheet:  # fmt: skip
    """Return the figures of each group, and of all; `figured` makes them of counts by measure and key."""
    groups = {} if by == "all" else _at(session, wanted, scope, by)
    lines = [Line(group, figured(groups[group])) for group in sorted(groups)[:MOST]]
    nothing: Counts = {measure: {} for measure in wanted.measures}
    return Sheet(lines, Line("", figured(_at(session, wanted, scope, "all").get("", nothing))))


def punctuality(session: Session, scope: Scope, by: str) -> Sheet:
    """Return how many checks became public in time and how many late, the share and the median."""
    return _sheet(session, _Wanted(("published", "days")), scope, by, _punctual)


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
        closed = counts["state"].get("closed", 0)
        return {
            "checked": checked, "problems": problems, "problem_share": share(problems, checked),
            "open": counts["state"].get("open", 0), "overdue": counts["due"].get("late", 0), "closed": closed,
            "closed_share": share(closed, problems),
        }  # fmt: skip

    return _sheet(session, _Wanted(("result", "state", "due"), today), scope, by, figured)


def parties(session: Session, scope: Scope, by: str) -> Sheet:
    """Return how many different parties were checked, of how many known, and with problems once or more often."""
    known = session.scalar(
        sa.select(TallyRow.count).where(TallyRow.scope == "", TallyRow.what == "entity")
    )

    def figured(counts: Counts) -> dict[str, Value]:
        checked, problem, repeat = (
            counts["party"].get(key, 0) for key in ("checked", "problem", "repeat")
        )
        return {
            "parties": checked, "known": known or 0, "coverage_share": share(checked, known or 0), "with_problems": problem, "repeated": repeat,
            "repeat_share": share(repeat, problem),
        }  # fmt: skip

    return _sheet(session, _Wanted(("party",)), scope, by, figured)


def joint(session: Session, scope: Scope, by: str) -> Sheet:
    """Return how many planned tasks are joint ones, by the kind of it."""

    def figured(counts: Counts) -> dict[str, Value]:
        tasks = sum(counts["task"].values())
        kinds = {
            key: counts["task"].get(key, 0) for key in ("internal", "cross_agency", "cross_level")
        }
        return {"tasks": tasks, **kinds, "joint_share": share(sum(kinds.values()), tasks)}

    return _sheet(session, _Wanted(("task",)), scope, by, figured)


def progress(session: Session, scope: Scope, by: str) -> Sheet:
    """Return how far plans have come: of each ("plan"), latest year first, or of each agency's."""
    whole = _sheet(
        session, _Wanted(("progress",)), scope, "all" if by == "plan" else by, _progressed
    )
    if by != "plan":
        return whole
    plans = sa.select(P.public_id)
    if scope.agency:
        plans = plans.where(P.agency_id == scope.agency)
    if scope.year:
        plans = plans.where(P.year == scope.year)
    plans = plans.order_by(P.year.desc(), P.public_id.desc()).limit(MOST)
    own = plans.subquery()
    query = sa.select(own.c.public_id, F.key, F.count.label("number")).where(
        F.measure == "plan", F.region == "", F.agency == "", F.period == "",
        F.key.between(own.c.public_id + "/", own.c.public_id + "/~"),
    )  # fmt: skip
    counts: dict[str, dict[str, int]] = {each: {} for each in session.scalars(plans)}
    for plan_id, key, number in session.execute(query):
        counts[plan_id][key.partition("/")[2]] = number
    lines = [Line(each, _progressed({"progress": found})) for each, found in counts.items()]
    return Sheet(lines, whole.total)


def _progressed(counts: Counts) -> dict[str, Value]:
    own = counts["progress"]
    tasks, planned, drawn, published, problems, closed = (
        own.get(key, 0) for key in ("task", "planned", "drawn", "published", "problem", "closed")
    )
    return {
        "tasks": tasks, "planned": planned, "drawn": drawn, "published": published, "problems": problems,
        "closed": closed, "done_share": share(own.get("stated", 0), planned), "closed_share": share(closed, problems),
    }  # fmt: skip


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
    whole = "item" if within else "result"
    total = _at(session, _Wanted((whole,)), scope, "all").get("", {whole: {}})[whole]
    checked = total.get(within, 0) if within else sum(total.values())
    return Sheet(lines, Line("", {"checked": checked}))


def _of_keys(session: Session, measure: str, keys: list[str]) -> Iterator[Sequence[Any]]:
    """Yield period, key and count of some keys: quarters, and all time as ""."""
    query = sa.select(F.period, F.key, F.count.label("number")).where(
        F.measure == measure, F.region == "", F.agency == "",
        sa.func.length(F.period).in_((0, len("2025Q1"))),
    )  # fmt: skip
    for start in range(0, len(keys), _KEYS):
        yield from whole(session, query.where(F.key.in_(keys[start : start + _KEYS])))


def of_tasks(session: Session, task_ids: Sequence[str]) -> dict[str, dict[str, dict[str, int]]]:
    """Return by task and period how many were checked (""), with a "problem", "open" and "closed"."""
    keys = [f"{task}/{key}" for task in task_ids for key in ("", "problem", "open", "closed")]
    found: dict[str, dict[str, dict[str, int]]] = {task: {} for task in task_ids}
    for period, key, count in _of_keys(session, "of_task", keys):
        task, _, what = key.partition("/")
        found[task].setdefault(period, {})[what] = count
    return found


def drawn(session: Session, task_ids: Sequence[str]) -> dict[str, int]:
    """Return of each task how many drawn parties are public."""
    rows = session.execute(
        sa.select(DrawRow.public_id, DrawRow.task_id).where(DrawRow.task_id.in_(task_ids))
    )
    task_of = {row.public_id: row.task_id for row in rows}
    found = dict.fromkeys(task_ids, 0)
    for period, key, count in _of_keys(session, "entry", list(task_of)):
        if not period:
            found[task_of[key]] += count
    return found


def of_item(session: Session, item_id: str) -> dict[str, dict[str, int]]:
    """Return by quarter how many checks of one item had each outcome; "" is how many there were."""
    query = sa.select(F.period, F.key, F.count.label("number")).where(
        F.measure.in_(("item", "item_outcome")), F.region == "", F.agency == "",
        sa.func.length(F.period) == len("2025Q1"), F.key.between(item_id, f"{item_id}/~"),
    )  # fmt: skip
    found: dict[str, dict[str, int]] = {}
    for period, key, number in whole(session, query):
        found.setdefault(period, {})[key.partition("/")[2]] = number
    return found


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
    values = sorted(counts)
    #: How many are no greater than each value.
    reached = list(accumulate(counts[value] for value in values))
    if not reached or not reached[-1]:
        return None
    middle = ((reached[-1] - 1) // 2, reached[-1] // 2)
    return Decimal(sum(values[bisect_right(reached, place)] for place in middle)) / 2
