"""Random valid packages with every feature of the specification, from a seed."""

import hashlib
import random
from typing import Any

from portal.domain.sortition.freezing import freeze
from portal.domain.sortition.leaves import handle
from portal.domain.sortition.outcome import compute
from portal.domain.sortition.seeds import share_commitment

_UNITS = ["", "一所", "二所", "执法队"]
_REGIONS = ["东区", "西区", "", "*"]
_SKILLS = ["食品", "特种设备", '"计量"\\', "🏭"]
_CONSTRAINTS = ["skill", "region", "away"]
_REASONS = ["closed", "moved", "not_found", "suspended", "merged", "force_majeure", "recused"]


def some(chance: random.Random, choices: list[str], most: int) -> list[str]:
    """Return up to `most` distinct choices."""
    return chance.sample(choices, chance.randint(0, min(most, len(choices))))


def _source(chance: random.Random, kind: str, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    value: dict[str, Any] = {"id": f"s{number}"}
    if kind == "dice10":
        value["value"] = "".join(chance.choices("0123456789", k=chance.choice([20, 39, 200])))
    elif kind == "dice6":
        value["value"] = "".join(chance.choices("123456", k=chance.choice([26, 50, 200])))
    elif kind == "share":
        value["value"] = chance.randbytes(32).hex()
    elif kind == "nist":
        value["value"] = chance.randbytes(64).hex()
    elif kind == "lottery":
        groups = [sorted(chance.choices(range(40), k=chance.randint(1, 7))) for _ in range(2)]
        value["value"] = "".join("".join(f"{n}." for n in group) + "/" for group in groups)
    else:
        evidence = chance.randbytes(48)
        value["value"] = hashlib.sha256(evidence).hexdigest()
        if chance.random() < 0.5:
            value["evidence"] = evidence.hex()
    return {"id": f"s{number}", "kind": kind, "ref": f"第{number}项"}, value


def _quota(chance: random.Random) -> dict[str, Any]:
    kind = chance.choice(["ratio", "ratio", "count", "all"])
    if kind == "ratio":
        den = chance.choice([1, 2, 3, 5, 7, 100])
        return {"kind": kind, "num": chance.randint(0, den), "den": den}
    return {"kind": kind, "n": chance.randint(0, 12)} if kind == "count" else {"kind": kind}


def _teams(chance: random.Random) -> dict[str, Any]:
    slots = [
        {
            "pool": chance.choice(["{unit}", "{unit}/{unit}", "全系统", "空"]),
            "n": chance.randint(1, 3),
            "need": chance.sample(_CONSTRAINTS, chance.randint(0, 3)),
        }
        for _ in range(chance.randint(1, 3))
    ]
    return {
        "bundle": chance.choice([1, 2, 3, 1000]),
        "balance": chance.random() < 0.5,
        "slots": slots,
        "relax": chance.sample(_CONSTRAINTS, chance.randint(0, 3)),
    }


def _object(
    chance: random.Random, draw: str, number: int, strata: list[str], drawn: dict[str, list[str]]
) -> dict[str, Any]:
    salt, own_id = chance.randbytes(32), f"对象{number}"
    stratum = chance.choice(strata)
    made: dict[str, Any] = {
        "handle": handle("object", draw, salt, own_id).hex(),
        "stratum": stratum,
    }
    if stratum == "WITHHELD":
        return made
    form = chance.random()
    made |= {
        "unit": chance.choice(_UNITS),
        "region": chance.choice(_REGIONS),
        "need": some(chance, _SKILLS, 2),
        "weight": 1,
        "excluded": chance.choice(["", "", "", "", "other:closed"]),
    }
    if drawn and chance.random() < 0.2:
        round_before = chance.choice(list(drawn))
        made["excluded"] = f"drawn:{round_before}"
        drawn[round_before].append(own_id)
    if form < 0.8:
        made |= {"salt": salt.hex(), "object_id": own_id}
    return made


def _inspector(chance: random.Random, draw: str, number: int, handles: list[str]) -> dict[str, Any]:
    salt, own_id = chance.randbytes(32), f"Z{number}"
    pools = ["全系统", *_UNITS[1:], *(f"{unit}/{unit}" for unit in _UNITS)]
    made: dict[str, Any] = {
        "handle": handle("inspector", draw, salt, own_id).hex(),
        "pools": chance.sample(pools, chance.randint(3, len(pools))),
        "skills": some(chance, _SKILLS, 4),
        "regions": some(chance, [each for each in _REGIONS if each], 3),
        "home": chance.choice(_REGIONS),
        "max": chance.choice([0, 1, 2, 5, 10000, 10000]),
        "recuse": some(chance, handles, 3) if chance.random() < 0.4 else [],
    }
    if chance.random() < 0.3:
        made |= {"salt": salt.hex(), "inspector_id": own_id}
    return made


def a_package(seed: int) -> dict[str, Any]:
    """Return a valid package, its replacements included."""
    chance = random.Random(seed)
    draw = f"draw-{seed}"
    kinds = chance.choices(["dice10", "dice6", "share", "drand", "nist", "lottery"], k=3)
    pairs = [_source(chance, kind, n) for n, kind in enumerate([*kinds, "dice10"])]
    chance.shuffle(pairs)
    keys = chance.sample(["一般", "重点", "A类", "z"], chance.randint(1, 3))
    keys += ["WITHHELD"] if chance.random() < 0.4 else []
    drawn: dict[str, list[str]] = {f"before-{n}": [] for n in range(chance.randint(0, 2))}
    plan: dict[str, Any] = {
        "scheme": "dsr-draw/1",
        "draw_id": draw,
        "round": chance.randint(1, 4),
        "info": {"title": "示例", "note": ""},
        "strata": [
            {"key": key, "quota": _quota(chance), "base": chance.choice(["frame", "eligible"])}
            for key in keys
        ],
        "weighting": chance.choice(["none", "balls"]),
        "sources": [source for source, _ in pairs],
        "exclude_drawn_in": list(drawn),
        "embargo": chance.random() < 0.5,
    }
    objects = [_object(chance, draw, n, keys, drawn) for n in range(chance.randint(0, 40))]
    for each in objects:
        if plan["weighting"] == "balls" and "weight" in each:
            each["weight"] = chance.choice([1, 2, 5, 64])
    inspectors: list[dict[str, Any]] = []
    if chance.random() < 0.8:
        plan["teams"] = _teams(chance)
        handles = [each["handle"] for each in objects]
        inspectors = [_inspector(chance, draw, n, handles) for n in range(chance.randint(0, 12))]
    package: dict[str, Any] = {
        "scheme": "dsr-draw/1",
        "draw_id": draw,
        "plan": plan,
        "objects": objects,
        "inspectors": inspectors,
        "seed_values": [value for _, value in pairs],
    }
    if drawn or chance.random() < 0.3:
        package["earlier"] = drawn
    return _finished(chance, package)


def _finished(chance: random.Random, package: dict[str, Any]) -> dict[str, Any]:
    """Add commit, events and perhaps a claim."""
    commit_again(package)
    package["replacements"] = []
    for _ in range(chance.randint(0, 8)):
        events = _events(package)
        if events:
            package["replacements"].append(
                chance.choice(events) | {"reason": chance.choice(_REASONS)}
            )
    if chance.random() < 0.5:
        package["claimed"] = {"result_hash": compute(package).result_hash}
    return package


def commit_again(package: dict[str, Any]) -> None:
    """Put the commit that fits into the package, as whoever forges before the freeze would."""
    plan, values = package["plan"], package["seed_values"]
    shares = {
        source["id"]: share_commitment(
            plan["draw_id"], source["id"], bytes.fromhex(value["value"])
        ).hex()
        for source, value in zip(plan["sources"], values, strict=True)
        if source["kind"] == "share"
    }
    package["commit"] = freeze(
        plan,
        package["objects"],
        package["inspectors"],
        package.get("earlier", {}),
        commitments=shares,
        committed_at="2026-01-05T09:00:00+08:00",
    )


def _events(package: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every event that is possible after those the package has."""
    outcome = compute(package)
    strata: Any = outcome.result["strata"]
    teams: Any = outcome.result["teams"]
    live = {each["key"]: list(each["drawn"]) for each in strata}
    places = [
        (bundle, member["slot"], member["handle"])
        for bundle, team in enumerate(teams)
        for member in team["members"]
    ]
    row: Any
    for row in outcome.replacements:
        if row["type"] == "object":
            live[row["stratum"]].remove(row["out"])
            live[row["stratum"]].append(row["in"])
        else:
            places.remove((row["bundle"], row["slot"], row["out"]))
            places.append((row["bundle"], row["slot"], row["in"]))
    return [
        {"type": "object", "stratum": key, "out": out}
        for key, outs in live.items()
        for out in outs
        if out
    ] + [
        {"type": "member", "bundle": bundle, "slot": slot, "out": out}
        for bundle, slot, out in places
        if out
    ]
