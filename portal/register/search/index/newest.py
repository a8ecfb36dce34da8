"""A page of many hits, newest first, without looking at the hits before it.

Inside a segment documents are numbered newest first, so how many hits are newer than a day is one rank
in a bitmap. Over all segments the day on which a page begins is found by halving, and only the hits of
that day and those after it are put in order one by one.
"""

from bisect import bisect_left
from collections.abc import Sequence
from operator import itemgetter

from pyroaring import BitMap

from portal.register.search.index.snapshot import Leaf

Part = tuple[Leaf, BitMap]
Place = tuple[Leaf, int]


def newest(parts: Sequence[Part], first: int, last: int) -> list[Place]:
    """Return the places from `first` up to, not including, `last` of all documents in `parts`.

    Order is day descending, then public identifier.
    """
    if last <= first or not parts:
        return []
    if len(parts) == 1:
        leaf, documents = parts[0]
        return [(leaf, document) for document in documents[first:last]]
    skipped = [0] * len(parts)
    if first:
        skipped = _newer(parts, _day_of(parts, first))
    wanted = last - sum(skipped)
    rows = [
        (leaf.segment.ages_view[document], index, document)
        for index, ((leaf, documents), begin) in enumerate(zip(parts, skipped, strict=True))
        for document in documents[begin : begin + wanted]
    ]
    if not rows:
        return []
    rows.sort()
    # Identifiers are read of what may be shown only: those of the oldest day shown and newer.
    oldest = rows[min(wanted, len(rows)) - 1][0]
    places = [(age, *_named(parts[i][0], document)) for age, i, document in rows if age <= oldest]
    places.sort(key=itemgetter(0, 1))
    return [(leaf, document) for *_, leaf, document in places[first - sum(skipped) : wanted]]


def _named(leaf: Leaf, document: int) -> tuple[bytes, Leaf, int]:
    return leaf.segment.identifier(document), leaf, document


def _day_of(parts: Sequence[Part], rank: int) -> int:
    """Return the day of the document before which `rank` others come, or of the very last one."""
    ages = [leaf.segment.ages for leaf, _ in parts]
    low, high = min(int(-a[-1]) for a in ages), max(int(-a[0]) for a in ages)
    while low < high:
        middle = (low + high) // 2
        if sum(_newer(parts, middle)) > rank:
            low = middle + 1
        else:
            high = middle
    return low


def _newer(parts: Sequence[Part], day: int) -> list[int]:
    """Return how many documents of each part are newer than `day`."""
    counts = []
    for leaf, documents in parts:
        end = bisect_left(leaf.segment.ages_view, -day)
        counts.append(documents.rank(end - 1) if end else 0)
    return counts
