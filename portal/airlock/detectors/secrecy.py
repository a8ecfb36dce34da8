"""Markings of classified papers and words that belong into no public text; the list is data."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from portal.airlock.detectors import kinds
from portal.airlock.detectors.words import any_of

_LIST = tomllib.loads(Path(__file__).with_name("secrecy.toml").read_text("utf-8"))
WORDS: tuple[str, ...] = tuple(_LIST["words"])
PHRASES: tuple[str, ...] = tuple(_LIST["phrases"])
_MARKINGS = re.compile("|".join(f"(?:{each})" for each in _LIST["markings"]))
_PHRASES = frozenset(PHRASES)
_EITHER = re.compile(any_of(WORDS + PHRASES))
_STATUTE = re.compile(
    r"《(?:中华人民共和国[^《》]{1,40}|[^《》]{1,40}(?:法|条例)(?:\([^()]{1,12}\))?)》"
)


def secrecy(text: str) -> Iterator[tuple[str, int, int]]:
    """A marking, or a listed word that stands in no listed phrase and in no statute's name."""
    statutes = [match.span() for match in _STATUTE.finditer(text)]
    if "密" in text:
        for match in _MARKINGS.finditer(text):
            yield kinds.SECRECY, *match.span()
    for match in _EITHER.finditer(text):
        if match[0] not in _PHRASES and not any(s < match.start() < e for s, e in statutes):
            yield kinds.SECRECY, *match.span()
