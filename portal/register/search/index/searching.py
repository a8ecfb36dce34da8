"""How a query is answered from one snapshot."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_

from pyroaring import BitMap

from portal.register.search.index.asking import Asked, Patience
from portal.register.search.index.lexicon import union
from portal.register.search.index.newest import Part, Place, newest
from portal.register.search.index.snapshot import Leaf, Snapshot
from portal.register.search.model import Answer, Hit, Query, Tier


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The words of a query: what must occur, what must not."""

    groups: tuple[tuple[Asked, ...], ...]
    excluded: tuple[Asked, ...]

    @classmethod
    def of(cls, query: Query) -> "_Wanted":
        """Read the terms; what cannot be looked up (mere punctuation) is as if it had not been asked."""
        groups, excluded = [], []
        for group in query.groups:
            read = [(Asked.read(term.text), term.excluded) for term in group]
            if positive := tuple(asked for asked, out in read if asked and not out):
                groups.append(positive)
            excluded += [asked for asked, out in read if asked and out]
        return cls(tuple(groups), tuple(excluded))


def search(snapshot: Snapshot, query: Query, patience: Patience) -> Answer:
    """Answer `query`.

    Raises:
        TooMuch: `patience` has an end.

    """
    wanted = _Wanted.of(query)
    found = [(leaf, _all(leaf, wanted, query.filters, patience)) for leaf in snapshot.leaves]
    found = [(leaf, documents) for leaf, documents in found if documents]
    return Answer(
        hits=_page(found, wanted, query, patience),
        total=sum(len(documents) for _, documents in found),
        facets={name: _counts(found, name) for name in query.facets},
        serial=snapshot.manifest.serial,
    )


def _all(
    leaf: Leaf, wanted: _Wanted, filters: Mapping[str, Sequence[str]], patience: Patience
) -> BitMap:
    documents = leaf.alive
    for name, values in filters.items():
        documents = documents & union([leaf.segment.having(name, value) for value in values])
        if not documents:
            return documents
    if wanted.groups:
        documents = documents & _upto(leaf, wanted, Tier.TEXT, patience)
    for asked in wanted.excluded if documents else ():
        documents = documents - leaf.matcher.upto(asked, Tier.TEXT, patience)
    return documents


def _upto(leaf: Leaf, wanted: _Wanted, tier: Tier, patience: Patience) -> BitMap:
    """Return the documents in which every group has a term in `tier` or a better one."""
    return reduce(
        and_,
        (
            union([leaf.matcher.upto(asked, tier, patience) for asked in group])
            for group in wanted.groups
        ),
    )


def _page(found: list[Part], wanted: _Wanted, query: Query, patience: Patience) -> tuple[Hit, ...]:
    end = query.offset + query.limit
    if not wanted.groups:
        return tuple(_hit(place, Tier.TEXT) for place in newest(found, query.offset, end))
    if query.order == "date":
        places = newest(found, query.offset, end)
        tiers = _tiers(places, wanted, patience)
        return tuple(_hit(place, tiers[place]) for place in places)
    return tuple(_by_tier(found, wanted, query, patience))


def _by_tier(found: list[Part], wanted: _Wanted, query: Query, patience: Patience) -> Iterator[Hit]:
    first, last = query.offset, query.offset + query.limit
    for tier in Tier:
        here, found = _split(found, wanted, tier, patience)
        count = sum(len(documents) for _, documents in here)
        if first < count:
            yield from (_hit(place, tier) for place in newest(here, first, min(last, count)))
        first, last = max(0, first - count), last - count
        if last <= 0:
            return


def _split(
    found: list[Part], wanted: _Wanted, tier: Tier, patience: Patience
) -> tuple[list[Part], list[Part]]:
    """Part what is in `tier` (and in no better one, which was taken out before) from the rest."""
    if tier is Tier.TEXT:
        return found, []
    here, rest = list[Part](), list[Part]()
    for leaf, documents in found:
        inside = documents & _upto(leaf, wanted, tier, patience)
        if inside:
            here.append((leaf, inside))
            documents = documents - inside  # noqa: PLW2901
        if documents:
            rest.append((leaf, documents))
    return here, rest


def _tiers(places: Sequence[Place], wanted: _Wanted, patience: Patience) -> dict[Place, Tier]:
    """Return the tier of each of a few documents."""
    leaves = {id(leaf): leaf for leaf, _ in places}
    rest = [
        (leaf, BitMap(document for owner, document in places if owner is leaf))
        for leaf in leaves.values()
    ]
    tiers: dict[Place, Tier] = {}
    for tier in Tier:
        here, rest = _split(rest, wanted, tier, patience)
        tiers |= {(leaf, document): tier for leaf, documents in here for document in documents}
    return tiers


def _hit(place: Place, tier: Tier) -> Hit:
    leaf, document = place
    segment = leaf.segment
    return Hit(segment.kind(document), segment.identifier(document).decode(), tier)


def _counts(found: list[Part], facet: str) -> dict[str, int]:
    total: Counter[str] = Counter()
    for leaf, documents in found:
        total.update(leaf.segment.counts(facet, documents))
    return dict(total)
