"""What is hidden may be told of elsewhere: in the words of other records, and in what these said before (提及)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from msgspec import structs
from sqlalchemy.orm import Session

from portal.airlock.around import Ids, Passage
from portal.airlock.callings import is_name
from portal.airlock.detectors.kinds import Severity
from portal.airlock.known import KnownSecrets
from portal.airlock.residue import look
from portal.domain.grounds import OPEN
from portal.domain.verdicts import filed
from portal.internal.desk import batches, decided, given, leaning, secrets
from portal.internal.desk.calling import called
from portal.internal.desk.leaning import Walk
from portal.internal.desk.unchanged import again, require_filed
from portal.internal.tables import filings
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.kit.db import among, snapshot
from portal.register.queries.mentions import mentioning, told_before
from portal.register.records import Kind, PublicAgency, Record

#: A shorter word may be a piece of anything; names of persons are told by what is around them.
_TELLING = 3
#: Key of what is hidden, whether as a whole, and its words.
_Hidden = tuple[str, bool, list[str]]
#: Kinds whose names are theirs alone. Items of one name stand in the lists of many agencies.
_BY_AGENCY = (Kind.ITEM, Kind.DOCUMENT)
#: Kinds that are public without having been filed: draws made here, and letters.
_UNFILED = (Kind.DRAW, Kind.REPLY)


def of(
    session: Session,
    register: sa.Engine,
    kind: Kind,
    keys: Iterable[str],
    *,
    today: date,
    batch_id: int | None = None,
) -> Iterator[Passage]:
    """Project again every public record that tells of these, as far as they are hidden now.

    The older versions that tell of them go. Letters follow by themselves (`letters.follow`).
    """
    ids = given.ids(session)
    hidden = list(_hidden(session, kind, keys, batch_id=batch_id))
    if not hidden:
        return
    mine = {ids.of(kind, key) for key, _, _ in hidden}
    agencies = set[str]()
    with snapshot(register) as public:
        for there, those in _telling(public, kind, hidden, ids):
            agencies |= those if there is Kind.AGENCY else set()
            if there not in _UNFILED:
                require_filed(session, there, those - mine, batch_id=batch_id)
            #: Asked before they go, as those go that are hidden themselves.
            drawn = leaning.draws_of(register, those - mine) if there is Kind.ENTITY else set()
            for rows in batches.public_with_id(session, there.value, those - mine):
                for _, passage in again(session, rows, today, batch_id=batch_id):
                    passage.telling = True
                    passage.records = [_of_agency(each, passage) for each in passage.records]
                    yield passage
            yield from leaning.redrawn(Walk(session, register, today, batch_id), drawn)
        asked = _by_agency(kind, hidden, ids)
        asked[None] += [ids.of(kind, key) for key, is_whole, _ in hidden if is_whole]
        stale: dict[Kind, set[str]] = defaultdict(set, {Kind.AGENCY: agencies})
        for agency, words in asked.items():
            for there, told in told_before(public, words, holds(words), agency_id=agency).items():
                stale[there].update(told)
        yield Passage(stale={there: sorted(told) for there, told in stale.items()})


def _of_agency(record: Record, passage: Passage) -> Record:
    """Return an agency without duties that tell of what is hidden: all that is its own would go with it."""
    if not isinstance(record, PublicAgency):
        return record
    found = [each for each in look(record, passage) if each.path == "duties" and not each.cleared]
    told = any(each.stops or each.severity is Severity.BLOCK for each in found)
    return structs.replace(record, duties=None) if told else record


def draws_naming(
    session: Session, register: sa.Engine, kind: Kind, keys: Iterable[str]
) -> set[str]:
    """Return the public draws that tell of these, as far as they are hidden now: those drawn here have no filing."""
    hidden = list(_hidden(session, kind, keys, batch_id=None))
    ids = given.ids(session)
    with snapshot(register) as public:
        told = _telling(public, kind, hidden, ids, only=(Kind.DRAW,)) if hidden else ()
        return {each for _, those in told for each in those}


def naming(session: Session, register: sa.Engine, kind: Kind, key: str) -> list[str]:
    """Return the public records of others that name this one, whatever its state, by what it was ever called."""
    ids = given.ids(session)
    query = sa.select(FilingRow.body).where(FilingRow.kind == kind.value, FilingRow.key == key)
    words: dict[str, None] = {}
    for body in session.scalars(query.where(FilingRow.live)) if kind in secrets.NAMED else ():
        words |= dict.fromkeys(called(filings.decode(kind.value, body)))
    told = [each for each in words if _tells(each)]
    with snapshot(register) as public:
        found = _telling(public, kind, [(key, True, told)], ids) if told else ()
        return sorted({each for _, those in found for each in those} - {ids.of(kind, key)})


def _telling(
    public: Session, kind: Kind, hidden: Iterable[_Hidden], ids: Ids, **only: Sequence[Kind]
) -> Iterator[tuple[Kind, set[str]]]:
    """Yield the kind and ids of public records that hold words of what is hidden."""
    for agency, words in _by_agency(kind, hidden, ids).items():
        yield from mentioning(public, words, holds(words), agency_id=agency, **only).items()


def _by_agency(
    kind: Kind, hidden: Iterable[_Hidden], ids: Ids
) -> defaultdict[str | None, list[str]]:
    """Return the words of what is hidden by the agency in whose records they are looked for; None: in everybody's."""
    found: defaultdict[str | None, list[str]] = defaultdict(list)
    for key, _, words in hidden if kind is not Kind.DRAW else ():
        agency = ids.of(Kind.AGENCY, key.partition("/")[0]) if kind in _BY_AGENCY else None
        found[agency] += words
    return found


