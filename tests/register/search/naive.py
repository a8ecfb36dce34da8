"""What search means, said by reading every document: slow, plain, and right by definition."""

from collections import Counter
from collections.abc import Iterable

from portal.register.search.analysis import compact, fold
from portal.register.search.model import Answer, Document, Hit, Query, Term, Tier

LEAST_BEGINNING = 4


def tier_of(document: Document, text: str) -> Tier | None:
    """Return the best tier in which `text` occurs in `document`, None when it does not occur."""
    term = fold(text)
    plain = compact(term)
    identifiers = [compact(fold(each)) for each in document.identifiers]
    names = [fold(each) for each in document.names]
    if plain in identifiers:
        return Tier.IDENTIFIER
    if term in names:
        return Tier.EXACT_NAME
    if any(each.startswith(term) for each in names) or (
        len(plain) >= LEAST_BEGINNING and any(each.startswith(plain) for each in identifiers)
    ):
        return Tier.NAME_PREFIX
    for tier, texts in (
        (Tier.NAME, document.names),
        (Tier.TITLE, document.titles),
        (Tier.TEXT, document.texts),
    ):
        if any(term in fold(each) for each in texts):
            return tier
    return None


def _asked(group: Iterable[Term], *, excluded: bool) -> list[str]:
    """Return the terms that can be looked up; mere punctuation is as if it had not been asked."""
    return [term.text for term in group if term.excluded is excluded and fold(term.text)]


def matched(document: Document, query: Query) -> Tier | None:
    """Return the tier of `document`, None when it is no hit."""
    facets = {**document.facets, "kind": (document.kind,)}
    if any(not set(values) & set(facets.get(f, ())) for f, values in query.filters.items()):
        return None
    excluded = [text for group in query.groups for text in _asked(group, excluded=True)]
    if any(tier_of(document, text) is not None for text in excluded):
        return None
    groups = [texts for group in query.groups if (texts := _asked(group, excluded=False))]
    if not groups:
        return Tier.TEXT
    best = []
    for texts in groups:
        tiers = [tier for text in texts if (tier := tier_of(document, text)) is not None]
        if not tiers:
            return None
        best.append(min(tiers))
    return max(best)


def search(documents: Iterable[Document], query: Query, serial: int) -> Answer:
    """Answer `query` over `documents`."""
    found = [(tier, d) for d in documents if (tier := matched(d, query)) is not None]
    found.sort(
        key=lambda each: (
            each[0] if query.order == "relevance" else 0,
            -each[1].day.toordinal(),
            each[1].public_id,
        )
    )
    facets: dict[str, Counter[str]] = {name: Counter() for name in query.facets}
    for _, document in found:
        values = {**document.facets, "kind": (document.kind,)}
        for name, counter in facets.items():
            counter.update(set(values.get(name, ())))
    page = found[query.offset : query.offset + query.limit]
    return Answer(
        hits=tuple(Hit(d.kind, d.public_id, tier) for tier, d in page),
        total=len(found),
        facets={name: dict(sorted(counter.items())) for name, counter in facets.items()},
        serial=serial,
    )
