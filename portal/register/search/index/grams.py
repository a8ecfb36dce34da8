"""Pairs of neighbouring characters and the documents they occur in, as roaring bitmaps.

A *unit* is one 16-bit part of UTF-16. Every pair of units of which one is a character by itself, or part of a
short run, is indexed; one that begins between two values only where the second is a name, so that `BREAK` and a
character are the names that begin with it. Pairs inside long runs of letters and digits are not: they are words of a
lexicon.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from portal.register.search.analysis import BREAK, EDGE, SINGLES
from portal.register.search.index.lexicon import Numbers, bitmap

Units = NDArray[np.uint16]

#: Documents begin at multiples of so many units, so that a unit leads to its document by one division.
BLOCK = 16
#: Shorter lists are numbers as they are: a bitmap would cost more than it saves.
RAW = 32
#: From so many documents on, the places of a pair are kept too: checking phrases in the texts
#: themselves would be slower than looking at the places.
PLACED = 512
#: Units that are half of a character beyond the first plane.
_HALVES = range(0xD800, 0xE000)
_BREAK, _EDGE = np.uint16(ord(BREAK)), np.uint16(ord(EDGE))
#: Runs of so many units (days, years, numbers) are part of phrases; longer ones are words only.
_SHORT = 4
_HALF, _HALF_OF_HALF = np.uint64(32), np.uint64(16)


@lru_cache(maxsize=1)
def single() -> NDArray[np.bool_]:
    """Return for each unit whether it is (half of) a character that is a word by itself."""
    known = np.zeros(0x10000, dtype=np.bool_)
    known[_HALVES.start : _HALVES.stop] = True
    for run in re.finditer(f"[{SINGLES}]+", "".join(map(chr, range(0x10000)))):
        known[run.start() : run.end()] = True
    return known


def tokens(text: Units) -> NDArray[np.bool_]:
    """Return for each unit whether it is a word by itself or part of a short run: all but fences and long runs."""
    found = single()[text]
    running = ~found & (text != _EDGE) & (text != _BREAK) & (text != 0)
    turns = np.flatnonzero(np.diff(running, prepend=False, append=False))
    begins, ends = turns[::2], turns[1::2]
    long = ends - begins > _SHORT
    inside = np.zeros(len(text) + 1, dtype=np.int8)
    inside[begins[long]] = 1
    inside[ends[long]] = -1
    found |= running & ~np.cumsum(inside[:-1], dtype=np.int8).view(np.bool_)
    return found


def units(text: str) -> Units:
    """Return `text` as units."""
    return np.frombuffer(text.encode("utf-16-le"), dtype="<u2")


def key(first: int, second: int) -> int:
    """Return the number of a pair."""
    return first << 16 | second


@dataclass(frozen=True, slots=True)
class Grams:
    """The pairs of one field. `posts[at[i]:at[i + 1]]` are the documents of `keys[i]`, `counts[i]` many.

    `places[begin[i]:begin[i + 1]]` are its units in the segment's text; none where it is rare, and
    `begin` is empty for fields that keep no places.
    """

    keys: NDArray[np.uint32]
    counts: NDArray[np.uint32]
    at: NDArray[np.uint64]
    posts: NDArray[np.uint32]
    begin: NDArray[np.uint64]
    places: Numbers

    def find(self, wanted: int) -> int | None:
        """Return the index of a pair, None when it does not occur."""
        place = int(self.keys.searchsorted(np.uint32(wanted)))
        return place if place < len(self.keys) and self.keys[place] == wanted else None

    def documents(self, index: int) -> BitMap:
        """Return the documents of the pair at `index`."""
        found = self.posts[self.at[index] : self.at[index + 1]]
        return read_post(found, int(self.counts[index]))

    def beginning(self, first: int) -> range:
        """Return the indexes of the pairs whose first unit is `first`."""
        ends = self.keys.searchsorted(np.array((first << 16, first + 1 << 16), dtype=np.uint64))
        return range(int(ends[0]), int(ends[1]))

    def places_of(self, index: int) -> Numbers:
        """Return the units at which the pair stands, ascending; empty when they are not kept."""
        return self.places[self.begin[index] : self.begin[index + 1]]

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Return what is filed, each array under its name."""
        return {f"{name}.{part}": getattr(self, part) for part in Grams.__slots__}


