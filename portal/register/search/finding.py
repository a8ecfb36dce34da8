"""Answers a reader's question: the index proposes, the register disposes.

Pages and machines ask here and nowhere else, so that the same question has the same answer.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from sqlalchemy.orm import Session

from portal.register.queries import entities
from portal.register.records import Kind
from portal.register.search import grammar, slips, synonyms
from portal.register.search.analysis import compact, fold
from portal.register.search.documents import document
from portal.register.search.grammar import Reading
from portal.register.search.model import (
    Damaged,
    Document,
    Engine,
    Hit,
    NoIndex,
    Query,
    Tier,
    TooMuch,
    Unavailable,
)
from portal.register.search.sources import Source, grouped, load
from portal.register.search.synonyms import Groups

#: What readers may narrow by, and see counted.
OFFERED = ("kind", "agency", "region", "item", "class", "outcome", "status", "year", "joint")
#: What else an address may narrow by: one party, one task.
NARROWING = (*OFFERED, "entity", "task")
ORDERS = ("relevance", "date")

#: The hint that an answer would have taken too long.
TOO_MUCH = "too_much"
#: What an engine says when there is nothing to read, or nobody to ask; the register answers then.
NO_INDEX = (NoIndex, Damaged, Unavailable)
#: Names offered as what was meant, and those they are chosen from.
_MEANT = 3
_WEIGHED = 48
_QUOTED = re.compile(r"[\"＂“”„「『]([^\"＂“”„」』]+)")
_ENTITY = Kind.ENTITY.value
_SUGGESTED = (_ENTITY, Kind.ITEM.value, Kind.AGENCY.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks: words as typed, facet → value, and the stretch of hits to show."""

    words: str = ""
    narrowed: Mapping[str, str] = field(default_factory=dict)
    order: str = "relevance"
    offset: int = 0
    limit: int = 20
    facets: tuple[str, ...] = OFFERED


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """One hit that is public now. `tier` is None where no index was asked."""

    source: Source
    document: Document
    tier: Tier | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answer. `total` and `facets` are exact for the change `serial`.

    `total` is None where nobody counted: no index was asked, and there are more than `records`.
    """

    records: tuple[FoundRecord, ...] = ()
    total: int | None = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    serial: int = 0
    #: What to mark in texts, folded.
    words: tuple[str, ...] = ()
    #: What the reader should know about how the words were read; see `grammar.Hint`, and "too_much".
    hints: tuple[str, ...] = ()
    #: The one party whose number or name was typed in full, and how many checks of it are public.
    lead: FoundRecord | None = None
    lead_checks: int = 0
    #: What may have been meant, the nearest first: public names or a number.
    meant: tuple[str, ...] = ()
    #: Whether the index was asked; else these are parties by the beginning of name or number.
    indexed: bool = True


def find(session: Session, index: Engine, asked: Asked) -> Found:
    """Answer `asked` from the index, or from the register alone when there is none to be read."""
    reading = grammar.read(asked.words)
    hints = tuple(hint.value for hint in reading.hints)
    if asked.words and not reading.groups:
        return Found(hints=hints)
    try:
        return _from_index(session, index, asked, reading)
    except TooMuch:
        return Found(hints=(*hints, TOO_MUCH))
    except NO_INDEX:
        return _from_register(session, asked)


def suggest(session: Session, index: Engine, typed: str, *, limit: int) -> list[Source]:
    """Return parties, items and agencies whose name or number begins with `typed`, as they are now."""
    try:
        hits = index.suggest(typed, kinds=_SUGGESTED, limit=limit)
    except NO_INDEX:
        hits = [
            Hit(_ENTITY, party.id, Tier.NAME_PREFIX)
            for party in entities.found(session, typed, limit)
        ]
    sources = load(session, grouped([(hit.kind, hit.public_id) for hit in hits]))
    return [sources[hit.public_id] for hit in hits if hit.public_id in sources]


def _from_index(session: Session, index: Engine, asked: Asked, reading: Reading) -> Found:
    narrowed = {name: (value,) for name, value in asked.narrowed.items()}
    query = Query(
        groups=_expanded(reading, asked.words),
        filters=narrowed,
        order=asked.order,
        offset=asked.offset,
        limit=asked.limit,
        facets=asked.facets,
    )
    answer = index.search(query)
    records = _public_now(session, answer.hits)
    wanted = (term.text for group in query.groups for term in group if not term.excluded)
    lead = _lead(asked, records)
    return Found(
        records=tuple(each for each in records if each is not lead),
        #: What was withdrawn since the index was written is not counted where it is seen to be gone.
        total=answer.total - (len(answer.hits) - len(records)),
        facets=answer.facets,
        serial=answer.serial,
        words=tuple(dict.fromkeys(map(fold, wanted))),
        hints=tuple(hint.value for hint in reading.hints),
        lead=lead,
        lead_checks=_checks_of(index, lead) if lead else 0,
        meant=() if answer.total else _meant(session, index, asked.words),
    )


def _expanded(reading: Reading, typed: str) -> Groups:
    literally = frozenset(compact(fold(phrase)) for phrase in _QUOTED.findall(typed))
    return synonyms.expand(reading.groups, known=synonyms.usual(), literally=literally)


def _meant(session: Session, index: Engine, typed: str) -> tuple[str, ...]:
    """Return what `typed` is nearly: a number, or names that sound or look like it."""
    if code := slips.meant_code(session, typed):
        return (code,)
    plain = compact(fold(typed))
    try:
        hits = index.suggest(typed, kinds=_SUGGESTED, limit=_MEANT) if plain.isascii() else []
        hits = hits or index.spelling(typed, kinds=_SUGGESTED, limit=_WEIGHED)
    except TooMuch:
        return ()
    sources = load(session, grouped([(hit.kind, hit.public_id) for hit in hits])).values()
    names = dict.fromkeys(name for source in sources for name in document(source).names[:1])
    nearest = sorted(names, key=lambda name: -_likeness(plain, compact(fold(name))))
    return tuple(nearest[:_MEANT])


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _public_now(session: Session, hits: Sequence[Hit]) -> list[FoundRecord]:
    """Return the hits that are public at this moment, as they are at this moment."""
    sources = load(session, grouped([(hit.kind, hit.public_id) for hit in hits]))
    return [
        FoundRecord(source, document(source), hit.tier)
        for hit in hits
        if (source := sources.get(hit.public_id))
    ]


def _lead(asked: Asked, records: Sequence[FoundRecord]) -> FoundRecord | None:
    """Return the party that stands for the whole query, if exactly one does."""
    if asked.offset or asked.narrowed.get("kind", _ENTITY) != _ENTITY:
        return None
    typed = compact(fold(asked.words))
    exact = [
        each for each in records if each.source.kind == _ENTITY and typed in _called(each.document)
    ]
    return exact[0] if len(exact) == 1 else None


def _called(found: Document) -> set[str]:
    return {compact(fold(text)) for text in (*found.identifiers, *found.names)}


def _checks_of(index: Engine, lead: FoundRecord) -> int:
    filters = {"kind": (Kind.RESULT.value,), "entity": (lead.source.record.id,)}
    return index.search(Query(filters=filters, order="date", limit=1)).total


def _from_register(session: Session, asked: Asked) -> Found:
    """Find parties by the beginning of a name or number, which needs no index."""
    if asked.offset or asked.narrowed or not asked.words:
        return Found(indexed=False)
    parties = entities.found(session, asked.words, limit=asked.limit + 1)
    total = len(parties) if len(parties) <= asked.limit else None
    sources = load(session, {_ENTITY: [party.id for party in parties]})
    records = [
        FoundRecord(source, document(source), None)
        for party in parties[: asked.limit]
        if (source := sources.get(party.id))
    ]
    return Found(records=tuple(records), total=total, words=(fold(asked.words),), indexed=False)
