"""One segment, opened: an immutable set of documents, mapped from its file."""

from bisect import bisect_left
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from portal.register.search.analysis import BREAK
from portal.register.search.index.filing import Filed, Mapped
from portal.register.search.index.grams import Grams, Units, key, units
from portal.register.search.index.lexicon import PARTS, Lexicon, Numbers, bitmap
from portal.register.search.index.phrases import LONGEST, SHORTEST, Phrase, Phrases

#: Lexicons that are not facets: identifiers, names, how names sound, runs by the place they stand in.
IDENTIFIERS, NAMES, SOUNDS = "identifiers", "names", "sounds"
RUNS = ("runs.names", "runs.titles", "runs.texts")
#: Parts of a document's text: the last is all of it.
FIELDS = ("names", "titles", "texts")
#: What every question looks through first; the first one should not wait page by page.
_DIRECTORIES = (".keys", ".at", ".counts", ".begin", ".heads", "starts", "ages")
#: Facets with at most so many values in a segment are counted value by value.
_FEW = 256
#: Where more documents' names begin alike, their set is looked up as one before it is gathered name by name.
_MANY = 512


class Segment:
    """The documents of one file, and everything that is looked up in it.

    `starts` are the units of `text` at which documents begin (one more than documents);
    `name_ends` and `title_ends` are where those parts of each document's text end.
    """

    def __init__(self, folder: Path, filed: Filed) -> None:
        """Open the file; errors are those of `Mapped`."""
        self.filed: Final = filed
        self.mapped: Final = Mapped(folder, filed)
        self.mapped.read_ahead(_DIRECTORIES)
        self.text: Units = self.mapped.array("text")
        self.starts: Numbers = self.mapped.array("starts")
        self.name_ends: Numbers = self.mapped.array("name_ends")
        self.title_ends: Numbers = self.mapped.array("title_ends")
        #: Days since year 1, negated, so that the newest come first ascending.
        self.ages: NDArray[np.int32] = self.mapped.array("ages")
        self.document_of: Numbers = self.mapped.array("document_of")
        self.ids: NDArray[np.uint8] = self.mapped.array("ids")
        self.ids_at: Numbers = self.mapped.array("ids.at")
        self.ids_order: Numbers = self.mapped.array("ids.order")
        self._lexicons: dict[str, Lexicon] = {}
        self._phrases: dict[str, Phrases] = {}
        self._grams: dict[str, Grams] = {}
        self._values: dict[str, dict[str, BitMap]] = {}

    def __len__(self) -> int:
        return len(self.ages)

    @cached_property
    def ages_view(self) -> memoryview:
        """The same as `ages`; looking up one number is much faster in it."""
        return self.ages.data

    @cached_property
    def text_begin(self) -> int:
        """The byte of the file at which the text begins."""
        return self.mapped.begin("text")

    @cached_property
    def empty(self) -> BitMap:
        """The documents of which nothing is left but their place."""
        return bitmap(np.flatnonzero(self.starts[1:] == self.starts[:-1]).astype(np.uint32))

    def identifier(self, document: int) -> bytes:
        """Return the public identifier of a document, in UTF-8."""
        return self.ids[self.ids_at[document] : self.ids_at[document + 1]].tobytes()

    def kind(self, document: int) -> str:
        """Return the kind of a document."""
        return self._kinds[int(self.mapped.array("kinds")[document])]

    @cached_property
    def _kinds(self) -> list[str]:
        return [each.decode() for each in self.lexicon("facet.kind").strings()]

    def document(self, public_id: str) -> int | None:
        """Return the document of an identifier, None when it is not here."""
        wanted, order = public_id.encode(), self.ids_order
        place = bisect_left(order, wanted, key=self.identifier)
        if place == len(order) or self.identifier(int(order[place])) != wanted:
            return None
        return int(order[place])

    def lexicon(self, name: str) -> Lexicon:
        """Return one of the segment's lexicons."""
        if name not in self._lexicons:
            parts = (self.mapped.array(f"{name}.{part}") for part in PARTS)
            self._lexicons[name] = Lexicon(*parts)
        return self._lexicons[name]

    def grams(self, name: str) -> Grams:
        """Return one of the segment's indexes of pairs."""
        if name not in self._grams:
            parts = Grams.__slots__
            self._grams[name] = Grams(*(self.mapped.array(f"grams.{name}.{p}") for p in parts))
        return self._grams[name]

    def phrase(self, name: str, wanted: Phrase) -> BitMap | None:
        """Return the documents that hold a phrase in a field, None when it is not a common one."""
        if not SHORTEST <= wanted.length <= LONGEST:
            return None
        return self.phrases(name).find(wanted, self.text, self.grams(name))

    def phrases(self, name: str) -> Phrases:
        """Return one of the segment's indexes of common phrases."""
        if name not in self._phrases:
            parts = Phrases.__slots__
            arrays = (self.mapped.array(f"phrases.{name}.{part}") for part in parts)
            self._phrases[name] = Phrases(*arrays)
        return self._phrases[name]

    def named(self, beginning: str) -> BitMap | None:
        """Return the documents one of whose names begins so, None when there is none; `beginning` is folded."""
        names = self.lexicon(NAMES)
        first, last = names.span(beginning)
        if int(names.begin[last]) - int(names.begin[first]) > _MANY:
            known = self._begun(units(BREAK + beginning))
            if known is not None:
                return known
        return names.documents_of(first, last) if last > first else None

    def _begun(self, wanted: Units) -> BitMap | None:
        if len(wanted) >= SHORTEST:
            return self.phrase("names", Phrase.of(wanted))
        grams = self.grams("names")
        index = grams.find(key(*wanted.tolist()))
        return None if index is None else grams.documents(index)

    def having(self, facet: str, value: str) -> BitMap | None:
        """Return the documents with a value of a facet, None when there is none."""
        lexicon = self.lexicon(f"facet.{facet}")
        return lexicon.find(value) if len(lexicon) > _FEW else self._few(facet).get(value)

    def _few(self, facet: str) -> dict[str, BitMap]:
        """Return all values of a facet that has few."""
        if facet not in self._values:
            lexicon = self.lexicon(f"facet.{facet}")
            self._values[facet] = {
                value.decode(): lexicon.documents_of(i, i + 1)
                for i, value in enumerate(lexicon.strings())
            }
        return self._values[facet]

    def counts(self, facet: str, among: BitMap) -> dict[str, int]:
        """Return how many documents of `among` have each value of a facet, values of none left out."""
        lexicon = self.lexicon(f"facet.{facet}")
        if len(lexicon) > _FEW:
            return _count_many(lexicon, among, len(self))
        values = self._few(facet).items()
        found = ((value, among.intersection_cardinality(having)) for value, having in values)
        return {value: count for value, count in found if count}


def _count_many(lexicon: Lexicon, among: BitMap, size: int) -> dict[str, int]:
    member = np.zeros(size, dtype=np.uint8)
    member[np.frombuffer(among.to_array(), dtype=np.uint32)] = 1
    counts = np.add.reduceat(member[lexicon.documents], lexicon.begin[:-1], dtype=np.int64)
    return {lexicon.string(i).decode(): int(counts[i]) for i in np.flatnonzero(counts).tolist()}
