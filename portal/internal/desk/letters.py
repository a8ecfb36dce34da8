"""Letters: collected from the slot exactly once, taken up, decided by one person and released by another (来信)."""

import hashlib
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.publish import publish
from portal.airlock.replies import finds
from portal.domain.errors import (
    FourEyesViolation,
    NotYetPublic,
    PortalError,
    Residue,
    UnknownRecord,
    WrongState,
)
from portal.domain.replies import LetterKind, ReplyState, answer_due, plain_reference
from portal.domain.workflow import Role
from portal.internal.desk import people
from portal.internal.desk.answers import is_as_noted, is_taken_back, released_words, taken_up_words
from portal.internal.desk.binding import ContentChanged
from portal.internal.desk.matters import CALENDAR
from portal.internal.desk.stores import Stores
from portal.internal.desk.telling import passage_of
from portal.internal.tables import filings, ledger
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.letters import LetterState, ReceivedRow
from portal.kit import clock
from portal.kit.db import pragma, write_lock
from portal.letterbox import slot
from portal.letterbox.tables import LetterRow
from portal.register.records import encode

_CHUNK = 20
_MOST_WORDS = 4000


class BadDraft(PortalError):
    """The draft of a decision is incomplete, or says what may not be public."""

    code = "bad_draft"


def collect(stores: Stores, *, now: datetime) -> int:
    """Fetch what was posted, publish that it was received, and return how many letters were new.

    First ours, then theirs: after a crash in between the letter is still in the box, is known here by
    its reference and is only cleared.
    """
    count = 0
    while True:
        with Session(stores.letterbox) as box:
            letters = slot.waiting(box, limit=_CHUNK)
        if not letters:
            break
        with write_lock(stores.internal) as session:
            for letter in letters:
                count += _take_in(session, letter, now)
        with write_lock(stores.letterbox) as box:
            slot.clear(box, [letter.reference for letter in letters], now=now)
    #: Not only where letters are new: a crash, or somebody posting, may have left those of before in the log.
    pragma(stores.letterbox, "wal_checkpoint(TRUNCATE)")
    tell(stores, now=now)
    return count


def _take_in(session: Session, letter: LetterRow, now: datetime) -> int:
    if session.get(ReceivedRow, letter.reference) is not None:
        return 0
    session.add(
        ReceivedRow(
            reference=letter.reference, kind=letter.kind, subject=letter.subject,
            agency=_agency_of(session, letter.subject), text=letter.text, contact=letter.contact,
            evidence=letter.evidence, evidence_type=letter.evidence_type,
            received_at=letter.posted_at, collected_at=now,
            due_on=answer_due(CALENDAR, clock.local_date(letter.posted_at)),
            state=LetterState.RECEIVED.value, flagged=False, let_pass=False, told=False,
        )
    )  # fmt: skip
    return 1


def _agency_of(session: Session, subject: str) -> str:
    """Return the agency whose record it is, "" for none: then those who act for every agency see to it."""
    query = sa.select(FilingRow.kind, FilingRow.key).where(FilingRow.public_id == subject)
    found = session.execute(query.limit(1)).first() if subject else None
    return filings.owner(session, found.kind, found.key) if found else ""


def get(session: Session, reference: str) -> ReceivedRow:
    """Return one letter.

    Raises:
        UnknownRecord: nobody has collected one of this reference.

    """
    found = session.get(ReceivedRow, plain_reference(reference) or "")
    if found is None:
        raise UnknownRecord("没有这个查询号的来信")
    return found


def assign(stores: Stores, reference: str, *, to: str, by: str, now: datetime) -> None:
    """Say who handles a letter."""
    with write_lock(stores.internal) as session:
        row = _open(session, reference, by, Role.REVIEWER)
        people.require(session, to, Role.REVIEWER, row.agency)
        row.handler = to
        _note(session, "letter-assign", row, by, now, more=to)


def take_up(stores: Stores, reference: str, *, by: str, now: datetime) -> None:
    """Accept an objection for handling: its result shows at once that it is in dispute."""
    with write_lock(stores.internal) as session:
        row = _open(session, reference, by, Role.REVIEWER)
        if row.kind != LetterKind.OBJECTION or row.stage is not LetterState.RECEIVED:
            raise WrongState("只有待办理的异议可以受理")
        row.state, row.flagged, row.told = LetterState.HANDLING.value, True, False
        row.handler = row.handler or by
        _note(session, "letter-take-up", row, by, now, more=taken_up_words(row))
    tell(stores, now=now)


def propose(
    stores: Stores,
    reference: str,
    *,
    outcome: ReplyState,
    decision: str,
    statement: str = "",
    let_pass: bool = False,
    by: str,
    now: datetime,
) -> None:
    """Draft the decision: accepted or refused, the words the public will read, and why.

    Raises:
        BadDraft: something is missing, or the detectors object to the words.

    """
    with write_lock(stores.internal) as session:
        row = _open(session, reference, by, Role.REVIEWER)
        if row.stage is LetterState.PROPOSED:
            raise WrongState("已有拟办意见；须先退回")
        _check(row, outcome, decision.strip(), statement.strip())
        row.outcome, row.decision = outcome.value, decision.strip()
        row.statement, row.let_pass = statement.strip() or None, let_pass
        row.state, row.proposed_by = LetterState.PROPOSED.value, by
        _refuse_finds(session, stores, row, clock.local_date(now))
        _note(session, "letter-propose", row, by, now, more=outcome.zh)


