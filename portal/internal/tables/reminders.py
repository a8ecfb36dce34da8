"""Keeps `filing.remind_on` true: which filings still wait for something, and from which day (待办提醒).

Set on the filing that waits, nowhere else: on a check its deadline for putting right, on a report
the day it came, on a draw the last day of its list's embargo. What was done long ago has left the
index, so a work list costs what waits and not what was ever filed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.awaiting import awaited
from portal.domain.draws import Draw
from portal.domain.followups import FollowUp
from portal.domain.results import Result
from portal.internal.tables import filings
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import WITHDRAWN
from portal.kit import clock
from portal.kit.db import among

_CHUNK = 500
T = TypeVar("T")
#: The kinds that may wait for something once they are filed.
_KINDS = frozenset({"result", "followup", "draw"})
Filed = sa.Row[tuple[int, int, str, str, str]]
Name = InstrumentedAttribute[str]


def filed(session: Session, records: Iterable[object]) -> None:
    """Count anew what these records, just filed, wait for."""
    checks: set[str] = set()
    quiet: set[str] = set()
    draws: set[str] = set()
    for record in records:
        if isinstance(record, Draw):
            draws.add(record.key)
        elif isinstance(record, FollowUp):
            checks.add(filings.about(record))
        elif isinstance(record, Result):
            (checks if record.has_problem else quiet).add(record.key)
    for part in _parts(quiet):
        #: What has no problem waits for nothing, unless it was filed with one before.
        for kind, name in (("result", FilingRow.key), ("followup", FilingRow.about)):
            checks.update(said for _, said in _reminding(session, kind, name, part))
    _recount(session, checks, draws)


def returned(session: Session, batch_id: int) -> None:
    """Count anew after a batch was returned: what stood before it stands again."""
    _recount_where(session, FilingRow.batch_id == batch_id, _KINDS)


def withdrawn(session: Session, kind: str, key: str) -> None:
    """Count anew after a record was withdrawn: a step taken back was not taken."""
    _recount_where(session, FilingRow.key == key, {kind} & _KINDS)


def released(session: Session, batch_id: int, today: date) -> None:
    """Note that a release has let out the lists whose embargo ended before `today`."""
    session.execute(
        sa.update(FilingRow)
        .where(FilingRow.batch_id == batch_id, FilingRow.kind == "draw")
        .where(FilingRow.remind_on < today)
        .values(remind_on=None)
    )


def sealed(session: Session, draws: set[str]) -> None:
    """Remember that the lists of these draws are to come out, though they did once, or would have while the draw was hidden."""
    for part in _parts(draws):
        drawn = [
            (row.id, filings.decode("draw", row.body))
            for row in _standing(session, "draw", FilingRow.key, part)
        ]
        _remember(session, ((each, draw.embargo_until or draw.drawn_on) for each, draw in drawn))


def _recount_where(
    session: Session, condition: sa.ColumnElement[bool], kinds: Iterable[str]
) -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for kind in kinds:
        name = FilingRow.about if kind == "followup" else FilingRow.key
        query = sa.select(name).where(condition, FilingRow.kind == kind).distinct()
        found["draw" if kind == "draw" else "check"].update(session.scalars(query))
    _recount(session, found["check"], found["draw"])


def _recount(session: Session, checks: set[str], draws: set[str]) -> None:
    for part in _parts(checks):
        _forget(session, "result", FilingRow.key, part)
        _forget(session, "followup", FilingRow.about, part)
        _remember(session, _checks(session, part))
    for part in _parts(draws):
        _forget(session, "draw", FilingRow.key, part)
        _remember(session, _lists(session, part))


def _checks(session: Session, keys: list[str]) -> Iterator[tuple[int, date]]:
    steps: dict[str, dict[str, tuple[int, FollowUp]]] = defaultdict(dict)
    for row in _standing(session, "followup", FilingRow.about, keys):
        steps[row.about][row.key] = row.id, filings.decode("followup", row.body)
    for row in _standing(session, "result", FilingRow.key, keys):
        mine = steps[row.key]
        found = awaited(filings.decode("result", row.body), [step for _, step in mine.values()])
        if found:
            yield mine[found.record.key][0] if found.record.key in mine else row.id, found.day


def _lists(session: Session, keys: list[str]) -> Iterator[tuple[int, date]]:
    rows = _standing(session, "draw", FilingRow.key, keys)
    ids = {row.batch_id for row in rows}
    query = sa.select(BatchRow.id, BatchRow.released_at).where(BatchRow.id.in_(ids))
    released_at = {batch_id: at for batch_id, at in session.execute(query)}  # noqa: C416
    for row in rows:
        draw: Draw = filings.decode("draw", row.body)
        out = released_at[row.batch_id]
        if draw.embargo_until and not (out and draw.is_listed(clock.local_date(out))):
            yield row.id, draw.embargo_until


def _standing(session: Session, kind: str, name: Name, keys: list[str]) -> list[Filed]:
    """Return (id, batch_id, key, about, body) of the newest live filings, without withdrawn records."""
    found: list[Filed] = []
    for part in _cut(filings.newest_named(session, kind, name, keys)):
        query = sa.select(
            FilingRow.id, FilingRow.batch_id, FilingRow.key, FilingRow.about, FilingRow.body
        )
        found += session.execute(query.where(FilingRow.id.in_(part), ~WITHDRAWN))
    return found


def _reminding(session: Session, kind: str, name: Name, keys: list[str]) -> list[tuple[int, str]]:
    """Return (id, name) of filings that wait for something.

    Sought by name alone: told the condition too, SQLite would walk everything that waits.
    """
    query = sa.select(FilingRow.id, name, FilingRow.remind_on)
    rows = session.execute(query.where(FilingRow.kind == kind, among(session, name, keys)))
    return [(filing_id, said) for filing_id, said, day in rows if day is not None]


def _forget(session: Session, kind: str, name: Name, keys: list[str]) -> None:
    for part in _cut([filing_id for filing_id, _ in _reminding(session, kind, name, keys)]):
        session.execute(sa.update(FilingRow).where(FilingRow.id.in_(part)).values(remind_on=None))


def _remember(session: Session, days: Iterable[tuple[int, date]]) -> None:
    found = [{"filing_id": filing_id, "day": day} for filing_id, day in days]
    if found:
        table = cast("sa.Table", FilingRow.__table__)
        change = sa.update(table).where(table.c.id == sa.bindparam("filing_id"))
        session.execute(change.values(remind_on=sa.bindparam("day")), found)


def _parts(keys: set[str]) -> Iterator[list[str]]:
    yield from _cut(sorted(keys))


def _cut(ordered: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]
