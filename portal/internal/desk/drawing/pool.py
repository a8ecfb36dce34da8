"""The population of a draw: parties on file, each in the form in which the public may see it (名录库)."""

import secrets
from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.rules import party_class
from portal.domain.grounds import Disclosure
from portal.domain.identifiers import Scheme
from portal.domain.parties import Entity, EntityKind
from portal.domain.sortition.leaves import handle
from portal.domain.verdicts import filed
from portal.internal.desk import decided
from portal.internal.desk.drawing.orders import BadOrder, Order, Pool, Stratum
from portal.internal.desk.projection import projected
from portal.internal.tables import filings
from portal.internal.tables.filings import FilingRow
from portal.register.records import Kind, PublicEntity, Record

#: Stratum of what is only counted.
HIDDEN = "WITHHELD"
_CHUNK = 500


def object_id(session_id: str, party: Entity) -> str:
    """Return the number by which a party is known in a package: its credit code, else its public id."""
    first = party.identifiers[0]
    return first.value if first.scheme in (Scheme.USCC, Scheme.REG15) else session_id


def population(
    session: Session, order: Order, earlier: dict[str, set[str]], today: date
) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Yield each object of the frame with its opening, which stays inside.

    Parties that are never acknowledged are in no public package and are left out here.

    Raises:
        BadOrder: a party is in no stratum.

    """
    for parties in _filed(session):
        since = decided.verdicts(session, Kind.ENTITY, parties)
        fitting = {key: each for key, each in parties.items() if fits(order.pool, each)}
        shown = {
            key: passage.records[0] if passage.records else None
            for key, passage in projected(session, list(fitting.items()), today, batch_id=None)
        }
        for key, party in fitting.items():
            verdict = since.get((Kind.ENTITY, key)) or filed(party.decision)
            disclosed = party_class(party, verdict)
            if disclosed is not Disclosure.NEVER:
                yield _made(order, key, party, shown[key], earlier)


def _made(
    order: Order,
    key: str,
    party: Entity,
    shown: Record | None,
    earlier: dict[str, set[str]],
) -> tuple[dict[str, Any], dict[str, str]]:
    salt = secrets.token_bytes(32)
    own_id = key if shown is None else object_id(shown.id, party)
    name = handle("object", order.draw_id, salt, own_id).hex()
    opening = {"salt": salt.hex(), "object_id": own_id, "key": key}
    if not isinstance(shown, PublicEntity):
        return {"handle": name, "stratum": HIDDEN}, opening
    made = {
        "handle": name,
        "stratum": _stratum(order.strata, party).key,
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


def _stratum(strata: tuple[Stratum, ...], party: Entity) -> Stratum:
    for each in strata:
        if fits(each, party):
            return each
    raise BadOrder("有检查对象不属于任何一层；最后一层请不写条件")


def _excluded(order: Order, own_id: str, key: str, earlier: dict[str, set[str]]) -> str:
    for draw_id, drawn in earlier.items():
        if own_id in drawn or key in drawn:
            return f"drawn:{draw_id}"
    reason = order.leave_out.get(own_id)
    return f"other:{reason}" if reason else ""


def _filed(session: Session) -> Iterator[dict[str, Entity]]:
    """Yield the parties on file as they were last released, in the order of their keys."""
    after = ""
    while True:
        query = (
            sa.select(FilingRow.key)
            .where(FilingRow.kind == "entity", FilingRow.key > after, FilingRow.live)
            .distinct()
            .order_by(FilingRow.key)
            .limit(_CHUNK)
        )
        keys = list(session.scalars(query))
        if not keys:
            return
        after = keys[-1]
        yield filings.standing(session, Entity, keys, batch_id=None)
