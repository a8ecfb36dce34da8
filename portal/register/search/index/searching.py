"""How a query is answered from one snapshot."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

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


class _Searched:
    """One leaf while one query is answered."""

    def __init__(self, leaf: Leaf, wanted: _Wanted, patience: Patience) -> None:
        on = leaf.matcher.on
        self._groups = [[on(asked, patience) for asked in group] for group in wanted.groups]
        self._excluded = [on(asked, patience) for asked in wanted.excluded]
        self.leaf = leaf

    def all(self, filters: Mapping[str, Sequence[str]]) -> BitMap:
        """Return the hits."""
        documents = self.leaf.alive
        for name, values in filters.items():
            having = self.leaf.segment.having
            documents = documents & union([having(name, value) for value in values])
        documents = self.upto(Tier.TEXT, documents)
        for lookup in self._excluded if documents else ():
            documents = documents - lookup.upto(Tier.TEXT)
        return documents

    def upto(self, tier: Tier, among: BitMap) -> BitMap:
        """Return those of `among` in which every group has a term in `tier` or a better one."""
        for group in self._groups:
            if not among:
                break
            among = among & union([lookup.upto(tier) for lookup in group])
        return among


_Found = tuple[_Searched, BitMap]


def search(snapshot: Snapshot, query: Query, patience: Patience) -> Answer:
    """Answer `query`.

    Raises:
        TooMuch: `patience` has an end.

    """
    wanted = _Wanted.of(query)
    searched = [_Searched(leaf, wanted, patience) for leaf in snapshot.leaves]
    found = [(each, hits) for each in searched if (hits := each.all(query.filters))]
    parts = [(each.leaf, hits) for each, hits in found]
    return Answer(
        hits=_page(found, query) if wanted.groups else _plain(parts, query),
        total=sum(len(hits) for _, hits in parts),
        facets={name: _counts(parts, name) for name in query.facets},
        serial=snapshot.manifest.serial,
    )


def _plain(parts: Sequence[Part], query: Query) -> tuple[Hit, ...]:
    places = newest(parts, query.offset, query.offset + query.limit)
    return tuple(_hit(place, Tier.TEXT) for place in places)


def _page(found: Sequence[_Found], query: Query) -> tuple[Hit, ...]:
    if query.order != "date":
        return tuple(_by_tier(found, query))
    parts = [(searched.leaf, hits) for searched, hits in found]
    places = newest(parts, query.offset, query.offset + query.limit)
    shown = [
        (searched, BitMap(document for leaf, document in places if leaf is searched.leaf))
        for searched, _ in found
    ]
    tiers = _tiers([(searched, hits) for searched, hits in shown if hits])
    return tuple(_hit(place, tiers[place]) for place in places)


def _by_tier(found: Sequence[_Found], query: Query) -> Iterator[Hit]:
    first, last = query.offset, query.offset + query.limit
    for tier in Tier:
        here, found = _split(found, tier)
        count = sum(len(documents) for _, documents in here)
        if first < count:
            yield from (_hit(place, tier) for place in newest(here, first, min(last, count)))
        first, last = max(0, first - count), last - count
        if last <= 0:
            return


def _split(found: Sequence[_Found], tier: Tier) -> tuple[list[Part], list[_Found]]:
    """Part what is in `tier` (and in no better one, which was taken out before) from the rest."""
    here, rest = list[Part](), list[_Found]()
    for searched, documents in found:
        inside = documents if tier is Tier.TEXT else searched.upto(tier, documents)
        if inside:
            here.append((searched.leaf, inside))
        if len(inside) < len(documents):
            rest.append((searched, documents - inside if inside else documents))
    return here, rest


def _tiers(found: Sequence[_Found]) -> dict[Place, Tier]:
    """Return the tier of each of a few documents."""
    tiers: dict[Place, Tier] = {}
    for tier in Tier:
        here, found = _split(found, tier)
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
    return dict(sorted(total.items()))
