"""Questions made to hurt an index: the commonest characters and pairs, many at once, joined and taken apart."""

import random
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from portal.register.search.grammar import MOST_TERMS, read
from portal.register.search.model import Query
from tests.bench.search_corpus import documents

_FACETS = ("agency", "item", "outcome", "year")
_HAN = "\u3000"


def hostile(count: int, each: int = 40) -> dict[str, list[Query]]:
    """Return queries of every unkind kind, as the grammar lets them through; facets are asked for each."""
    source = random.Random(5)
    texts = [t for d in documents(min(count, 300)) for t in (*d.names, *d.titles, *d.texts)]
    characters = _commonest((set(t) for t in texts), 60)
    pairs = _commonest(({a + b for a, b in pairwise(t)} for t in texts), 80)

    def stretch(size: int) -> str:
        text = source.choice([t for t in texts if len(t) > size])
        begin = source.randrange(len(text) - size + 1)
        return text[begin : begin + size]

    def many(found: list[str], joint: str) -> list[str]:
        return [joint.join(source.sample(found, MOST_TERMS)) for _ in range(each)]

    asked = {
        "one character": characters,
        "20 characters, all": many(characters, " "),
        "20 characters, any": many(characters, " OR "),
        "20 pairs, all": many(pairs, " "),
        "20 pairs, any": many(pairs, " OR "),
        "a word minus 19": [f"示例 -{' -'.join(source.sample(pairs, 19))}" for _ in range(each)],
        "3 common characters": ["".join(source.sample(characters, 3)) for _ in range(each)],
        "pairs in a chain": ["".join(source.sample(pairs, size)) for size in (2, 3, 4, 8, 16, 30) for _ in range(10)],
        "stretches of text": [stretch(size) for size in (3, 5, 7, 9, 12, 20) for _ in range(10)],
        "20 stretches, any": [" OR ".join(stretch(5) for _ in range(MOST_TERMS)) for _ in range(each)],
    }  # fmt: skip
    return {name: [_query(text) for text in found] for name, found in asked.items()}


def _query(text: str) -> Query:
    return Query(groups=read(text).groups, facets=_FACETS)


def _commonest(found: Iterator[set[str]], size: int) -> list[str]:
    counted = Counter(part for parts in found for part in parts if min(part) > _HAN)
    return sorted(part for part, _ in counted.most_common(size))
