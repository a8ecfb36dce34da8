"""What search is told and what it answers, whatever engine stands behind it.

A *document* is one public record as search sees it. Its texts are grouped in tiers, and a hit is ranked by
the best tier that holds the whole query; inside a tier the newest comes first. All texts are public ones:
the engine never meets anything else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Protocol

from portal.domain.errors import PortalError

#: Facets a document may carry; every one of them can be filtered by and counted.
#: `part` names records without a document of their own change: the plan of a task, the steps of a result.
#: No address ever offers it; the subscriber asks by it which documents a withdrawn record was part of.
FACETS = (
    "kind", "agency", "region", "item", "entity", "task", "class", "outcome", "status", "year", "joint",
    "part",
)  # fmt: skip


#: A beginning of an identifier must have so many characters; shorter ones say nothing.
LEAST_BEGINNING = 4
#: A beginning in pinyin must have so many letters.
LEAST_SOUND = 2


class Tier(IntEnum):
    """Where a query matched, best first."""

    IDENTIFIER = 0
    EXACT_NAME = 1
    NAME_PREFIX = 2
    NAME = 3
    TITLE = 4
    TEXT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One public record as search sees it.

    `identifiers` are codes that are found whole or by their beginning; `names` are what it is or was called;
    `titles` are headings around it (its plan, its items); `texts` are everything else that may be read of it.
    `day` is what "newest" means for it; `serial` is the change that made it what it is.
    """

    kind: str
    public_id: str
    serial: int
    day: date
    identifiers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that must, or must not, occur: a word (its characters side by side) or a "phrase"."""

    text: str
    excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked. `groups` are all required; inside one group any term will do (OR).

    `filters` narrow by facet: any of the values of one facet, all of the facets.
    `order` is "relevance" (tier, then newest) or "date" (newest first).
    """

    groups: tuple[tuple[Term, ...], ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    order: str = "relevance"
    offset: int = 0
    limit: int = 20
    #: Facets whose counts are wanted over all hits.
    facets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found: what it is, and in which tier."""

    kind: str
    public_id: str
    tier: Tier


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found. `total` and `facets` are exact, values of a facet in their order; `serial` is the change reached."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    serial: int


class TooMuch(ValueError):
    """The query needs more work than one reader may ask for; the message says how to narrow it."""


class NoIndex(LookupError):
    """There is no index yet; the writer must build it. Reading processes answer without it meanwhile."""


class Damaged(ValueError):
    """The index is not what was written, or of another version; the writer must rebuild it."""


class UnknownEngine(ValueError):
    """The address of the search engine names none that we know; the message lists those we do."""


class Busy(RuntimeError):
    """Another process is writing the index."""


class Unavailable(PortalError):
    """The server of the index does not answer now. Reading processes answer without it meanwhile."""

    code = "search_unavailable"


class Engine(Protocol):
    """What reading processes ask of an engine. Safe to use from several threads.

    Every question may also raise `NoIndex`, `Damaged` or `Unavailable`.
    """

    def search(self, query: Query) -> Answer:
        """Answer `query` from one consistent generation.

        Raises:
            TooMuch: it would take longer than its budget.

        """

    def suggest(self, prefix: str, *, kinds: Sequence[str] = (), limit: int = 8) -> list[Hit]:
        """Return documents one of whose names or identifiers begins with `prefix`, newest first.

        A name also begins with its pinyin, in full or as initials.
        """

    def spelling(self, text: str, *, kinds: Sequence[str] = (), limit: int = 3) -> list[Hit]:
        """Return documents whose public name or code is nearly `text`: for "did you mean".

        Raises:
            TooMuch: it would take longer than its budget.

        """

    def serial(self) -> int:
        """Return the change the index has reached; 0 when there is none."""

    def ready(self) -> None:
        """Do now what the first question would wait for, so far as it can be done; raises nothing."""


class IndexWriter(Protocol):
    """What the one writing process asks of an engine.

    `rebuild` is all or nothing, also under kill -9. `apply` is, or it leaves the index `torn`: then the same
    changes applied again make it whole. `apply` may also raise `NoIndex`, `epoch`, `torn` and `apply`
    `Damaged`, every one `Busy` or `Unavailable`.
    """

    def rebuild(self, documents: Iterable[Document], *, serial: int, epoch: str) -> None:
        """Make a new generation of `documents`, switch to it, and remove the old one's files."""

    def apply(
        self,
        documents: Iterable[Document],
        gone: Sequence[str],
        *,
        serial: int,
        purge: bool,
    ) -> None:
        """Bring the index to `serial`: put `documents` in place of their older versions, drop the ids in `gone`.

        With `purge` nothing of what was replaced or dropped is left in any file when this returns.
        Where `serial` is the one reached before, more of the same changes is to come: `torn` until then.
        """

    def torn(self) -> bool:
        """Whether the index may hold what came after its serial; False without an index."""

    def intact(self) -> bool:
        """Whether all that was written is still as it was written, read to the last byte."""

    def epoch(self) -> str | None:
        """Return the life of the register that the index was built from, None without an index."""
