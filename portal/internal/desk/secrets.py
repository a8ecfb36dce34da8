"""Everything inside that may stand in nobody's public text: one automaton over all of it (已知秘密)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.airlock.around import Name
from portal.airlock.known import KnownSecrets, Title
from portal.airlock.rules import PROTECTED
from portal.domain.grounds import OPEN
from portal.domain.verdicts import Verdict, filed
from portal.domain.workflow import BatchState
from portal.internal.desk import decided, given
from portal.internal.desk.calling import called, kept_back
from portal.internal.tables import filings
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.decisions import DecisionRow
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import WITHDRAWN, WithdrawalRow
from portal.kit.db import among
from portal.register.records import Kind

_CHUNK = 500
_Later = aliased(FilingRow)
_REPLACED = (
    sa.select(1)
    .where(_Later.kind == FilingRow.kind, _Later.key == FilingRow.key)
    .where(_Later.id > FilingRow.id, _Later.live)
    .exists()
)
_LaterBatch, _Own = aliased(BatchRow), aliased(BatchRow)
#: Of filings: a reviewer and a publisher let it out.
LET_OUT = (
    sa.select(1).where(_Own.id == FilingRow.batch_id, _Own.state.in_(filings.REVIEWED)).exists()
)
#: It was let out, and no later filing was: one that only waits opens nothing.
_STANDS = sa.and_(
    LET_OUT,
    ~sa.select(1)
    .select_from(_Later)
    .join(_LaterBatch, _LaterBatch.id == _Later.batch_id)
    .where(_Later.kind == FilingRow.kind, _Later.key == FilingRow.key)
    .where(_Later.id > FilingRow.id, _Later.live, _LaterBatch.state.in_(filings.REVIEWED))
    .exists(),
)
_Check, _CheckBatch = aliased(FilingRow), aliased(BatchRow)
#: A check of the party is released that is not kept back: whom hidden ones alone brought along nobody sees.
_CHECKED_OPENLY = (
    sa.select(1)
    .select_from(_Check)
    .join(_CheckBatch, _CheckBatch.id == _Check.batch_id)
    .where(_Check.kind == Kind.RESULT.value, _Check.about == FilingRow.key)
    .where(_Check.live, ~_Check.guarded, _CheckBatch.state == BatchState.RELEASED.value)
    .exists()
)
#: Kinds whose records bear names that others may mention.
NAMED = (Kind.ENTITY, Kind.ITEM, Kind.DRAW, Kind.DOCUMENT)
#: Those whose names are each body's own, and the files that bring them.
_TITLED, _TITLED_FILES = NAMED[1:], ("items", "draws", "documents")


#: Kind by kind, each from its index: of them all at once SQLite would seek the last from the end of the table.
_LAST_GUARDED = sa.union_all(
    *(
        sa.select(sa.func.max(FilingRow.id).label("id")).where(
            FilingRow.kind == kind, filings.IS_GUARDED
        )
        for kind in sorted(set(filings.KIND_OF.values()))
    )
).subquery()
#: Not the numbers alone: what was only looked at gives its own back, and others get them.
_STAMPS = (
    sa.select(FilingRow.id, FilingRow.kind, FilingRow.key, FilingRow.batch_id).where(
        FilingRow.id == sa.select(sa.func.max(_LAST_GUARDED.c.id)).scalar_subquery()
    ),
    sa.select(
        BatchRow.id, BatchRow.kind, BatchRow.agency, BatchRow.file_sha256, BatchRow.filed_at
    ).where(BatchRow.id == sa.select(sa.func.max(BatchRow.id)).scalar_subquery()),
    sa.select(DecisionRow.id, DecisionRow.kind, DecisionRow.key, DecisionRow.made_at).where(
        DecisionRow.id == sa.select(sa.func.max(DecisionRow.id)).scalar_subquery()
    ),
    #: Whether somebody openly bears a title is another question since. How many, and which are on their way: what was begun
    #: earlier may be released later, and what is refused goes back.
    sa.select(
        sa.func.count(sa.case((BatchRow.state == BatchState.RELEASED.value, 1))),
        sa.func.sum(sa.case((BatchRow.state == BatchState.RELEASING.value, BatchRow.id))),
    ).where(BatchRow.kind.in_(_TITLED_FILES)),
    sa.select(sa.func.max(WithdrawalRow.id)).where(
        WithdrawalRow.kind.in_([kind.value for kind in _TITLED])
    ),
    #: What a file opened that was returned since is kept back again, as an earlier one says.
    sa.select(sa.func.count()).where(BatchRow.state == BatchState.RETURNED.value),
)
#: What was released or returned since.
_STATES = (
    sa.select(BatchRow.state, sa.func.count()).group_by(BatchRow.state).order_by(BatchRow.state)
)
_Stamp = tuple[tuple[Any, ...] | None, ...]


@dataclass(frozen=True, slots=True)
class _Built:
    """An automaton, and the newest filing, batch and decision when it was built."""

    stamp: _Stamp
    known: KnownSecrets


_built: dict[str, _Built] = {}


def known(session: Session, *, let_out: bool = False) -> KnownSecrets | None:
    """Return what may stand in no public text; None where there is nothing.

    `let_out`: without what only files that wait keep back, and with what only such a file would open: nothing goes, nor
    comes back, for what nobody let out.

    Built again whenever a file came in or something was decided since; kept between the questions of one
    process, because a page asks as often as a release.
    """
    newest = [session.execute(query).first() for query in _STAMPS]
    newest += session.execute(_STATES).all() if let_out else []
    stamp = tuple(None if row is None else tuple(row) for row in newest)
    store = f"{session.get_bind(clause=sa.select(FilingRow.id)).engine.url} {let_out}"
    live = _built.get(store)
    if live is None or live.stamp != stamp:
        titles = _titles(session, let_out=let_out)
        words = _words(session, let_out=let_out)
        live = _built[store] = _Built(stamp, KnownSecrets(words, titles))
    return live.known or None


def _words(session: Session, *, let_out: bool) -> Iterator[str]:
    for roster in _records(session, "inspector", let_out=let_out):
        for inspector in (*roster.values(), *_before(session, "inspector", roster).values()):
            yield from (inspector.name, inspector.certificate)
    for kept in _kept(session, Kind.ENTITY, let_out=let_out):
        for words in kept.values():
            yield from words


def _titles(session: Session, *, let_out: bool) -> Iterator[Title]:
    """Yield what items, draws and documents that are kept back are called; a number of a paper counts as a title.

    A title that its own body openly gives to something else of the kind as well tells of neither; of others, it does not
    matter to what they give it.
    """
    ids = given.ids(session)
    for kind in _TITLED:
        for kept in _kept(session, kind, let_out=let_out):
            every = set().union(*kept.values())
            bearers = {each: _bearers(session, each, every) for each in _TITLED}
            for key, words in kept.items():
                agency = key.partition("/")[0]
                for word in words:
                    if agency in bearers[kind].get(word, ()):
                        continue
                    there = set[str]().union(*(each.get(word, ()) for each in bearers.values()))
                    yield Title(word, ids.of(Kind.AGENCY, agency), borne=bool(there - {agency}))


def _kept(session: Session, kind: Kind, *, let_out: bool) -> Iterator[dict[str, set[str]]]:
    """Yield the words of records of a kind that nobody may read, by key."""
    filed_so = _records(session, kind.value, let_out=let_out)
    for records in (*filed_so, *_decided_since(session, kind.value, let_out=let_out)):
        verdicts = decided.verdicts(session, kind, records)
        released = _before(session, kind.value, records)
        found: dict[str, set[str]] = defaultdict(set)
        for those in (records, released):
            ever = ever_kept_back(session, kind, those, verdicts, let_out=let_out)
            for key, words in ever.items():
                found[key].update(words)
        yield found


def ever_kept_back(
    session: Session,
    kind: Kind,
    records: Mapping[str, Any],
    made: Mapping[Name, Verdict],
    *,
    let_out: bool = False,
) -> dict[str, list[str]]:
    """Return the words of records that are not public, by key: those that they were filed with before among them.

    A name that it had goes on telling of a party. One that a public party bears was a mistake, and is that party's.
    `let_out`: only what was let out counts.
    """
    found = {
        key: dict.fromkeys(kept_back(record, made.get((kind, key))))
        for key, record in records.items()
    }
    found = {key: words for key, words in found.items() if words}
    if not found:
        return {}
    query = sa.select(FilingRow.key, FilingRow.body).where(
        FilingRow.kind == kind.value, among(session, FilingRow.key, found), FilingRow.live
    )
    if let_out:
        query = query.where(LET_OUT)
    earlier: dict[str, set[str]] = {key: set() for key in found}
    for key, body in session.execute(query):
        before = replace(filings.decode(kind.value, body), **_disclosed_as(records[key]))
        earlier[key] |= set(kept_back(before, made.get((kind, key)))) - found[key].keys()
    every = set().union(*earlier.values())
    others = _bearers(session, kind, every).keys() if kind is Kind.ENTITY else set()
    return {key: [*words, *sorted(earlier[key] - others)] for key, words in found.items()}


def _disclosed_as(record: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what says of a record how it is disclosed: it holds for what was filed before as well."""
    return {name: getattr(record, name) for name in ("form", "decision") if hasattr(record, name)}


