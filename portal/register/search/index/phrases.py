"""Longer phrases that many documents hold, with exactly the documents that hold them.

Pairs of characters cannot tell a phrase from its parts standing apart. Rare phrases are checked in the
texts; common ones (the name of an authority, the sentences of a form) would take too long, so they are
found when a segment is written: a phrase of n + 1 units can be common only if both phrases of n units in
it are. A phrase that as many documents hold as one of these two is held by the same documents, and
shares their posting.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from portal.register.search.analysis import BREAK
from portal.register.search.index.grams import BLOCK, Grams, Seen, Units, encode, read_post
from portal.register.search.index.lexicon import Numbers

#: Phrases of so many units are kept.
SHORTEST, LONGEST = 3, 16
#: A phrase is common when one in so many documents of a segment holds it, and so many at least.
_SHARE, _LEAST = 256, 128
#: Ranks of phrases of one length must fit in 16 bits.
_MOST = 0xFFFF
_FACTOR, _SHIFT, _MASK = 0x9E3779B97F4A7C15, 29, 0xFFFFFFFFFFFFFFFF
_TWO_BYTES, _FOUR_BYTES = np.uint64(16), np.uint64(32)


class Phrase(NamedTuple):
    """A phrase that is looked up: its hash, how many units it has, and their bytes."""

    key: int
    length: int
    content: bytes

    @classmethod
    def of(cls, wanted: Units) -> "Phrase":
        """Return the phrase of `wanted`; its hash is that of `hashes`."""
        key = len(wanted)
        for unit in wanted.tolist():
            key = ((key ^ unit) * _FACTOR) & _MASK
            key ^= key >> _SHIFT
        return cls(key, len(wanted), wanted.tobytes())


@dataclass(frozen=True, slots=True)
class Phrases:
    """The common phrases of one field, ordered by `keys`, a hash of their units.

    `samples` says where in the text one stands; `refs` which posting it has: of `posts` or, counted
    from -1 downwards, of the pair of that index.
    """

    keys: NDArray[np.uint64]
    samples: Numbers
    refs: NDArray[np.int64]
    at: NDArray[np.uint64]
    counts: Numbers
    posts: Numbers

    def find(self, wanted: Phrase, text: Units, grams: Grams) -> BitMap | None:
        """Return the documents that hold `wanted`, None when it is not common."""
        place = int(self.keys.searchsorted(np.uint64(wanted.key)))
        if place == len(self.keys) or self.keys[place] != wanted.key:
            return None
        sample = int(self.samples[place])
        if text[sample : sample + wanted.length].tobytes() != wanted.content:
            return None
        return self.posted(place, grams)

    def posted(self, index: int, grams: Grams) -> BitMap:
        """Return the documents of the phrase at `index`."""
        ref = int(self.refs[index])
        if ref < 0:
            return grams.documents(-1 - ref)
        return read_post(self.posts[self.at[ref] : self.at[ref + 1]], int(self.counts[ref]))

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Return what is filed, each array under its name."""
        return {f"{name}.{part}": getattr(self, part) for part in Phrases.__slots__}


@dataclass(frozen=True, slots=True)
class _Level:
    """The common phrases of one length, ranked from 1.

    `counts` are their documents, `refs` their postings; `rank_at` says which stands at each unit of the
    text, 0 for none, and `places` at which units one does.
    """

    counts: NDArray[np.int64]
    refs: NDArray[np.int64]
    rank_at: NDArray[np.uint16]
    places: Numbers

    def neighbours(self) -> tuple[Numbers, Numbers, Numbers]:
        """Return where two of them overlap but for one unit; which two, and where, ordered by both.

        Arrays of as many numbers as the text has units: each is given up as soon as it can be.
        """
        both = self.places[self.rank_at[self.places + 1] > 0]
        ordered = self.rank_at[both].astype(np.uint64)
        ordered <<= _TWO_BYTES
        ordered |= self.rank_at[1:][both]
        ordered <<= _FOUR_BYTES
        ordered |= both
        ordered.sort()
        places = ordered.astype(np.uint32)
        ordered >>= _FOUR_BYTES
        return both, ordered.astype(np.uint32), places


