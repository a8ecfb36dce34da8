"""Holds the figures of the statistics against the published records they were counted from."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import groupby, zip_longest
from operator import itemgetter

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.facts import Cell
from portal.register.figuring import Figures, Visit, Visits, parties
from portal.register.progressing import Place, cells, draws_of, summed
from portal.register.proofs.report import Audited
from portal.register.punctual import punctuality
from portal.register.quarters import quarter
from portal.register.records import PublicPlan, PublicResult, Record, decode
from portal.register.tables.figures import FigureRow, VisitRow
from portal.register.tables.plans import PlanRow
from portal.register.tables.results import ResultRow
from portal.register.tables.rows import RecordRow

_STREAMED = 2_000
_ALL = {"yield_per": _STREAMED}


class Counted:
    """Counts again what is walked; parties are counted at the end, one after the other."""

    def __init__(self, session: Session, found: Audited) -> None:
        """Begin with nothing counted."""
        self._session = session
        self._found = found
        self._figures = Figures(with_parties=False)

    def count(self, record: Record, row: RecordRow) -> None:
        """Count one live record, as its row stands."""
        self._figures.count(record, row, +1)
        if isinstance(record, PublicResult) and isinstance(row, ResultRow):
            measured = punctuality(record, row.published_on)
            if (row.working_days, row.late) != measured:
                self._found.fault(f"抽查结果 {row.public_id}：所记公开用时与检查日期、公开日期不符")

    def finish(self) -> None:
        """Compare what was counted with what is kept."""
        expected = self._figures.counted()
        pairs = zip_longest(_visited(self._session), _kept(self._session))
        for walked, kept in pairs:
            if walked != kept:
                self._found.fault("检查对象受检次数的记录与已公开的结果不符")
                break
            expected.update(parties(walked[1]))
        self._count_plans(expected)
        stored: Counter[Cell] = Counter()
        columns = [getattr(FigureRow, name) for name in (*Cell._fields, "count")]
        for row in self._session.execute(sa.select(*columns), execution_options=_ALL):
            stored[Cell(*row[:-1])] = row[-1]
        if dict(stored) != dict(expected):
            self._found.fault("统计数字与已公开的记录不符")
        self._found.done["figures"] = len(stored)

    def _count_plans(self, expected: Counter[Cell]) -> None:
        """Add the sums of plans, from what is expected of their tasks."""
        for body in self._session.scalars(sa.select(PlanRow.body), execution_options=_ALL):
            plan = decode(body, PublicPlan)
            draws = draws_of(self._session, [task.id for task in plan.tasks])
            found = summed(plan, draws, lambda of, key: expected[Cell(of, "", "", "", key)])
            place = Place(plan.agency_id, plan.year)
            expected.update(dict(cells(plan.id, place, found)))


def _visited(session: Session) -> Iterator[tuple[str, Visits]]:
    """Yield how often each party was checked, from the results."""
    row = ResultRow
    query = sa.select(row.entity_id, row.agency_id, row.region, row.inspected_on, row.problem)
    with session.execute(query.order_by(row.entity_id), execution_options=_ALL) as rows:
        for entity_id, checks in groupby(rows, itemgetter(0)):
            sums: dict[Visit, list[int]] = defaultdict(lambda: [0, 0])
            for _, agency, region, day, problem in checks:
                held = sums[Visit(agency, region, quarter(day))]
                held[0] += 1
                held[1] += problem
            yield entity_id, {visit: (each[0], each[1]) for visit, each in sums.items()}


def _kept(session: Session) -> Iterator[tuple[str, Visits]]:
    """Yield how often each party was checked, as it is kept."""
    row = VisitRow
    query = sa.select(row.entity_id, row.agency, row.region, row.period, row.checks, row.problems)
    with session.execute(query.order_by(row.entity_id), execution_options=_ALL) as rows:
        for entity_id, visits in groupby(rows, itemgetter(0)):
            yield entity_id, {Visit(*each[1:4]): (each[4], each[5]) for each in visits}
