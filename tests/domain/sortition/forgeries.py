"""Every way to forge a package that the specification names, and the code that must be told."""

import json
from collections.abc import Iterator
from typing import Any

from tests.domain.sortition.whole import GONE, changed, whole

_H = "0" * 64
_LONG = "长" * 86  # 258 bytes
_O, _I, _S, _T = "objects/0", "inspectors/0", "plan/strata/0", "plan/teams"
_Q = f"{_S}/quota"

#: Code, place, what stands there.
ONE: list[tuple[str, str, Any]] = [
    *(("E_JSON", place, None) for place in ("plan/teams", "commit", "plan/info/title", "claimed")),
    ("E_JSON", "unknown", [{"deep": [None]}]),
    *(("E_JSON", "plan/round", number) for number in (-1, 1.5, 1.0, 2**53, 10**400, -0.0)),
    *(
        ("E_SCHEMA", place, GONE)
        for place in (
            "scheme", "draw_id", "plan", "objects", "inspectors", "commit", "seed_values",
            "plan/scheme", "plan/round", "plan/info", "plan/embargo", "plan/weighting",
            f"{_S}/base", f"{_S}/quota", f"{_Q}/den", f"{_T}/relax", f"{_T}/slots/0/need",
            f"{_O}/salt", f"{_O}/object_id", f"{_O}/weight", f"{_I}/salt", f"{_I}/home",
            "objects/9/stratum", "commit/shares", "commit/committed_at", "commit/shares/0/id",
            "seed_values/0/value", "claimed/result_hash", "replacements/0/type",
            "replacements/1/slot", "replacements/0/reason", "plan/sources/0/ref",
        )
    ),
    *(
        ("E_SCHEMA", f"{place}/extra", "")
        for place in (
            "plan", _S, _Q, _T, f"{_T}/slots/0", "plan/sources/0", _O, "objects/9", _I, "commit",
            "commit/shares/0", "seed_values/0", "replacements/0", "replacements/1", "claimed",
        )
    ),
    ("E_SCHEMA", "extra", 1), ("E_SCHEMA", "scheme", "dsr-draw/2"), ("E_SCHEMA", "draw_id", "whole-3"),
    ("E_SCHEMA", "plan/draw_id", "whole-3"), ("E_SCHEMA", "commit/draw_id", "whole-3"),
    ("E_SCHEMA", "plan/draw_id", "whole-2\n"), ("E_SCHEMA", "plan/draw_id", "Whole"),
    ("E_SCHEMA", "plan/draw_id", "-x"), ("E_SCHEMA", "plan/draw_id", "x" * 65),
    ("E_SCHEMA", "plan", []), ("E_SCHEMA", "objects", {}), ("E_SCHEMA", "plan/round", 0),
    ("E_SCHEMA", "plan/round", True), ("E_SCHEMA", "plan/round", "1"),
    ("E_SCHEMA", "plan/info", {"Title": "x"}), ("E_SCHEMA", "plan/info", {"x" * 33: "x"}),
    ("E_SCHEMA", "plan/info", {"": "x"}), ("E_SCHEMA", "plan/info/title", 1),
    ("E_SCHEMA", "plan/info", {"a\n": "x"}), ("E_SCHEMA", "plan/strata", []),
    ("E_SCHEMA", f"{_S}/base", "all"), ("E_SCHEMA", f"{_Q}/kind", "half"),
    ("E_SCHEMA", f"{_Q}/num", 4), ("E_SCHEMA", f"{_Q}/den", 0), ("E_SCHEMA", f"{_Q}/den", 1_000_001),
    ("E_SCHEMA", f"{_Q}", {"kind": "count", "n": 10_000_001}), ("E_SCHEMA", f"{_Q}", {"kind": "all", "n": 1}),
    ("E_SCHEMA", "plan/weighting", "some"), ("E_SCHEMA", "plan/embargo", 1),
    ("E_SCHEMA", "plan/sources/0/id", "JJ"), ("E_SCHEMA", "plan/sources/0/id", "j" * 17),
    ("E_SCHEMA", "plan/sources/0/kind", "coin"), ("E_SCHEMA", "plan/sources/0/ref", 1),
    ("E_SCHEMA", "plan/exclude_drawn_in", ["whole-1", "whole-1"]),
    ("E_SCHEMA", "plan/exclude_drawn_in", ["Whole"]), ("E_SCHEMA", f"{_T}/bundle", 0),
    ("E_SCHEMA", f"{_T}/bundle", 1001), ("E_SCHEMA", f"{_T}/balance", 0), ("E_SCHEMA", f"{_T}/slots", []),
    ("E_SCHEMA", f"{_T}/slots/0/n", 0), ("E_SCHEMA", f"{_T}/slots/0/n", 21),
    ("E_SCHEMA", f"{_T}/slots/0/need", ["luck"]), ("E_SCHEMA", f"{_T}/relax", ["away", "away"]),
    ("E_SCHEMA", _T, GONE), ("E_SCHEMA", f"{_O}/handle", "A" * 64), ("E_SCHEMA", f"{_O}/handle", "0" * 63),
    ("E_SCHEMA", f"{_O}/handle", _H + "\n"), ("E_SCHEMA", f"{_O}/salt", "0" * 66),
    ("E_SCHEMA", f"{_O}/need", ["食品", "食品"]), ("E_SCHEMA", f"{_O}/need", "食品"),
    ("E_SCHEMA", f"{_O}/weight", "1"), ("E_SCHEMA", f"{_O}/weight", True), ("E_SCHEMA", f"{_O}/weight", 0),
    ("E_SCHEMA", f"{_O}/weight", 65), ("E_SCHEMA", f"{_O}/excluded", "closed"),
    ("E_SCHEMA", f"{_O}/excluded", "other:"), ("E_SCHEMA", f"{_O}/excluded", "other:Closed"),
    ("E_SCHEMA", f"{_O}/excluded", "drawn:"), ("E_SCHEMA", f"{_O}/excluded", "other:" + "a" * 33),
    ("E_SCHEMA", f"{_O}/excluded", "other:closed\n"), ("E_SCHEMA", f"{_O}/stratum", "WITHHELD"),
    ("E_SCHEMA", "objects/9/stratum", "一般"), ("E_SCHEMA", "objects/7/stratum", "WITHHELD"),
    ("E_SCHEMA", f"{_I}/max", 10_001), ("E_SCHEMA", f"{_I}/pools", ["一所", "一所"]),
    ("E_SCHEMA", f"{_I}/recuse", ["x"]), ("E_SCHEMA", f"{_I}/recuse", [_H, _H]),
    ("E_SCHEMA", f"{_I}/home", []), ("E_SCHEMA", "commit/plan_hash", "x"),
    ("E_SCHEMA", "commit/objects_count", "10"), ("E_SCHEMA", "commit/committed_at", "2026-01-05T09:00:00Z"),
    ("E_SCHEMA", "commit/committed_at", "2026-01-05T09:00:00+08:00\n"),
    ("E_SCHEMA", "seed_values/1/value", 1), ("E_SCHEMA", "earlier", []),
    ("E_SCHEMA", "earlier", {"Whole": []}), ("E_SCHEMA", "earlier/whole-1", "x"),
    ("E_SCHEMA", "replacements", {}), ("E_SCHEMA", "replacements/0/reason", "bored"),
    ("E_SCHEMA", "replacements/0/type", "team"), ("E_SCHEMA", "replacements/0/out", ""),
    ("E_SCHEMA", "replacements/1/bundle", "0"), ("E_SCHEMA", "claimed/result_hash", "X" * 64),
    *(("E_TEXT", place, text) for place in (
        f"{_O}/object_id", f"{_O}/stratum", f"{_S}/key", "plan/sources/0/ref", f"{_T}/slots/0/pool",
        f"{_I}/inspector_id",
    ) for text in ("", " x", "x\u3000")),
    *(("E_TEXT", place, text) for place in (
        f"{_O}/unit", f"{_O}/region", "plan/info/title", f"{_I}/home",
    ) for text in ("x ", "\u3000x", _LONG)),
    *(("E_TEXT", f"{_O}/unit", text) for text in (
        "a\u0000b", "a\tb", "a\nb", "a\u007fb", "a\u009fb", "a\u200bb", "a\u200fb", "a\u2028b",
        "a\u202eb", "a\u2066b", "a\u2069b", "\ufeffa", "e\u0301", "\ud800", "\udc00\ud800", "\u212b",
        "x" * 257,
    )),
    ("E_TEXT", f"{_O}/need", [""]), ("E_TEXT", f"{_I}/pools", ["x "]), ("E_TEXT", f"{_I}/skills", [""]),
    ("E_TEXT", f"{_I}/regions", [""]), ("E_TEXT", "earlier/whole-1", [""]),
    ("E_SOURCES", "plan/sources/0/id", "dice"), ("E_SOURCES", "plan/sources", []),
    ("E_SOURCES", "plan/sources", [{"id": "jj", "kind": "share", "ref": "x"}]),
    ("E_EMBARGO", "plan/sources", [{"id": "ssq", "kind": "lottery", "ref": "x"}]),
    ("E_STRATUM", f"{_S}/key", "重点"), ("E_STRATUM", f"{_S}/key", "别的"),
    ("E_STRATUM", f"{_O}/stratum", "别的"), ("E_STRATUM", f"{_S}/key", "WITHHELD"),
    ("E_STRATUM", "plan/strata/2/key", "别的"), ("E_WEIGHT", "plan/weighting", "none"),
    ("E_HANDLE", f"{_O}/salt", _H), ("E_HANDLE", f"{_O}/object_id", "甲"), ("E_HANDLE", f"{_O}/handle", _H),
    ("E_HANDLE", f"{_I}/inspector_id", "甲"), ("E_HANDLE", f"{_I}/salt", _H),
    ("E_EXCLUSION", "earlier", GONE), ("E_EXCLUSION", "earlier", {}),
    ("E_EXCLUSION", "earlier/other", []), ("E_EXCLUSION", "plan/exclude_drawn_in", []),
    ("E_EXCLUSION", "earlier/whole-1", []), ("E_EXCLUSION", f"{_O}/excluded", "drawn:whole-1"),
    ("E_EXCLUSION", "objects/8/excluded", ""), ("E_EXCLUSION", "objects/8/excluded", "other:closed"),
    ("E_EXCLUSION", "objects/7/excluded", "drawn:whole-0"), ("E_EXCLUSION", "objects/8/excluded", "drawn:x"),
    ("E_PLAN", "plan/round", 3), ("E_PLAN", "plan/info/title", "改"), ("E_PLAN", f"{_Q}/num", 2),
    ("E_PLAN", "plan/embargo", False), ("E_PLAN", f"{_T}/relax", ["region", "away"]),
    ("E_PLAN", "commit/plan_hash", _H), ("E_ROOT", "commit/objects_root", _H),
    ("E_ROOT", "commit/objects_count", 9), ("E_ROOT", "commit/inspectors_root", _H),
    ("E_ROOT", "commit/inspectors_count", 0), ("E_ROOT", f"{_O}/weight", 2), ("E_ROOT", f"{_O}/unit", "二所"),
    ("E_ROOT", f"{_O}/excluded", "other:closed"), ("E_ROOT", "objects/7/excluded", ""),
    ("E_ROOT", f"{_I}/recuse", [_H]), ("E_ROOT", f"{_I}/max", 1), ("E_ROOT", "objects/9/handle", _H),
    ("E_SEED_VALUE", "seed_values", []), ("E_SEED_VALUE", "seed_values/0/id", "dice"),
    ("E_SEED_VALUE", "seed_values/0/id", "JJ"), ("E_SEED_VALUE", "seed_values/0/value", "AB" * 32),
    *(("E_SEED_VALUE", "seed_values/1/value", text) for text in (
        "0" * 19, "0" * 201, "0" * 20 + "\n", "０" * 20, "",
    )),
    *(("E_SEED_VALUE", "seed_values/2/value", text) for text in ("1" * 25, "7" * 26, "1" * 201)),
    ("E_SEED_VALUE", "seed_values/3/value", _H), ("E_SEED_VALUE", "seed_values/3/evidence", "ABCD"),
    ("E_SEED_VALUE", "seed_values/3/evidence", "abc"), ("E_SEED_VALUE", "seed_values/3/evidence", ""),
    ("E_SEED_VALUE", "seed_values/1/evidence", "ab"), ("E_SEED_VALUE", "seed_values/4/value", "cd" * 63),
    *(("E_SEED_VALUE", "seed_values/5/value", text) for text in (
        "3.7.12.18.25.31./9.", "03.7./", "7.3./", "/", "", "3./ 9./", "1234567890./", "3.7./9./\n", "3,7./",
        "1./2.1./",
    )),
    ("E_SHARE", "seed_values/0/value", _H), ("E_SHARE", "commit/shares", []),
    ("E_SHARE", "commit/shares/0/commitment", _H), ("E_SHARE", "commit/shares/0/id", "dice"),
    ("E_SHARE", "commit/shares/0/id", "\ud800"),
    ("E_REPLACE", "replacements/0/out", _H), ("E_REPLACE", "replacements/0/stratum", "重点"),
    ("E_REPLACE", "replacements/0/stratum", "别的"), ("E_REPLACE", "replacements/1/out", _H),
    ("E_REPLACE", "replacements/1/slot", 0), ("E_REPLACE", "replacements/1/slot", 2),
    ("E_REPLACE", "replacements/1/bundle", 99), ("E_RESULT", "claimed/result_hash", _H),
    ("E_REPLACE", "seed_values/1/value", "1" * 20),
]  # fmt: skip

