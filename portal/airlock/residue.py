"""Last look at what is about to become public; a find that stops, stops everything."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from portal.airlock.around import Passage
from portal.airlock.detectors import kinds
from portal.airlock.detectors.fold import SEPARATORS, fold, squeeze
from portal.airlock.detectors.kinds import GRADES, Hit, Severity, Stop
from portal.airlock.detectors.scan import scan, scan_persons
from portal.domain.identifiers import Scheme
from portal.register.records import Part, PublicIdentifier, Record

#: Fields that hold numbers of their own and would only cry wolf.
_EXEMPT = {"id", "list_digest", "list_nonce"}
#: Schemes whose numbers are checked by their form; a local number may be anything.
_NUMBERED = {Scheme.USCC.value, Scheme.REG15.value, Scheme.REG13.value}
#: Separators, and what folds to something else: without any a text is as plain as can be.
_DISGUISE = re.compile(
    rf"[{SEPARATORS}\u00ad\u0300-\u036f\u200b-\u206f\u2e80-\u2fdf\uf900-\ufaff\ufe00-\ufe0f\ufeff\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uffa0\U0001d400-\U000e0fff]"
)
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Find:
    """One find: its place is `path`, such as ``findings[1].detail`` counted from 0, and a span.

    The text itself is never told. `stops`: the release waits until the text is mended.
    """

    path: str
    kind: str
    start: int
    end: int
    stops: bool

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return GRADES[self.kind].severity


def look(record: Record, passage: Passage) -> list[Find]:
    """Return everything in the text of `record` that may not be public, or that a person decides."""
    return [
        Find(path, hit.kind, hit.start, hit.end, _stops(hit, passage))
        for path, text in _texts(record, "")
        for hit in _hits(text, passage)
    ]


def residue(record: Record, passage: Passage) -> list[tuple[str, str]]:
    """Return (path, kind) of every find that stops the release."""
    return [(find.path, find.kind) for find in look(record, passage) if find.stops]


def holds(record: Record, passage: Passage) -> list[tuple[str, str]]:
    """Return (path, kind) of every find that a person should look at; the release goes on."""
    return [(find.path, find.kind) for find in look(record, passage) if not find.stops]


def _stops(hit: Hit, passage: Passage) -> bool:
    stop = GRADES[hit.kind].stop
    return stop is Stop.ALWAYS or (stop is Stop.PERSONAL and passage.personal)


def _hits(text: str, passage: Passage) -> Iterator[Hit]:
    found = scan(text)
    yield from found
    if passage.personal:
        told = {(hit.kind, hit.start) for hit in found}
        yield from (hit for hit in scan_persons(text) if (hit.kind, hit.start) not in told)
    if passage.secrets and _is_told(text, passage.secrets):
        yield Hit(kinds.KNOWN, 0, len(text))


def _is_told(text: str, secrets: tuple[str, ...]) -> bool:
    """Whether one of the secrets stands in the text, as it is or spaced out or in other width."""
    if any(secret in text for secret in secrets):
        return True
    plain = squeeze(fold(text).text) if _DISGUISE.search(text) else text
    return any(len(each) >= _SHORTEST and each in plain for each in map(_plain, secrets))


@lru_cache(maxsize=4096)
def _plain(secret: str) -> str:
    return squeeze(fold(secret).text)


def _texts(part: Part, prefix: str) -> Iterator[tuple[str, str]]:
    if isinstance(part, PublicIdentifier) and part.scheme in _NUMBERED:
        return
    for name in part.__struct_fields__:
        if name in _EXEMPT or name.endswith(("_id", "_ids")):
            continue
        value = getattr(part, name)
        if type(value) is str:
            yield prefix + name, value
        elif isinstance(value, tuple):
            for number, each in enumerate(value):
                if type(each) is str:
                    yield f"{prefix}{name}[{number}]", each
                elif isinstance(each, Part):
                    yield from _texts(each, f"{prefix}{name}[{number}].")
