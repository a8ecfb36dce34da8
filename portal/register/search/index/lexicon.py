"""Sorted strings and the documents of each: names, identifiers, runs, facet values, pinyin."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

Numbers = NDArray[np.uint32]
#: Sorts after every UTF-8 string with the same beginning.
_LAST = b"\xff"
#: Bytes of a string that are compared before the rest.
_HEAD = 24


def bitmap(numbers: Numbers) -> BitMap:
    """Return the set of `numbers`."""
    plain = array("I")
    plain.frombytes(numbers.tobytes())
    return BitMap(plain)


@dataclass(frozen=True)
class Lexicon:
    """`text[at[i]:at[i + 1]]` is a string, `documents[begin[i]:begin[i + 1]]` are its documents, ascending.

    `heads` holds the first bytes of each string at a fixed width, where searching is quick.
    """

    heads: NDArray[np.bytes_]
    text: NDArray[np.uint8]
    at: NDArray[np.uint64]
    begin: NDArray[np.uint32]
    documents: Numbers

    def __len__(self) -> int:
        return len(self.at) - 1

    @cached_property
    def _text(self) -> memoryview:
        return self.text.data

    @cached_property
    def _at(self) -> memoryview:
        """The same as `at`; single numbers come out of it much faster."""
        return self.at.data

    def string(self, index: int) -> bytes:
        """Return one string, in UTF-8."""
        return bytes(self._text[self._at[index] : self._at[index + 1]])

    def strings(self) -> Iterator[bytes]:
        """Yield all strings in their order."""
        text, at = self.text.tobytes(), self.at.tolist()
        return (text[a:b] for a, b in pairwise(at))

    def _place(self, wanted: bytes) -> int:
        """Return the index of the first string that is `wanted` or comes after it."""
        head = np.bytes_(wanted[:_HEAD])
        low = int(self.heads.searchsorted(head))
        if len(wanted) <= _HEAD:
            return low
        high = int(self.heads.searchsorted(head, side="right"))
        return bisect_left(range(high), wanted, lo=low, key=self.string)

    def find(self, string: str) -> BitMap | None:
        """Return the documents of `string`, None when it does not occur."""
        wanted = string.encode()
        place = self._place(wanted)
        if place == len(self) or self.string(place) != wanted:
            return None
        return self.documents_of(place, place + 1)

    def span(self, prefix: str) -> tuple[int, int]:
        """Return where the strings that begin with `prefix` lie: first, and one after the last."""
        wanted = prefix.encode()
        first = self._place(wanted)
        return first, self._place(wanted + _LAST)

    def beginning(self, prefix: str) -> BitMap | None:
        """Return the documents of all strings that begin with `prefix`, None when there is none."""
        first, last = self.span(prefix)
        return self.documents_of(first, last) if last > first else None

    def documents_of(self, first: int, last: int) -> BitMap:
        """Return the documents of the strings from `first` up to, not including, `last`."""
        found = self.documents[self.begin[first] : self.begin[last]]
        return bitmap(found if last == first + 1 else np.sort(found))

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Return what is filed, each array under its name."""
        return {f"{name}.{part}": getattr(self, part) for part in PARTS}


PARTS = ("heads", "text", "at", "begin", "documents")


class Gathering:
    """A lexicon in the making: strings come with their documents, in any order."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self._strings = array("I")
        self._documents = array("I")

    def add(self, strings: AbstractSet[str], document: int) -> None:
        """Say that `strings` belong to `document`; say each pair once."""
        known = self._known
        self._strings.extend([known.setdefault(each, len(known)) for each in strings])
        self._documents.extend([document] * len(strings))

    def add_all(self, lexicon: Lexicon, numbers: NDArray[np.int64]) -> None:
        """Take over `lexicon`, whose document d is now `numbers[d]`, or is left out where that is negative."""
        known = self._known
        names = np.array(
            [known.setdefault(string.decode(), len(known)) for string in lexicon.strings()],
            dtype=np.uint32,
        )
        documents = numbers[lexicon.documents]
        kept = documents >= 0
        which = np.repeat(names, np.diff(lexicon.begin))[kept]
        self._strings.frombytes(which.astype(np.uint32).tobytes())
        self._documents.frombytes(documents[kept].astype(np.uint32).tobytes())

    def finish(self, numbers: Numbers) -> Lexicon:
        """Return the lexicon, its document d numbered `numbers[d]`."""
        which = np.frombuffer(self._strings, dtype=np.uint32)
        documents = numbers[np.frombuffer(self._documents, dtype=np.uint32)]
        counts = np.bincount(which, minlength=len(self._known))
        # UTF-8 keeps the order of characters, so texts are in the order of their bytes.
        used = sorted(string for string, index in self._known.items() if counts[index])
        ordered = [string.encode() for string in used]
        ranks = np.zeros(len(self._known), dtype=np.uint64)
        places = [self._known[string] for string in used]
        ranks[places] = np.arange(len(ordered), dtype=np.uint64)
        pairs = np.sort((ranks[which] << np.uint64(32)) | documents)
        return Lexicon(
            heads=np.array([string[:_HEAD] for string in ordered], dtype=f"S{_HEAD}"),
            text=np.frombuffer(b"".join(ordered), dtype=np.uint8),
            at=_sums(map(len, ordered), len(ordered)).astype(np.uint64),
            begin=_sums(counts[places].tolist(), len(ordered)).astype(np.uint32),
            documents=(pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32),
        )


def _sums(lengths: Iterable[int], count: int) -> NDArray[np.int64]:
    sums = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.fromiter(lengths, dtype=np.int64, count=count), out=sums[1:])
    return sums


def union(sets: Sequence[BitMap | None]) -> BitMap:
    """Return the union of what there is."""
    found = [each for each in sets if each]
    if not found:
        return BitMap()
    return found[0] if len(found) == 1 else BitMap.union(*found)
