"""From filings to passages: gathers what the airlock must know around a record, and opens it.

Preview and release both come through here, so what the reviewer sees is what becomes public.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import chain
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Around, Cleared, Ids, Name, Passage
from portal.airlock.redact import KIND_OF as PUBLIC_KIND
from portal.airlock.redact import is_nameless, redact
from portal.airlock.residue import tells
from portal.domain.draws import Draw
from portal.domain.followups import FollowUp
from portal.domain.items import Item
from portal.domain.parties import Entity
from portal.domain.plans import Plan
from portal.domain.results import Result
from portal.domain.verdicts import Verdict, filed
from portal.internal.desk import decided, given, hidden_items, secrets
from portal.internal.desk.earlier import ever_released, said_before
from portal.internal.tables import filings
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import withdrawn_keys
from portal.internal.tables.lookup import returned as returned_ones
from portal.kit.db import among
from portal.register.records import Kind

T = TypeVar("T")
Lookup = Callable[[type[Any], Iterable[str]], dict[str, Any]]


def passages(
    session: Session,
    rows: list[FilingRow],
    today: date,
    *,
    batch_id: int | None = None,
    let_out: bool = False,
) -> Iterator[tuple[FilingRow, Passage]]:
    """Project filings of one kind; kinds that are never public yield nothing.

    Records around them count as they were last released, or as the batch itself files them. `let_out`: what files that wait
    keep back, or open, makes no difference; see `secrets.known`.
    """
    records = [(row, filings.decode(row.kind, row.body)) for row in rows]
    yield from projected(session, records, today, batch_id=batch_id, let_out=let_out)


def projected(
    session: Session,
    records: Iterable[tuple[T, Any]],
    today: date,
    *,
    batch_id: int | None,
    let_out: bool = False,
) -> Iterator[tuple[T, Passage]]:
    """Project records of one kind, each with what it is to be known by; see `passages`."""
    key = given.ids(session).key
    public = [(mark, record) for mark, record in records if type(record) in PUBLIC_KIND]
    lookup = partial(_looked_up, session, batch_id)
    named = [record for _, record in public]
    around = _around(session, lookup, named, key, today, batch_id=batch_id, let_out=let_out)
    wider: Around | None = None
    for mark, record in public:
        passage = redact(record, around)
        if let_out and _changes_words(session, record, passage):
            wider = wider or _with_what_waits(session, lookup, named, around)
            passage.cautious = redact(record, wider).records
        yield mark, passage


def _changes_words(session: Session, record: object, passage: Passage) -> bool:
    """Whether some text of the record may be public in other words than it was filed with."""
    is_masked = not all(passage.kept_back.values())
    return is_masked or (isinstance(record, Result) and filings.has_guarded(session, Item))


def _with_what_waits(
    session: Session, lookup: Lookup, records: list[Any], around: Around
) -> Around:
    """Return what is around records as if the files that wait kept back what they say: a reviewer let the words out so."""
    items = lookup(Item, _items_named(records, around.checks.values()))
    return replace(
        around,
        as_ever_filed=_as_ever_filed(
            session, around.parties, records, dict(around.verdicts), let_out=False
        ),
        renamed_items=hidden_items.renamed(session, items, around.hidden_items, let_out=False),
        waiting=secrets.known(session),
    )


def _looked_up(
    session: Session, batch_id: int | None, record_type: type[T], keys: Iterable[str]
) -> dict[str, T]:
    found: dict[str, T] = {}
    ordered = sorted(set(keys))
    for start in range(0, len(ordered), 500):
        part = ordered[start : start + 500]
        found |= filings.standing(session, record_type, part, batch_id=batch_id)
    return found


def _around(
    session: Session,
    lookup: Lookup,
    records: list[Any],
    key: bytes,
    today: date,
    *,
    batch_id: int | None,
    let_out: bool,
) -> Around:
    checks = {r.key: r for r in records if isinstance(r, Result)}
    steps = [r for r in records if isinstance(r, FollowUp)]
    above = {f"{step.agency_code}/{step.result_code}" for step in steps}
    checks |= lookup(Result, above)
    returned: dict[str, Any] = returned_ones(session, Result, above - checks.keys())
    draws = [r for r in records if isinstance(r, Draw)]
    wanted = {check.entity_key for check in (*checks.values(), *returned.values())}
    drawn_before = ever_released(session, Draw, (draw.key for draw in draws))
    every = [*draws, *(each for them in drawn_before.values() for each in them)]
    wanted |= {entry.entity_key for draw in every for entry in draw.entries}
    parties = lookup(Entity, wanted)
    returned |= returned_ones(session, Entity, wanted - parties.keys())
    gone = frozenset[str]().union(
        withdrawn_keys(session, "entity", parties, batch_id=batch_id),
        withdrawn_keys(session, "result", checks, batch_id=batch_id),
    )
    gone |= _telling(session, parties if draws else {}, today)
    found = _verdicts(session, records, parties, checks)
    items = lookup(Item, named := _items_named(records, checks.values()))
    hidden = hidden_items.not_shown(session, items) | hidden_items.awaited(session, named, batch_id)
    said = said_before(session, records, hidden)
    #: What a check said before may have followed from findings that it has no more.
    if more := _items_named([], chain.from_iterable(said.values())) - named:
        hidden |= hidden_items.not_shown(session, lookup(Item, more))
        hidden |= hidden_items.awaited(session, more, batch_id)
    return Around(
        Ids(key),
        today,
        parties,
        checks,
        returned,
        gone,
        hidden,
        _hidden_draws(session, checks),
        nonces={draw.key: _nonce(draw, key) for draw in draws},
        as_ever_filed=_as_ever_filed(session, parties, records, found, let_out=let_out),
        said_before=said,
        drawn_before=drawn_before,
        verdicts=found,
        cleared=_cleared(session, records),
        renamed_items=hidden_items.renamed(session, items, hidden, let_out=let_out),
        known=secrets.known(session, let_out=let_out),
    )


def _telling(session: Session, parties: dict[str, Entity], today: date) -> set[str]:
    """Return those on lists who have no page because of what they are called: it tells of somebody who is hidden."""
    known = secrets.known(session, let_out=True) if parties else None
    said = {
        key: (
            each.name,
            *each.former_names,
            each.industry or "",
            *(i.value for i in each.identifiers),
        )
        for key, each in parties.items()
    }
    near = [(key, parties[key]) for key in said if known and known.scan("\n".join(said[key]))]
    found: set[str] = set()
    anew = projected(session, near, today, batch_id=None, let_out=True) if near else ()
    for key, passage in anew:
        found |= {key} if any(tells(each, passage) for each in passage.records) else set()
    return found


def _verdicts(
    session: Session,
    records: list[Any],
    parties: dict[str, Entity],
    checks: dict[str, Result],
) -> dict[Name, Verdict]:
    """Return what the office decided about the records and what they lean on."""
    found: dict[Name, Verdict] = {}
    for kind, them in _by_kind(records).items():
        found |= decided.verdicts(session, kind, them)
    found |= decided.verdicts(session, Kind.ENTITY, parties)
    return found | decided.verdicts(session, Kind.RESULT, checks)


def _as_ever_filed(
    session: Session,
    parties: dict[str, Entity],
    records: list[Any],
    made: dict[Name, Verdict],
    *,
    let_out: bool,
) -> dict[str, list[Entity]]:
    """Return every filing of the parties whose names are not shown, among the records or around them."""
    mine = {each.key: each for each in records if isinstance(each, Entity)}
    nameless = [
        key
        for key, party in (parties | mine).items()
        if is_nameless(party, made.get((Kind.ENTITY, key)) or filed(party.decision))
    ]
    query = sa.select(FilingRow.key, FilingRow.body).where(FilingRow.kind == "entity")
    query = query.where(among(session, FilingRow.key, nameless), FilingRow.live)
    if let_out:
        query = query.where(secrets.LET_OUT)
    found: dict[str, list[Entity]] = {}
    for key, body in session.execute(query) if nameless else ():
        found.setdefault(key, []).append(filings.decode("entity", body))
    return found


def _by_kind(records: list[Any]) -> dict[Kind, dict[str, Any]]:
    found: dict[Kind, dict[str, Any]] = {}
    for record in records:
        found.setdefault(PUBLIC_KIND[type(record)], {})[record.key] = record
    return found


def _cleared(session: Session, records: list[Any]) -> dict[Name, frozenset[Cleared]]:
    found: dict[Name, frozenset[Cleared]] = {}
    for kind, them in _by_kind(records).items():
        found |= decided.cleared(session, kind, them)
    return found


def _hidden_draws(session: Session, checks: dict[str, Result]) -> frozenset[str]:
    """Return the draws that checks name and nobody may see; a draw is hidden by decision only."""
    named = {f"{c.agency_code}/{c.draw_code}" for c in checks.values() if c.draw_code}
    since = decided.verdicts(session, Kind.DRAW, dict.fromkeys(named))
    return frozenset(key for (_, key), verdict in since.items() if verdict.whole)


def _items_named(records: list[object], checks: Iterable[Result]) -> set[str]:
    """Return the keys of the items that checks and planned tasks name."""
    found = {f"{c.agency_code}/{f.item_code}" for c in checks for f in c.findings}
    for plan in records:
        if isinstance(plan, Plan):
            found |= {f"{plan.agency_code}/{c}" for task in plan.tasks for c in task.item_codes}
    return found


def _nonce(draw: Draw, key: bytes) -> str:
    """Keep a short list from being guessed out of its digest; the same at every release."""
    return hmac.new(key, f"draw-list\0{draw.key}".encode(), hashlib.sha256).hexdigest()
