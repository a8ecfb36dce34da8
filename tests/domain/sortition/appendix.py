"""The worked example of the specification's appendix A, built from its words."""

from portal.domain.sortition.freezing import freeze
from portal.domain.sortition.leaves import handle
from portal.domain.sortition.seeds import share_commitment

DRAW = "demo-1"
SHARE = bytes([0xAB]) * 32
PLAN: dict[str, object] = {
    "scheme": "dsr-draw/1",
    "draw_id": DRAW,
    "round": 1,
    "info": {"title": "示例"},
    "strata": [
        {"key": "一般", "quota": {"kind": "ratio", "num": 1, "den": 2}, "base": "frame"},
    ],
    "weighting": "balls",
    "sources": [
        {"id": "jj", "kind": "share", "ref": "信封1"},
        {"id": "dice", "kind": "dice10", "ref": "二十枚十面骰"},
    ],
    "exclude_drawn_in": [],
    "embargo": True,
    "teams": {
        "bundle": 1,
        "balance": False,
        "slots": [{"pool": "{unit}", "n": 1, "need": ["region"]}],
        "relax": [],
    },
}


def _subject(name: str, byte: int, weight: int) -> dict[str, object]:
    salt = bytes([byte]) * 32
    return {
        "handle": handle("object", DRAW, salt, name).hex(),
        "salt": salt.hex(),
        "object_id": name,
        "stratum": "一般",
        "unit": "所",
        "region": "东区",
        "need": [],
        "weight": weight,
        "excluded": "",
    }


def _inspector(name: str, byte: int) -> dict[str, object]:
    return {
        "handle": handle("inspector", DRAW, bytes([byte]) * 32, name).hex(),
        "pools": ["所"],
        "skills": [],
        "regions": ["东区"],
        "home": "",
        "max": 2,
        "recuse": [],
    }


OBJECTS = [_subject("甲店", 1, 1), _subject("乙店", 2, 2), _subject("丙店", 3, 1)]
INSPECTORS = [_inspector("X1", 0xA0), _inspector("X2", 0xA1)]


def package() -> dict[str, object]:
    """Return the example's package."""
    commit = freeze(
        PLAN,
        OBJECTS,
        INSPECTORS,
        {},
        commitments={"jj": share_commitment(DRAW, "jj", SHARE).hex()},
        committed_at="2026-01-05T09:00:00+08:00",
    )
    return {
        "scheme": "dsr-draw/1",
        "draw_id": DRAW,
        "plan": PLAN,
        "objects": OBJECTS,
        "inspectors": INSPECTORS,
        "commit": commit,
        "seed_values": [
            {"id": "jj", "value": SHARE.hex()},
            {"id": "dice", "value": "01234567890123456789"},
        ],
    }
