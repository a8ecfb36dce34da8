"""Reads the objects and inspectors of a package (sections 3.4 and 3.5).

Left open by the text, and read thus: which form an object must have follows from its stratum, so
an open object in WITHHELD, or a bare handle in another stratum, has the wrong keys (E_SCHEMA).
"""

import re

from portal.domain.sortition import fields
from portal.domain.sortition.model import WITHHELD, Inspector, Subject

_BARE = frozenset(("handle", "stratum"))
_MASKED = frozenset(("handle", "stratum", "unit", "region", "need", "weight", "excluded"))
_OPEN = _MASKED | {"salt", "object_id"}
_INSPECTOR = frozenset(("handle", "pools", "skills", "regions", "home", "max", "recuse"))
_OPENED = _INSPECTOR | {"salt", "inspector_id"}
_EXCLUDED = re.compile(r"|drawn:[a-z0-9][a-z0-9._-]{0,63}|other:[a-z_]{1,32}")
_MOST_BALLS = 64
_MOST_BUNDLES = 10_000


class Reading:
    """Reads many entries, keeping each repeated text once: a million objects share few regions."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._kept: dict[str, str] = {}

    def subject(self, value: object) -> Subject:
        """Return one object. Raises E_SCHEMA."""
        if fields.mapping(value).get("stratum") == WITHHELD:
            found = fields.record(value, _BARE)
            return Subject(fields.hash32(found["handle"]), WITHHELD)
        is_open = "salt" in fields.mapping(value)
        found = fields.record(value, _OPEN if is_open else _MASKED)
        return Subject(
            fields.hash32(found["handle"]),
            self._text(found["stratum"]),
            self._text(found["unit"]),
            self._text(found["region"]),
            fields.strings(found["need"]),
            fields.whole(found["weight"], 1, _MOST_BALLS),
            self._kept_as(fields.matching(found["excluded"], _EXCLUDED)),
            fields.hash32(found["salt"]) if is_open else None,
            fields.string(found["object_id"]) if is_open else None,
        )

    def inspector(self, value: object) -> Inspector:
        """Return one inspector. Raises E_SCHEMA."""
        is_open = "salt" in fields.mapping(value)
        found = fields.record(value, _OPENED if is_open else _INSPECTOR)
        recuse = fields.strings(found["recuse"])
        for each in recuse:
            fields.matching(each, fields.HEX32)
        return Inspector(
            fields.hash32(found["handle"]),
            fields.strings(found["pools"]),
            fields.strings(found["skills"]),
            fields.strings(found["regions"]),
            fields.string(found["home"]),
            fields.whole(found["max"], 0, _MOST_BUNDLES),
            recuse,
            fields.hash32(found["salt"]) if is_open else None,
            fields.string(found["inspector_id"]) if is_open else None,
        )

    def _text(self, value: object) -> str:
        return self._kept_as(fields.string(value))

    def _kept_as(self, text: str) -> str:
        return self._kept.setdefault(text, text)
