"""What the register is to say of a letter as it stands (来信办理状态)."""

from collections.abc import Iterator
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Passage
from portal.airlock.replies import Standing, project_reply
from portal.domain.replies import LetterKind, ReplyState
from portal.internal.desk import batches, given, secrets
from portal.internal.desk.answers import is_as_released, is_taken_back
from portal.internal.desk.projection import passages
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.letters import LetterState, ReceivedRow
from portal.kit import clock
from portal.kit.db import snapshot
from portal.register.prefixes import PREFIX
from portal.register.proofs import standing
from portal.register.records import Kind, PublicEntity, PublicResult, Record


def passage_of(
    session: Session, register: sa.Engine, row: ReceivedRow, *, draft_of: date | None = None
) -> Passage:
    """Return what the public sees of a letter; with a day, what it would see were the draft released then.

    The answer is shown while what it is about is: it would tell of what is no longer public.
    """
    about, personal = _about(session, register, row.subject)
    #: An answer that is no more what was released is shown to nobody.
    drafted = draft_of is not None or (
        row.stage is LetterState.DONE and is_as_released(session, row)
    )
    accepted = drafted and row.outcome == ReplyState.ACCEPTED
    is_answered = (
        drafted
        and _is_public(session, register, row.subject)
        and not is_taken_back(session, row.reference)
    )
    around = list(_around(session, row, draft_of)) if is_answered else []
    standing = Standing(
        reference=row.reference,
        kind=LetterKind(row.kind),
        state=_state(row, drafted=drafted),
        received_on=clock.local_date(row.received_at),
        agency_id=given.ids(session).of(Kind.AGENCY, row.agency),
        decided_on=(row.decided_on or draft_of) if drafted else None,
        about=about if row.flagged or accepted else None,
        statement=row.statement if is_answered else None,
        decision=row.decision if is_answered else None,
        contact=row.contact,
        personal=personal or any(each.personal for each in around),
        secrets=tuple(text for each in around for text in each.secrets),
    )
    known = secrets.known(session, let_out=draft_of is None)
    return project_reply(standing, known, let_pass=row.let_pass)


def _state(row: ReceivedRow, *, drafted: bool) -> ReplyState:
    if drafted:
        return ReplyState(row.outcome or "")
    return ReplyState.HANDLING if row.flagged else ReplyState.RECEIVED


def _around(session: Session, row: ReceivedRow, draft_of: date | None) -> Iterator[Passage]:
    """Yield what the airlock knows of the record that a letter is about, and of the steps after a check."""
    kind, today = _kind(row.subject), clock.local_date(row.received_at)
    if kind is None:
        return
    for rows in batches.public_with_id(session, kind.value, [row.subject]):
        steps: Iterator[list[FilingRow]] = iter(())
        if kind is Kind.RESULT:
            steps = batches.public_about(session, Kind.FOLLOWUP.value, [each.key for each in rows])
        for part in (rows, *steps):
            for _, passage in passages(session, part, today, let_out=draft_of is None):
                yield passage


def _kind(public_id: str) -> Kind | None:
    """Return the kind of what has this public id; None for what is none, as a forged letter may say."""
    found = (kind for kind, prefix in PREFIX.items() if prefix == public_id.partition("_")[0])
    return next(found, None)


def _is_public(session: Session, register: sa.Engine, subject: str) -> bool:
    kind = _kind(subject)
    if kind is None:
        return False
    with snapshot(register) as public:
        return _live(session, public, kind, subject) is not None


def _about(
    session: Session, register: sa.Engine, subject: str
) -> tuple[tuple[str, str] | None, bool]:
    """Return result and party as far as both are public, and whether the party is a person."""
    with snapshot(register) as public:
        result = _live(session, public, Kind.RESULT, subject)
        if not isinstance(result, PublicResult):
            return None, False
        party = _live(session, public, Kind.ENTITY, result.entity_id)
        return (result.id, result.entity_id), not isinstance(party, PublicEntity) or party.masked


def _live(session: Session, public: Session, kind: Kind, subject: str) -> Record | None:
    """Return a record as it is public; that one is not which was released has to be proven: its answer would go."""
    was_released = any(batches.public_with_id(session, kind.value, [subject]))
    return standing.there(public, kind, subject, expected=was_released)
