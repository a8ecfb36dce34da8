"""Last look at what is about to become public; a find that stops, stops everything."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from portal.airlock.around import Cleared, Passage
from portal.airlock.detectors import kinds
from portal.airlock.detectors.fold import SEPARATORS, fold, squeeze
from portal.airlock.detectors.kinds import GRADES, Hit, Severity, Stop
from portal.airlock.detectors.scan import scan, scan_persons
from portal.domain.identifiers import Scheme
from portal.kit.markdown import to_text
from portal.kit.unquoting import unquoted
from portal.register.records import (
    Part,
    PublicAgency,
    PublicDocument,
    PublicDraw,
    PublicEntity,
    PublicIdentifier,
    PublicItem,
    Record,
)

#: Fields that hold numbers of their own and would only cry wolf.
_EXEMPT = {
    "id", "list_digest", "list_nonce", "commitment", "sealed", "sealed_nonce", "result_hash",
    "package_sha256", "outcome_value", "photos", "digest", "salt", "replaced",
}  # fmt: skip
#: Schemes whose numbers are checked by their form; a local number may be anything.
_NUMBERED = {Scheme.USCC.value, Scheme.REG15.value, Scheme.REG13.value}
#: Separators, and what folds to something else: without any a text is as plain as can be.
_DISGUISE = re.compile(
    rf"[{SEPARATORS}\u00ad\u0300-\u036f\u200b-\u206f\u2e80-\u2fdf\uf900-\ufaff\ufe00-\ufe0f\ufeff\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uffa0\U0001d400-\U000e0fff]"
)
_SHORTEST = 2
#: Where a record says what it is called, of kinds whose titles are each body's own.
_TITLES: dict[type, tuple[str, ...]] = {
    PublicItem: ("name",), PublicDraw: ("name",), PublicDocument: ("title", "number"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Find:
    """One find: its place is `path`, such as ``findings[1].detail`` counted from 0, and a span.

    The text itself is never told, only its SHA-256: a decision to let the find pass is bound to
    it. `stops`: the text has to be mended, or at import would have to be; the release waits for
    every find that is not `cleared`.
    """

    path: str
    kind: str
    start: int
    end: int
    stops: bool
    digest: str
    cleared: bool

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return GRADES[self.kind].severity


def look(record: Record, passage: Passage) -> list[Find]:
    """Return everything in the text of `record` that may not be public, or that a person decides."""
    return (
        [
            _find(path, hit, text, passage)
            for path, text in _texts(record, "")
            for hit in _hits(path, text, record, passage)
        ]
        + [
            _find(path, hit, text, passage)
            for path, text in _numbers(record)
            for hit in _known(path, text, record, passage)
        ]
        + list(_rendered(record, passage))
    )


def _rendered(record: Record, passage: Passage) -> Iterator[Find]:
    """Yield what readers see and a text does not show: words that marks or entities pull apart, or percent signs spell."""
    for path, text in _texts(record, ""):
        reads = _reads(record, path, text)
        told = {hit.kind for hit in _hits(path, text, record, passage)} if reads else set()
        for read in reads:
            for kind in sorted({hit.kind for hit in _hits(path, read, record, passage)} - told):
                told.add(kind)
                yield _find(path, Hit(kind, 0, len(text)), text, passage)


def _reads(record: Record, path: str, text: str) -> list[str]:
    """Return as what else a text is read: a document as its page, an address as a browser shows it."""
    page = to_text(text) if path == "body" and isinstance(record, PublicDocument) else text
    return [
        each for each in dict.fromkeys((page, *unquoted(text), *unquoted(page))) if each != text
    ]


def residue(record: Record, passage: Passage) -> list[tuple[str, str]]:
    """Return (path, kind) of every find that stops the release: grave ones, and those undecided."""
    return [(find.path, find.kind) for find in look(record, passage) if not find.cleared]


def faults(record: Record, passage: Passage) -> list[tuple[str, str]]:
    """Return (path, kind) of every find whose text its author has to mend."""
    return [(find.path, find.kind) for find in look(record, passage) if find.stops]


def holds(record: Record, passage: Passage) -> list[tuple[str, str]]:
    """Return (path, kind) of every other find: a person has to decide on it before the release."""
    return [(find.path, find.kind) for find in look(record, passage) if not find.stops]


def tells(record: Record, passage: Passage) -> bool:
    """Whether a text of the record says what may not be public, so that nobody has to judge."""
    found = [find for find in look(record, passage) if not find.cleared]
    return any(find.stops or find.severity is Severity.BLOCK for find in found)


def digest_of(text: str) -> str:
    """Return the SHA-256 by which a text is known to the decisions about its finds."""
    return hashlib.sha256(text.encode()).hexdigest()


def text_at(record: object, path: str) -> str:
    """Return the text that the path of a find leads to, such as ``findings[1].detail``."""
    value = record
    for step in path.replace("]", "").replace("[", ".").split("."):
        value = value[int(step)] if isinstance(value, tuple) else getattr(value, step)
    return str(value)


def _find(path: str, hit: Hit, text: str, passage: Passage) -> Find:
    digest = digest_of(text)
    cleared = hit.severity is Severity.HOLD and (Cleared(path, hit.kind, digest) in passage.cleared)
    return Find(path, hit.kind, hit.start, hit.end, _stops(hit, passage), digest, cleared)


def _stops(hit: Hit, passage: Passage) -> bool:
    stop = GRADES[hit.kind].stop
    return stop is Stop.ALWAYS or (stop is Stop.PERSONAL and passage.personal)


def _hits(path: str, text: str, record: Record, passage: Passage) -> Iterator[Hit]:
    found = scan(text)
    yield from found
    if passage.personal:
        told = {(hit.kind, hit.start) for hit in found}
        yield from (hit for hit in scan_persons(text) if (hit.kind, hit.start) not in told)
    if passage.secrets and _is_told(text, passage.secrets):
        yield Hit(kinds.KNOWN, 0, len(text))
    yield from _known(path, text, record, passage)


def _known(path: str, text: str, record: Record, passage: Passage) -> Iterator[Hit]:
    """Yield what the office knows of others. A company may bear the name of a person: that is asked.

    A party that has the very name of one that is hidden is that one, under another number. An item, a draw or a paper of
    another body is not: bodies call what they do alike, so whether it may bear the title, and say it of itself, is asked.
    """
    known = passage.known
    if not known:
        return
    is_name = path == "name" and isinstance(record, PublicEntity | PublicAgency)
    whose = record.id if isinstance(record, PublicAgency) else getattr(record, "agency_id", None)
    whose = whose or passage.agency_id
    found = known.scan(text, whose)
    titles = [getattr(record, name) or "" for name in _TITLES.get(type(record), ()) if found]
    theirs = {known.anothers_title(each, whose) for each in titles} - {""}
    for told in found:
        is_same = isinstance(record, PublicEntity) and (told.start, told.end) == (0, len(text))
        is_theirs = known.anothers_title(text[told.start : told.end], whose) in theirs
        grave = told.severity is Severity.BLOCK and (is_same or not is_name) and not is_theirs
        yield Hit(kinds.KNOWN if grave else kinds.KNOWN_SHORT, told.start, told.end)


def _is_told(text: str, secrets: tuple[str, ...]) -> bool:
    """Whether one of the secrets stands in the text, as it is or spaced out or in other width."""
    if any(secret in text for secret in secrets):
        return True
    folded = fold(text).text
    plain = squeeze(folded) if folded != text or _DISGUISE.search(text) else text
    return any(len(each) >= _SHORTEST and each in plain for each in map(_plain, secrets))


def _numbers(record: Record) -> Iterator[tuple[str, str]]:
    """Yield the numbers of a party that no detector looks at: they may be those of a hidden one all the same."""
    if isinstance(record, PublicEntity):
        for place, each in enumerate(record.identifiers):
            if each.scheme in _NUMBERED:
                yield f"identifiers[{place}].value", each.value


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
