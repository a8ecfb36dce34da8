"""Keeps the counts of live records up to date, so that no page counts rows."""

from collections import Counter

from sqlalchemy.orm import Session

from portal.register.layout import is_problem
from portal.register.records import Kind, PublicResult, Record
from portal.register.tables.changes import TallyRow


class Tallies:
    """Gathers what one transaction adds and takes away, and writes it once."""

    def __init__(self) -> None:
        """Begin with no change."""
        self._change: Counter[tuple[str, str]] = Counter()

    def count(self, kind: Kind, record: Record, by: int) -> None:
        """Note that `record` is there (+1) or no more (-1)."""
        for scope, what in counted(kind, record):
            self._change[scope, what] += by

    def write(self, session: Session) -> None:
        """Bring the stored counts up to date."""
        for (scope, what), change in self._change.items():
            if not change:
                continue
            found = session.get(TallyRow, (scope, what))
            if found is None:
                session.add(TallyRow(scope=scope, what=what, count=change))
            else:
                found.count += change
        self._change.clear()


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