class Mining:
    """Finds the common phrases of one field."""

    def __init__(self, seen: Seen, grams: Grams, text: Units, document_of: Numbers) -> None:
        self._text, self._document_of = text, document_of
        size = int(document_of[-1]) + 1 if len(document_of) else 0
        self._least = max(_LEAST, size // _SHARE)
        self._lists: list[Numbers] = []
        self._level = self._pairs(seen, grams)

    def _pairs(self, seen: Seen, grams: Grams) -> _Level:
        inside = (grams.keys & 0xFFFF) != ord(BREAK)
        common = _most(np.where(inside, grams.counts, 0).astype(np.int64), self._least)
        ranks = np.zeros(len(grams.keys), dtype=np.uint16)
        ranks[common] = np.arange(1, len(common) + 1)
        starts = np.flatnonzero(np.append(True, seen.pairs[1:] != seen.pairs[:-1]))
        lengths = np.diff(np.append(starts, len(seen.pairs)))
        rank_at = np.zeros(len(self._text), dtype=np.uint16)
        rank_at[seen.places] = np.repeat(ranks, lengths) if len(ranks) else 0
        places = np.flatnonzero(rank_at).astype(np.uint32)
        return _Level(grams.counts[common].astype(np.int64), -1 - common, rank_at, places)

    def finish(self) -> Phrases:
        """Return the phrases."""
        found = list(self._levels())
        keys = np.concatenate([keys for keys, _, _ in found] or [np.zeros(0, np.uint64)])
        order = np.argsort(keys, kind="stable")
        samples = np.concatenate([places for _, places, _ in found] or [np.zeros(0, np.uint32)])
        refs = np.concatenate([refs for _, _, refs in found] or [np.zeros(0, np.int64)])
        counts = np.array([len(each) for each in self._lists], dtype=np.uint32)
        at, posts = encode(self._lists)
        return Phrases(
            keys[order], samples[order].astype(np.uint32), refs[order], at, counts, posts
        )

    def _levels(self) -> Iterator[tuple[NDArray[np.uint64], Numbers, NDArray[np.int64]]]:
        for length in range(SHORTEST, LONGEST + 1):
            if not len(self._level.counts):
                return
            samples = self._longer()
            windows = samples[:, None] + np.arange(length)
            yield hashes(self._text[windows]), samples, self._level.refs

    def _longer(self) -> Numbers:
        """Go on to phrases of one more unit; return where one of each stands."""
        level = self._level
        both, pairs, places = level.neighbours()
        documents = self._document_of[places // BLOCK]
        new = np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)]
        once = new.copy()
        once[1:] |= documents[1:] != documents[:-1]
        starts = np.flatnonzero(new)
        counts = np.add.reduceat(once, starts, dtype=np.int64) if len(starts) else starts
        common = _most(counts, self._least)
        ranks = np.zeros(len(starts), dtype=np.uint16)
        ranks[common] = np.arange(1, len(common) + 1)
        rank_at = np.zeros_like(level.rank_at)
        rank_at[places] = np.repeat(ranks, np.diff(np.append(starts, len(places))))
        ends = np.append(starts[1:], len(places))
        refs = np.empty(len(common), dtype=np.int64)
        for i, index in enumerate(common.tolist()):
            begin, end = starts[index], ends[index]
            whole = int(pairs[begin])
            parts = (whole >> 16) - 1, (whole & 0xFFFF) - 1
            same = next((p for p in parts if level.counts[p] == counts[index]), None)
            if same is None:
                refs[i] = len(self._lists)
                self._lists.append(documents[begin:end][once[begin:end]])
            else:
                refs[i] = level.refs[same]
        self._level = _Level(counts[common], refs, rank_at, both[rank_at[both] > 0])
        return places[starts[common]]


def _most(counts: NDArray[np.int64], least: int) -> NDArray[np.intp]:
    """Return the indexes of counts of `least` and more; of the greatest only, when they are too many."""
    found = np.flatnonzero(counts >= least)
    if len(found) > _MOST:
        found = np.sort(found[np.argsort(counts[found], kind="stable")[-_MOST:]])
    return found


def hashes(windows: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """Return a number for each row of units; who finds it compares the units too."""
    found = np.full(len(windows), windows.shape[1], dtype=np.uint64)
    for column in windows.T:
        found = (found ^ column) * np.uint64(_FACTOR)
        found ^= found >> np.uint64(_SHIFT)
    return found
