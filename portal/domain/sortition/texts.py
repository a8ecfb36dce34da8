"""The rules for texts of a package: what looks alike must be alike (section 3.1)."""

import re
from collections.abc import Iterator
from unicodedata import is_normalized

from portal.domain.sortition.faults import Code, demand
from portal.domain.sortition.model import Lists

_LONGEST = 256
_BLANKS = (" ", "\u3000")
#: Controls, invisible and direction characters, the byte order mark, halves of a pair.
_FORBIDDEN = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_PLAIN = re.compile(r"[!-~]{1,256}")


def check(lists: Lists) -> None:
    """Look at every text. Raises E_TEXT."""
    good: set[str] = {""}
    for text in _maybe_empty(lists):
        if text not in good:
            demand(is_text(text), Code.TEXT)
            good.add(text)
    good.discard("")
    for text in _filled(lists):
        if text not in good:
            demand(is_text(text), Code.TEXT)
            good.add(text)
    for text in _ids(lists):
        demand(is_text(text), Code.TEXT)


def is_text(text: str) -> bool:
    r"""Whether `text` is a Text.

    >>> [is_text(each) for each in ("所", "", " 所", "所\u200b", "e\u0301", "\ud800")]
    [True, False, False, False, False, False]
    """
    if _PLAIN.fullmatch(text):
        return True
    return (
        not _FORBIDDEN.search(text)
        and 1 <= len(text.encode()) <= _LONGEST
        and not text.startswith(_BLANKS)
        and not text.endswith(_BLANKS)
        and is_normalized("NFC", text)
    )


def _maybe_empty(lists: Lists) -> Iterator[str]:
    """Yield what is marked Text0."""
    yield from lists.plan.descriptions
    for subject in lists.objects:
        yield subject.unit
        yield subject.region
    for inspector in lists.inspectors:
        yield inspector.home


def _filled(lists: Lists) -> Iterator[str]:
    """Yield what is marked Text and repeats."""
    plan = lists.plan
    yield from (stratum.key for stratum in plan.strata)
    yield from (source.ref for source in plan.sources)
    if plan.teams:
        yield from (slot.pool for slot in plan.teams.slots)
    for subject in lists.objects:
        yield subject.stratum
        yield from subject.need
    for inspector in lists.inspectors:
        yield from inspector.pools
        yield from inspector.skills
        yield from inspector.regions


def _ids(lists: Lists) -> Iterator[str]:
    """Yield what is marked Text and is one's own."""
    for subject in lists.objects:
        if subject.object_id is not None:
            yield subject.object_id
    for inspector in lists.inspectors:
        if inspector.inspector_id is not None:
            yield inspector.inspector_id
    for ids in lists.earlier.values():
        yield from ids
