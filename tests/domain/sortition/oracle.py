"""The drawing part of the specification once more, written from its text in the plainest way.

Quadratic, on JSON values, sharing no code with the portal: what it says twice is what is meant.
"""

import hashlib
import hmac
import json
from typing import Any


def lp(x: bytes | str) -> bytes:
    x = x.encode() if isinstance(x, str) else x
    return len(x).to_bytes(4, "big") + x


def th(tag: str, *xs: bytes | str) -> bytes:
    return hashlib.sha256(lp(tag) + b"".join(map(lp, xs))).digest()


def cj(value: Any) -> bytes:
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def mth(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def root(entries: list[Any]) -> str:
    hidden = ("salt", "object_id", "inspector_id")
    leaves = [
        hashlib.sha256(b"\x00" + cj({k: v for k, v in e.items() if k not in hidden})).digest()
        for e in sorted(entries, key=lambda e: e["handle"])
    ]
    return mth(leaves).hex()


def outcome(package: Any) -> bytes:
    """Return the line (without its end) that a valid package yields."""
    plan, commit = package["plan"], package["commit"]
    assert commit["objects_root"] == root(package["objects"])
    assert commit["inspectors_root"] == root(package["inspectors"])
    assert commit["plan_hash"] == th("dsr-draw/1/plan", cj(plan)).hex()
    commit_hash = th("dsr-draw/1/commit", cj(commit))
    said: list[str] = []
    for source, value in zip(plan["sources"], package["seed_values"], strict=True):
        said += [source["id"], source["kind"], value["value"]]
    seed = th("dsr-draw/1/seed", plan["draw_id"], commit_hash, *said)

    strata, orders = [], {}
    for stratum in plan["strata"]:
        members = [o for o in package["objects"] if o["stratum"] == stratum["key"]]
        eligible = [o for o in members if o.get("excluded", "") == ""]
        eligible.sort(key=lambda o: (ticket(seed, plan, o), bytes.fromhex(o["handle"])))
        base = len(members) if stratum["base"] == "frame" else len(eligible)
        q = stratum["quota"]
        if q["kind"] == "ratio":
            quota = -(-base * q["num"] // q["den"])
        else:
            quota = q["n"] if q["kind"] == "count" else len(eligible)
        k = min(quota, len(eligible))
        orders[stratum["key"]] = (eligible, k)
        raw = [bytes.fromhex(o["handle"]) for o in eligible]
        strata.append({
            "key": stratum["key"], "frame": len(members), "eligible": len(eligible),
            "quota": quota, "shortage": quota - k,
            "drawn": [o["handle"] for o in eligible[:k]],
            "order_hash": th("dsr-draw/1/order", *raw).hex(),
        })  # fmt: skip

    bundles = bundled(plan, orders) if "teams" in plan else []
    loads = {i["handle"]: 0 for i in package["inspectors"]}
    for bundle in bundles:
        for number, slot in enumerate(plan["teams"]["slots"]):
            for _ in range(slot["n"]):
                bundle["team"].append(place(package, seed, loads, bundle, number))
    result = {
        "scheme": "dsr-draw/1", "draw_id": plan["draw_id"], "commit_hash": commit_hash.hex(),
        "seed": seed.hex(), "strata": strata,
        "teams": [
            {"objects": [o["handle"] for o in b["objects"]], "members": list(b["team"])}
            for b in bundles
        ],
    }  # fmt: skip
    written = {
        "commit_hash": commit_hash.hex(), "result": result,
        "result_hash": th("dsr-draw/1/result", cj(result)).hex(),
    }  # fmt: skip
    line = cj(written)
    rows = replaced(package, seed, orders, bundles, loads)
    return cj(json.loads(line) | {"replacements": rows})


def ticket(seed: bytes, plan: Any, o: Any) -> bytes:
    w = o.get("weight", 1) if plan["weighting"] == "balls" else 1
    h = bytes.fromhex(o["handle"])
    return min(
        hmac.digest(seed, lp("dsr-draw/1/ticket") + lp(h) + i.to_bytes(4, "big"), "sha256")
        for i in range(1, w + 1)
    )


def bundled(plan: Any, orders: Any) -> list[Any]:
    bundles: list[Any] = []
    for stratum in plan["strata"]:
        if stratum["key"] == "WITHHELD":
            continue
        mine: list[Any] = []
        eligible, k = orders[stratum["key"]]
        for o in eligible[:k]:
            fitting = [
                b
                for b in mine
                if b["unit"] == o["unit"] and len(b["objects"]) < plan["teams"]["bundle"]
            ]
            if fitting:
                fitting[0]["objects"].append(o)
            else:
                mine.append({
                    "unit": o["unit"], "first": o["handle"], "objects": [o], "team": [], "out": [],
                })  # fmt: skip
        bundles += mine
    return bundles


def place(package: Any, seed: bytes, loads: Any, bundle: Any, number: int) -> Any:
    teams = package["plan"]["teams"]
    slot = teams["slots"][number]
    pool = slot["pool"].replace("{unit}", bundle["unit"])
    for level in range(len(teams["relax"]) + 1):
        constraints = [c for c in slot["need"] if c not in teams["relax"][:level]]
        candidates = [i for i in package["inspectors"] if fits(i, pool, constraints, loads, bundle)]
        if candidates:

            def rank(i: Any) -> Any:
                h = bytes.fromhex(i["handle"])
                text = lp("dsr-draw/1/inspector") + lp(bytes.fromhex(bundle["first"])) + lp(h)
                load = loads[i["handle"]] if teams["balance"] else 0
                return load, hmac.digest(seed, text, "sha256"), h

            taken = min(candidates, key=rank)["handle"]
            loads[taken] += 1
            dropped = [c for c in teams["relax"][:level] if c in slot["need"]]
            return {"slot": number, "handle": taken, "relaxed": dropped}
    return {"slot": number, "handle": "", "relaxed": []}


def fits(i: Any, pool: str, constraints: list[str], loads: Any, bundle: Any) -> bool:
    objects = bundle["objects"]
    return (
        pool in i["pools"]
        and loads[i["handle"]] < i["max"]
        and i["handle"] not in [m["handle"] for m in bundle["team"]]
        and i["handle"] not in bundle["out"]
        and not any(o["handle"] in i["recuse"] for o in objects)
        and (
            "skill" not in constraints or all(n in i["skills"] for o in objects for n in o["need"])
        )
        and (
            "region" not in constraints
            or "*" in i["regions"]
            or all(o["region"] in i["regions"] for o in objects)
        )
        and ("away" not in constraints or all(i["home"] != o["region"] for o in objects))
    )


def replaced(package: Any, seed: bytes, orders: Any, bundles: Any, loads: Any) -> list[Any]:
    live = {key: [o["handle"] for o in order[:k]] for key, (order, k) in orders.items()}
    ever = {key: list(handles) for key, handles in live.items()}
    rows = []
    for n, event in enumerate(package.get("replacements", []), start=1):
        out = event["out"]
        row = event | {"n": n}
        if event["type"] == "object":
            key = event["stratum"]
            assert out in live[key]
            live[key].remove(out)
            later = [o for o in orders[key][0] if o["handle"] not in ever[key]]
            if later:
                live[key].append(later[0]["handle"])
                ever[key].append(later[0]["handle"])
            for bundle in bundles:
                handles = [o["handle"] for o in bundle["objects"]]
                if out in handles:
                    at = handles.index(out)
                    bundle["objects"][at : at + 1] = later[:1]
            row["in"] = later[0]["handle"] if later else ""
        else:
            bundle = bundles[event["bundle"]]
            [at] = [
                at
                for at, m in enumerate(bundle["team"])
                if m["handle"] == out and m["slot"] == event["slot"]
            ]
            loads[out] -= 1
            bundle["out"].append(out)
            bundle["team"][at] = {"slot": event["slot"], "handle": "", "relaxed": []}
            came = place(package, seed, loads, bundle, event["slot"])
            bundle["team"][at] = came
            row |= {"in": came["handle"], "relaxed": came["relaxed"]}
        rows.append(row)
    return rows
