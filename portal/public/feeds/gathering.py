"""The entries of a feed: its newest blocks as the current document, each older block as an archive.

A block is a fixed stretch of a list's positions. The current document is the unfinished block with
the full ones before it that fit; an archive is one full block, the same for ever. A feed that
leaves events out reads on over empty blocks, so far and no further.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.kit import clock
from portal.public.feeds.asking import Question
from portal.register.columns.rows import reader
from portal.register.queries import events
from portal.register.queries.events import BLOCK, Happened
from portal.register.selecting.listings import LISTINGS
from portal.register.selecting.model import Around

#: Entries of the current document at most.
MOST = 100
#: Blocks read for one document at most, and at a time.
_FARTHEST, _STRIDE = 40, 20


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a feed. `older` and `newer` are numbers of archives; `newer` may not be full yet."""

    events: Sequence[Happened]
    older: int | None
    newer: int | None = None


def is_archive(session: Session, question: Question) -> bool:
    """Whether the block that is asked for is full."""
    return question.archive is not None and question.archive < events.last_block(
        session, question.scope
    )


def gather(session: Session, question: Question, site_url: str) -> Part:
    """Return one document of a feed."""
    newest = events.last_block(session, question.scope)
    archive = question.archive
    first = newest if archive is None else archive
    found: list[Happened] = []
    for read, (number, block) in enumerate(_blocks(session, question, first), 1):
        kept = [each for each in block if _fits(session, question, each, site_url)]
        if len(found) + len(kept) > MOST:
            return Part(found, number)
        found += kept
        done = archive is not None and found
        if done or read == _FARTHEST:
            newer = number + 1 if archive is not None and question.plain and read == 1 else None
            return Part(found, number - 1 if number else None, newer)
    return Part(found, None)


def _blocks(
    session: Session, question: Question, newest: int
) -> Iterator[tuple[int, list[Happened]]]:
    """Yield blocks from `newest` on backwards, few at first, with the number of each."""
    size = 1 if question.archive is not None else 3
    last = newest
    while last >= 0:
        first = max(0, last - size + 1)
        found = events.stretch(session, question.scope, first, last, question.kind)
        for number in range(last, first - 1, -1):
            yield number, [each for each in found if (each.position - 1) // BLOCK == number]
        last, size = first - 1, _STRIDE


def _fits(session: Session, question: Question, each: Happened, site_url: str) -> bool:
    if question.records and not each.current:
        return False
    if not question.tested or question.word is None:
        return True
    if each.stored is None:
        return False
    known = LISTINGS[question.word].known()
    around = Around(session, clock.local_today())
    return any(
        all(known[name].keeps(row, value, around) for name, value in question.tested.items())
        for row in reader(question.word, site_url).rows(each.stored)
    )
