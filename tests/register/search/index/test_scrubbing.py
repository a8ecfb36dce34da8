"""What is taken out of a segment where it lies leaves what a segment made anew without it would hold."""

from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from portal.register.search.index import filing, grams, phrases, scrubbing
from portal.register.search.index.batch import LEXICONS, Batch
from portal.register.search.index.phrases import LONGEST, SHORTEST, hashes
from portal.register.search.index.scrubbing import Scrubbing
from portal.register.search.index.segment import FIELDS, Segment
from portal.register.search.model import Document
from tests.register.search.texts import documents


@pytest.fixture(params=["few", "many"], scope="module")
def _lists(request: pytest.FixtureRequest) -> Iterable[None]:
    """Keep short lists as bitmaps, with places, and mine phrases of two documents."""
    patch = pytest.MonkeyPatch()
    patch.setattr(phrases, "_LEAST", 2)
    if request.param == "many":
        patch.setattr(grams, "RAW", 2)
        patch.setattr(scrubbing, "RAW", 2)
        patch.setattr(grams, "PLACED", 1)
    yield
    patch.undo()


@pytest.mark.usefixtures("_lists")
@settings(max_examples=80, deadline=None)
@given(known=documents(), chosen=st.sets(st.integers(0, 11)), again=st.sets(st.integers(0, 11)))
def test_what_is_left_is_what_a_segment_without_them_holds(
    known: list[Document], chosen: set[int], again: set[int]
) -> None:
    gone = [n for n in range(len(known)) if n in chosen | again]
    assume(0 < len(gone) < len(known))
    with TemporaryDirectory() as folder:
        segment = _filed(Path(folder), "whole", _batch(known).finish())
        first = [n for n in gone if n in chosen]
        once = _filed(Path(folder), "once", Scrubbing(segment, BitMap(first)).arrays())
        twice = _filed(Path(folder), "twice", Scrubbing(once, BitMap(gone)).arrays())
        alive = np.ones(len(known), dtype=bool)
        alive[gone] = False
        anew = Batch()
        anew.add_segment(segment, alive)
        wanted = _filed(Path(folder), "anew", anew.finish())

        assert _content(twice) == _content(wanted)
        assert _places(twice) == [(n, place) for n, place in _places(wanted) if _kept(twice, n)]
        assert [twice.ages[n] for n in np.flatnonzero(alive)] == list(wanted.ages)
        assert sorted(twice.ages) == list(twice.ages)
        assert set(twice.ages) == set(wanted.ages)
        assert _phrases_of(wanted).items() <= _phrases_of(twice).items()
        assert all(found for found in _phrases_of(twice).values())


def _batch(known: Iterable[Document]) -> Batch:
    batch = Batch()
    for document in known:
        batch.add(document)
    return batch


def _filed(folder: Path, name: str, arrays: dict[str, Any]) -> Segment:
    return Segment(folder, filing.write(folder / name, arrays))


def _named(segment: Segment) -> Callable[[BitMap], list[bytes]]:
    return lambda documents: [segment.identifier(each) for each in documents]


def _content(segment: Segment) -> list[object]:
    """Return everything a segment holds but phrases and places, its documents named by identifier."""
    name = _named(segment)
    words = {
        (lexicon, string): name(segment.lexicon(lexicon).documents_of(i, i + 1))
        for lexicon in LEXICONS
        for i, string in enumerate(segment.lexicon(lexicon).strings())
    }
    pairs = {
        (field, int(key)): (name(segment.grams(field).documents(i)))
        for field in FIELDS
        for i, key in enumerate(segment.grams(field).keys)
    }
    there = [n for n in range(len(segment)) if segment.identifier(n)]
    kinds = [segment.kind(n) for n in there]
    ends = [
        (
            int(segment.name_ends[n] - segment.starts[n]),
            int(segment.title_ends[n] - segment.starts[n]),
        )
        for n in there
    ]
    found = [segment.document(segment.identifier(n).decode()) for n in there] == there
    return [segment.text.tobytes(), words, pairs, kinds, ends, found]


def _places(segment: Segment) -> list[tuple[int, list[int]]]:
    """Return each pair whose places are kept, and where it stands."""
    found = segment.grams("texts")
    placed = ((int(key), found.places_of(i).tolist()) for i, key in enumerate(found.keys))
    return [(key, places) for key, places in placed if places]


def _kept(segment: Segment, key: int) -> bool:
    return key in dict(_places(segment))


def _phrases_of(segment: Segment) -> dict[tuple[str, bytes], list[bytes]]:
    """Return the documents of each common phrase, told by where one of it stands."""
    name, told = _named(segment), {}
    for field in FIELDS:
        known = segment.phrases(field)
        for index, (key, place) in enumerate(zip(known.keys, known.samples.tolist(), strict=True)):
            there = segment.text[place : place + LONGEST]
            lengths = range(SHORTEST, len(there) + 1)
            content = next(there[:n] for n in lengths if hashes(there[None, :n])[0] == key)
            told[field, content.tobytes()] = name(known.posted(index, segment.grams(field)))
    return told
