"""publish() and withdraw(): redact, look again, write; all or nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from portal.airlock.around import Passage
from portal.airlock.residue import residue, tells
from portal.airlock.retold import is_sealed, listed, retold, unlisted
from portal.domain.errors import Residue
from portal.kit.db import pragma
from portal.register.layout import says_kept_back
from portal.register.packages import Package
from portal.register.parents import When
from portal.register.proofs.heads import KeyHolder
from portal.register.proofs.restorations import Restoration
from portal.register.records import KIND_OF, Kind, PublicDraw, PublicNotice, Record
from portal.register.writer import Pen, open_pen

#: Finds to collect before giving up: enough to mend a file by, bounded for a hopeless one.
_MOST_HITS = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one release did. `serial` is where the changelog stands afterwards."""

    serial: int
    published: int
    amended: int
    same: int
    withdrawn: int
    #: Records that show less than before: their older versions are gone.
    purged: int = 0


def publish(
    register: sa.Engine,
    passages: Iterable[Passage],
    *,
    now: datetime,
    keys: KeyHolder | None = None,
) -> Outcome:
    """Make every passage public in one transaction, which also signs the log's new head with `keys`.

    Records equal to what is public use no serial, so doing it again changes nothing.

    Raises:
        Residue: something secret-looking is left; nothing at all was published.
        LogBroken: the register is not what was signed last; nothing was published.

    """
    hits: list[tuple[str, str]] = []
    gone: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    with open_pen(register, now=now) as pen:
        for passage in passages:
            follows = passage.telling or passage.only_if_public
            if follows and not hits:
                _bring(pen, passage)
            for record in () if follows else _records(pen, passage):
                place = f"{type(record).__name__} {record.id}"
                hits += [(f"{place} {name}", kind) for name, kind in residue(record, passage)]
                if not hits:
                    _append(pen, record, passage)
            if passage.whole_list and not hits:
                pen.keep_entries(passage.whole_list, {record.id for record in passage.records})
            if len(hits) >= _MOST_HITS:
                break
            for kind, public_ids in passage.stale.items():
                pen.say_again(kind, public_ids)
            for kind, public_id in passage.gone:
                gone[kind].append(public_id)
        if hits:
            raise Residue(hits)
        for kind, public_ids in gone.items():
            #: Only what is there: how much never was would be told by what goes with which.
            pen.withdraw(kind, sorted(pen.standing(kind, public_ids)))
        if keys:
            pen.sign(keys)
    _settle(register, pen, keys)
    return _outcome(pen)


def bring_in_line(
    register: sa.Engine,
    passages: Iterable[Passage],
    *,
    now: datetime,
    keys: KeyHolder | None = None,
) -> tuple[Outcome, int]:
    """Make the register follow a decision at once; also returns how many records had to go for it.

    A redaction does not wait until everything around it is in order: a record whose text still
    tells what may not be public is taken out, one that has finds to be decided on stays as public
    as it was.

    Raises:
        LogBroken: the register is not what was signed last; nothing was changed.

    """
    taken_out = 0
    with open_pen(register, now=now) as pen:
        for passage in passages:
            taken_out += _bring(pen, passage)
            if passage.whole_list:
                pen.keep_entries(passage.whole_list, {record.id for record in passage.records})
            for kind, public_ids in passage.stale.items():
                pen.say_again(kind, public_ids)
            for kind, public_id in passage.gone:
                pen.withdraw(kind, [public_id])
        if keys:
            pen.sign(keys)
    _settle(register, pen, keys)
    return _outcome(pen), taken_out


def _records(pen: Pen, passage: Passage) -> Iterator[Record]:
    """Yield the records of a passage; the list of a draw that is sealed as before keeps its figures and its digest.

    A list that is due does not come out because something else asked for its draw, perhaps before whom it names; nor does one
    of a draw that is shown again, before all whom it names are public.
    """
    cautious = {each.id: each for each in passage.cautious}
    for record in passage.records:
        is_draw = isinstance(record, PublicDraw)
        was = pen.past.shown(record) if is_draw or cautious else None
        said = retold(record, cautious[record.id], was) if record.id in cautious else record
        named = listed(passage.records) if passage.is_again and is_draw and not was else []
        is_led = not named or len(pen.standing(Kind.ENTITY, named)) == len(named)
        is_due = passage.is_again and (is_sealed(was) or not is_led)
        yield unlisted(said, was) if is_due or (passage.is_sealed and is_draw) else said
        if is_due:
            return  # whom it lists comes out with it


def _bring(pen: Pen, passage: Passage) -> int:
    """Put the records of a passage in line; return how many had to go for it."""
    taken_out = 0
    for record in _records(pen, passage):
        gone = _bring_one(pen, record, passage)
        taken_out += gone
        if gone and record.id == passage.whole_list:
            break  # its list went with it
    return taken_out


