"""Holds the answer to a letter against what the ledger says was released (答复未经改动).

An answer goes out again whenever what it is about is shown otherwise, and whenever the row says that it was not told
yet: by then nobody looks at it. So the ledger keeps the digest of what two people let out.
"""

import hashlib
import json
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.replies import ReplyState, status_id
from portal.internal.tables.ledger import LedgerRow, WithdrawalRow
from portal.internal.tables.letters import LetterState, ReceivedRow
from portal.register.records import Kind

_RELEASE, _TAKE_UP, TAKE_BACK = "letter-release", "letter-take-up", "letter-take-back"
_DIGEST, _LETTER = "答复 SHA-256 ", "来信内容 SHA-256 "


def released_words(row: ReceivedRow) -> str:
    """Return what the ledger says of a released answer: its outcome, and the digest of all that is shown of it."""
    shown = [
        row.reference, row.kind, row.subject, row.received_at.isoformat(), row.outcome, row.decision,
        row.statement, row.let_pass, row.decided_on.isoformat() if row.decided_on else None,
    ]  # fmt: skip
    text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{ReplyState(row.outcome or '').zh}；{_DIGEST}{digest}"


def taken_up_words(row: ReceivedRow) -> str:
    """Return what the ledger says of a letter that was taken up: the digest of what it is about, which is in dispute by it."""
    shown = [row.reference, row.kind, row.subject, row.received_at.isoformat()]
    text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    return f"{_LETTER}{hashlib.sha256(text.encode()).hexdigest()}"


def is_as_noted(session: Session, row: ReceivedRow) -> bool:
    """Whether the letter stands as the ledger says: answered as it was released, in dispute as it was taken up."""
    words = f"来信 {row.reference}"
    query = sa.select(LedgerRow.action, LedgerRow.detail).where(
        LedgerRow.action.in_([_RELEASE, _TAKE_UP]),
        sa.or_(LedgerRow.detail == words, LedgerRow.detail.startswith(f"{words}：")),
    )
    said = {row.action: row.detail for row in session.execute(query)}
    if row.flagged != (_TAKE_UP in said):
        return False
    #: The ledger of old did not say what the letter was about.
    if row.flagged and said[_TAKE_UP] not in (words, f"{words}：{taken_up_words(row)}"):
        return False
    if _RELEASE in said or row.stage is LetterState.DONE:
        return row.stage is LetterState.DONE and is_as_released(session, row)
    return True


def is_taken_back(session: Session, reference: str) -> bool:
    """Whether the ledger says that two people have ordered that the words of this letter are never public again."""
    named = (reference, status_id(reference))
    query = sa.select(LedgerRow.id).where(
        LedgerRow.action == TAKE_BACK,
        sa.or_(*(LedgerRow.detail.startswith(_ordered(each)) for each in named)),
    )
    return session.scalar(query.limit(1)) is not None


def unlike(session: Session) -> Iterator[str]:
    """Yield the letters that do not stand as the ledger says, or whose order to take words back stands in one of both alone."""
    for row in session.scalars(sa.select(ReceivedRow).order_by(ReceivedRow.reference)):
        is_otherwise = _is_there(session, row.reference) != is_taken_back(session, row.reference)
        if is_otherwise or not is_as_noted(session, row):
            yield row.reference


def _is_there(session: Session, reference: str) -> bool:
    query = sa.select(WithdrawalRow.id).where(
        WithdrawalRow.kind == Kind.REPLY.value, WithdrawalRow.key == status_id(reference)
    )
    return session.scalar(query.limit(1)) is not None


def taken_back(letter: str, second: str) -> str:
    """Return what the ledger says of the order to take back the words of a letter, given by its reference or public id."""
    return f"{_ordered(letter)}{second}"


def _ordered(letter: str) -> str:
    return f"来信 {letter}，第二人 "


def is_as_released(session: Session, row: ReceivedRow) -> bool:
    """Whether the answer is the one that was released; the ledger of old kept no digests."""
    query = (
        sa.select(LedgerRow.detail)
        .where(LedgerRow.action == _RELEASE, LedgerRow.detail.startswith(f"来信 {row.reference}："))
        .order_by(LedgerRow.id.desc())
    )
    said = session.scalar(query.limit(1))
    if said is None or row.outcome not in (ReplyState.ACCEPTED.value, ReplyState.REFUSED.value):
        return False
    return _DIGEST not in said or said.endswith(f"：{released_words(row)}")
