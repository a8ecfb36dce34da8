"""A segment without some of its documents: their places stay empty, nothing else is made anew.

Mining a segment's phrases again would take seconds, and a withdrawal is acknowledged only when nothing of the
record is left in any file. So every list is filtered as it lies: texts, names and words go, pairs and
phrases that nobody else has go too, and the numbers of all other documents stay.
"""

from dataclasses import replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from portal.register.search.index.batch import LEXICONS, column
from portal.register.search.index.grams import BLOCK, RAW, Grams, Units, packed, read_post
from portal.register.search.index.lexicon import Lexicon, Numbers
from portal.register.search.index.phrases import LONGEST, SHORTEST, Phrases, hashes
from portal.register.search.index.segment import FIELDS, Segment

Arrays = dict[str, NDArray[Any]]
Flags = NDArray[np.bool_]


class Scrubbing:
    """Takes `gone` out of `segment`; at least one document must be left."""

    def __init__(self, segment: Segment, gone: BitMap) -> None:
        self._segment: Final = segment
        self._gone: Final = gone
        self._is_gone: Flags = np.zeros(len(segment), dtype=bool)
        self._is_gone[np.array(gone.to_array(), dtype=np.uint32)] = True
        #: Whether each block of the text goes, and how many units went before it; one more than blocks.
        self._blocks: Flags = self._is_gone[segment.document_of]
        self._before = np.append(0, np.cumsum(self._blocks) * BLOCK).astype(np.uint32)

    def arrays(self) -> Arrays:
        """Return the arrays of the segment that is left."""
        lexicons = {name: self._words(self._segment.lexicon(name)) for name in LEXICONS}
        found = self._texts() | self._identifiers()
        for name, lexicon in lexicons.items():
            found |= lexicon.arrays(name)
        found["kinds"] = column(lexicons["facet.kind"], len(self._segment))
        for name in FIELDS:
            grams, moved = self._pairs(self._segment.grams(name))
            phrases = self._phrases(self._segment.phrases(name), grams, moved)
            found |= grams.arrays(f"grams.{name}") | phrases.arrays(f"phrases.{name}")
        return found

    @cached_property
    def _text(self) -> Units:
        return self._segment.text.reshape(-1, BLOCK)[~self._blocks].reshape(-1)

    def _moved(self, places: Numbers) -> Numbers:
        """Return where `places`, all of them kept ones or ends, stand now."""
        return places - self._before[places // BLOCK]

    def _texts(self) -> Arrays:
        segment = self._segment
        begins, ends = segment.starts[:-1], segment.starts[1:]
        # What a document that is gone ends with is where it began; its own lengths are not to be kept.
        name_ends, title_ends = (
            np.where(self._is_gone, begins, each)
            for each in (segment.name_ends, segment.title_ends)
        )
        shift = self._before[begins // BLOCK]
        return {
            "text": self._text,
            "starts": np.append(0, ends - self._before[ends // BLOCK]).astype(np.uint32),
            "name_ends": name_ends - shift,
            "title_ends": title_ends - shift,
            "ages": self._ages(),
            "document_of": segment.document_of[~self._blocks],
        }

    def _ages(self) -> NDArray[np.int32]:
        """Return the days; that of a document which is gone becomes a neighbour's, and all stay in order."""
        kept = np.flatnonzero(~self._is_gone)
        nearest = kept[np.maximum(np.cumsum(~self._is_gone) - 1, 0)]
        ages: NDArray[np.int32] = self._segment.ages[nearest]
        return ages

    def _identifiers(self) -> Arrays:
        segment = self._segment
        lengths = np.diff(segment.ids_at).astype(np.int64)
        order = segment.ids_order
        empty = self._is_gone[order]
        return {
            "ids": segment.ids[np.repeat(~self._is_gone, lengths)],
            "ids.at": np.append(0, np.cumsum(lengths * ~self._is_gone)).astype(np.uint32),
            "ids.order": np.concatenate((order[empty], order[~empty])),
        }

    def _words(self, lexicon: Lexicon) -> Lexicon:
        lost = np.flatnonzero(self._is_gone[lexicon.documents])
        begin = _without(lexicon.begin, lost)
        used = np.diff(begin) > 0
        lengths = np.diff(lexicon.at).astype(np.int64)
        return Lexicon(
            heads=lexicon.heads[used],
            text=lexicon.text[np.repeat(used, lengths)],
            at=np.append(0, np.cumsum(lengths[used])).astype(np.uint64),
            begin=begin[np.append(used, True)].astype(np.uint32),
            documents=np.delete(lexicon.documents, lost),
        )

    def _pairs(self, grams: Grams) -> tuple[Grams, NDArray[np.int64]]:
        """Return the pairs that are left, and which of them each one is now."""
        at, counts, posts = self._lists(grams.at, grams.counts, grams.posts)
        used = counts > 0
        lost = np.flatnonzero(self._blocks[grams.places // BLOCK])
        begin = _without(grams.begin, lost)
        left = Grams(
            keys=grams.keys[used],
            counts=counts[used],
            at=at[np.append(used, True)],
            posts=posts,
            begin=begin[np.append(used, True)].astype(np.uint64),
            places=self._moved(np.delete(grams.places, lost)),
        )
        return left, np.append(0, np.cumsum(used))

    def _lists(
        self, at: NDArray[np.uint64], counts: Numbers, posts: Numbers
    ) -> tuple[NDArray[np.uint64], Numbers, Numbers]:
        """Take the documents out of encoded lists; a list of none takes no room."""
        changed = self._changed(at, counts, posts)
        pieces: list[Numbers] = []
        sizes, counts, done = np.diff(at).astype(np.int64), counts.copy(), 0
        for index, documents in changed.items():
            encoded = packed(np.array(documents.to_array(), dtype=np.uint32))
            pieces += [posts[done : int(at[index])], encoded]
            done = int(at[index + 1])
            sizes[index], counts[index] = len(encoded), len(documents)
        pieces.append(posts[done:])
        return np.append(0, np.cumsum(sizes)).astype(np.uint64), counts, np.concatenate(pieces)

    def _changed(
        self, at: NDArray[np.uint64], counts: Numbers, posts: Numbers
    ) -> dict[int, BitMap]:
        """Return what is left of every list that holds a document which goes, in their order."""
        plain = np.flatnonzero(np.repeat(counts < RAW, np.diff(at).astype(np.int64)))
        held = plain[self._is_gone[posts[plain]]]
        short = np.searchsorted(at, held.astype(np.uint64), side="right") - 1
        found: dict[int, BitMap] = {}
        for index in np.union1d(short, np.flatnonzero(counts >= RAW)).tolist():
            documents = read_post(posts[at[index] : at[index + 1]], int(counts[index]))
            if documents.intersect(self._gone):
                found[index] = documents - self._gone
        return found

    def _phrases(self, phrases: Phrases, grams: Grams, moved: NDArray[np.int64]) -> Phrases:
        at, counts, posts = self._lists(phrases.at, phrases.counts, phrases.posts)
        of_pairs = phrases.refs < 0
        refs = phrases.refs.copy()
        pairs = -1 - refs[of_pairs]
        used = np.ones(len(refs), dtype=bool)
        used[of_pairs] = np.diff(moved)[pairs] > 0
        used[~of_pairs] = counts[refs[~of_pairs]] > 0
        refs[of_pairs] = -1 - moved[pairs]
        left = Phrases(phrases.keys[used], phrases.samples[used], refs[used], at, counts, posts)
        return replace(left, samples=self._samples(left, grams))

    def _samples(self, phrases: Phrases, grams: Grams) -> Numbers:
        """Return where one of each phrase stands: where it stood, or in a document that is left."""
        lost = self._blocks[phrases.samples // BLOCK]
        samples = np.zeros_like(phrases.samples)
        samples[~lost] = self._moved(phrases.samples[~lost])
        for index in np.flatnonzero(lost).tolist():
            wanted = self._content(int(phrases.keys[index]), int(phrases.samples[index]))
            samples[index] = self._stands(wanted, phrases.posted(index, grams).min())
        return samples

    def _content(self, key: int, place: int) -> Units:
        """Return the phrase at `place` of the old text whose hash is `key`."""
        there = self._segment.text[place : place + LONGEST]
        lengths = range(SHORTEST, len(there) + 1)
        return next(there[:n] for n in lengths if int(hashes(there[None, :n])[0]) == key)

    def _stands(self, wanted: Units, document: int) -> int:
        """Return where `wanted` stands now, in a document that holds it."""
        begin, end = map(int, self._segment.starts[document : document + 2])
        windows = np.lib.stride_tricks.sliding_window_view(
            self._segment.text[begin:end], len(wanted)
        )
        place = begin + int((windows == wanted).all(axis=1).argmax())
        moved: int = place - int(self._before[place // BLOCK])
        return moved


def _without(begin: NDArray[Any], lost: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return where the lists that began at `begin` do when what stood at `lost` is gone."""
    begins = begin.astype(np.int64)
    return begins - np.searchsorted(lost, begins)
