"""Keeps the figures up to date: gathers what a transaction adds and takes away, writes it once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.kit.db import Table, among
from portal.register.facts import Cell, Fact, cells, facts, rolled
from portal.register.layout import is_problem
from portal.register.progressing import Progress
from portal.register.quarters import quarter
from portal.register.records import PublicResult, Record
from portal.register.tables.figures import FigureRow, VisitRow


class Visit(NamedTuple):
    """Which agency checked, in which region and quarter."""

    agency: str
    region: str
    period: str


Visits = dict[Visit, tuple[int, int]]
_CHUNK = 500
_MOST_HELD = 50_000


class Figures:
    """Gathers changes of figures."""

    def __init__(self, *, with_parties: bool = True) -> None:
        """Begin with no change; parties are remembered one by one, where they are wanted."""
        self._with_parties = with_parties
        self._facts: Counter[Fact] = Counter()
        self._visits: dict[str, Visits] = defaultdict(dict)
        self._progress = Progress()

    def count(self, record: Record, beside: Any, by: int) -> None:  # noqa: ANN401 - as in facts
        """Note that `record` is there (+1) or no more (-1)."""
        for fact in facts(record, beside):
            self._facts[fact] += by
        self._progress.note(record, by)
        if self._with_parties and isinstance(record, PublicResult):
            visit = Visit(record.agency_id, beside.region, quarter(record.inspected_on))
            held = self._visits[record.entity_id]
            held[visit] = _plus(held.get(visit, (0, 0)), (by, by * is_problem(record)))

    @property
    def is_large(self) -> bool:
        """Whether it is time to write what was gathered: memory stays bounded."""
        return len(self._visits) + len(self._facts) + self._progress.size > _MOST_HELD

    def counted(self) -> Counter[Cell]:
        """Return the change of each count, without those of parties."""
        found: Counter[Cell] = Counter()
        for fact, change in self._facts.items():
            for cell in cells(fact):
                found[cell] += change
        return found

    def write(self, session: Session) -> None:
        """Bring the stored figures up to date."""
        change = self.counted()
        every = sorted(self._visits)
        for start in range(0, len(every), _CHUNK):
            self._write_visits(session, every[start : start + _CHUNK], change)
        add(session, FigureRow, ((*cell, by) for cell, by in change.items() if by))
        #: The sums of plans follow from the figures just written.
        further = self._progress.change(session)
        add(session, FigureRow, ((*cell, by) for cell, by in further.items() if by))
        self._facts.clear()
        self._visits.clear()

    def _write_visits(self, session: Session, ids: Sequence[str], change: Counter[Cell]) -> None:
        before: dict[str, Visits] = defaultdict(dict)
        query = sa.select(VisitRow).where(among(session, VisitRow.entity_id, ids))
        for row in session.scalars(query.execution_options(populate_existing=True)):
            before[row.entity_id][Visit(row.agency, row.region, row.period)] = (
                row.checks,
                row.problems,
            )
        for entity_id in ids:
            held = before[entity_id]
            after = held | {
                visit: _plus(held.get(visit, (0, 0)), by)
                for visit, by in self._visits[entity_id].items()
            }
            change.subtract(parties(held))
            change.update(parties(after))
        rows = ((e, *visit, *by) for e in ids for visit, by in self._visits[e].items() if any(by))
        add(session, VisitRow, rows)


def parties(visits: Mapping[Visit, tuple[int, int]]) -> Counter[Cell]:
    """Return the counts that one party is part of: checked, with problems, with problems twice."""
    sums: dict[tuple[str, str, str], tuple[int, int]] = {}
    for visit, counts in visits.items():
        for where in rolled(visit.region, visit.agency, visit.period):
            sums[where] = _plus(sums.get(where, (0, 0)), counts)
    found: Counter[Cell] = Counter()
    for where, (checks, problems) in sums.items():
        for key, holds in (("checked", checks), ("problem", problems), ("repeat", problems > 1)):
            if holds:
                found[Cell("party", *where, key)] = 1
    return found


def add(session: Session, table: type[Table], rows: Iterable[tuple[Any, ...]]) -> None:
    """Add to the counts of a table, its last columns; a row whose counts become 0 goes."""
    columns = table.__table__.columns
    keys = [column for column in columns if column.primary_key]
    counts = [column for column in columns if not column.primary_key]
    given = [dict(zip(columns.keys(), row, strict=True)) for row in rows]
    if not given:
        return
    on = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = on.insert(table.__table__)
    sums = {each.name: each + insert.excluded[each.name] for each in counts}
    session.execute(insert.on_conflict_do_update(index_elements=keys, set_=sums), given)
    if shrunk := [row for row in given if any(row[each.name] < 0 for each in counts)]:
        #: A count of nothing would tell of what was withdrawn.
        there = [each == sa.bindparam(f"at_{each.name}") for each in keys]
        session.execute(
            sa.delete(table.__table__).where(*there, counts[0] == 0),  # type: ignore[arg-type]
            [{f"at_{each.name}": row[each.name] for each in keys} for row in shrunk],
        )


def _plus(counts: tuple[int, int], more: tuple[int, int]) -> tuple[int, int]:
    return counts[0] + more[0], counts[1] + more[1]