def _bearers(session: Session, kind: Kind, words: set[str]) -> dict[str, set[str]]:
    """Return the agencies of records that are released, read in full, with nothing kept back, by their names among these.

    A party is of no agency: "" stands for it. Papers that bodies issue together share a number as well.
    """
    #: Without a grouping: for its sake SQLite would walk all filings of the kind in the order of their keys.
    query = sa.select(FilingRow.key).join(BatchRow, BatchRow.id == FilingRow.batch_id)
    query = query.where(
        FilingRow.kind == kind.value, among(session, FilingRow.about, sorted(words)),
        FilingRow.live, BatchRow.state == BatchState.RELEASED.value, ~WITHDRAWN,
    )  # fmt: skip
    if kind is Kind.ENTITY:
        query = query.where(sa.or_(FilingRow.row > 0, _CHECKED_OPENLY))
    keys = set(session.scalars(query)) if words else set[str]()
    records: dict[str, Any] = filings.standing(
        session, filings.TYPES[kind.value], keys, batch_id=None
    )
    made = decided.verdicts(session, kind, records)
    found: dict[str, set[str]] = defaultdict(set)
    for key, record in records.items():
        verdict = made.get((kind, key)) or filed(getattr(record, "decision", OPEN))
        cut = verdict.on("name") or verdict.on("title") or any(kept_back(record, verdict))
        if not cut and getattr(record, "form", None) not in PROTECTED:
            agency = key.partition("/")[0] if kind is not Kind.ENTITY else ""
            for each in (called(record)[0], getattr(record, "number", None)):
                found[each or ""].add(agency)
    return found


