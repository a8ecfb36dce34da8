"""A query of the protocol in the server's words: the tier of a hit is its score, so that no score is guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.register.search.analysis import EDGE, compact, fold, fold_sound
from portal.register.search.model import LEAST_BEGINNING, LEAST_SOUND, Query, Term, Tier
from portal.register.search.nearness import COMPARED
from portal.register.search.remote.rows import kept, pairs, words
from portal.register.search.remote.server import STATE, Json

#: Values of a facet that one answer brings; further ones are fetched. The server takes 65,535 for all facets.
MOST_VALUES = 5_000
_NEWEST = [{"day": "desc"}, {"id": "asc"}]
#: A hit in the best tier has this score, in the last one 1.
_BEST = len(Tier)
_FIELDS = {
    Tier.NAME: ("names",),
    Tier.TITLE: ("names", "titles"),
    Tier.TEXT: ("names", "titles", "texts"),
}

#: How far the index is, as readers see it.
REACHED: Json = {"query": {"ids": {"values": [STATE]}}, "_source": ["state"], "size": 1}


@dataclass(frozen=True, slots=True)
class _Asked:
    """One term, folded, compact, and as a phrase of tokens."""

    folded: str
    plain: str
    words: str

    @classmethod
    def all(cls, group: Sequence[Term], *, excluded: bool) -> "list[_Asked]":
        """Read the terms; what folds to nothing is as if it had not been asked."""
        texts = [fold(term.text) for term in group if term.excluded is excluded]
        return [cls(text, compact(text), words(text)) for text in texts if text]


def tier(score: float) -> Tier:
    """Return the tier that a score stands for."""
    return Tier(_BEST - round(score))


def question(query: Query) -> Json:
    """Return the query proper: what is found, and in which tier."""
    groups = [asked for group in query.groups if (asked := _Asked.all(group, excluded=False))]
    excluded = [asked for group in query.groups for asked in _Asked.all(group, excluded=True)]
    return {
        "bool": {
            "must": [_tiers(groups) if groups else _scored(_ANY, Tier.TEXT)],
            "filter": [_having(name, values) for name, values in query.filters.items()],
            "must_not": [_upto(Tier.TEXT, [each]) for each in excluded],
        }
    }


def page(query: Query, *, first: int, size: int) -> Json:
    """Return a question for `size` hits from `first` on, in order."""
    order = _NEWEST if query.order == "date" else [{"_score": "desc"}, *_NEWEST]
    return {
        "query": question(query),
        "sort": order,
        "track_scores": True,
        "track_total_hits": False,
        "from": first,
        "size": size,
        **_SHOWN,
    }


def counts(facets: Sequence[str]) -> Json:
    """Return what asks for the counts of `facets`."""
    return {name: {"terms": {"field": f"facet.{name}", "size": MOST_VALUES}} for name in facets}


def all_values(query: Query, facet: str, after: Json | None) -> Json:
    """Return a question for the counts of one facet, value by value from `after` on."""
    source = {"value": {"terms": {"field": f"facet.{facet}"}}}
    found: Json = {"size": MOST_VALUES, "sources": [source]}
    if after:
        found["after"] = after
    return {"query": question(query), "size": 0, "aggs": {"values": {"composite": found}}}


def suggestion(prefix: str, kinds: Sequence[str], limit: int) -> Json | None:
    """Return a question for what begins with `prefix`; None when that says nothing."""
    folded, sound = fold(prefix).removesuffix(EDGE), fold_sound(prefix)
    plain = compact(folded)
    ways = [_begins("name", folded)] if folded else []
    if len(plain) >= LEAST_BEGINNING:
        ways.append(_begins("identifier", plain))
    if len(sound) >= LEAST_SOUND and sound.isascii():
        ways.append(_begins("sound", sound))
    return _newest(_any(ways), kinds, limit) if ways else None


def slip(meant: Sequence[str], kinds: Sequence[str], limit: int) -> Json:
    """Return a question for what goes by one of the codes in `meant`."""
    return _newest({"terms": {"identifier": [kept(each) for each in meant]}}, kinds, limit)


def likeness(folded: str, kinds: Sequence[str]) -> Json:
    """Return a question for the names that share the most pairs of characters with `folded`."""
    shared = [_scored({"term": {"pair": each}}, Tier.TEXT) for each in dict.fromkeys(pairs(folded))]
    return {
        "query": {"bool": {"should": shared, "minimum_should_match": 1, "filter": _kinds(kinds)}},
        "sort": [{"_score": "desc"}, *_NEWEST],
        "track_total_hits": False,
        "size": COMPARED if shared else 0,
        "_source": ["name", "day"],
        "docvalue_fields": ["id", "facet.kind"],
    }


_SHOWN: Json = {"_source": False, "docvalue_fields": ["id", "facet.kind"]}
#: Every record has a kind; the document about the index has none.
_ANY: Json = {"exists": {"field": "facet.kind"}}


def _newest(wanted: Json, kinds: Sequence[str], limit: int) -> Json:
    found = {"bool": {"filter": [wanted, *_kinds(kinds)]}}
    return {"query": found, "sort": _NEWEST, "size": limit, "track_total_hits": False, **_SHOWN}


def _kinds(kinds: Sequence[str]) -> list[Json]:
    return [_having("kind", kinds)] if kinds else []


def _having(facet: str, values: Sequence[str]) -> Json:
    return {"terms": {f"facet.{facet}": list(values)}}


def _tiers(groups: Sequence[Sequence[_Asked]]) -> Json:
    """Every group has a term in a tier or a better one; the best such tier counts."""
    ways = [
        _scored({"bool": {"filter": [_upto(each, group) for group in groups]}}, each)
        for each in Tier
    ]
    return {"dis_max": {"queries": ways}}


def _upto(tier: Tier, group: Sequence[_Asked]) -> Json:
    """Return what finds documents that hold a term of `group` in `tier` or a better one."""
    ways: list[Json] = [{"terms": {"identifier": [kept(each.plain) for each in group]}}]
    if tier is Tier.EXACT_NAME:
        ways.append({"terms": {"name": [kept(each.folded) for each in group]}})
    if tier > Tier.EXACT_NAME:
        long = [each.plain for each in group if len(each.plain) >= LEAST_BEGINNING]
        ways += [_begins("identifier", each) for each in long]
    if tier is Tier.NAME_PREFIX:
        ways += [_begins("name", each.folded) for each in group]
    for field in _FIELDS.get(tier, ()):
        ways += [{"match_phrase": {field: each.words}} for each in group]
    return _any(ways)


def _scored(wanted: Json, tier: Tier) -> Json:
    return {"constant_score": {"filter": wanted, "boost": _BEST - tier}}


def _begins(field: str, prefix: str) -> Json:
    return {"prefix": {field: kept(prefix)}}


def _any(ways: Sequence[Mapping[str, object]]) -> Json:
    return {"bool": {"should": list(ways), "minimum_should_match": 1}}
