"""Holds the answer to a letter against what the ledger says was released (答复未经改动).

An answer goes out again whenever what it is about is shown otherwise, and whenever the row says that it was not told
yet: by then nobody looks at it. So the ledger keeps the digest of what two people let out.
"""

import hashlib
import json

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.replies import ReplyState
from portal.internal.tables.ledger import LedgerRow
from portal.internal.tables.letters import ReceivedRow

_RELEASE = "letter-release"
_DIGEST = "答复 SHA-256 "


def released_words(row: ReceivedRow) -> str:
    """Return what the ledger says of a released answer: its outcome, and the digest of all that is shown of it."""
    shown = [
        row.reference, row.kind, row.subject, row.received_at.isoformat(), row.outcome, row.decision,
        row.statement, row.let_pass, row.decided_on.isoformat() if row.decided_on else None,
    ]  # fmt: skip
    text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{ReplyState(row.outcome or '').zh}；{_DIGEST}{digest}"


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
