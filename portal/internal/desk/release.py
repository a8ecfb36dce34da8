"""Release: send an approved batch through the airlock (发布)."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime

from sqlalchemy.orm import Session

from portal.airlock.around import Passage
from portal.airlock.publish import Outcome, publish
from portal.domain.errors import PortalError, Residue
from portal.domain.workflow import BatchState, Role, move
from portal.internal.desk import (
    approvals,
    batches,
    decide,
    leaning,
    mentions,
    naming,
    ordered,
    people,
    retelling,
    retract,
    ripples,
    underway,
)
from portal.internal.desk.brought import led_in
from portal.internal.desk.drawing import following
from portal.internal.desk.forgetting import forget
from portal.internal.desk.leaning import Walk
from portal.internal.desk.stores import Stores
from portal.internal.sheets.catalogue import title_of
from portal.internal.tables import ledger, reminders, settings
from portal.kit import clock
from portal.kit.db import write_lock
from portal.register.dumps import shelf
from portal.register.records import Kind

Progress = Callable[[int], None]
#: Kind, natural key and public id of what is disclosed otherwise than before.
_Otherwise = dict[Kind, dict[str, str]]


class OrderedOtherwise(PortalError):
    """The release of a batch was taken back, or put off, since it was found to be due; nothing was published."""

    code = "ordered_otherwise"


def release(
    stores: Stores, batch_id: int, *, by: str, now: datetime, progress: Progress | None = None
) -> Outcome:
    """Make an approved batch public, and leave in no file what it takes back.

    The register commits first and is the truth; after a crash before the office has noted it,
    doing it again finds the same ids and equal records, and changes nothing. Doing it again
    later also lets out draw lists whose embargo has ended since.

    Raises:
        FourEyesViolation, WrongState, NotAllowed, UnknownRecord: nothing was published.
        ContentChanged: it is not what was approved; nothing was published.
        Residue: something secret-looking is left in the text; nothing was published.
        HalfReleased: it hides something that a release which was broken off may show, or the store calls other batches
            released than the ledger does; nothing was published.
        LogBroken: the register is not what was signed last; nothing was published.
        NotForgotten, NotPurged: all is published, but what it takes back is still in some file.

    """
    try:
        outcome = release_only(stores, batch_id, by=by, now=now, progress=progress)
    except PortalError:
        with suppress(PortalError):
            #: What is left is still owed; why it was refused is what has to be said now.
            forget(stores)
        raise
    forget(stores)
    return outcome


def release_only(
    stores: Stores,
    batch_id: int,
    *,
    by: str,
    now: datetime,
    progress: Progress | None = None,
    is_ordered: bool = False,
) -> Outcome:
    """Make an approved batch public as `release` does; the caller still has to forget.

    `is_ordered`: because `by` had ordered it for a time.

    Raises:
        OrderedOtherwise: that was taken back meanwhile, or put off; nothing was published.

    """
    _begin(stores, batch_id, by, due=now if is_ordered else None)
    try:
        return _carry_out(stores, batch_id, by=by, now=now, progress=progress)
    except PortalError as error:
        with write_lock(stores.internal) as session:
            batch = batches.get(session, batch_id)
            #: Refused means that the register was left as it was, so the batch may still be returned. Not where it is
            #: out, by this process or by another one meanwhile, nor where nobody knows whether another one brought it out.
            if not error.is_out and batch.batch_state is BatchState.RELEASING:
                left = underway.ended(session, batch_id)
                batch.state = batch.state if left else BatchState.APPROVED.value
            if error.undone:
                settings.keep(session, settings.UNDONE, now.isoformat())
            told = located(session, batch_id, error) if isinstance(error, Residue) else error
        if told is not error:
            raise told from None
        raise


def located(session: Session, batch_id: int, error: Residue) -> Residue:
    """Return the refusal by batch, row and field, which the publisher can look up."""
    by_id: dict[str, list[tuple[str, str]]] = {}
    for place, detector in error.hits:
        _, public_id, path = place.split(" ", 2)
        by_id.setdefault(public_id, []).append((path, detector))
    rows = batches.rows_of(session, batch_id, by_id)
    hits = []
    for public_id, found in by_id.items():
        #: A record that the batch only carries on has no row in its file.
        number = rows.get(public_id)
        where = (
            f"第 {number} 行" if number else "随文件登记的检查对象" if number == 0 else public_id
        )
        kind = "entities" if number == 0 else batches.get(session, batch_id).kind
        hits += [(f"{where}“{title_of(kind, path)}”", detector) for path, detector in found]
    return Residue(hits, f"批次 {batch_id} ")


def _begin(stores: Stores, batch_id: int, by: str, *, due: datetime | None = None) -> None:
    """Mark the batch as on its way out; from now on a crash leaves only one way, forward."""
    with write_lock(stores.internal) as session:
        batch = batches.get(session, batch_id)
        if due is not None and not ordered.is_due(session, batch, by=by, now=due):
            raise OrderedOtherwise(f"批次 {batch_id} 的定时发布已取消或者改期")
        people.require(session, by, Role.PUBLISHER, batch.agency)
        decide.require_settled(session, batch_id)
        before = batch.batch_state
        after = move(before, "begin", author=batch.filed_by, actor=by)
        approvals.sign(session, batch, by=by)
        batch.state = after.value
        if after is BatchState.RELEASING:
            underway.began(session, batch_id, others=before is after)


def _carry_out(
    stores: Stores, batch_id: int, *, by: str, now: datetime, progress: Progress | None
) -> Outcome:
    """Publish and note it, while the office stands still: nothing can be corrected or withdrawn meanwhile."""
    today = clock.local_date(now)
    with write_lock(stores.internal) as session:
        batch = batches.get(session, batch_id)
        #: Another process may have been refused meanwhile, and the batch have been returned.
        after = move(batch.batch_state, "release", author=batch.filed_by, actor=by)
        retract.require_none_waits(session, batch_id)
        watch = approvals.Watch(session, approvals.sign(session, batch, by=by), batch, today)
        otherwise: _Otherwise = {}
        outcome = publish(
            stores.register,
            led_in(
                session,
                stores.register,
                _stream(stores, session, watch, progress, otherwise),
                today=today,
                batch_id=batch_id,
            ),
            now=now,
            keys=stores.log_key,
        )
        batch = batches.get(session, batch_id)
        batch.state = after.value
        underway.done(session, batch_id)
        ledger.note(
            session, at=now, person=by, action="release", batch_id=batch_id,
            detail=f"新公开 {outcome.published}，更新 {outcome.amended}，撤下 {outcome.withdrawn}，至变更号 {outcome.serial}",
        )  # fmt: skip
        #: What follows looks at what is released, and would take the filing before for the one that stands.
        session.flush()
        try:
            _followed(stores, session, batch_id, otherwise, now=now)
        except PortalError as error:
            error.is_out = True
            raise
        batch.released_by, batch.released_at, batch.released_serial = by, now, outcome.serial
        reminders.released(session, batch_id, today)
    return outcome


def _followed(
    stores: Stores, session: Session, batch_id: int, otherwise: _Otherwise, *, now: datetime
) -> None:
    """Bring letters and draws in line with what is public by now, and take off the shelf what holds more."""
    retelling.follow_batch(stores, session, batch_id, now=now)
    for kind, keys in otherwise.items():
        following.follow(stores, session, kind, keys, now=now)
        retelling.follow(stores, session, kind, keys, now=now)
    shelf.retire(stores.register, stores.dumps)


def _stream(
    stores: Stores,
    session: Session,
    watch: approvals.Watch,
    progress: Progress | None,
    changed: _Otherwise,
) -> Iterator[Passage]:
    """Yield all that becomes public; `changed` gains what is disclosed otherwise now."""
    batch, today, done = watch.batch, watch.today, 0
    batches.require_noted(session, but=batch.id)
    #: Steps show what their check allows, as it stands now.
    checks: set[str] = set()
    for rows in batches.in_order(session, batch):
        for kind, keys in ripples.shown_otherwise(session, rows).items():
            changed.setdefault(kind, {}).update(keys)
        before = batches.released_before(session, rows)
        checks |= {row.key for row in rows if row.kind == Kind.RESULT and row.public_id in before}
        for passage in watch.over(session, rows):
            #: That a record is not public is proven by looking at all of its kind: only of one that may have been.
            passage.gone = [each for each in passage.gone if each[1] in before]
            yield passage
        done += len(rows)
        if progress:
            progress(done)
    watch.close()
    if changed:
        batches.require_whole(session, but=batch.id)
    walk = Walk(session, stores.register, today, batch.id)
    if parties := changed.get(Kind.ENTITY):
        yield from ripples.carried_on(walk, parties)
    if items := changed.get(Kind.ITEM):
        yield from naming.naming_items(walk, set(items))
    if checks := checks | changed.get(Kind.RESULT, {}).keys():
        yield from leaning.repeating(walk, checks)
    for kind, keys in changed.items():
        yield from mentions.of(session, stores.register, kind, keys, today=today, batch_id=batch.id)
