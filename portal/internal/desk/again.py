"""Looks again at what is public already, with what the office knows by now: a roster grows after a release (回看)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Passage
from portal.airlock.callings import may_be_person
from portal.airlock.detectors import kinds
from portal.airlock.detectors.fold import fold
from portal.airlock.known import KnownSecrets
from portal.airlock.residue import Find, look, text_at
from portal.internal.desk import decided, secrets
from portal.internal.desk.stores import Stores
from portal.internal.tables import filings, ledger
from portal.internal.tables.filings import FilingRow
from portal.kit.db import write_lock
from portal.register.layout import LAYOUTS
from portal.register.queries.mentions import mentioning, told_before
from portal.register.records import TYPES, Kind, Record, decode

_CHUNK = 500
#: Records named in the ledger.
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Seen:
    """One place in a public record that holds what may not be public; what it holds is never told.

    `path` is "" where only older versions do. `sure`: a release would stop at it; else a person has to judge.
    """

    kind: Kind
    public_id: str
    path: str
    sure: bool


def look_again(stores: Stores, words: Iterable[str] | None = None) -> list[Seen]:
    """Return where public records hold what the office keeps back: any of it, or these words of it.

    Without words every text that is public is read. Nothing is changed: whether somebody of that name is meant is
    for a person, who then decides on the field, corrects or withdraws.
    """
    asked = None if words is None else list(words)
    with Session(stores.internal) as session, Session(stores.register) as public:
        known = secrets.known(session) if asked is None else KnownSecrets(asked)
        if not known:
            return []
        found = mentioning(public, asked, lambda text: bool(known.scan(text)))
        now = [
            seen
            for kind, ids in found.items()
            for part in _parts(sorted(ids))
            for seen in _in_records(session, public, kind, part, known)
        ]
        told = {(each.kind, each.public_id) for each in now}
        before = told_before(public, asked, lambda text: _is_sure(known, text))
    older = [Seen(kind, each, "", sure=True) for kind, ids in before.items() for each in ids]
    return now + [each for each in older if (each.kind, each.public_id) not in told]


def roster_grew(stores: Stores, batch_id: int, *, by: str, now: datetime) -> list[str]:
    """Look again for the people whom a batch has brought to the roster, and note in the ledger where they are named.

    Returns the public ids of the records that name them.
    """
    query = sa.select(FilingRow.body).where(
        FilingRow.batch_id == batch_id, FilingRow.kind == "inspector", FilingRow.live
    )
    with Session(stores.internal) as session:
        people = [filings.decode("inspector", body) for body in session.scalars(query)]
    words = [word for each in people for word in (each.name, each.certificate)]
    seen = look_again(stores, words)
    ids = list(dict.fromkeys(each.public_id for each in seen))
    if ids:
        with write_lock(stores.internal) as session:
            ledger.note(
                session, at=now, person=by, action="look-again", batch_id=batch_id,
                detail=f"名录中的姓名或证号见于 {len(ids)} 条已公开记录：{'、'.join(ids[:_NAMED])}",
            )  # fmt: skip
    return ids


def _in_records(
    session: Session, public: Session, kind: Kind, ids: Sequence[str], known: KnownSecrets
) -> Iterator[Seen]:
    table = LAYOUTS[kind].table
    bodies = public.scalars(sa.select(table.body).where(table.public_id.in_(ids)))
    keys = {
        row.public_id: row.key
        for row in session.execute(
            sa.select(FilingRow.public_id, FilingRow.key)
            .where(FilingRow.public_id.in_(ids), FilingRow.kind == kind.value)
            .distinct()
        )
    }
    passed = decided.cleared(session, kind, set(keys.values()))
    for body in bodies:
        record = decode(body, TYPES[kind])
        cleared = passed.get((kind, keys.get(record.id, "")), frozenset())
        for find in look(record, Passage(known=known, cleared=cleared)):
            sure = find.kind == kinds.KNOWN
            if sure or (find.kind == kinds.KNOWN_SHORT and _is_open(record, find)):
                yield Seen(kind, record.id, find.path, sure=sure)


def _is_open(record: Record, find: Find) -> bool:
    """Whether a doubtful find was not let pass before, and looks like a person."""
    folded = fold(text_at(record, find.path))
    places = folded.places or range(len(folded.text))
    inside = [n for n, place in enumerate(places) if find.start <= place < find.end]
    return (
        not find.cleared and bool(inside) and may_be_person(folded.text, inside[0], inside[-1] + 1)
    )


def _is_sure(known: KnownSecrets, text: str) -> bool:
    return any(told.severity is kinds.Severity.BLOCK for told in known.scan(text))


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
