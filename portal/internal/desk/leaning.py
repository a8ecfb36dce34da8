"""What leans on a party or a check, projected again: checks, the steps after them, lists of draws (附属记录随动)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Ids, Passage
from portal.airlock.rules import HIDDEN, party_class
from portal.domain.draws import Draw
from portal.domain.parties import Entity
from portal.domain.verdicts import filed
from portal.internal.desk import batches, decided, given
from portal.internal.desk.brought import on_show
from portal.internal.desk.unchanged import again, as_approved, require_filed
from portal.internal.tables import filings
from portal.internal.tables.filings import FilingRow
from portal.kit.db import snapshot
from portal.register.proofs import standing
from portal.register.queries import draws
from portal.register.queries.naming import about
from portal.register.records import Kind

#: What records of these kinds are about.
_ABOUT = {Kind.RESULT: Kind.ENTITY, Kind.FOLLOWUP: Kind.RESULT}


@dataclass(frozen=True, slots=True)
class Walk:
    """Where records are projected again, as of which day, and for which batch on its way out."""

    session: Session
    register: sa.Engine
    today: date
    batch_id: int | None = None

    def again(self, rows: list[FilingRow]) -> Iterator[tuple[FilingRow, Passage]]:
        """Project filings of one kind again, each beside its passage."""
        return again(self.session, rows, self.today, batch_id=self.batch_id)

    def passages(self, rows: list[FilingRow]) -> Iterator[Passage]:
        """Project filings of one kind again."""
        return (passage for _, passage in self.again(rows))

    def ids(self) -> Ids:
        """Return what gives records their public ids."""
        return given.ids(self.session)


def of_parties(walk: Walk, parties: Iterable[str], drawn: set[str]) -> Iterator[Passage]:
    """Project again the checks of these parties, the steps after them, and the lists of these draws."""
    parties = sorted(parties)
    _require_about(walk, Kind.RESULT, parties)
    checks: list[str] = []
    for rows in batches.public_about(walk.session, "result", parties):
        checks += [row.key for row in rows]
        yield from walk.passages(rows)
    yield from (passage for _, passage in _steps_of(walk, checks))
    yield from redrawn(walk, drawn)


def of_check(walk: Walk, check: str) -> Iterator[Passage]:
    """Project again the steps after a check."""
    yield from (passage for _, passage in _steps_of(walk, [check]))


def repeating(
    walk: Walk, checks: Iterable[str], *, quietly: Collection[str] = ()
) -> Iterator[Passage]:
    """Project again the steps after checks of which less is shown now: who repeats it goes.

    Those after the checks in `quietly` do not become public by it.
    """
    for row, passage in _steps_of(walk, checks):
        passage.telling, passage.only_if_public = True, row.about in quietly
        yield passage


def _steps_of(walk: Walk, checks: Iterable[str]) -> Iterator[tuple[FilingRow, Passage]]:
    checks = sorted(checks)
    _require_about(walk, Kind.FOLLOWUP, checks)
    for rows in batches.public_about(walk.session, "followup", checks):
        yield from walk.again(rows)


def _require_about(walk: Walk, kind: Kind, keys: list[str]) -> None:
    """Refuse where a public record of this kind is about one of these, and its filing says that it is about another."""
    with snapshot(walk.register) as public:
        there = about(public, kind, [walk.ids().of(_ABOUT[kind], key) for key in keys])
    require_filed(walk.session, kind, there, batch_id=walk.batch_id, about=keys)


def lists_with(walk: Walk, parties: Mapping[str, str]) -> set[str]:
    """Return the published draws that list these (key → public id); where somebody is shown again, those that were filed so too.

    They left every list that they stood in. Put back by whatever happens next, they would tell that it did.
    """
    known: dict[str, Entity] = filings.standing(
        walk.session, Entity, parties, batch_id=walk.batch_id
    )
    made = decided.verdicts(walk.session, Kind.ENTITY, known)
    shown = {
        key
        for key, party in known.items()
        if party_class(party, made.get((Kind.ENTITY, key)) or filed(party.decision)) not in HIDDEN
    }
    back = shown - on_show(walk.register, walk.ids(), shown)
    found = draws_of(walk.register, parties.values())
    for rows in batches.public_under(walk.session, Kind.DRAW, "") if back else ():
        found |= {row.public_id for row in rows if listed(row) & back}
    return found


def draws_of(register: sa.Engine, entity_ids: Iterable[str]) -> set[str]:
    """Return the ids of the published draws whose lists name these parties."""
    with snapshot(register) as public:
        standing.hold(public, {Kind.DRAW, Kind.DRAW_ENTRY})
        return {
            draw.id for each in entity_ids for draw in draws.of_entity(public, each, limit=None)
        }


def redrawn(walk: Walk, draw_ids: set[str], *, at_any_rate: bool = False) -> Iterator[Passage]:
    """Project these draws again: their figures and digests follow who is shown.

    `at_any_rate`: what was changed since its approval is left as it is, and keeps nothing else from going on.
    """
    for found in batches.public_with_id(walk.session, "draw", draw_ids):
        rows = as_approved(walk.session, found) if at_any_rate else found
        yield from walk.passages(rows)


def listed(row: FilingRow) -> set[str]:
    """Return the keys of the parties on the list of a filed draw."""
    draw: Draw = filings.decode(row.kind, row.body)
    return {entry.entity_key for entry in draw.entries}
