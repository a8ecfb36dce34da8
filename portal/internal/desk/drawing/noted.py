"""Holds a draw's row against the ledger: each step notes there what the row is after it (凭台账办理)."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.desk.drawing.keeping import Tampered
from portal.internal.tables import ledger
from portal.internal.tables.drawings import DrawingRow
from portal.internal.tables.ledger import LedgerRow

_STATE = "；内容 SHA-256 "
#: What the ledger has to say of a draw that came where it is before its notes told what the row is.
_STEPS = {
    "frozen": {"draw-freeze"},
    "committed": {"draw-commit"},
    "drawn": {"draw-outcome"},
    "revealed": {"draw-outcome", "draw-reveal"},
    "void": {"draw-void"},
}
_ASK, DECLINE = "draw-ask", "draw-decline"


def note(
    session: Session, row: DrawingRow, action: str, by: str, *, now: datetime, detail: str = ""
) -> None:
    """Note a step and what the row is after it; the caller has written the row."""
    words = f"{_named(row.draw_id)}{detail}{_STATE}{_state(row)}"
    ledger.note(session, at=now, person=by, action=action, batch_id=None, detail=words)


def is_noted(session: Session, row: DrawingRow) -> bool:
    """Whether the row is what the last step left behind."""
    query = sa.select(LedgerRow.action, LedgerRow.detail).where(
        LedgerRow.action.in_({"draw-restore", *(each for some in _STEPS.values() for each in some),
                              "draw-seed", "draw-replace"}),
        sa.or_(
            LedgerRow.detail == _named(row.draw_id).removesuffix("："),
            LedgerRow.detail.startswith(_named(row.draw_id), autoescape=True),
        ),
    )  # fmt: skip
    said = session.execute(query.order_by(LedgerRow.id.desc())).all()
    if said and _STATE in said[0].detail:
        return bool(said[0].detail.endswith(_STATE + _state(row)))
    return any(each.action in _STEPS[row.stage] for each in said)


def require(session: Session, row: DrawingRow) -> None:
    """Raise Tampered unless the row is what the last step left behind."""
    if not is_noted(session, row):
        raise Tampered("办公端所存的抽取与台账所记的最后一步不符，可能被改动过；不得继续")


def was_committed(session: Session, draw_id: str) -> bool:
    """Whether the ledger knows of a commit of this draw."""
    words = sa.or_(
        LedgerRow.detail == _named(draw_id).removesuffix("："),
        LedgerRow.detail.startswith(_named(draw_id), autoescape=True),
    )
    query = sa.select(LedgerRow.id).where(LedgerRow.action == "draw-commit", words)
    return session.scalar(query.limit(1)) is not None


def unknown(session: Session) -> Iterator[str]:
    """Yield the draws that are not what the last step left behind."""
    for draw_id in session.scalars(
        sa.select(DrawingRow.draw_id).order_by(DrawingRow.frozen_at)
    ).all():
        row = session.get_one(DrawingRow, draw_id)
        if not is_noted(session, row):
            yield draw_id
        session.expunge(row)


def note_asked(
    session: Session, draw_id: str, word: str, seal: str, *, by: str, now: datetime
) -> None:
    """Note what somebody asks another person to confirm."""
    words = _asked(draw_id, word, seal)
    ledger.note(session, at=now, person=by, action=_ASK, batch_id=None, detail=words)


def is_asked(
    session: Session, draw_id: str, word: str, seal: str, *, by: str, at: datetime
) -> bool:
    """Whether the last that the ledger knows to be asked for is this, by this person and at that moment, and nobody took it back."""
    query = sa.select(LedgerRow.action, LedgerRow.person, LedgerRow.at, LedgerRow.detail).where(
        LedgerRow.action.in_([_ASK, DECLINE]),
        LedgerRow.detail.startswith(_named(draw_id), autoescape=True),
    )
    said = session.execute(query.order_by(LedgerRow.id.desc()).limit(1)).first()
    return said is not None and tuple(said) == (_ASK, by, at, _asked(draw_id, word, seal))


def _asked(draw_id: str, word: str, seal: str) -> str:
    return f"{_named(draw_id)}提出{word}{_STATE}{seal}"


def _named(draw_id: str) -> str:
    return f"抽取 {draw_id}："


def _state(row: DrawingRow) -> str:
    """Return the SHA-256 of all that the row holds, but for what is asked for: that is held by itself."""
    progress = json.loads(row.progress)
    progress.pop("asked", None)
    facts = [
        row.draw_id, row.agency, row.live_slot, row.stage, row.terms, row.commitment, progress,
        row.frozen_by, row.frozen_at.astimezone(UTC).isoformat(), hashlib.sha256(row.frozen).hexdigest(),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
