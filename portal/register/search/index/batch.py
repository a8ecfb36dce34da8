"""Documents gathered in memory until they become a segment.

In a segment the newest document comes first, then by identifier: date order is document order, so the
first hits of any set are its newest, whatever its size.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portal.register.search.analysis import BREAK, compact, fold, runs
from portal.register.search.index.grams import BLOCK, Seen, Units
from portal.register.search.index.lexicon import Gathering, Lexicon, Numbers
from portal.register.search.index.phrases import Mining
from portal.register.search.index.segment import IDENTIFIERS, NAMES, RUNS, SOUNDS, Segment
from portal.register.search.index.sounds import sounding
from portal.register.search.model import FACETS, Document

LEXICONS = (IDENTIFIERS, NAMES, SOUNDS, *RUNS, *(f"facet.{name}" for name in FACETS))

#: A value folded, and its runs.
_Read = tuple[str, list[str]]
#: Names, titles and short sentences come again and again; longer values are read each time.
_OFTEN = 64
_FIRST = BREAK.encode("utf-16-le")


def _read(value: str) -> _Read:
    return _remembered(value) if len(value) <= _OFTEN else _fresh(value)


def _fresh(value: str) -> _Read:
    folded = fold(value)
    return folded, runs(folded)


_remembered = lru_cache(maxsize=32_768)(_fresh)


@dataclass(slots=True)
class _Rows:
    """One row for each document, in the order they came."""

    texts: list[bytes]
    ends: list[tuple[int, int]]
    ages: list[int]
    ids: list[bytes]


class Batch:
    """What will become one segment."""

    def __init__(self) -> None:
        self._rows = _Rows([], [], [], [])
        self._lexicons = {name: Gathering() for name in LEXICONS}
        self.units = 0

    def __len__(self) -> int:
        return len(self._rows.ids)

    def add(self, document: Document) -> None:
        """Take in one document."""
        number = len(self)
        areas = [
            [_read(each) for each in values]
            for values in (document.names, document.titles, document.texts)
        ]
        names, titles, texts = (
            "".join(folded + BREAK for folded, _ in area).encode("utf-16-le") for area in areas
        )
        named = 1 + len(names) // 2
        text = _FIRST + names + titles + texts
        self._append(text, (named, named + len(titles) // 2))
        self._rows.ages.append(-document.day.toordinal())
        self._rows.ids.append(document.public_id.encode())
        self._add_words(number, document, areas)

    def _append(self, text: bytes, ends: tuple[int, int]) -> None:
        padded = text + bytes(-len(text) % (2 * BLOCK))
        self._rows.texts.append(padded)
        self._rows.ends.append(ends)
        self.units += len(padded) // 2

    def _add_words(self, number: int, document: Document, areas: list[list[_Read]]) -> None:
        to = self._lexicons
        to[IDENTIFIERS].add({compact(fold(each)) for each in document.identifiers}, number)
        to[NAMES].add({folded for folded, _ in areas[0]}, number)
        to[SOUNDS].add(set(sounding(document)), number)
        for name, area in zip(RUNS, areas, strict=True):
            to[name].add({run for _, found in area for run in found}, number)
        to["facet.kind"].add({document.kind}, number)
        for name, values in document.facets.items():
            if name in FACETS and name != "kind":
                to[f"facet.{name}"].add(set(values), number)

    def add_segment(self, segment: Segment, alive: NDArray[np.bool_]) -> None:
        """Take over the documents of `segment` that are `alive`, as they are."""
        numbers = np.where(alive, np.cumsum(alive) - 1 + len(self), -1)
        for name, gathering in self._lexicons.items():
            gathering.add_all(segment.lexicon(name), numbers)
        starts = segment.starts.tolist()
        content = segment.text.tobytes()
        name_ends = (segment.name_ends - segment.starts[:-1]).tolist()
        title_ends = (segment.title_ends - segment.starts[:-1]).tolist()
        ages = segment.ages.tolist()
        for number in np.flatnonzero(alive).tolist():
            text = content[2 * starts[number] : 2 * starts[number + 1]]
            self._append(text, (name_ends[number], title_ends[number]))
            self._rows.ages.append(ages[number])
            self._rows.ids.append(segment.identifier(number))

    def finish(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of the segment."""
        order, numbers = self._order()
        rows = self._rows
        texts = [rows.texts[i] for i in order]
        starts = np.append(0, np.cumsum([len(each) // 2 for each in texts])).astype(np.uint32)
        text: Units = np.frombuffer(b"".join(texts), dtype="<u2")
        ends = (np.array(rows.ends, dtype=np.uint32).reshape(-1, 2)[order]).T + starts[:-1]
        ids = [rows.ids[i] for i in order]
        arrays = {
            "text": text,
            "starts": starts,
            "name_ends": ends[0],
            "title_ends": ends[1],
            "ages": np.array(rows.ages, dtype=np.int32)[order],
            **_identifiers(ids),
            **_grams(text, starts, ends),
        }
        for name, gathering in self._lexicons.items():
            lexicon = gathering.finish(numbers)
            arrays |= lexicon.arrays(name)
            if name == "facet.kind":
                arrays["kinds"] = column(lexicon, len(order))
        return arrays

    def _order(self) -> tuple[list[int], Numbers]:
        rows = self._rows
        order = sorted(range(len(self)), key=lambda i: (rows.ages[i], rows.ids[i]))
        numbers = np.zeros(len(order), dtype=np.uint32)
        numbers[order] = np.arange(len(order), dtype=np.uint32)
        return order, numbers


def _grams(text: Units, starts: Numbers, ends: NDArray[np.uint32]) -> dict[str, NDArray[Any]]:
    blocks = np.diff(starts) // BLOCK
    document_of = np.repeat(np.arange(len(blocks), dtype=np.uint32), blocks)
    seen = Seen.all(text, document_of, ends[0])
    arrays: dict[str, NDArray[Any]] = {"document_of": document_of}
    for name, begin, end in (("names", starts[:-1], ends[0]), ("titles", ends[0], ends[1])):
        arrays |= _field(name, seen.within(begin, end), text, document_of)
    return arrays | _field("texts", seen, text, document_of)


def _field(name: str, seen: Seen, text: Units, document_of: Numbers) -> dict[str, NDArray[Any]]:
    grams = seen.grams(placed=name == "texts")
    phrases = Mining(seen, grams, text, document_of).finish()
    return grams.arrays(f"grams.{name}") | phrases.arrays(f"phrases.{name}")


def _identifiers(ids: list[bytes]) -> dict[str, NDArray[Any]]:
    """File the public identifiers in document order, and the documents in the order of identifiers."""
    at = np.append(0, np.cumsum([len(each) for each in ids])).astype(np.uint32)
    ordered = sorted(range(len(ids)), key=ids.__getitem__)
    return {
        "ids": np.frombuffer(b"".join(ids), dtype=np.uint8),
        "ids.at": at,
        "ids.order": np.array(ordered, dtype=np.uint32),
    }


def column(lexicon: Lexicon, count: int) -> NDArray[np.uint8]:
    """Return for each document which string of `lexicon` it has; every document has one."""
    column = np.zeros(count, dtype=np.uint8)
    column[lexicon.documents] = np.repeat(
        np.arange(len(lexicon), dtype=np.uint8), np.diff(lexicon.begin)
    )
    return column
