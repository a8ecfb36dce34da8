"""Keeps counts and digests of the live records up to date, so that nobody counts or hashes rows."""

from collections import Counter

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register import digests, numbered
from portal.register.canonical import canonical
from portal.register.digests import Counted
from portal.register.layout import is_problem
from portal.register.numbered import NUMBERED, Placed
from portal.register.records import Kind, PublicResult, Record
from portal.register.tables.changes import DigestRow, TallyRow


class Tallies:
    """Gathers what one transaction adds and takes away, and writes it once."""

    def __init__(self) -> None:
        """Begin with no change."""
        self._change: Counter[tuple[str, str]] = Counter()
        self._states: dict[str, int] = {}

    def count(self, kind: Kind, record: Record, by: int) -> None:
        """Note that `record` is there (+1) or no more (-1)."""
        for scope, what in counted(kind, record):
            self._change[scope, what] += by
        element = digests.element(kind.value, record.id, canonical(record))
        put = digests.plus if by > 0 else digests.minus
        self._states[kind.value] = put(self._states.get(kind.value, 0), element)

    def number(self, kind: Kind, public_id: str, row: Placed, by: int) -> None:
        """Note that a record stands under the change and version of `row` (+1), or no more (-1)."""
        put = digests.plus if by > 0 else digests.minus
        element = numbered.element(kind.value, public_id, row)
        self._states[NUMBERED] = put(self._states.get(NUMBERED, 0), element)

    def pending(self, kind: Kind) -> int:
        """Return what the digest of a kind gains by what is not written yet."""
        return self._states.get(kind.value, 0)

    def write(self, session: Session) -> None:
        """Bring the stored counts and states up to date."""
        for (scope, what), change in self._change.items():
            if not change:
                continue
            found = session.get(TallyRow, (scope, what))
            if found is None:
                session.add(TallyRow(scope=scope, what=what, count=change))
            else:
                found.count += change
        for kind, change in self._states.items():
            kept = session.get(DigestRow, kind)
            if kept is None:
                session.add(DigestRow(kind=kind, state=_stored(change)))
            else:
                kept.state = _stored(digests.plus(int.from_bytes(kept.state), change))
        self._change.clear()
        self._states.clear()

    def expected(self) -> tuple[Counter[tuple[str, str]], dict[str, bytes]]:
        """Return counts and states as they would be in a register that holds what was noted alone."""
        return self._change, {kind: _stored(state) for kind, state in self._states.items()}


def standing(session: Session) -> dict[str, Counted]:
    """Return count and digest of the live records of each kind that has ever had any.

    Of no other kind, and no count that is no number: what is signed over all is lines, and such a name, or such a count (SQLite
    keeps any text as one), could say the line of another kind, of which nothing would be kept any more.
    """
    rows = session.execute(
        sa.select(DigestRow.kind, DigestRow.state, TallyRow.count.label("live"))
        .join(TallyRow, (TallyRow.what == DigestRow.kind) & (TallyRow.scope == ""))
        .where(DigestRow.kind.in_([kind.value for kind in Kind]))
        .order_by(DigestRow.kind)
    )
    return {
        row.kind: Counted(row.live, digests.digest(int.from_bytes(row.state)))
        for row in rows
        if isinstance(row.live, int)
    }


def _stored(state: int) -> bytes:
    return state.to_bytes(digests.STATE_BYTES)


def counted(kind: Kind, record: Record) -> list[tuple[str, str]]:
    """Return the tallies that `record` is part of: scope and what is counted."""
    whats = [kind.value]
    if isinstance(record, PublicResult):
        if is_problem(record):
            whats.append("result.problem")
        if record.status == "open":
            whats.append("result.open")
    agency = getattr(record, "agency_id", None)
    return [(scope, what) for what in whats for scope in ("", agency) if scope is not None]
