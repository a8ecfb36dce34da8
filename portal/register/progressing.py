"""How far each annual plan has come (计划执行进度): sums over its tasks, kept beside the other figures."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice, product
from typing import NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit.db import among
from portal.register.facts import Cell
from portal.register.records import (
    PublicDraw,
    PublicDrawEntry,
    PublicPlan,
    PublicResult,
    Record,
    decode,
)
from portal.register.tables.draws import DrawRow
from portal.register.tables.figures import FigureRow
from portal.register.tables.plans import PlanRow, TaskRow

T = TypeVar("T")
#: Counts of all time, by key: of the checks of a task ("of_task"), of the parties of a draw ("entry").
Counts = Callable[[str, str], int]
_CHUNK = 500
_STATES = ("", "problem", "closed")
WHATS = ("task", "planned", "drawn", "published", "stated", "problem", "closed")


class Place(NamedTuple):
    """Whose plan it is, and for which year."""

    agency: str
    year: int


class Progress:
    """Notes which plans a transaction may bring further, and writes what has become of them."""

    def __init__(self) -> None:
        """Begin with nothing noted."""
        self._left: dict[str, Place] = {}
        self._plans: set[str] = set()
        self._tasks: set[str] = set()
        self._draws: set[str] = set()

    def note(self, record: Record, by: int) -> None:
        """Note that `record` is there (+1) or no more (-1)."""
        if isinstance(record, PublicPlan):
            self._plans.add(record.id)
            if by < 0:
                self._left.setdefault(record.id, Place(record.agency_id, record.year))
        elif isinstance(record, PublicResult | PublicDraw):
            self._tasks |= {record.task_id} if record.task_id else set()
        elif isinstance(record, PublicDrawEntry):
            self._draws.add(record.draw_id)

    @property
    def size(self) -> int:
        """How much is noted."""
        return len(self._plans) + len(self._tasks) + len(self._draws)

    def change(self, session: Session) -> Counter[Cell]:
        """Return what has changed; the figures of tasks and draws are written already."""
        found: Counter[Cell] = Counter()
        for ids in _chunks(sorted(self._touched(session))):
            live = {plan.id: plan for plan in _plans(session, ids)}
            now, before = sums(session, live.values()), _kept(session, ids)
            for each in ids:
                if each in before:
                    place = self._left.get(each) or _place(live[each])
                    found.subtract(Counter(dict(cells(each, place, before[each]))))
                if each in live:
                    found.update(Counter(dict(cells(each, _place(live[each]), now[each]))))
        for noted in (self._left, self._plans, self._tasks, self._draws):
            noted.clear()
        return found

    def _touched(self, session: Session) -> set[str]:
        tasks, plans = set(self._tasks), set(self._plans)
        for ids in _chunks(sorted(self._draws)):
            of_draws = sa.select(DrawRow.task_id).where(among(session, DrawRow.public_id, ids))
            tasks |= {task for task in session.scalars(of_draws) if task}
        for ids in _chunks(sorted(tasks)):
            of_tasks = sa.select(TaskRow.plan_id).where(among(session, TaskRow.public_id, ids))
            plans |= set(session.scalars(of_tasks))
        return plans


def cells(plan_id: str, place: Place, of_plan: Mapping[str, int]) -> Iterator[tuple[Cell, int]]:
    """Yield the counts that the sums of one plan are part of: its own, and those by agency and year."""
    for what, count in of_plan.items():
        yield Cell("plan", "", "", "", f"{plan_id}/{what}"), count
        for agency, period in product((place.agency, ""), (str(place.year), "")):
            yield Cell("progress", "", agency, period, what), count


def summed(plan: PublicPlan, draws: Mapping[str, Iterable[str]], counts: Counts) -> Counter[str]:
    """Return tasks, parties planned and drawn, checks published, with problems and closed of a plan.

    `draws` are those of each task; "stated" are the checks of tasks that state how many are planned.
    """
    found = Counter(task=len(plan.tasks))
    for task in plan.tasks:
        published, problem, closed = (counts("of_task", f"{task.id}/{key}") for key in _STATES)
        found["planned"] += task.planned_count or 0
        found["drawn"] += sum(counts("entry", each) for each in draws.get(task.id, ()))
        found.update(published=published, problem=problem, closed=closed)
        found["stated"] += published if task.planned_count else 0
    return +found


def sums(session: Session, plans: Iterable[PublicPlan]) -> dict[str, Counter[str]]:
    """Return the sums of each of `plans`, from the figures of its tasks."""
    every = list(plans)
    tasks = [task.id for plan in every for task in plan.tasks]
    draws = draws_of(session, tasks)
    wanted = [("of_task", f"{task}/{key}") for task in tasks for key in _STATES]
    wanted += [("entry", draw) for of_task in draws.values() for draw in of_task]
    counts: dict[tuple[str, str], int] = {}
    for some in _chunks(wanted):
        query = sa.select(FigureRow.measure, FigureRow.key, FigureRow.count.label("number")).where(
            FigureRow.measure.in_(("of_task", "entry")), FigureRow.region == "",
            FigureRow.agency == "", FigureRow.period == "",
            among(session, FigureRow.key, [key for _, key in some]),
        )  # fmt: skip
        counts |= {(row.measure, row.key): row.number for row in session.execute(query)}
    return {p.id: summed(p, draws, lambda *of: counts.get(of, 0)) for p in every}


def draws_of(session: Session, task_ids: Iterable[str]) -> dict[str, list[str]]:
    """Return the draws of each task."""
    found: dict[str, list[str]] = {}
    for ids in _chunks(task_ids):
        query = sa.select(DrawRow.task_id, DrawRow.public_id).where(DrawRow.task_id.in_(ids))
        for row in session.execute(query):
            found.setdefault(row.task_id, []).append(row.public_id)
    return found


def _chunks(ids: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(ids)
    while some := list(islice(rest, _CHUNK)):
        yield some


def _plans(session: Session, ids: Iterable[str]) -> Iterator[PublicPlan]:
    for body in session.scalars(
        sa.select(PlanRow.body).where(among(session, PlanRow.public_id, ids))
    ):
        yield decode(body, PublicPlan)


def _place(plan: PublicPlan) -> Place:
    return Place(plan.agency_id, plan.year)


def _kept(session: Session, ids: Iterable[str]) -> dict[str, Counter[str]]:
    """Return the sums as they are kept."""
    keys = [f"{each}/{what}" for each in ids for what in WHATS]
    found: dict[str, Counter[str]] = {}
    query = sa.select(FigureRow.key, FigureRow.count.label("number")).where(
        FigureRow.measure == "plan", FigureRow.region == "", FigureRow.agency == "",
        FigureRow.period == "", among(session, FigureRow.key, keys),
    )  # fmt: skip
    for row in session.execute(query):
        plan_id, _, what = row.key.partition("/")
        found.setdefault(plan_id, Counter())[what] = row.number
    return found