@dataclass(frozen=True, slots=True)
class Seen:
    """Every occurrence of a pair: which, where, and in which document; ordered by all three."""

    pairs: NDArray[np.uint32]
    places: Numbers
    documents: Numbers

    @classmethod
    def all(cls, text: Units, document_of: Numbers, name_ends: Numbers) -> "Seen":
        """Find the pairs of `text`; `document_of` names the document of each block."""
        told = tokens(text)
        between = np.flatnonzero(text[:-1] == _BREAK)
        unnamed = between[between + 1 >= name_ends[document_of[between // BLOCK]]]
        wanted = told[:-1] | told[1:]
        wanted[unnamed] = False
        where = np.flatnonzero(wanted).astype(np.uint32)
        found = text[where].astype(np.uint64)
        found <<= _HALF_OF_HALF
        found |= text[1:][where]
        found <<= _HALF
        found |= where
        found.sort()
        places = found.astype(np.uint32)
        found >>= _HALF
        return cls(found.astype(np.uint32), places, document_of[places // BLOCK])

    def within(self, begin: Numbers, end: Numbers) -> "Seen":
        """Keep what lies from `begin` up to `end` of its document."""
        kept = (self.places >= begin[self.documents]) & (self.places < end[self.documents])
        return Seen(self.pairs[kept], self.places[kept], self.documents[kept])

    def grams(self, *, placed: bool) -> Grams:
        """Return the index of what was seen, with the places of common pairs if `placed`."""
        new_pair = np.ones(len(self.pairs), dtype=bool)
        new_pair[1:] = self.pairs[1:] != self.pairs[:-1]
        new = new_pair.copy()
        new[1:] |= self.documents[1:] != self.documents[:-1]
        documents = self.documents[new]
        bounds = np.append(np.flatnonzero(new_pair[new]), len(documents))
        counts = np.diff(bounds).astype(np.uint32)
        at, posts = _posts(documents, bounds, counts)
        starts = np.append(np.flatnonzero(new_pair), len(self.pairs))
        common = (counts >= PLACED) & placed
        lengths = np.where(common, np.diff(starts), 0)
        kept = np.repeat(common, np.diff(starts))
        return Grams(
            keys=self.pairs[new_pair],
            counts=counts,
            at=at,
            posts=posts,
            begin=np.append(0, np.cumsum(lengths)).astype(np.uint64),
            places=self.places[kept],
        )


def _posts(
    documents: Numbers, bounds: NDArray[np.intp], counts: NDArray[np.uint32]
) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """Encode the lists that lie one after another in `documents`; sizes in numbers of 32 bits."""
    many = np.flatnonzero(counts >= RAW).tolist()
    encoded = [packed(documents[bounds[index] : bounds[index + 1]]) for index in many]
    sizes = counts.astype(np.int64)
    sizes[many] = [len(each) for each in encoded]
    at = np.append(0, np.cumsum(sizes))
    posts = np.zeros(at[-1], dtype=np.uint32)
    few = np.repeat(counts < RAW, counts)
    shift = np.repeat(at[:-1] - bounds[:-1], counts)
    posts[(np.arange(len(documents)) + shift)[few]] = documents[few]
    for index, content in zip(many, encoded, strict=True):
        posts[at[index] : at[index + 1]] = content
    return at.astype(np.uint64), posts


def packed(documents: Numbers) -> NDArray[np.uint32]:
    """Encode one list; short ones are themselves."""
    if len(documents) < RAW:
        return documents
    found = bitmap(documents)
    found.run_optimize()
    content = found.serialize()
    return np.frombuffer(content + bytes(-len(content) % 4), dtype="<u4")


def encode(lists: Sequence[Numbers]) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """Return where each list begins, and the lists one after another."""
    encoded = [packed(each) for each in lists]
    at = np.append(0, np.cumsum([len(each) for each in encoded])).astype(np.uint64)
    return at, np.concatenate(encoded or [np.zeros(0, dtype=np.uint32)])


def read_post(content: NDArray[np.uint32], count: int) -> BitMap:
    """Return the documents of an encoded list of `count`."""
    return bitmap(content) if count < RAW else BitMap.deserialize(content.tobytes())