def holds(words: Iterable[str]) -> Callable[[str], bool]:
    """Return what says whether a text holds one of these, as the last look before a release would find it.

    A name of two characters only where it is a person's: `again` tells of the others.
    """
    every = list(words)
    known = KnownSecrets(each for each in every if not is_name(each))
    names = KnownSecrets(each for each in every if is_name(each))
    return lambda text: (
        bool(known.scan(text)) or any(told.severity is Severity.BLOCK for told in names.scan(text))
    )


def _tells(word: str) -> bool:
    return len(word) >= _TELLING or is_name(word)


def words_of(
    session: Session, kind: Kind, keys: Iterable[str], *, batch_id: int | None = None
) -> list[str]:
    """Return what may be said of these records nowhere, whatever they were filed as."""
    return [
        each for _, _, words in _hidden(session, kind, keys, batch_id=batch_id) for each in words
    ]


def _hidden(
    session: Session, kind: Kind, keys: Iterable[str], *, batch_id: int | None
) -> Iterator[_Hidden]:
    """Yield the key of each that is hidden, whether as a whole, and its words in every filing."""
    stand: dict[str, Any] = filings.standing(
        session, filings.TYPES[kind.value], keys, batch_id=batch_id
    )
    for key in stand.keys() - _let_out(session, kind, stand, batch_id):
        #: What nobody let out says only what it is called; whether it is kept back, others decided.
        if hasattr(stand[key], "decision"):
            stand[key] = replace(stand[key], decision=OPEN)
    made = decided.verdicts(session, kind, stand)
    for key, words in secrets.ever_kept_back(session, kind, stand, made).items():
        verdict = made.get((kind, key)) or filed(getattr(stand[key], "decision", OPEN))
        told, is_whole = [each for each in words if _tells(each)], verdict.whole is not None
        #: By whatever short name it is called, its number stands in what was said of it before.
        if told or is_whole:
            yield key, is_whole, told


def _let_out(session: Session, kind: Kind, keys: Iterable[str], batch_id: int | None) -> set[str]:
    """Return the keys of those of these records that were let out, or that the batch files."""
    query = sa.select(FilingRow.key).join(BatchRow, BatchRow.id == FilingRow.batch_id)
    query = query.where(
        FilingRow.kind == kind.value, among(session, FilingRow.key, set(keys)), FilingRow.live,
        sa.or_(BatchRow.state.in_(filings.REVIEWED), BatchRow.id == batch_id),
    )  # fmt: skip
    return set(session.scalars(query))
