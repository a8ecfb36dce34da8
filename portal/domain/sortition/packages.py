"""Reads a whole package: its top level, commit, seed values and events (sections 3.2, 5, 6, 10).

Left open by the text, and read thus: ids and values of `seed_values` and ids of `commit.shares` are
strings here, and what is wrong with them is told by E_SEED_VALUE and E_SHARE; likewise a stratum,
bundle or slot of an event that does not exist by E_REPLACE. A time has the digits of the pattern.
"""

import re

from portal.domain.sortition import fields, plans
from portal.domain.sortition.faults import Code, demand
from portal.domain.sortition.lists import Reading
from portal.domain.sortition.model import (
    SCHEME,
    Commit,
    Event,
    Json,
    Lists,
    MemberEvent,
    ObjectEvent,
    Package,
    SeedValue,
)

_TOP = frozenset(("scheme", "draw_id", "plan", "objects", "inspectors", "commit", "seed_values"))
_TOP_MAY = frozenset(("earlier", "replacements", "claimed"))
_COMMIT = frozenset(
    ("scheme", "draw_id", "plan_hash", "objects_root", "objects_count", "inspectors_root")
) | {"inspectors_count", "shares", "committed_at"}
_SEED_VALUE = frozenset(("id", "value"))
_OBJECT_EVENT = frozenset(("type", "stratum", "out", "reason"))
_MEMBER_EVENT = frozenset(("type", "bundle", "slot", "out", "reason"))
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+08:00")
_REASON = re.compile(
    "closed|moved|not_found|suspended|merged|force_majeure|recused|unavailable"
)  # fmt: skip


def read(value: object) -> Package:
    """Return the package. Raises E_SCHEMA."""
    top = fields.record(value, _TOP, _TOP_MAY)
    fields.exactly(top["scheme"], SCHEME)
    lists = read_lists(top["plan"], top["objects"], top["inspectors"], top.get("earlier", {}))
    commit = read_commit(top["commit"])
    demand(top["draw_id"] == lists.plan.draw_id == commit.draw_id, Code.SCHEMA)
    return Package(
        lists=lists,
        commit=commit,
        seed_values=tuple(map(_seed_value, fields.array(top["seed_values"]))),
        replacements=tuple(map(_event, fields.array(top.get("replacements", [])))),
        claimed=_claimed(top["claimed"]) if "claimed" in top else None,
    )


def read_lists(plan: object, objects: object, inspectors: object, earlier: object) -> Lists:
    """Return what a commit fixes. Raises E_SCHEMA."""
    reading, found = Reading(), plans.read(plan)
    roster = list(map(reading.inspector, fields.array(inspectors)))
    demand(found.teams is not None or not roster, Code.SCHEMA)
    return Lists(
        plan=found,
        objects=list(map(reading.subject, fields.array(objects))),
        inspectors=roster,
        earlier={
            plans.draw_id(each): tuple(map(fields.string, fields.array(ids)))
            for each, ids in fields.mapping(earlier).items()
        },
    )


def read_commit(value: object) -> Commit:
    """Return the commit. Raises E_SCHEMA."""
    written = fields.record(value, _COMMIT)
    fields.exactly(written["scheme"], SCHEME)
    fields.matching(written["committed_at"], _TIME)
    return Commit(
        draw_id=plans.draw_id(written["draw_id"]),
        plan_hash=_hex(written["plan_hash"]),
        objects_root=_hex(written["objects_root"]),
        objects_count=fields.whole(written["objects_count"]),
        inspectors_root=_hex(written["inspectors_root"]),
        inspectors_count=fields.whole(written["inspectors_count"]),
        shares=tuple(map(_share, fields.array(written["shares"]))),
        written=written,
    )


def _hex(value: object) -> str:
    return fields.matching(value, fields.HEX32)


def _share(value: object) -> tuple[str, str]:
    found = fields.record(value, frozenset(("id", "commitment")))
    return fields.string(found["id"]), _hex(found["commitment"])


def _seed_value(value: object) -> SeedValue:
    found = fields.record(value, _SEED_VALUE, frozenset(("evidence",)))
    return SeedValue(
        fields.string(found["id"]),
        fields.string(found["value"]),
        fields.string(found["evidence"]) if "evidence" in found else None,
    )


def _event(value: object) -> Event:
    if fields.mapping(value).get("type") == "member":
        return _member_event(fields.record(value, _MEMBER_EVENT))
    found = fields.record(value, _OBJECT_EVENT)
    fields.exactly(found["type"], "object")
    return ObjectEvent(
        fields.string(found["stratum"]),
        fields.hash32(found["out"]),
        fields.matching(found["reason"], _REASON),
    )


def _member_event(found: Json) -> MemberEvent:
    return MemberEvent(
        fields.whole(found["bundle"]),
        fields.whole(found["slot"]),
        fields.hash32(found["out"]),
        fields.matching(found["reason"], _REASON),
    )


def _claimed(value: object) -> str:
    return _hex(fields.record(value, frozenset(("result_hash",)))["result_hash"])
