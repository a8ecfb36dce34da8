"""What a change to one record changes elsewhere: a party's checks, their steps, the draws it was in.

How a party is disclosed decides what they may show: days become months, figures of draws no
longer count it, or what was withheld with it comes back. An item that is withheld is named in no
check and no plan. A release, and a decision on something public, carries that on.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Ids, Passage
from portal.domain.draws import Draw
from portal.domain.plans import Plan
from portal.domain.results import Result
from portal.domain.workflow import BatchState
from portal.internal.desk import batches, decided, mentions, secrets
from portal.internal.desk.brought import is_brought, led_in
from portal.internal.desk.secrets import kept_back
from portal.internal.desk.unchanged import again, as_approved, require_filed
from portal.internal.tables import filings
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.settings import ID_KEY, secret
from portal.kit.db import among, snapshot
from portal.register.proofs import standing
from portal.register.queries import draws
from portal.register.queries.naming import about
from portal.register.records import Kind

#: What records of these kinds are about.
_ABOUT = {Kind.RESULT: Kind.ENTITY, Kind.FOLLOWUP: Kind.RESULT}
#: Kinds that bear a name, and whose file says how they are disclosed; and one whose steps may repeat it.
_FILED_WITH_DECISION = (Kind.ENTITY, Kind.ITEM, Kind.DOCUMENT)
_WITH_STEPS = Kind.RESULT


def shown_otherwise(session: Session, rows: Sequence[FilingRow]) -> dict[Kind, dict[str, str]]:
    """Return key → public id, by kind, of what is disclosed otherwise than at the release before.

    What is kept back and filed for the first time, or by another name or number than before, is so too: somebody may
    have told of it already. So is an item that checks have not named until now, as it was filed as kept back at first.
    """
    found: dict[Kind, dict[str, str]] = {}
    for kind in (*_FILED_WITH_DECISION, _WITH_STEPS):
        filed = {
            row.key: row
            for row in rows
            if row.kind == kind.value and (kind is not _WITH_STEPS or row.guarded)
        }
        if not filed:
            continue
        before = _before(session, kind, filed)
        awaited = _awaited(session, filed.keys() - before.keys()) if kind is Kind.ITEM else set()
        records = {key: filings.decode(kind.value, row.body) for key, row in filed.items()}
        made = decided.verdicts(session, kind, records)
        for key, record in records.items():
            old, verdict = before.get(key), made.get((kind, key))
            words = set(kept_back(record, verdict)) - set(kept_back(old, verdict))
            if words or key in awaited or (old and _disclosed(record) != _disclosed(old)):
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
        return
    held = [row for row in rows if is_brought(row) and not _is_public(register, row)]
    yield from _lists_of(session, held, today)
    rows = [row for row in rows if row not in held]
    #: Asked before: a party that goes takes its places in lists with it.
    drawn = draws_of(register, [row.public_id for row in rows]) if kind is Kind.ENTITY else set()
    yield from _projected(session, rows, None, today)
    match kind:
        case Kind.ENTITY:
            yield from _about_parties(session, register, [key], drawn, batch_id=None, today=today)
        case Kind.ITEM:
            yield from naming_items(session, register, {key}, today=today)
        case Kind.DRAW:
            yield from _naming(session, register, "result", {key}, _names_draw, today=today)
        case Kind.RESULT:
            yield from _steps_of(session, register, [key], None, today)


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
            naming = [each for each in drawn if each.kind == "draw" and _lists(each, row.key)]
            if naming:
                yield from _projected(session, naming, None, today)


def _lists(row: FilingRow, key: str) -> bool:
    draw: Draw = filings.decode(row.kind, row.body)
    return any(entry.entity_key == key for entry in draw.entries)


def naming_items(
    session: Session,
    register: sa.Engine,
    keys: set[str],
    *,
    today: date,
    batch_id: int | None = None,
) -> Iterator[Passage]:
    """Project again the checks and plans that name these items, and what followed from these checks.

    Of all items in one walk: item by item, the order of the changes would tell which of them each had named.
    """
    for kind, names in (("result", _names_item), ("plan", _plans_item)):
        yield from _naming(session, register, kind, keys, names, today=today, batch_id=batch_id)


def _naming(
    session: Session,
    register: sa.Engine,
    kind: str,
    keys: set[str],
    names: Callable[[Any], set[str]],
    *,
    today: date,
    batch_id: int | None = None,
) -> Iterator[Passage]:
    """Walk the released records of the agencies in whose keys these lie, and project those that name one."""
    for agency in sorted({key.partition("/")[0] for key in keys}):
        for rows in batches.public_under(session, kind, f"{agency}/"):
            naming = [row for row in rows if names(filings.decode(kind, row.body)) & keys]
            if naming:
                yield from _projected(session, naming, batch_id, today)
            if kind == "result":
                yield from repeating(
                    session, register, [row.key for row in naming], batch_id=batch_id, today=today
                )


def _names_item(result: Result) -> set[str]:
    return {f"{result.agency_code}/{each.item_code}" for each in result.findings}


def _plans_item(plan: Plan) -> set[str]:
    return {f"{plan.agency_code}/{code}" for task in plan.tasks for code in task.item_codes}


def _names_draw(result: Result) -> set[str]:
    return {f"{result.agency_code}/{result.draw_code}"}


def carried_on(
    session: Session, register: sa.Engine, parties: dict[str, str], *, batch_id: int, today: date
) -> Iterator[Passage]:
    """Project again what is public about `parties`, now that they are disclosed otherwise."""
    drawn = draws_of(register, parties.values())
    yield from _about_parties(session, register, parties, drawn, batch_id=batch_id, today=today)


def _about_parties(
    session: Session, register: sa.Engine, parties: Iterable[str], drawn: set[str], *,
    batch_id: int | None, today: date,
) -> Iterator[Passage]:  # fmt: skip
    _require_about(session, register, Kind.RESULT, parties, batch_id)
    results: list[str] = []
    for rows in batches.public_about(session, "result", parties):
        results += [row.key for row in rows]
        yield from _projected(session, rows, batch_id, today)
    yield from _steps_of(session, register, results, batch_id, today)
    yield from redrawn(session, drawn, today=today, batch_id=batch_id)


def repeating(
    session: Session,
    register: sa.Engine,
    checks: Iterable[str],
    *,
    batch_id: int | None,
    today: date,
) -> Iterator[Passage]:
    """Project again the steps after checks of which less is shown now: who repeats it goes."""
    for passage in _steps_of(session, register, checks, batch_id, today):
        passage.telling = True
        yield passage


def _steps_of(
    session: Session, register: sa.Engine, checks: Iterable[str], batch_id: int | None, today: date
) -> Iterator[Passage]:
    _require_about(session, register, Kind.FOLLOWUP, checks := list(checks), batch_id)
    for rows in batches.public_about(session, "followup", checks):
        yield from _projected(session, rows, batch_id, today)


def _require_about(
    session: Session, register: sa.Engine, kind: Kind, keys: Iterable[str], batch_id: int | None
) -> None:
    """Refuse where a public record of this kind is about one of these, and its filing says that it is about another."""
    wanted, ids = list(keys), Ids(secret(session, ID_KEY))
    with snapshot(register) as public:
        there = about(public, kind, [ids.of(_ABOUT[kind], key) for key in wanted])
    require_filed(session, kind, there, batch_id=batch_id, about=wanted)


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
