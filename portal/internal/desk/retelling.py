"""Letters follow what they are about: what is hidden or withdrawn of it stands in no answer either (来信随动)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.publish import bring_in_line
from portal.domain.replies import status_id
from portal.internal.desk import mentions, secrets
from portal.internal.desk.stores import Stores
from portal.internal.desk.telling import passage_of
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.letters import LetterState, ReceivedRow
from portal.register.queries.mentions import mentioning
from portal.register.records import Kind


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
        with Session(stores.register) as public:
            told = mentioning(public, words, only=(Kind.REPLY,)).get(Kind.REPLY, set())
        references |= (
            {each for each in _done(session) if status_id(each) in told} if told else set()
        )
    _again(stores, session, references, now=now)


def follow_batch(stores: Stores, session: Session, batch_id: int, *, now: datetime) -> None:
    """Do the same for the checks that a batch has filed again; few are written about."""
    filed = sa.select(1).where(
        FilingRow.public_id == ReceivedRow.subject, FilingRow.batch_id == batch_id
    )
    _again(stores, session, set(session.scalars(_TOLD.where(filed.exists()))), now=now)


_TOLD = sa.select(ReceivedRow.reference).where(ReceivedRow.told)


def _again(stores: Stores, session: Session, references: Iterable[str], *, now: datetime) -> None:
    query = sa.select(ReceivedRow).where(ReceivedRow.reference.in_(sorted(references)))
    found = [passage_of(session, stores.register, row) for row in session.scalars(query)]
    if found:
        bring_in_line(stores.register, found, now=now, keys=stores.log_key)


def _about(session: Session, kind: Kind, keys: list[str]) -> Iterator[str]:
    """Yield the letters that the register tells of and that are about these, or about checks of these parties."""
    named = sa.select(FilingRow.public_id)
    subjects = [named.where(FilingRow.kind == kind.value, FilingRow.key.in_(keys))]
    if kind is Kind.ENTITY:
        checks = FilingRow.kind == Kind.RESULT.value
        subjects.append(named.where(checks, FilingRow.about.in_(keys)))
    for those in subjects:
        yield from session.scalars(_TOLD.where(ReceivedRow.subject.in_(those)))


def _done(session: Session) -> Iterator[str]:
    yield from session.scalars(_TOLD.where(ReceivedRow.state == LetterState.DONE.value))
