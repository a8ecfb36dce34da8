"""The population of a draw: parties on file, each in the form in which the public may see it (名录库)."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.airlock.rules import party_class
from portal.domain.grounds import Disclosure
from portal.domain.identifiers import Scheme
from portal.domain.parties import Entity, EntityKind
from portal.domain.sortition.leaves import handle
from portal.domain.suppression import SMALLEST
from portal.domain.verdicts import filed
from portal.internal.desk import batches, decided
from portal.internal.desk.brought import is_brought
from portal.internal.desk.drawing.orders import BadOrder, Order, Pool, Stratum
from portal.internal.desk.projection import projected
from portal.internal.tables import filings
from portal.register.proofs import standing
from portal.register.queries import entities
from portal.register.records import Kind, PublicEntity

#: Stratum of what is only counted.
HIDDEN = "WITHHELD"


def object_id(public_id: str, party: Entity) -> str:
    """Return the number by which a party is known in a package: its credit code, else its public id."""
    first = party.identifiers[0]
    return first.value if first.scheme in (Scheme.USCC, Scheme.REG15) else public_id


def population(
    session: Session, register: Session, order: Order, earlier: dict[str, set[str]], today: date
) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Yield each object of the frame with its opening, which stays inside.

    Parties that are never acknowledged are in no public package and are left out here, as are those that were
    never released, or were withdrawn, and whom a check or a list alone named that is not shown: they stand in no
    library, and their number would be that of what is hidden. Whoever has no page in `register` is counted, no more, and that only where
    they are enough: the drum says of which region and trade its parties are, so a count of one would say it of that
    one, and a clerk who names a single party would learn that it is kept back. Fewer are left out likewise, and so are
    those who are in the drum only by what nobody may know of them, such as a sole trader's trade, unless as many rows
    of them are alike.

    Raises:
        BadOrder: a party is in no stratum.

    """
    counted: dict[tuple[str, str], list[tuple[dict[str, Any], dict[str, str]]]] = {}
    for rows in batches.public_under(session, "entity", ""):
        parties: dict[str, Entity] = {row.key: filings.decode(row.kind, row.body) for row in rows}
        since = decided.verdicts(session, Kind.ENTITY, parties)
        fitting = {key: each for key, each in parties.items() if fits(order.pool, each)}
        brought = {row.key for row in rows if is_brought(row)}
        shown = on_show(session, register, fitting, today)
        for key, party in fitting.items():
            verdict = since.get((Kind.ENTITY, key)) or filed(party.decision)
            if party_class(party, verdict) is Disclosure.NEVER:
                continue
            if key in brought and key not in shown:
                continue
            made = _made(order, key, party, shown.get(key), earlier)
            entry, _ = made
            if entry["stratum"] != HIDDEN and fits(order.pool, as_public(party, shown[key])):
                yield made
            else:
                counted.setdefault((entry["stratum"], entry.get("region", "")), []).append(made)
    for alike in counted.values():
        if len(alike) >= SMALLEST:
            yield from alike


def as_public(party: Entity, shown: PublicEntity) -> Entity:
    """Return a party with what the public sees of where it is and of its trade: its place in a draw follows from that."""
    return replace(party, region=shown.region, industry=shown.industry)


def on_show(
    session: Session, register: Session, parties: dict[str, Entity], today: date
) -> dict[str, PublicEntity]:
    """Return key → what the public sees of each of these parties that has a page of its own today.

    A page that keeps back more than the office would by now is the one that everybody sees: what opened the party up may
    have been begun to be released, and be refused yet.
    """
    may_be = {
        key: passage.records[0]
        for key, passage in projected(session, list(parties.items()), today, batch_id=None)
        if passage.records
    }
    #: Out of sight for a while, a party would stand in no drum, and be closed in the lists that name it.
    standing.hold(register, {Kind.ENTITY})
    has_page = entities.named(register, [each.id for each in may_be.values()])
    return {
        key: each if is_open(page) or not is_open(each) else page
        for key, each in may_be.items()
        if isinstance(each, PublicEntity) and (page := has_page.get(each.id))
    }


def _made(
    order: Order,
    key: str,
    party: Entity,
    shown: PublicEntity | None,
    earlier: dict[str, set[str]],
) -> tuple[dict[str, Any], dict[str, str]]:
    salt = secrets.token_bytes(32)
    own_id = key if shown is None else object_id(shown.id, party)
    name = handle("object", order.draw_id, salt, own_id).hex()
    opening = {"salt": salt.hex(), "object_id": own_id, "key": key}
    if shown is None or (stratum := stratum_of(order.strata, party, shown)) is None:
        return {"handle": name, "stratum": HIDDEN}, opening
    made = {
        "handle": name,
        "stratum": stratum.key,
        "unit": order.unit,
        "region": shown.region or "",
        "need": [],
        "weight": 1,
        "excluded": _excluded(order, own_id, key, earlier),
    }
    if is_open(shown):
        made |= {"salt": salt.hex(), "object_id": own_id}
    return made, opening


def is_open(shown: PublicEntity) -> bool:
    """Whether a party stands in the package under its own number."""
    return not shown.masked and not shown.withheld


def fits(pool: Pool | Stratum, party: Entity) -> bool:
    """Whether a party is what a pool or stratum asks for."""
    libraries = tuple(pool.libraries) or tuple(EntityKind)
    named = getattr(pool, "named", ())
    return (
        party.form.library in libraries
        and (not pool.regions or (party.region or "").startswith(tuple(pool.regions)))
        and (not pool.industries or (party.industry or "") in pool.industries)
        and (not pool.risks or (party.risk_class or "") in pool.risks)
        and (not named or any(each.value in named for each in party.identifiers))
    )


def stratum_of(strata: tuple[Stratum, ...], party: Entity, shown: PublicEntity) -> Stratum | None:
    """Return the stratum of a party by what the public sees of it, None where that leads to none.

    Another one would tell what the public may not know of it (section 7.4).

    Raises:
        BadOrder: the party is in no stratum, and nothing of it is kept back.

    """
    seen = as_public(party, shown)
    found = placed_in(strata, seen)
    if found is None and seen == party:
        raise BadOrder("有检查对象不属于任何一层；最后一层请不写条件")
    return found


def placed_in(strata: Iterable[Stratum], party: Entity) -> Stratum | None:
    """Return the first stratum that a party fits, None where there is none."""
    return next((each for each in strata if fits(each, party)), None)


def _excluded(order: Order, own_id: str, key: str, earlier: dict[str, set[str]]) -> str:
    for draw_id, drawn in earlier.items():
        if own_id in drawn or key in drawn:
            return f"drawn:{draw_id}"
    reason = order.leave_out.get(own_id)
    return f"other:{reason}" if reason else ""
