"""Holds what entries say in clear against the draws they speak of, each step said once (公布的抽取步骤)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken
from portal.register.proofs.report import Audited
from portal.register.proofs.spoken import spoken
from portal.register.records import Kind, PublicDraw, decode
from portal.register.tables.changes import VersionRow

_Row = Any
_VOID = "draw.void "


class Said:
    """Follows the changes chunk by chunk."""

    def __init__(self, session: Session, found: Audited) -> None:
        """Begin with nothing said."""
        self._session = session
        self._found = found
        self._steps: set[tuple[str, str, int | None]] = set()

    def check(self, changes: Sequence[_Row], bodies: Mapping[int, str]) -> None:
        """Compare what some changes say with what they change; `bodies` by serial, where there is one still."""
        for change in changes:
            if change.kind == Kind.DRAW:
                body = bodies.get(change.serial)
                fits = body is None or self._rightly(change, body)
            else:
                fits = change.spoken is None
            if not fits or not self._is_new(change):
                self._found.fault(f"第{change.serial}条：日志所公布的抽取步骤与抽取记录不符")

    def _rightly(self, change: _Row, body: str) -> bool:
        query = sa.select(VersionRow.body).where(VersionRow.serial == change.supersedes)
        was = self._session.scalar(query) if change.op == "amend" else None
        if was is None and change.op == "amend":
            return True  # what it took the place of is gone
        try:
            before = None if was is None else decode(was, PublicDraw)
            rightly = spoken(before, decode(body, PublicDraw))
        except (LogBroken, msgspec.MsgspecError):
            return False
        return change.spoken == rightly or _is_older_void(change.spoken, rightly)

    def _is_new(self, change: _Row) -> bool:
        if change.spoken is None:
            return True
        word, _, text = change.spoken.partition(" ")
        told = json.loads(text)
        step = (word, str(told.get("draw_id")), told.get("n"))
        is_new = step not in self._steps
        self._steps.add(step)
        return is_new


def _is_older_void(said: str | None, rightly: str | None) -> bool:
    """Whether it is the entry of a void as earlier releases made it: it said more."""
    if said is None or rightly is None or not said.startswith(_VOID):
        return False
    more, less = (json.loads(each.partition(" ")[2]) for each in (said, rightly))
    return rightly.startswith(_VOID) and less.items() <= more.items()
