"""What a change to one record changes elsewhere: a party's checks, their steps, the draws it was in.

How a party is disclosed decides what they may show: days become months, figures of draws no
longer count it, or what was withheld with it comes back. An item that is withheld is named in no
check and no plan. A release, and a decision on something public, carries that on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Passage
from portal.domain.workflow import BatchState
from portal.internal.desk import batches, decided, leaning, mentions, naming, secrets
from portal.internal.desk.brought import is_brought, led_in
from portal.internal.desk.calling import kept_back
from portal.internal.desk.leaning import Walk, listed
from portal.internal.desk.unchanged import require_filed
from portal.internal.tables import filings
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import withdrawn_keys
from portal.kit.db import among, snapshot
from portal.register.proofs import standing
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
        before = _before(session, kind, filed)
        anew = withdrawn_keys(session, kind.value, filed, batch_id=None)
        if kind is Kind.ITEM:
            anew |= _awaited(session, filed.keys() - before.keys())
        records = {key: filings.decode(kind.value, row.body) for key, row in filed.items()}
        made = decided.verdicts(session, kind, records)
        for key, record in records.items():
            old, verdict = before.get(key), made.get((kind, key))
            words = set(kept_back(record, verdict)) - set(kept_back(old, verdict))
            if words or key in anew or (old and _disclosed(record) != _disclosed(old)):
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


def of_records(walk: Walk, named: Mapping[Kind, Sequence[str]]) -> Iterator[Passage]:
    """Project released records again, by kind and key, and everything public that leans on them or tells of them.

    Who tells of them is asked last and of all of a kind at once: each question reads every text.
    """
    for kind, keys in named.items():
        for key in keys:
            itself = _of_itself(walk, kind, key)
            yield from led_in(walk.session, walk.register, itself, today=walk.today)
    for kind in secrets.NAMED:
        if keys := named.get(kind, ()):
            yield from mentions.of(walk.session, walk.register, kind, keys, today=walk.today)


def carried_on(walk: Walk, parties: dict[str, str]) -> Iterator[Passage]:
    """Project again what is public about `parties` (key → public id), now that they are disclosed otherwise."""
    yield from leaning.of_parties(walk, parties, leaning.lists_with(walk, parties))


def _of_itself(walk: Walk, kind: Kind, key: str) -> Iterator[Passage]:
    rows = [row for rows in batches.public_of(walk.session, kind.value, [key]) for row in rows]
    if not rows:
        _require_none(walk, kind, key)
        if not naming.kept_back(walk.session, kind, {key}):
            return
    held = [row for row in rows if is_brought(row) and not _is_public(walk.register, row)]
    yield from _lists_of(walk, held)
    rows = [row for row in rows if row not in held]
    #: Asked before: a party that goes takes its places in lists with it.
    parties = {row.key: row.public_id for row in rows if kind is Kind.ENTITY}
    drawn = leaning.lists_with(walk, parties) if parties else set()
    yield from walk.passages(rows)
    match kind:
        case Kind.ENTITY:
            yield from leaning.of_parties(walk, [key], drawn)
        case Kind.ITEM:
            yield from naming.naming_items(walk, {key})
        case Kind.DRAW:
            yield from naming.naming_draw(walk, key)
        case Kind.RESULT:
            yield from leaning.of_check(walk, key)


def _require_none(walk: Walk, kind: Kind, key: str) -> None:
    """Refuse to pass over a record that is public, though nothing that was released says so any more."""
    mine = walk.ids().of(kind, key)
    with snapshot(walk.register) as public:
        if standing.there(public, kind, mine, expected=False) is not None:
            require_filed(walk.session, kind, [mine])


def _is_public(register: sa.Engine, row: FilingRow) -> bool:
    with snapshot(register) as public:
        return standing.there(public, Kind.ENTITY, row.public_id) is not None


def _lists_of(walk: Walk, rows: list[FilingRow]) -> Iterator[Passage]:
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
        every = walk.session.scalars(lists.order_by(BatchRow.id)).all()
        for drawn in (each for batch in every for each in batches.releasable(walk.session, batch)):
            naming = [each for each in drawn if each.kind == "draw" and row.key in listed(each)]
            if naming:
                yield from walk.passages(naming)
