"""Longer phrases that many documents hold, with exactly the documents that hold them.

Pairs of characters cannot tell a phrase from its parts standing apart. Rare phrases are checked in the
texts; common ones (the name of an authority, the sentences of a form) would take too long, so they are
found when a segment is written: a phrase of n + 1 units can be common only if both phrases of n units in
it are. A phrase that as many documents hold as one of these two is held by the same documents, and
shares their posting.
"""

import itertools
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
#: Ranks of groups must fit in 16 bits.
_MOST = 0xFFFF
#: Places looked at at a time: arrays of so many numbers lie in memory that is used again.
_AT_ONCE = 1 << 20
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


@dataclass(slots=True)
class _Group:
    """One common phrase of the length reached: where it stands, in how many documents, which posting it has.

    `next` is the group of the phrase that begins one unit later, the same at each of the places; 0 where that has not
    been looked at yet.
    """

    places: Numbers
    count: int
    ref: int
    next: int = 0


class Mining:
    """Finds the common phrases of one field, one unit longer at a time.

    Most phrases go on in one way only. Such a group is that of the longer phrase as well, as it is, and is looked at
    again only when the group after it has changed; only groups that part are sorted.
    """

    def __init__(self, seen: Seen, grams: Grams, text: Units, document_of: Numbers) -> None:
        self._text, self._document_of = text, document_of
        size = int(document_of[-1]) + 1 if len(document_of) else 0
        self._least = max(_LEAST, size // _SHARE)
        self._lists: list[Numbers] = []
        self._rank_at = np.zeros(len(text), dtype=np.uint16)
        self._groups: dict[int, _Group] = {}
        #: Ranks that are no group's any more, 0 among them: whoever is followed by one looks again.
        self._changed = {0}
        self._begin(seen, grams)

    def _begin(self, seen: Seen, grams: Grams) -> None:
        inside = (grams.keys & 0xFFFF) != ord(BREAK)
        common = np.flatnonzero(inside & (grams.counts >= self._least))
        starts = np.flatnonzero(np.append(True, seen.pairs[1:] != seen.pairs[:-1]))
        ends = np.append(starts[1:], len(seen.pairs))
        self._admit(
            [
                _Group(
                    seen.places[starts[index] : ends[index]], int(grams.counts[index]), -1 - index
                )
                for index in common.tolist()
            ]
        )

    def finish(self) -> Phrases:
        """Return the phrases."""
        found = list(self._levels())
        keys = np.concatenate([keys for keys, _, _ in found] or [np.zeros(0, np.uint64)])
        order = np.argsort(keys, kind="stable")
        samples = np.concatenate([places for _, places, _ in found] or [np.zeros(0, np.uint32)])
        refs = np.concatenate([refs for _, _, refs in found] or [np.zeros(0, np.int64)])
        counts = np.array([len(each) for each in self._lists], dtype=np.uint32)
        at, posts = encode(self._lists)
        return Phrases(keys[order], samples[order], refs[order], at, counts, posts)

    def _levels(self) -> Iterator[tuple[NDArray[np.uint64], Numbers, NDArray[np.int64]]]:
        for length in range(SHORTEST, LONGEST + 1):
            if not self._groups:
                return
            self._lengthen()
            groups = self._groups.values()
            samples = np.array([each.places[0] for each in groups], dtype=np.uint32)
            windows = samples[:, None] + np.arange(length)
            refs = np.array([each.ref for each in groups], dtype=np.int64)
            yield hashes(self._text[windows]), samples, refs

    def _lengthen(self) -> None:
        """Go on to phrases of one more unit."""
        known = self._groups.items()
        unsure = [(rank, each) for rank, each in known if each.next in self._changed]
        parts = [
            (rank, part) for chosen in _portions(unsure) for rank, part in self._looked(chosen)
        ]
        self._changed = {0, *(rank for rank, _ in parts)}
        for rank in self._changed - {0}:
            self._rank_at[self._groups.pop(rank).places] = 0
        self._admit([each for _, found in parts for each in found])

    def _looked(self, groups: list[tuple[int, _Group]]) -> Iterator[tuple[int, list[_Group]]]:
        """Look how groups go on; yield those that do in more than one way or in none, with what becomes of them."""
        lengths = np.array([len(each.places) for _, each in groups])
        places = np.concatenate([each.places for _, each in groups])
        follows = self._rank_at[places + 1]
        starts = np.cumsum(lengths) - lengths
        least = np.minimum.reduceat(follows, starts).tolist()
        most = np.maximum.reduceat(follows, starts).tolist()
        parted = []
        for index, (rank, group) in enumerate(groups):
            if least[index] == most[index] != 0:
                group.next = most[index]
            elif most[index]:
                parted.append(index)
            else:
                yield rank, []
        if parted:
            chosen = np.zeros(len(groups), dtype=bool)
            chosen[parted] = True
            number = np.repeat(np.cumsum(chosen) - 1, lengths)
            kept = np.repeat(chosen, lengths) & (follows > 0)
            found = self._parted(
                number[kept], follows[kept], places[kept], [groups[i] for i in parted]
            )
            yield from ((groups[index][0], part) for index, part in zip(parted, found, strict=True))

    def _parted(
        self,
        numbers: NDArray[np.int64],
        follows: NDArray[np.uint16],
        places: Numbers,
        groups: list[tuple[int, _Group]],
    ) -> list[list[_Group]]:
        """Return what `groups` become: a group for each common way to go on. `numbers` say whose a place is."""
        ordered = numbers.astype(np.uint64)
        ordered <<= _TWO_BYTES
        ordered |= follows
        ordered <<= _FOUR_BYTES
        ordered |= places
        ordered.sort()
        places = ordered.astype(np.uint32)
        ordered >>= _FOUR_BYTES
        documents = self._document_of[places // BLOCK]
        new = np.append(True, ordered[1:] != ordered[:-1])
        once = new.copy()
        once[1:] |= documents[1:] != documents[:-1]
        starts = np.flatnonzero(new)
        ends = np.append(starts[1:], len(places))
        counts = np.add.reduceat(once, starts, dtype=np.int64)
        became: list[list[_Group]] = [[] for _ in groups]
        for index in np.flatnonzero(counts >= self._least).tolist():
            begin, end = starts[index], ends[index]
            number, follow = divmod(int(ordered[begin]), 1 << 16)
            count, parts = int(counts[index]), (groups[number][1], self._groups[follow])
            same = next((each for each in parts if each.count == count), None)
            if same is None:
                self._lists.append(documents[begin:end][once[begin:end]])
            ref = len(self._lists) - 1 if same is None else same.ref
            became[number].append(_Group(places[begin:end], count, ref))
        return became

    def _admit(self, found: list[_Group]) -> None:
        """Give groups ranks that are free; the greatest only, when they are too many."""
        room = _MOST - len(self._groups)
        kept = sorted(found, key=lambda each: -each.count)[:room]
        free = (rank for rank in itertools.count(1) if rank not in self._groups)
        for rank, group in zip(free, kept, strict=False):
            self._rank_at[group.places] = rank
            self._groups[rank] = group


def _portions(groups: list[tuple[int, _Group]]) -> Iterator[list[tuple[int, _Group]]]:
    """Cut `groups` so that the places of each part are few enough for the memory of small arrays."""
    part: list[tuple[int, _Group]] = []
    size = 0
    for each in groups:
        part.append(each)
        size += len(each[1].places)
        if size >= _AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part


def hashes(windows: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """Return a number for each row of units; who finds it compares the units too."""
    found = np.full(len(windows), windows.shape[1], dtype=np.uint64)
    for column in windows.T:
        found = (found ^ column) * np.uint64(_FACTOR)
        found ^= found >> np.uint64(_SHIFT)
    return found