#: One fault of each code, in the order of section 11, that can stand beside those of other codes.
LADDER: list[tuple[str, list[tuple[str, Any]]]] = [
    ("E_JSON", [("unknown", None)]),
    ("E_SCHEMA", [("extra", 1)]),
    ("E_TEXT", [("objects/1/unit", " x")]),
    ("E_SOURCES", [("plan/sources/3/id", "nist")]),
    ("E_EMBARGO", [(f"plan/sources/{number}/kind", "nist") for number in range(3)]),
    ("E_STRATUM", [("objects/2/stratum", "别的")]),
    ("E_WEIGHT", [("plan/weighting", "none")]),
    ("E_DUP", [("inspectors/1/inspector_id", "Z1")]),
    ("E_HANDLE", [("objects/3/salt", _H)]),
    ("E_EXCLUSION", [("earlier/other", [])]),
    ("E_PLAN", [("plan/round", 3)]),
    ("E_ROOT", [("commit/objects_root", _H)]),
    ("E_SEED_VALUE", [("seed_values/1/value", "x")]),
    ("E_SHARE", [("commit/shares/0/commitment", _H)]),
    ("E_REPLACE", [("replacements/0/out", _H)]),
    ("E_RESULT", [("claimed/result_hash", _H)]),
]


def _doubled(package: dict[str, Any]) -> list[dict[str, Any]]:
    """Twice the same handle, and twice the same id under another salt; for both lists."""
    objects, inspectors = package["objects"], package["inspectors"]
    return [
        changed(package, ("objects", [*objects, objects[0]])),
        changed(package, ("objects", [*objects, objects[9]])),
        changed(package, ("objects/1/object_id", objects[0]["object_id"])),
        changed(package, ("objects/1/handle", objects[0]["handle"])),
        changed(package, ("inspectors", [*inspectors, inspectors[0]])),
        changed(package, ("inspectors/1/inspector_id", "Z1")),
    ]


