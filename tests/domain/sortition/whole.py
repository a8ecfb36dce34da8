"""One package that uses everything, and a way to change a single place of it."""

import copy
import hashlib
from typing import Any

from portal.domain.sortition.leaves import handle
from portal.domain.sortition.outcome import compute
from tests.domain.sortition.packages import commit_again

DRAW = "whole-2"
EVIDENCE = bytes(range(48))
#: What a change puts where something shall be gone.
GONE = object()


def _open(number: int, stratum: str, **changed: Any) -> dict[str, Any]:
    salt = bytes([number]) * 32
    own_id = f"9199{number:014d}"
    made = {
        "handle": handle("object", DRAW, salt, own_id).hex(), "salt": salt.hex(),
        "object_id": own_id, "stratum": stratum, "unit": "一所", "region": "东区",
        "need": ["食品"], "weight": 1, "excluded": "",
    }  # fmt: skip
    return made | changed


def _inspector(number: int, **changed: Any) -> dict[str, Any]:
    salt = bytes([200 + number]) * 32
    made = {
        "handle": handle("inspector", DRAW, salt, f"Z{number}").hex(), "salt": salt.hex(),
        "inspector_id": f"Z{number}", "pools": ["一所", "全系统"], "skills": ["食品"],
        "regions": ["*"], "home": "西区", "max": 10, "recuse": [],
    }  # fmt: skip
    return made | changed


def _plan() -> dict[str, Any]:
    return {
        "scheme": "dsr-draw/1", "draw_id": DRAW, "round": 2, "info": {"title": "示例", "note": ""},
        "strata": [
            {"key": "一般", "quota": {"kind": "ratio", "num": 1, "den": 3}, "base": "frame"},
            {"key": "重点", "quota": {"kind": "count", "n": 1}, "base": "eligible"},
            {"key": "WITHHELD", "quota": {"kind": "all"}, "base": "frame"},
        ],
        "weighting": "balls",
        "sources": [
            {"id": "jj", "kind": "share", "ref": "信封1"},
            {"id": "dice", "kind": "dice10", "ref": "二十枚十面骰"},
            {"id": "six", "kind": "dice6", "ref": "骰"},
            {"id": "drand", "kind": "drand", "ref": "chain/1"},
            {"id": "nist", "kind": "nist", "ref": "pulse"},
            {"id": "ssq", "kind": "lottery", "ref": "第2026061期"},
        ],
        "exclude_drawn_in": ["whole-1"], "embargo": True,
        "teams": {
            "bundle": 2, "balance": True,
            "slots": [
                {"pool": "{unit}", "n": 1, "need": ["skill", "region"]},
                {"pool": "全系统", "n": 1, "need": ["away"]},
            ],
            "relax": ["away", "region"],
        },
    }  # fmt: skip


def _masked(number: int) -> dict[str, Any]:
    made = _open(number, "重点", excluded="drawn:whole-1")
    return {key: value for key, value in made.items() if key not in {"salt", "object_id"}}


def whole() -> dict[str, Any]:
    """Return the package: 10 objects, 4 inspectors, two events, a claim."""
    objects = [_open(number, "一般", weight=number) for number in range(1, 6)]
    objects += [
        _open(6, "重点"), _open(7, "重点", excluded="other:closed"), _masked(8),
        _open(9, "一般", excluded="drawn:whole-1"),
        {"handle": bytes([9]).hex() * 32, "stratum": "WITHHELD"},
    ]  # fmt: skip
    package: dict[str, Any] = {
        "scheme": "dsr-draw/1", "draw_id": DRAW, "plan": _plan(), "objects": objects,
        "inspectors": [_inspector(number) for number in range(1, 5)],
        "seed_values": [
            {"id": "jj", "value": "ab" * 32},
            {"id": "dice", "value": "01234567890123456789"},
            {"id": "six", "value": "12345612345612345612345612"},
            {"id": "drand", "value": hashlib.sha256(EVIDENCE).hexdigest(), "evidence": EVIDENCE.hex()},
            {"id": "nist", "value": "cd" * 64},
            {"id": "ssq", "value": "3.7.12.18.25.31./9./"},
        ],
        "earlier": {"whole-1": ["9199" + "0" * 13 + "9", "别的"]},
    }  # fmt: skip
    commit_again(package)
    result: Any = compute(package).result
    team = result["teams"][0]["members"]
    package["replacements"] = [
        {"type": "object", "stratum": "一般", "out": result["strata"][0]["drawn"][0], "reason": "closed"},
        {"type": "member", "bundle": 0, "slot": 1, "out": team[1]["handle"], "reason": "recused"},
    ]  # fmt: skip
    package["claimed"] = {"result_hash": compute(package).result_hash}
    return package


def changed(package: dict[str, Any], *changes: tuple[str, Any]) -> dict[str, Any]:
    """Return a copy with something else at each place, such as ``objects.0.weight``."""
    made = copy.deepcopy(package)
    for place, value in changes:
        *steps, last = place.split("/")
        at: Any = made
        for step in steps:
            at = at[int(step)] if isinstance(at, list) else at[step]
        if value is GONE:
            del at[last]
        elif isinstance(at, list):
            at[int(last)] = value
        else:
            at[last] = value
    return made