def _check(row: ReceivedRow, outcome: ReplyState, decision: str, statement: str) -> None:
    if outcome not in (ReplyState.ACCEPTED, ReplyState.REFUSED):
        raise BadDraft("办理结果须为采纳或者不采纳")
    if not 0 < len(decision) <= _MOST_WORDS or len(statement) > _MOST_WORDS:
        raise BadDraft(f"须写明办理意见和理由，公开的文字各不超过 {_MOST_WORDS} 字")
    publishes = row.kind == LetterKind.REPLY and outcome is ReplyState.ACCEPTED
    if publishes != bool(statement):
        raise BadDraft("采纳陈述须有经审核的公开文字；其他情形不公开陈述")


def _refuse_finds(session: Session, stores: Stores, row: ReceivedRow, today: date) -> None:
    passage = passage_of(session, stores.register, row, draft_of=today)
    left = [find for find in finds(passage) if not find.cleared]
    if left:
        places = "；".join(
            f"{ {'text': '陈述'}.get(each.path, '办理意见') }（{each.kind}）" for each in left[:20]
        )
        words = "须修改文字" if any(each.stops for each in left) else "须修改文字，或者确认无妨"
        raise BadDraft(f"拟公开的文字中有疑似不能公开的内容，{words}：{places}")


def give_back(stores: Stores, reference: str, *, by: str, now: datetime) -> None:
    """Return a draft to be written anew."""
    with write_lock(stores.internal) as session:
        row = _open(session, reference, by, Role.PUBLISHER)
        if row.stage is not LetterState.PROPOSED:
            raise WrongState("没有待发布的拟办意见")
        row.state = (LetterState.HANDLING if row.flagged else LetterState.RECEIVED).value
        _note(session, "letter-return", row, by, now)


def seal(session: Session, stores: Stores, row: ReceivedRow, *, today: date) -> str:
    """Return the SHA-256 of what releasing the draft makes public: a release is bound to it."""
    passage = passage_of(session, stores.register, row, draft_of=today)
    return hashlib.sha256(b"".join(encode(record) for record in passage.records)).hexdigest()


def release(
    stores: Stores, reference: str, *, by: str, now: datetime, seen: str | None = None
) -> None:
    """Publish the decision, as a second person who saw what `seal` covers.

    Raises:
        FourEyesViolation: by who drafted it.
        WrongState: nothing is drafted, or it is not what was seen.

    """
    with write_lock(stores.internal) as session:
        row = _open(session, reference, by, Role.PUBLISHER)
        if row.stage is not LetterState.PROPOSED:
            raise WrongState("没有待发布的拟办意见")
        if by == row.proposed_by:
            raise FourEyesViolation("拟办意见须由他人发布")
        today = clock.local_date(now)
        if seen is not None and seen != seal(session, stores, row, today=today):
            raise WrongState("拟公开的内容已有变动，请重新查看后再发布")
        _refuse_finds(session, stores, row, today)
        row.state, row.released_by, row.told = LetterState.DONE.value, by, False
        row.decided_on = today
        _note(session, "letter-release", row, by, now, more=released_words(row))
    tell(stores, now=now)


def tell(stores: Stores, *, now: datetime) -> int:
    """Bring the register in line with letters that moved on; doing it again changes nothing.

    Raises:
        PortalError: one was refused; every other is told all the same.

    """
    with Session(stores.internal) as session:
        query = sa.select(ReceivedRow.reference).where(~ReceivedRow.told)
        waiting = list(session.scalars(query.order_by(ReceivedRow.reference)))
    refused: PortalError | None = None
    for reference in waiting:
        try:
            _tell(stores, reference, now)
        except (Residue, NotYetPublic, ContentChanged) as error:
            refused = error
    if refused is not None:
        raise refused
    return len(waiting)


def _tell(stores: Stores, reference: str, now: datetime) -> None:
    with write_lock(stores.internal) as session:
        row = get(session, reference)
        if not (is_taken_back(session, reference) or is_as_noted(session, row)):
            raise ContentChanged(
                f"来信 {reference} 的办理情况或答复与台账不符，可能被改动过；公开的内容没有变动，请查明原因"
            )
        passage = passage_of(session, stores.register, row)
        publish(stores.register, [passage], now=now, keys=stores.log_key)
        row.told = True


def _open(session: Session, reference: str, by: str, role: Role) -> ReceivedRow:
    row = get(session, reference)
    people.require(session, by, role, row.agency)
    if row.stage is LetterState.DONE:
        raise WrongState("来信已办结")
    return row


def _note(
    session: Session, action: str, row: ReceivedRow, by: str, now: datetime, *, more: str = ""
) -> None:
    words = f"来信 {row.reference}" + (f"：{more}" if more else "")
    ledger.note(session, at=now, person=by, action=action, batch_id=None, detail=words)