def _texts(text: str) -> Iterator[tuple[str, str]]:
    """Forgeries that only the file itself shows."""
    yield "E_JSON", "\ufeff" + text
    yield "E_JSON", text[:-1]
    yield "E_JSON", text + "x"
    yield "E_JSON", ""
    yield "E_JSON", "null"
    yield "E_JSON", text.replace('"round":2', '"round":2,"round":2')
    yield "E_JSON", text.replace('"round":2', '"round":2,"roun\\u0064":2')
    for number in (
        "-0",
        "02",
        "2.0",
        "2e0",
        "2E0",
        "+2",
        "0x2",
        "NaN",
        "Infinity",
        "-Infinity",
        "9007199254740992",
        "٢",
    ):
        yield "E_JSON", text.replace('"round":2', f'"round":{number}')
    yield "E_JSON", text.replace('"round":2', '"round":2,')
    yield "E_JSON", text.replace("示例", "示\n例")
    yield "E_JSON", text.replace("示例", "示\\x例")
    yield "E_JSON", text.replace("示例", "示\\u12g4例")
    yield "E_JSON", text.replace('"round"', "'round'")
    yield "E_JSON", text.replace("{", "{/* */", 1)
    yield "E_JSON", text.replace(",", ",\u00a0", 1)
    yield "E_JSON", "[" * 100_000 + "]" * 100_000
    yield "E_JSON", "[" * 600 + "1" + "]" * 600
    yield "E_SCHEMA", "[" * 100 + "1" + "]" * 100
    yield "E_SCHEMA", "5"
    yield "E_SCHEMA", '"x"'
    yield "E_SCHEMA", "[]"
    yield "E_SCHEMA", '{"__proto__":{}}'
    yield "E_SCHEMA", text.replace('"round":2', '"round":2,"__proto__":1')
    yield "E_TEXT", text.replace("示例", "\\ud83c")
    yield "E_PLAN", text.replace("示例", "\\ud83c\\udfed")


def every() -> list[tuple[str, bytes]]:
    """Return each forged file with the code it must be told by."""
    package = whole()
    found = [(code, changed(package, (place, value))) for code, place, value in ONE]
    found += [("E_DUP", each) for each in _doubled(package)]
    for at, (code, changes) in enumerate(LADDER):
        found.append((code, changed(package, *changes)))
        found += [(code, changed(package, *changes, *later)) for _, later in LADDER[at + 1 :]]
    files = [(code, _raw(each)) for code, each in found]
    text = json.dumps(package, ensure_ascii=False, separators=(",", ":"))
    files += [(code, each.encode()) for code, each in _texts(text)]
    return [
        *files,
        ("E_JSON", text.encode().replace("示".encode(), b"\xe7\xa4")),
        ("E_JSON", b"\xed\xa0\x80"),
        ("E_JSON", text.encode("utf-16")),
    ]


def _raw(package: dict[str, Any]) -> bytes:
    """Write as JSON; a lone surrogate can only be escaped."""
    try:
        return json.dumps(package, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(package).encode()
