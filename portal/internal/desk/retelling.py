"""Letters follow what they are about: what is hidden or withdrawn of it stands in no answer either (来信随动)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.publish import bring_in_line
from portal.domain.errors import FourEyesViolation, WrongState
from portal.domain.replies import status_id
from portal.domain.workflow import Role
from portal.internal.desk import answers, letters, mentions, people, secrets
from portal.internal.desk.forgetting import forget
from portal.internal.desk.stores import Stores
from portal.internal.desk.telling import passage_of
from portal.internal.tables import ledger
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import WithdrawalRow
from portal.internal.tables.letters import LetterState, ReceivedRow
from portal.kit.db import among, snapshot, write_lock
from portal.register.dumps import shelf
from portal.register.layout import LAYOUTS
from portal.register.prefixes import PREFIX
from portal.register.queries.mentions import mentioning
from portal.register.records import Kind, PublicReply, decode
from portal.register.tables.replies import ReplyRow


def follow(
    stores: Stores, session: Session, kind: Kind, keys: Iterable[str], *, now: datetime
) -> None:
    """Bring what is public of letters in line with these records, which the register has followed already.

    The caller holds the office's store.
    """
    wanted = sorted(set(keys))
    if not wanted:
        return
    references = set(_about(session, kind, wanted))
    if kind in secrets.NAMED and (words := mentions.words_of(session, kind, wanted)):
        with snapshot(stores.register) as public:
            found = mentioning(public, words, mentions.holds(words), only=(Kind.REPLY,))
            told = found.get(Kind.REPLY, set())
        references |= (
            {each for each in _done(session) if status_id(each) in told} if told else set()
        )
    _again(stores, session, references | _parted(stores, session), now=now)


def follow_batch(stores: Stores, session: Session, batch_id: int, *, now: datetime) -> None:
    """Do the same for the checks that a batch has filed again, or steps of; few are written about."""
    mine = FilingRow.batch_id == batch_id
    filed = sa.select(1).where(FilingRow.public_id == ReceivedRow.subject, mine)
    steps = sa.select(FilingRow.about).where(FilingRow.kind == Kind.FOLLOWUP.value, mine)
    about = _TOLD.where(sa.or_(filed.exists(), ReceivedRow.subject.in_(_checks(steps))))
    _again(stores, session, {*session.scalars(about), *_parted(stores, session)}, now=now)


def take_back(stores: Stores, reference: str, *, by: str, second: str, now: datetime) -> None:
    """Take the published words of an answer back at once, by order of two people; how far the letter is stays.

    Raises:
        FourEyesViolation: both are the same person.
        NotAllowed, UnknownRecord: as they say.
        WrongState: nothing was published of it.
        LogBroken: ordered, but the register refused; `release-due` carries on.
        NotForgotten, NotPurged: taken back, but still in some file.

    """
    if by == second:
        raise FourEyesViolation("撤回须由两人共同决定")
    with write_lock(stores.internal) as session:
        row = letters.get(session, reference)
        for name in (by, second):
            people.require(session, name, Role.PUBLISHER, row.agency)
        if row.stage is not LetterState.DONE:
            raise WrongState("来信尚未办结，没有已公布的答复")
        session.add(order(status_id(row.reference), by=by, second=second, now=now))
        row.told = False
        ledger.note(
            session, at=now, person=by, action=answers.TAKE_BACK, batch_id=None,
            detail=answers.taken_back(row.reference, second),
        )  # fmt: skip
    letters.tell(stores, now=now)
    shelf.retire(stores.register, stores.dumps)
    forget(stores)


def order(public_id: str, *, by: str, second: str, now: datetime) -> WithdrawalRow:
    """Return the order that the words of this letter are never public again."""
    return WithdrawalRow(
        kind=Kind.REPLY.value, key=public_id, public_id=public_id, last_filing_id=0, ordered_by=by,
        seconded_by=second, ordered_at=now, done_at=now,
    )  # fmt: skip


_TOLD = sa.select(ReceivedRow.reference).where(ReceivedRow.told)
_DONE = _TOLD.where(ReceivedRow.state == LetterState.DONE.value)


def _again(stores: Stores, session: Session, references: Iterable[str], *, now: datetime) -> None:
    query = sa.select(ReceivedRow).where(ReceivedRow.reference.in_(sorted(references)))
    found = [passage_of(session, stores.register, row) for row in session.scalars(query)]
    if found:
        bring_in_line(stores.register, found, now=now, keys=stores.log_key)


def _parted(stores: Stores, session: Session) -> set[str]:
    """Return the letters whose answer is shown while what they are about is not, or the other way round.

    A step goes and comes with its check, and what names somebody who is hidden goes with them: none of it was decided on.
    """
    back = sa.select(WithdrawalRow.key).where(WithdrawalRow.kind == Kind.REPLY.value)
    taken_back, about = set(session.scalars(back)), _DONE.add_columns(ReceivedRow.subject)
    done = {row.reference: row.subject for row in session.execute(about)}
    there: set[str] = set()
    with snapshot(stores.register) as public:
        for kind, prefix in PREFIX.items():
            named = [each for each in set(done.values()) if each.startswith(f"{prefix}_")]
            own = LAYOUTS[kind].table.public_id
            there |= set(public.scalars(sa.select(own).where(among(public, own, named))))
        bodies = public.scalars(sa.select(ReplyRow.body)) if done else ()
        answered = {
            each.id for each in (decode(body, PublicReply) for body in bodies) if each.decision
        }
    ids = {each: status_id(each) for each in done}
    return {
        each
        for each, subject in done.items()
        if ids[each] not in taken_back and (subject in there) != (ids[each] in answered)
    }


def _about(session: Session, kind: Kind, keys: list[str]) -> Iterator[str]:
    """Yield the letters that the register tells of and that are about these, or about checks that may lean on them."""
    named, mine = sa.select(FilingRow.public_id), FilingRow.kind == kind.value
    subjects = [named.where(mine, FilingRow.key.in_(keys))]
    if kind is Kind.ENTITY:
        checks = FilingRow.kind == Kind.RESULT.value
        subjects.append(named.where(checks, FilingRow.about.in_(keys)))
    if kind is Kind.FOLLOWUP:
        subjects.append(_checks(sa.select(FilingRow.about).where(mine, FilingRow.key.in_(keys))))
    for those in subjects:
        yield from session.scalars(_TOLD.where(ReceivedRow.subject.in_(those)))
    if kind is Kind.ITEM:
        #: Few checks are written about, and a letter told again that leans on none of these is as it was.
        agencies = sorted({key.partition("/")[0] for key in keys})
        is_check = ReceivedRow.subject.startswith(PREFIX[Kind.RESULT], autoescape=True)
        yield from session.scalars(_TOLD.where(ReceivedRow.agency.in_(agencies), is_check))


def _checks(keys: sa.Select[str]) -> sa.Select[str]:
    """Choose the public ids of the checks with these keys."""
    checks = FilingRow.kind == Kind.RESULT.value
    return sa.select(FilingRow.public_id).where(checks, FilingRow.key.in_(keys))


def _done(session: Session) -> Iterator[str]:
    yield from session.scalars(_DONE)
