"""The common phrases of a segment are all that so many documents hold, each with exactly these documents."""

from collections import defaultdict
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.register.search.index import phrases
from portal.register.search.index.batch import Batch
from portal.register.search.index.grams import Grams
from portal.register.search.index.phrases import LONGEST, SHORTEST, Phrase, Phrases
from portal.register.search.model import Document

_LEAST = 2
_TEXTS = st.lists(st.text("甲乙丙", max_size=2 * LONGEST + 2), min_size=1, max_size=12)


def _mined(texts: list[str]) -> dict[str, set[int]]:
    """Return every phrase that is kept, and the numbers of the texts that hold it; all texts are of one day."""
    batch = Batch()
    for number, text in enumerate(texts):
        batch.add(
            Document(
                kind="result", public_id=f"r_{number:03}", serial=1, day=date(2025, 6, 2),
                identifiers=(), names=(), titles=(), texts=(text,), facets={},
            )
        )  # fmt: skip
    arrays = batch.finish()
    grams = Grams(*(arrays[f"grams.texts.{part}"] for part in Grams.__slots__))
    found = Phrases(*(arrays[f"phrases.texts.{part}"] for part in Phrases.__slots__))
    content = arrays["text"]
    known: dict[str, set[int]] = {}
    for sample, key in zip(found.samples.tolist(), found.keys.tolist(), strict=True):
        stretches = (content[sample : sample + size] for size in range(SHORTEST, LONGEST + 1))
        (wanted,) = (each for each in stretches if Phrase.of(each).key == key)
        documents = found.find(Phrase.of(wanted), content, grams)
        assert documents is not None
        known[wanted.tobytes().decode("utf-16-le")] = set(documents)
    assert len(known) == len(found.keys)
    return known


def _held(texts: list[str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for number, text in enumerate(texts):
        for size in range(SHORTEST, LONGEST + 1):
            for begin in range(len(text) - size + 1):
                found[text[begin : begin + size]].add(number)
    return {phrase: held for phrase, held in found.items() if len(held) >= _LEAST}


@settings(max_examples=200, deadline=None)
@given(_TEXTS)
@example(["甲乙丙甲乙丙甲乙丙甲乙丙甲乙丙甲乙丙"] * 3)
@example(["甲" * (LONGEST + 2)] * 2 + ["甲甲甲乙"])
@example(["甲乙丙丙", "甲乙丙丙", "甲乙丙乙", "甲乙丙乙", "乙丙丙甲"])
def test_they_are_those_that_enough_documents_hold(texts: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phrases, "_LEAST", _LEAST)
        assert _mined(texts) == _held(texts)


@settings(max_examples=100, deadline=None)
@given(_TEXTS, st.integers(1, 5), st.integers(1, 9))
def test_where_they_are_too_many_those_that_are_kept_are_right(
    texts: list[str], most: int, at_once: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phrases, "_LEAST", _LEAST)
        patch.setattr(phrases, "_MOST", most)
        patch.setattr(phrases, "_AT_ONCE", at_once)
        found, held = _mined(texts), _held(texts)

    assert found == {phrase: held[phrase] for phrase in found}
    assert all(sum(len(each) == size for each in found) <= most for size in range(LONGEST + 1))
