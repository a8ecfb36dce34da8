"""Which published texts tell of something: asked only when it is hidden, for these questions read every text."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.kit.markdown import to_text
from portal.kit.simplified import with_other_forms
from portal.kit.unquoting import unquoted
from portal.register.layout import LAYOUTS
from portal.register.proofs import standing
from portal.register.records import Kind, PublicDocument, decode
from portal.register.tables.changes import ChangeRow, VersionRow

#: Words asked for in one statement, and texts held at a time.
_WORDS, _TEXTS = 50, 200
#: With more words than this it costs less to judge every text once.
_MANY = 500
#: Bodies are named in what they say of themselves; notices and lists say nothing in words.
_READ = (Kind.AGENCY, Kind.ITEM, Kind.ENTITY, Kind.PLAN, Kind.DRAW, Kind.RESULT, Kind.FOLLOWUP, Kind.DOCUMENT, Kind.REPLY)  # fmt: skip
_CHARACTERS = re.compile("[\u3400-\u9fff]")
#: From ``!`` to ``~`` and their full-width forms.
_WIDE = {point: point + 0xFEE0 for point in range(0x21, 0x7F)}

#: Whether the text of a body holds a word, however it is written there.
Holds = Callable[[str], bool]


def mentioning(
    session: Session,
    words: Sequence[str] | None,
    holds: Holds,
    *,
    agency_id: str | None = None,
    only: Sequence[Kind] = _READ,
) -> dict[Kind, set[str]]:
    """Return the public records that hold one of `words`, by kind; of one agency only, where it is given.

    The database looks for their characters in order, and `holds` judges what it finds; without words, every text.

    Raises:
        LogBroken: the texts are not what was signed last; one changed for a while would not be found.

    """
    standing.hold(session, only)
    found: dict[Kind, set[str]] = defaultdict(set)
    for kind in only:
        table: Any = LAYOUTS[kind].table
        query = sa.select(table.public_id, table.body)
        if agency_id is not None:
            own = table.public_id if kind is Kind.AGENCY else getattr(table, "agency_id", None)
            if own is None:
                continue
            query = query.where(own == agency_id)
        for condition in _holding(table.body, words):
            rows = session.execute(query.where(condition), execution_options={"yield_per": _TEXTS})
            found[kind].update(public_id for public_id, body in rows if holds(_as_read(kind, body)))
    return {kind: ids for kind, ids in found.items() if ids}


def told_before(
    session: Session, words: Sequence[str] | None, holds: Holds, *, agency_id: str | None = None
) -> dict[Kind, list[str]]:
    """Return the public records of which an older version holds one of `words`, by kind; as `mentioning` does."""
    query = sa.select(ChangeRow.kind, ChangeRow.public_id, VersionRow.body).join(
        VersionRow, VersionRow.serial == ChangeRow.serial
    )
    if agency_id is not None:
        named = VersionRow.body.contains(f'"agency_id":"{agency_id}"', autoescape=True)
        query = query.where(sa.or_(VersionRow.public_id == agency_id, named))
    found: dict[Kind, set[str]] = defaultdict(set)
    for condition in _holding(VersionRow.body, words):
        rows = session.execute(query.where(condition), execution_options={"yield_per": _TEXTS})
        for kind, public_id, body in rows:
            if holds(_as_read(Kind(kind), body)):
                found[Kind(kind)].add(public_id)
    return {kind: sorted(ids) for kind, ids in found.items()}


def _holding(
    body: InstrumentedAttribute[str], words: Sequence[str] | None
) -> Iterator[sa.ColumnElement[bool]]:
    if words is None or len(words) > _MANY:
        yield sa.true()
        return
    conditions = [condition for word in words for condition in _loosely(body, word)]
    if words:
        #: An address may spell anything.
        conditions.append(body.like("%/%__%", escape="/"))
        #: So may an entity of a document.
        conditions.append(body.like("%&#%"))
    for start in range(0, len(conditions), _WORDS):
        yield sa.or_(*conditions[start : start + _WORDS])


def _loosely(body: InstrumentedAttribute[str], word: str) -> Iterator[sa.ColumnElement[bool]]:
    """Yield conditions that hold wherever the word stands: spaced out, in other width, with other brackets, in traditional characters."""
    characters = _CHARACTERS.findall(word)
    if len(characters) > 1:
        same = [each for each in characters if each not in with_other_forms()]
        yield body.like(f"%{'%'.join(same)}%")
        return
    for form in dict.fromkeys((word, word.translate(_WIDE))):
        escaped = (f"/{each}" if each in "%_/" else each for each in form if not each.isspace())
        yield body.ilike(f"%{'%'.join(escaped)}%", escape="/")


def _as_read(kind: Kind, body: str) -> str:
    """Return the texts of a body as they read: a quotation mark has a stroke before it there, addresses spell words.

    A document also reads as its page: marks of a link, or entities, part what stands together there.
    """
    plain = body.replace("\\n", "\n").replace('\\"', '"')
    page = to_text(decode(body, PublicDocument).body or "") if kind is Kind.DOCUMENT else ""
    return "\n".join((plain, page, *unquoted(plain), *unquoted(page)))
