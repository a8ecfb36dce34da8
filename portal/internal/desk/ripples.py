"""What a change to one record changes elsewhere: a party's checks, their steps, the draws it was in.

How a party is disclosed decides what they may show: days become months, figures of draws no
longer count it, or what was withheld with it comes back. An item that is withheld is named in no
check and no plan. A release, and a decision on something public, carries that on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Ids, Passage
from portal.airlock.rules import HIDDEN, party_class
from portal.domain.draws import Draw
from portal.domain.parties import Entity
from portal.domain.verdicts import filed as as_filed
from portal.domain.workflow import BatchState
from portal.internal.desk import batches, decided, mentions, naming, secrets
from portal.internal.desk.brought import is_brought, led_in, on_show
from portal.internal.desk.secrets import kept_back
from portal.internal.desk.unchanged import again, as_approved, require_filed
from portal.internal.tables import filings
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import withdrawn_keys
from portal.internal.tables.settings import ID_KEY, secret
from portal.kit.db import among, snapshot
from portal.register.proofs import standing
from portal.register.queries import draws
from portal.register.records import Kind

#: Kinds that bear a name, and whose file says how they are disclosed; and one whose steps may repeat it.
_FILED_WITH_DECISION = (Kind.ENTITY, Kind.ITEM, Kind.DOCUMENT)
_WITH_STEPS = Kind.RESULT


def shown_otherwise(session: Session, rows: Sequence[FilingRow]) -> dict[Kind, dict[str, str]]:
    """Return key → public id, by kind, of what is disclosed otherwise than at the release before.

    What is kept back and filed for the first time, or by another name or number than before, is so too: somebody may
    have told of it already. So is an item that checks have not named until now, as it was filed as kept back at first,
    and what was taken back and comes again.
    """
    found: dict[Kind, dict[str, str]] = {}
    for kind in (*_FILED_WITH_DECISION, _WITH_STEPS):
        filed = {row.key: row for row in rows if row.kind == kind.value}
        if kind is _WITH_STEPS:
            filed = {key: row for key, row in filed.items() if row.guarded}
        if not filed:
            continue
        anew = withdrawn_keys(session, kind.value, filed, batch_id=None)
        before = _before(session, kind, filed)
        awaited = _awaited(session, filed.keys() - before.keys()) if kind is Kind.ITEM else set()
        records = {key: filings.decode(kind.value, row.body) for key, row in filed.items()}
        made = decided.verdicts(session, kind, records)
        for key, record in records.items():
            old, verdict = before.get(key), made.get((kind, key))
            words = set(kept_back(record, verdict)) - set(kept_back(old, verdict))
            if words or key in awaited | anew or (old and _disclosed(record) != _disclosed(old)):
                found.setdefault(kind, {})[key] = filed[key].public_id
    return found


def _before(session: Session, kind: Kind, filed: Mapping[str, FilingRow]) -> dict[str, Any]:
    """Return what was released last under these keys, before they were filed again."""
    #: A batch is filed under one lock, so everything filed before it has a smaller number.
    first = min(row.id for row in filed.values())
    newest = (
        sa.select(sa.func.max(FilingRow.id))
        .join(BatchRow, BatchRow.id == FilingRow.batch_id)
        .where(FilingRow.kind == kind.value, FilingRow.key.in_(sorted(filed)))
        .where(FilingRow.id < first, BatchRow.released_at.is_not(None))
        .group_by(FilingRow.key)
    )
    query = sa.select(FilingRow.key, FilingRow.body).where(FilingRow.id.in_(newest))
    return {key: filings.decode(kind.value, body) for key, body in session.execute(query)}


def _awaited(session: Session, keys: Iterable[str]) -> set[str]:
    """Return which of these items were ever filed as kept back."""
    guarded = sa.select(FilingRow.key).where(
        FilingRow.kind == Kind.ITEM.value,
        filings.IS_GUARDED,
        among(session, FilingRow.key, sorted(keys)),
    )
    return set(session.scalars(guarded))


def _disclosed(record: Any) -> tuple[object, object]:  # noqa: ANN401 - a record of any kind that bears a decision
    return getattr(record, "form", None), record.decision


def of_record(
    session: Session, register: sa.Engine, kind: Kind, key: str, *, today: date
) -> Iterator[Passage]:
    """Project a released record again, and everything public that leans on it or tells of it."""
    mine = _of_itself(session, register, kind, key, today=today)
    yield from led_in(session, register, mine, today=today)
    if kind in secrets.NAMED:
        yield from mentions.of(session, register, kind, [key], today=today)


def _of_itself(
    session: Session, register: sa.Engine, kind: Kind, key: str, *, today: date
) -> Iterator[Passage]:
    rows = [row for rows in batches.public_of(session, kind.value, [key]) for row in rows]
    if not rows:
        _require_none(session, register, kind, key)
        if not naming.kept_back(session, kind, {key}):
            return
    held = [row for row in rows if is_brought(row) and not _is_public(register, row)]
    yield from _lists_of(session, held, today)
    rows = [row for row in rows if row not in held]
    #: Asked before: a party that goes takes its places in lists with it.
    parties = {row.key: row.public_id for row in rows if kind is Kind.ENTITY}
    drawn = _lists_with(session, register, parties, None) if parties else set()
    yield from _projected(session, rows, None, today)
    match kind:
        case Kind.ENTITY:
            yield from _about_parties(session, [key], drawn, None, today)
        case Kind.ITEM:
            yield from naming.naming_items(session, {key}, today=today)
        case Kind.DRAW:
            yield from naming.naming_draw(session, key, today=today)
        case Kind.RESULT:
            yield from _steps_of(session, [key], None, today)


def _require_none(session: Session, register: sa.Engine, kind: Kind, key: str) -> None:
    """Refuse to pass over a record that is public, though nothing that was released says so any more."""
    mine = Ids(secret(session, ID_KEY)).of(kind, key)
    with snapshot(register) as public:
        if standing.there(public, kind, mine, expected=False) is not None:
            require_filed(session, kind, [mine])


def _is_public(register: sa.Engine, row: FilingRow) -> bool:
    with snapshot(register) as public:
        return standing.there(public, Kind.ENTITY, row.public_id) is not None


def _lists_of(session: Session, rows: list[FilingRow], today: date) -> Iterator[Passage]:
    """Project again the lists that brought these parties along: they lead them in, if they show them."""
    for row in rows:
        brought = sa.select(FilingRow.batch_id).where(
            FilingRow.kind == row.kind, FilingRow.key == row.key, FilingRow.live
        )
        lists = sa.select(BatchRow).where(
            BatchRow.id.in_(brought),
            BatchRow.kind == "draws",
            BatchRow.state == BatchState.RELEASED.value,
        )
        every = session.scalars(lists.order_by(BatchRow.id)).all()
        for drawn in (each for batch in every for each in batches.releasable(session, batch)):
            naming = [each for each in drawn if each.kind == "draw" and row.key in _lists(each)]
            if naming:
                yield from _projected(session, naming, None, today)


def _lists(row: FilingRow) -> set[str]:
    draw: Draw = filings.decode(row.kind, row.body)
    return {entry.entity_key for entry in draw.entries}


def carried_on(
    session: Session, register: sa.Engine, parties: dict[str, str], *, batch_id: int, today: date
) -> Iterator[Passage]:
    """Project again what is public about `parties`, now that they are disclosed otherwise."""
    drawn = _lists_with(session, register, parties, batch_id)
    yield from _about_parties(session, parties, drawn, batch_id, today)


def _lists_with(
    session: Session, register: sa.Engine, parties: Mapping[str, str], batch_id: int | None
) -> set[str]:
    """Return the published draws that list these; where somebody is shown again, those that were filed so too.

    They left every list that they stood in. Put back by whatever happens next, they would tell that it did.
    """
    known: dict[str, Entity] = filings.standing(session, Entity, parties, batch_id=batch_id)
    made = decided.verdicts(session, Kind.ENTITY, known)
    shown = {
        key
        for key, party in known.items()
        if party_class(party, made.get((Kind.ENTITY, key)) or as_filed(party.decision))
        not in HIDDEN
    }
    again = shown - on_show(register, Ids(secret(session, ID_KEY)), shown)
    found = draws_of(register, parties.values())
    for rows in batches.public_under(session, Kind.DRAW, "") if again else ():
        found |= {row.public_id for row in rows if _lists(row) & again}
    return found


def _about_parties(
    session: Session, parties: Iterable[str], drawn: set[str], batch_id: int | None, today: date
) -> Iterator[Passage]:
    results: list[str] = []
    for rows in batches.public_about(session, "result", parties):
        results += [row.key for row in rows]
        yield from _projected(session, rows, batch_id, today)
    yield from _steps_of(session, results, batch_id, today)
    yield from redrawn(session, drawn, today=today, batch_id=batch_id)


def repeating(
    session: Session, checks: Iterable[str], *, batch_id: int | None, today: date
) -> Iterator[Passage]:
    """Project again the steps after checks of which less is shown now: who repeats it goes."""
    for passage in _steps_of(session, checks, batch_id, today):
        passage.telling = True
        yield passage


def _steps_of(
    session: Session, checks: Iterable[str], batch_id: int | None, today: date
) -> Iterator[Passage]:
    for rows in batches.public_about(session, "followup", checks):
        yield from _projected(session, rows, batch_id, today)


def draws_of(register: sa.Engine, entity_ids: Iterable[str]) -> set[str]:
    """Return the ids of the published draws whose lists name these parties."""
    with snapshot(register) as public:
        standing.hold(public, {Kind.DRAW, Kind.DRAW_ENTRY})
        return {
            draw.id for each in entity_ids for draw in draws.of_entity(public, each, limit=None)
        }


def redrawn(
    session: Session,
    draw_ids: set[str],
    *,
    today: date,
    batch_id: int | None = None,
    at_any_rate: bool = False,
) -> Iterator[Passage]:
    """Project these draws again: their figures and digests follow who is shown.

    `at_any_rate`: what was changed since its approval is left as it is, and keeps nothing else from going on.
    """
    for found in batches.public_with_id(session, "draw", draw_ids):
        rows = as_approved(session, found) if at_any_rate else found
        yield from _projected(session, rows, batch_id, today)


def _projected(
    session: Session, rows: list[FilingRow], batch_id: int | None, today: date
) -> Iterator[Passage]:
    for _, passage in again(session, rows, today, batch_id=batch_id):
        yield passage