def _before(session: Session, kind: str, keys: Iterable[str]) -> dict[str, Any]:
    """Return these records as they were released, where a filing waits that calls them otherwise perhaps.

    What is kept back stays so under the name it had, until somebody has approved of another.
    """
    waits = sa.select(FilingRow.key).join(BatchRow, BatchRow.id == FilingRow.batch_id)
    waits = waits.where(FilingRow.kind == kind, among(session, FilingRow.key, keys), FilingRow.live)
    found = session.scalars(waits.where(BatchRow.state != BatchState.RELEASED.value))
    return filings.standing(session, filings.TYPES[kind], found, batch_id=None)


def _decided_since(session: Session, kind: str, *, let_out: bool) -> Iterator[dict[str, Any]]:
    keys = list(
        session.scalars(sa.select(DecisionRow.key).where(DecisionRow.kind == kind).distinct())
    )
    for start in range(0, len(keys), _CHUNK):
        some, what = keys[start : start + _CHUNK], filings.TYPES[kind]
        if let_out:
            yield filings.standing(session, what, some, batch_id=None)
        else:
            yield filings.find(session, what, some)


def _records(session: Session, kind: str, *, let_out: bool) -> Iterator[dict[str, Any]]:
    """Yield the records of a kind that are not public throughout, as they stand, or were let out, chunk by chunk."""
    stands = _STANDS if let_out else ~_REPLACED
    last = 0
    while True:
        query = sa.select(FilingRow.id, FilingRow.key, FilingRow.body).where(
            FilingRow.kind == kind,
            filings.IS_GUARDED,
            FilingRow.id > last,
            FilingRow.live,
            stands,
        )
        rows = session.execute(query.order_by(FilingRow.id).limit(_CHUNK)).all()
        if not rows:
            return
        last = rows[-1].id
        yield {row.key: filings.decode(kind, row.body) for row in rows}
