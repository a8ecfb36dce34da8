"""Which documents of one segment a term matches, tier by tier.

Pairs of characters say which documents may hold a longer term; they may stand apart there, so what they
leave is checked: against the places of the rarest pair when it is common, else in the texts themselves.
"""

from collections import OrderedDict
from functools import cached_property, reduce
from operator import and_
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from portal.register.search.index.asking import Asked, Patience
from portal.register.search.index.grams import BLOCK
from portal.register.search.index.lexicon import Numbers, bitmap, union
from portal.register.search.index.segment import FIELDS, IDENTIFIERS, NAMES, RUNS, Segment
from portal.register.search.model import LEAST_BEGINNING, Tier

_NONE = BitMap()
#: Pairs that are looked at before texts are read.
_RAREST = 4
#: Reading one text takes as long as looking at so many places.
_READING = 32
#: Places are parted by document first where that leaves one in so many.
_WORTH = 3
#: Texts read between two looks at the clock.
_STRIDE = 256


class Areas(NamedTuple):
    """The documents whose names, titles, or any part hold a term."""

    names: BitMap
    titles: BitMap
    anywhere: BitMap


class Matcher:
    """Looks terms up in one segment; remembers what was costly to find out."""

    def __init__(self, segment: Segment, remembered: int = 128) -> None:
        self.segment = segment
        self._remembered = remembered
        self._areas: OrderedDict[str, Areas] = OrderedDict()
        self._lock = Lock()

    def on(self, asked: Asked, patience: Patience) -> "Lookup":
        """Return the look-up of one term, for as long as one query lasts."""
        return Lookup(self, asked, patience)

    def areas(self, asked: Asked, patience: Patience) -> Areas:
        """Return the documents that hold a term, by where."""
        if asked.exact and len(asked.units) > 1:
            return self._direct(asked)
        with self._lock:
            if asked.folded in self._areas:
                self._areas.move_to_end(asked.folded)
                return self._areas[asked.folded]
        patience.check()
        found = self._character(asked) if asked.exact else self._checked(asked, patience)
        with self._lock:
            self._areas[asked.folded] = found
            if len(self._areas) > self._remembered:
                self._areas.popitem(last=False)
        return found

    def _direct(self, asked: Asked) -> Areas:
        if not asked.pairs:
            return Areas(*self._word_areas(asked.words[0]))
        return Areas(*(self._pair(field, asked.pairs[0][0]) for field in FIELDS))

    def _word_areas(self, word: str) -> tuple[BitMap, BitMap, BitMap]:
        names, titles, texts = (self.segment.lexicon(name).find(word) for name in RUNS)
        return names or _NONE, titles or _NONE, union((names, titles, texts))

    def _pair(self, field: str, wanted: int) -> BitMap:
        grams = self.segment.grams(field)
        index = grams.find(wanted)
        return _NONE if index is None else grams.documents(index)

    def _character(self, asked: Asked) -> Areas:
        """One character occurs where a pair begins with it: the end of a value is a pair too."""
        unit = int(asked.units[0])
        return Areas(*(self._all_with(field, unit) for field in FIELDS))

    def _all_with(self, field: str, unit: int) -> BitMap:
        grams = self.segment.grams(field)
        return union([grams.documents(i) for i in grams.beginning(unit)])

    def _checked(self, asked: Asked, patience: Patience) -> Areas:
        phrase = self.segment.phrase
        names, titles, anywhere = (phrase(field, asked.phrase) for field in FIELDS)
        if anywhere is None:
            return self._places_of(asked, self._candidates("texts", asked), patience)
        unknown = [f for f, known in zip(FIELDS, (names, titles), strict=False) if known is None]
        among = union([self._candidates(field, asked) for field in unknown])
        found = self._places_of(asked, among, patience)
        return Areas(
            found.names if names is None else names,
            found.titles if titles is None else titles,
            anywhere,
        )

    def _candidates(self, field: str, asked: Asked) -> BitMap:
        """Return the documents that hold all parts of the term in a field, perhaps apart."""
        segment, grams = self.segment, self.segment.grams(field)
        words = segment.lexicon
        sets = [union([words(name).find(word) for name in RUNS]) for word in asked.words]
        pairs = [grams.find(pair) for pair, _ in asked.pairs]
        if None in pairs:
            return _NONE
        common = [segment.phrase(field, part) for part in asked.parts]
        sets += [each for each in common if each is not None]
        rare = sorted((int(grams.counts[i]), i) for i in pairs if i is not None)
        sets += [grams.documents(i) for _, i in rare[:_RAREST]]
        return reduce(and_, sorted(sets, key=len))

    def _places_of(self, asked: Asked, among: BitMap, patience: Patience) -> Areas:
        """Check `among`, or more than that; the first place of the term tells the area."""
        if not among:
            return Areas(_NONE, _NONE, _NONE)
        counted = self._rarest(asked)
        if counted and len(counted[0]) < _READING * len(among):
            return self._by_places(asked, among, *counted)
        return self._by_text(asked, among, patience)

    def _rarest(self, asked: Asked) -> tuple[Numbers, int] | None:
        """Return the places of the term's rarest pair, and how far into the term it stands."""
        grams = self.segment.grams("texts")
        found = [(grams.find(pair), offset) for pair, offset in asked.pairs]
        placed = [(grams.places_of(i), offset) for i, offset in found if i is not None]
        return min((each for each in placed if len(each[0])), key=lambda e: len(e[0]), default=None)

    def _by_places(self, asked: Asked, among: BitMap, places: Numbers, offset: int) -> Areas:
        text, wanted = self.segment.text, asked.units
        if len(among) * _WORTH < len(places):
            places = places[
                self._member(among).take(self.segment.document_of.take(places // BLOCK))
            ]
        starts = places[places >= offset].astype(np.int64) - offset
        starts = starts[starts + len(wanted) <= len(text)]
        for i in sorted(range(len(wanted)), key=lambda i: -abs(i - offset)):
            if i not in {offset, offset + 1}:
                # `take` from a shifted view is twice as fast as indexing by shifted places.
                starts = starts[text[i:].take(starts) == wanted[i]]
        documents = self.segment.document_of.take(starts // BLOCK)
        first = np.ones(len(starts), dtype=bool)
        first[1:] = documents[1:] != documents[:-1]
        return self._sorted_out(documents[first], starts[first])

    def _member(self, among: BitMap) -> NDArray[np.bool_]:
        member = np.zeros(len(self.segment), dtype=bool)
        member[np.frombuffer(among.to_array(), dtype=np.uint32)] = True
        return member

    def _by_text(self, asked: Asked, among: BitMap, patience: Patience) -> Areas:
        segment, wanted = self.segment, asked.units.tobytes()
        find, base = segment.mapped.bytes.find, segment.text_begin
        documents = np.frombuffer(among.to_array(), dtype=np.uint32)
        begins = (segment.starts[documents].astype(np.int64) * 2 + base).tolist()
        ends = (segment.starts[documents + 1].astype(np.int64) * 2 + base).tolist()
        found: list[tuple[int, int]] = []
        for i, (begin, end) in enumerate(zip(begins, ends, strict=True)):
            if not i % _STRIDE:
                patience.check()
            place = find(wanted, begin, end)
            while place > 0 and (place - base) % 2:
                place = find(wanted, place + 1, end)
            if place > 0:
                found.append((i, (place - base) // 2))
        held = np.array(found, dtype=np.int64).reshape(-1, 2)
        return self._sorted_out(documents[held[:, 0]], held[:, 1])

    def _sorted_out(self, documents: Numbers, places: NDArray[np.int64]) -> Areas:
        """Tell the areas from the first place in each document: names come first, then titles."""
        in_names = places < self.segment.name_ends[documents]
        in_titles = ~in_names & (places < self.segment.title_ends[documents])
        return Areas(bitmap(documents[in_names]), bitmap(documents[in_titles]), bitmap(documents))


class Lookup:
    """The documents of one segment that hold one term; each part is found out when it is needed."""

    def __init__(self, matcher: Matcher, asked: Asked, patience: Patience) -> None:
        self._matcher, self._asked, self._patience = matcher, asked, patience
        self._lexicon = matcher.segment.lexicon

    @cached_property
    def _identified(self) -> BitMap | None:
        return self._lexicon(IDENTIFIERS).find(self._asked.plain)

    @cached_property
    def _begun(self) -> BitMap | None:
        """The documents with an identifier that is the term, or begins with it."""
        if len(self._asked.plain) < LEAST_BEGINNING:
            return self._identified
        return self._lexicon(IDENTIFIERS).beginning(self._asked.plain)

    @cached_property
    def _areas(self) -> Areas:
        return self._matcher.areas(self._asked, self._patience)

    def upto(self, tier: Tier) -> BitMap:
        """Return the documents that hold the term in `tier` or a better one."""
        if tier is Tier.IDENTIFIER:
            return self._identified or _NONE
        names = self._lexicon(NAMES)
        if tier is Tier.EXACT_NAME:
            return union((self._identified, names.find(self._asked.folded)))
        if tier is Tier.NAME_PREFIX:
            return union((self._begun, self._matcher.segment.named(self._asked.folded)))
        if tier is Tier.TEXT:
            return union((self._begun, self._areas.anywhere))
        titles = self._areas.titles if tier is Tier.TITLE else None
        return union((self._begun, self._areas.names, titles))
