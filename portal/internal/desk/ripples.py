"""What a change to a party changes elsewhere: its checks, their steps, the draws it was in.

How a party is disclosed decides what they may show: days become months, figures of draws no
longer count it, or what was withheld with it comes back. A release of parties carries that on.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Passage
from portal.domain.parties import Entity
from portal.internal.desk import batches
from portal.internal.desk.projection import passages
from portal.internal.tables import filings
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.register.queries import draws


def shown_otherwise(session: Session, rows: Sequence[FilingRow]) -> dict[str, str]:
    """Return key → public id of parties whose form or decision differs from the release before."""
    parties = {row.key: row for row in rows if row.kind == "entity"}
    if not parties:
        return {}
    #: A batch is filed under one lock, so everything filed before it has a smaller number.
    first = min(row.id for row in parties.values())
    newest = (
        sa.select(sa.func.max(FilingRow.id))
        .join(BatchRow, BatchRow.id == FilingRow.batch_id)
        .where(FilingRow.kind == "entity", FilingRow.key.in_(sorted(parties)))
        .where(FilingRow.id < first, BatchRow.released_at.is_not(None))
        .group_by(FilingRow.key)
    )
    before = sa.select(FilingRow.key, FilingRow.body).where(FilingRow.id.in_(newest))
    found: dict[str, str] = {}
    for key, body in session.execute(before):
        old: Entity = filings.decode("entity", body)
        new: Entity = filings.decode("entity", parties[key].body)
        if (old.form, old.decision) != (new.form, new.decision):
            found[key] = parties[key].public_id
    return found


def carried_on(
    session: Session, register: sa.Engine, parties: dict[str, str], *, batch_id: int, today: date
) -> Iterator[Passage]:
    """Project again what is public about `parties`, now that they are disclosed otherwise."""
    drawn = draws_of(register, parties.values())
    results: list[str] = []
    for rows in batches.public_about(session, "result", parties):
        results += [row.key for row in rows]
        yield from _projected(session, rows, batch_id, today)
    for rows in batches.public_about(session, "followup", results):
        yield from _projected(session, rows, batch_id, today)
    yield from redrawn(session, drawn, today=today, batch_id=batch_id)


def draws_of(register: sa.Engine, entity_ids: Iterable[str]) -> set[str]:
    """Return the ids of the published draws whose lists name these parties."""
    with Session(register) as public:
        return {
            draw.id for each in entity_ids for draw in draws.of_entity(public, each, limit=None)
        }


def redrawn(
    session: Session, draw_ids: set[str], *, today: date, batch_id: int | None = None
) -> Iterator[Passage]:
    """Project these draws again: their figures and digests follow who is shown."""
    for rows in batches.public_with_id(session, "draw", draw_ids):
        yield from _projected(session, rows, batch_id, today)


def _projected(
    session: Session, rows: list[FilingRow], batch_id: int | None, today: date
) -> Iterator[Passage]:
    for _, passage in passages(session, rows, today, batch_id=batch_id):
        yield passage
