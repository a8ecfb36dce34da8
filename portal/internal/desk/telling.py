"""What the register is to say of a letter as it stands (来信办理状态)."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Passage
from portal.airlock.replies import Standing, project_reply
from portal.domain.replies import LetterKind, ReplyState
from portal.internal.desk import secrets
from portal.internal.tables.letters import LetterState, ReceivedRow
from portal.kit import clock
from portal.register.queries.one import live
from portal.register.records import PublicEntity, PublicResult
from portal.register.tables.entities import EntityRow
from portal.register.tables.results import ResultRow


def passage_of(
    session: Session, register: sa.Engine, row: ReceivedRow, *, draft_of: date | None = None
) -> Passage:
    """Return what the public sees of a letter; with a day, what it would see were the draft released then."""
    about, personal = _about(register, row.subject)
    drafted = row.stage is LetterState.DONE or draft_of is not None
    accepted = drafted and row.outcome == ReplyState.ACCEPTED
    standing = Standing(
        reference=row.reference,
        kind=LetterKind(row.kind),
        state=_state(row, drafted=drafted),
        received_on=clock.local_date(row.received_at),
        decided_on=(row.decided_on or draft_of) if drafted else None,
        about=about if row.flagged or accepted else None,
        statement=row.statement if drafted else None,
        decision=row.decision if drafted else None,
        contact=row.contact,
        personal=personal,
    )
    return project_reply(standing, secrets.known(session), let_pass=row.let_pass)


def _state(row: ReceivedRow, *, drafted: bool) -> ReplyState:
    if drafted:
        return ReplyState(row.outcome or "")
    return ReplyState.HANDLING if row.flagged else ReplyState.RECEIVED


def _about(register: sa.Engine, subject: str) -> tuple[tuple[str, str] | None, bool]:
    """Return result and party as far as both are public, and whether the party is a person."""
    with Session(register) as session:
        result = live(session, ResultRow, PublicResult, subject)
        if result is None:
            return None, False
        party = live(session, EntityRow, PublicEntity, result.entity_id)
        return (result.id, result.entity_id), party is None or party.masked
