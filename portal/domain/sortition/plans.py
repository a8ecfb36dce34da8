"""Reads the plan of a package (section 3.3)."""

import re
from functools import partial

from portal.domain.sortition import fields
from portal.domain.sortition.faults import Code, Fault
from portal.domain.sortition.model import (
    SCHEME,
    Constraint,
    Plan,
    Quota,
    Slot,
    Source,
    SourceKind,
    Stratum,
    Teams,
)

_PLAN = frozenset(
    ("scheme", "draw_id", "round", "info", "strata", "weighting", "sources", "exclude_drawn_in")
) | {"embargo"}
_STRATUM = frozenset(("key", "quota", "base"))
_SOURCE = frozenset(("id", "kind", "ref"))
_TEAMS = frozenset(("bundle", "balance", "slots", "relax"))
_SLOT = frozenset(("pool", "n", "need"))
_DESCRIPTION = re.compile(r"[a-z0-9_]{1,32}")
_WEIGHTINGS = {"none": False, "balls": True}
_BASES = {"frame": True, "eligible": False}
_MOST_PARTS = 1_000_000
_MOST_OBJECTS = 10_000_000
_MOST_BUNDLED = 1000
_MOST_PLACES = 20


def read(value: object) -> Plan:
    """Return the plan. Raises E_SCHEMA."""
    written = fields.record(value, _PLAN, frozenset(("teams",)))
    fields.exactly(written["scheme"], SCHEME)
    fields.whole(written["round"], 1)
    return Plan(
        draw_id=fields.matching(written["draw_id"], fields.DRAW_ID),
        descriptions=_descriptions(written["info"]),
        strata=tuple(map(_stratum, fields.some(written["strata"]))),
        by_balls=_one_of(written["weighting"], _WEIGHTINGS),
        sources=tuple(map(_source, fields.array(written["sources"]))),
        exclude_drawn_in=fields.distinct(written["exclude_drawn_in"], draw_id),
        embargo=fields.boolean(written["embargo"]),
        teams=_teams(written["teams"]) if "teams" in written else None,
        written=written,
    )


def draw_id(value: object) -> str:
    """Return the name of a draw (抽取编号)."""
    return fields.matching(value, fields.DRAW_ID)


def _one_of(value: object, meanings: dict[str, bool]) -> bool:
    found = meanings.get(fields.string(value))
    if found is None:
        raise Fault(Code.SCHEMA)
    return found


def _descriptions(value: object) -> tuple[str, ...]:
    found = fields.mapping(value)
    for key in found:
        fields.matching(key, _DESCRIPTION)
    return tuple(map(fields.string, found.values()))


def _stratum(value: object) -> Stratum:
    found = fields.record(value, _STRATUM)
    return Stratum(
        fields.string(found["key"]), _quota(found["quota"]), _one_of(found["base"], _BASES)
    )


def _quota(value: object) -> Quota:
    match fields.mapping(value).get("kind"):
        case "ratio":
            found = fields.record(value, frozenset(("kind", "num", "den")))
            den = fields.whole(found["den"], 1, _MOST_PARTS)
            return Quota(num=fields.whole(found["num"], 0, den), den=den)
        case "count":
            found = fields.record(value, frozenset(("kind", "n")))
            return Quota(n=fields.whole(found["n"], 0, _MOST_OBJECTS))
        case "all":
            fields.record(value, frozenset(("kind",)))
            return Quota()
    raise Fault(Code.SCHEMA)


def _source(value: object) -> Source:
    found = fields.record(value, _SOURCE)
    return Source(
        fields.matching(found["id"], fields.SOURCE_ID),
        fields.choice(found["kind"], SourceKind),
        fields.string(found["ref"]),
    )


def _teams(value: object) -> Teams:
    found = fields.record(value, _TEAMS)
    return Teams(
        bundle=fields.whole(found["bundle"], 1, _MOST_BUNDLED),
        balance=fields.boolean(found["balance"]),
        slots=tuple(map(_slot, fields.some(found["slots"]))),
        relax=_constraints(found["relax"]),
    )


def _slot(value: object) -> Slot:
    found = fields.record(value, _SLOT)
    return Slot(
        fields.string(found["pool"]),
        fields.whole(found["n"], 1, _MOST_PLACES),
        _constraints(found["need"]),
    )


def _constraints(value: object) -> tuple[Constraint, ...]:
    return fields.distinct(value, partial(fields.choice, choices=Constraint))