def _bring_one(pen: Pen, record: Record, passage: Passage) -> int:
    kind = KIND_OF[type(record)]
    if tells(record, passage):
        return len(pen.withdraw(kind, [record.id]))
    if not residue(record, passage) or pen.standing(kind, [record.id]):
        _append(pen, record, passage, When.THERE if passage.only_if_public else When.LED)
    if any(tells(each, passage) for each in pen.past.versions(record)):
        pen.say_again(kind, [record.id])
    return 0


def _append(pen: Pen, record: Record, passage: Passage, when: When = When.ALWAYS) -> None:
    """Publish a record, and take its older versions away where one says what a decision keeps back."""
    is_decided = passage.kept_back and record.id == passage.records[0].id
    earlier = pen.past.ever_said(record) if is_decided else []
    pen.append(record, left_out=passage.left_out, when=when)
    if any(says_kept_back(each, record, passage.kept_back) for each in earlier):
        pen.say_again(KIND_OF[type(record)], [record.id])


def withdraw(
    register: sa.Engine,
    kind: Kind,
    public_ids: Sequence[str],
    *,
    now: datetime,
    keys: KeyHolder | None = None,
) -> Outcome:
    """Take records and what hangs on them out of the register at once; tombstones and leaves stay.

    Raises:
        LogBroken: the register is not what was signed last; nothing was withdrawn.

    """
    with open_pen(register, now=now) as pen:
        pen.withdraw(kind, public_ids)
        if keys:
            pen.sign(keys)
    _settle(register, pen, keys)
    return _outcome(pen)


def publish_notices(
    register: sa.Engine,
    notices: Iterable[PublicNotice],
    *,
    now: datetime,
    keys: KeyHolder | None = None,
) -> Outcome:
    """Make these the notices that stand, and no others, in one transaction.

    They are written in the order of their ids, which says nothing of what they stand for.

    Raises:
        LogBroken: the register is not what was signed last; nothing was published.

    """
    standing = {notice.id: notice for notice in notices}
    with open_pen(register, now=now) as pen:
        for _, notice in sorted(standing.items()):
            pen.append(notice)
        pen.keep_notices(set(standing))
        if keys:
            pen.sign(keys)
    _settle(register, pen, keys)
    return _outcome(pen)


def reinstate(
    register: sa.Engine,
    restorations: Sequence[Restoration],
    taken: Mapping[Kind, Sequence[str]],
    *,
    now: datetime,
    keys: KeyHolder,
) -> Outcome:
    """Make a restored register fit to be served: in a new life, its restorations said, without what was taken back.

    All in one transaction; what is not public in it is passed over.

    Raises:
        LogBroken: it is not what was signed last, or the key is not its own.
        NotRemembered: the list of what was taken back cannot be written.

    """
    with open_pen(register, now=now, restorations=restorations) as pen:
        for kind, public_ids in taken.items():
            pen.withdraw(kind, public_ids)
        pen.sign(keys)
    _settle(register, pen, keys)
    return _outcome(pen)


def publish_drawing(
    register: sa.Engine,
    passage: Passage,
    *,
    package: Package | None,
    now: datetime,
    keys: KeyHolder,
) -> Outcome:
    """Make the next steps of one verifiable draw public, an entry each, with its package once it is revealed.

    Raises:
        Residue: something secret-looking is left; nothing was published.
        LogBroken: the register is not what was signed last, or the step takes back what was said.

    """
    with open_pen(register, now=now) as pen:
        for record in passage.records:
            if hits := [(f"抽取 {name}", kind) for name, kind in residue(record, passage)]:
                raise Residue(hits)
            pen.append(record)
        if package is not None:
            pen.flush()
            pen.attach(passage.records[-1].id, package)
        pen.sign(keys)
    _settle(register, pen, keys)
    return _outcome(pen)


def detach(register: sa.Engine, record: PublicDraw, *, now: datetime, keys: KeyHolder) -> None:
    """Take away the package of a draw that names whom it may not name, and cannot be made anew; `record` says so.

    Raises:
        LogBroken: the register is not what was signed last.

    """
    with open_pen(register, now=now) as pen:
        pen.append(record)
        pen.flush()
        pen.attach(record.id, None)
        pen.sign(keys)
    _settle(register, pen, keys)


def _outcome(pen: Pen) -> Outcome:
    counts = pen.counts
    return Outcome(
        pen.serial, counts["published"], counts["amended"], counts["same"], counts["withdrawn"],
        counts["purged"],
    )  # fmt: skip


def _settle(register: sa.Engine, pen: Pen, keys: KeyHolder | None) -> None:
    """Keep the head that was committed, and empty SQLite's write-ahead log when text went out."""
    if keys and pen.head:
        keys.keep_head(pen.head)
    if pen.counts["withdrawn"] or pen.counts["purged"]:
        #: It would stay readable there.
        pragma(register, "wal_checkpoint(TRUNCATE)")
