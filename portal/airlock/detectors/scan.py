"""Looks through one text with every detector; most texts are let go after a first glance."""

import re
from collections.abc import Iterable, Iterator

from portal.airlock.detectors import kinds, people
from portal.airlock.detectors.cleared import clear
from portal.airlock.detectors.coordinates import coordinates
from portal.airlock.detectors.dwellings import CUES as DWELLING_CUES
from portal.airlock.detectors.dwellings import HOUSE, any_rooms, dwellings
from portal.airlock.detectors.fold import GAP, SIGN, fold
from portal.airlock.detectors.kinds import Hit
from portal.airlock.detectors.numbers import bank_cards, certificates, id_cards, passports
from portal.airlock.detectors.online import ADDRESS_SIGN, CHAT_CUES, online
from portal.airlock.detectors.phones import phones
from portal.airlock.detectors.plates import PROVINCES, plates
from portal.airlock.detectors.secrecy import WORDS as SECRET_WORDS
from portal.airlock.detectors.secrecy import secrecy
from portal.airlock.detectors.words import any_of

Found = Iterable[tuple[str, int, int]]

#: What some find begins with or holds; a folded text with none of these holds nothing.
_SIGNS = re.compile(
    "|".join(
        (
            r"[0-9](?:[^0-9]{0,6}[0-9]){4}",
            "[@°′度]",
            rf"[{PROVINCES}]\W{{0,2}}[A-Za-z]\W{{0,2}}[0-9A-Za-z]",
            ADDRESS_SIGN,
            HOUSE,
        )
    )
)
#: Six digits of one number; a decimal point or a sign of degrees.
_RUN = re.compile(rf"[0-9](?:{GAP}[0-9]){{5}}|[0-9]{{3}}{SIGN}[0-9]{{4}}{SIGN}")
_POINT = re.compile(r"[.°度]\s?\d")
#: Markings are spaced out: 机 密.
_WORDS = re.compile(any_of((*people.CUES, *DWELLING_CUES, *SECRET_WORDS, *CHAT_CUES, "密")))


def scan(text: str) -> list[Hit]:
    """Return what may not be public in `text`, in order of place.

    Invisible characters are told with the number or word that they are hidden in.
    """
    folded = fold(text)
    if not (folded.hidden or _WORDS.search(folded.text) or _SIGNS.search(folded.text)):
        return []
    found = [*_apart(_numbers(folded.text)), *_apart(_words(folded.text))]
    hits = {Hit(kind, *folded.span(start, end)) for kind, start, end in found}
    if folded.hidden:
        told = {place for hit in hits for place in range(hit.start, hit.end)}
        hits |= {Hit(kinds.HIDDEN, *span) for span in folded.hidden if span[0] not in told}
    return _ordered(hits)


def scan_persons(text: str) -> list[Hit]:
    """Return names and dwellings in a text that concerns a person, found more eagerly."""
    folded = fold(text)
    found = _apart([*people.people(folded.text, eager=True), *any_rooms(folded.text)])
    return _ordered(Hit(kind, *folded.span(start, end)) for kind, start, end in found)


def _ordered(hits: Iterable[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (hit.start, hit.end, hit.kind))


def _numbers(text: str) -> Found:
    """Yield numbers, those first whose rule proves most."""
    if is_long := _RUN.search(text) is not None:
        yield from id_cards(text)
    if _POINT.search(text):
        yield from coordinates(text)
    if is_long:
        cleared = clear(text)
        yield from passports(text)
        yield from certificates(text)
        yield from online(text)
        yield from bank_cards(text, cleared)
        yield from phones(text, cleared)
    else:
        yield from online(text)
    yield from plates(text)


def _words(text: str) -> Found:
    yield from people.people(text)
    yield from dwellings(text)
    yield from secrecy(text)


def _apart(found: Found) -> Iterator[tuple[str, int, int]]:
    """Yield finds that overlap none before them."""
    taken: set[int] = set()
    for kind, start, end in found:
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            yield kind, start, end
