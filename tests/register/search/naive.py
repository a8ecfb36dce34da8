"""An engine in memory that defines what a hit is: it looks into every text of every document."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from portal.register.folding import fold
from portal.register.search.model import FACETS, Answer, Document, Hit, Query, Term, Tier


@dataclass
class Naive:
    """Engine and writer in one. `purged` are the ids that were ever given with purge."""

    documents: dict[str, Document] = field(default_factory=dict)
    reached: int = 0
    life: str | None = None
    purged: set[str] = field(default_factory=set)
    rebuilt: int = 0

    def rebuild(self, documents: Iterable[Document], *, serial: int, epoch: str) -> None:
        self.documents = {each.public_id: each for each in documents}
        self.reached, self.life, self.rebuilt = serial, epoch, self.rebuilt + 1

    def apply(
        self, documents: Iterable[Document], gone: Sequence[str], *, serial: int, purge: bool
    ) -> None:
        fresh = {each.public_id: each for each in documents}
        if purge:
            self.purged |= {*fresh, *gone}
        for each in gone:
            self.documents.pop(each, None)
        self.documents |= fresh
        self.reached = serial

    def epoch(self) -> str | None:
        return self.life

    def serial(self) -> int:
        return self.reached

    def search(self, query: Query) -> Answer:
        found = [
            (tier, each)
            for each in self.documents.values()
            if _passes(each, query) and (tier := _tier(each, query)) is not None
        ]
        found.sort(key=lambda pair: pair[1].public_id)
        found.sort(key=lambda pair: pair[1].day, reverse=True)
        if query.order == "relevance":
            found.sort(key=lambda pair: pair[0])
        counts = {
            name: dict(Counter(value for _, each in found for value in each.facets.get(name, ())))
            for name in query.facets
        }
        page = found[query.offset : query.offset + query.limit]
        hits = tuple(Hit(each.kind, each.public_id, tier) for tier, each in page)
        return Answer(hits, len(found), counts, self.reached)

    def suggest(self, prefix: str, *, kinds: Sequence[str] = (), limit: int = 8) -> list[Hit]:
        wanted = fold(prefix)
        found = [
            each
            for each in sorted(self.documents.values(), key=lambda each: each.day, reverse=True)
            if (not kinds or each.kind in kinds)
            and any(fold(text).startswith(wanted) for text in (*each.names, *each.identifiers))
        ]
        return [Hit(each.kind, each.public_id, Tier.NAME_PREFIX) for each in found[:limit]]


def _passes(document: Document, query: Query) -> bool:
    assert set(query.filters) <= set(FACETS)
    return all(
        set(values) & set(document.facets.get(name, ())) for name, values in query.filters.items()
    )


def _tier(document: Document, query: Query) -> Tier | None:
    """The best tier whose texts, with all better ones, hold every group; None for no hit."""
    fields = (document.names, document.titles, document.texts)
    everything = [fold(text) for texts in (document.identifiers, *fields) for text in texts]
    if not all(_held(group, everything, document) for group in query.groups):
        return None
    only = [group[0].text for group in query.groups if not group[0].excluded]
    if len(only) == 1:
        wanted = fold(only[0])
        if any(fold(text).startswith(wanted) for text in document.identifiers):
            return Tier.IDENTIFIER
        if any(fold(text) == wanted for text in document.names):
            return Tier.EXACT_NAME
        if any(fold(text).startswith(wanted) for text in document.names):
            return Tier.NAME_PREFIX
    for tier, upto in ((Tier.NAME, 1), (Tier.TITLE, 2)):
        texts = [fold(text) for group in fields[:upto] for text in group]
        if all(_held(group, texts, document) for group in query.groups):
            return tier
    return Tier.TEXT


def _held(group: tuple[Term, ...], texts: list[str], document: Document) -> bool:
    return any(any(fold(term.text) in text for text in texts) != term.excluded for term in group)
