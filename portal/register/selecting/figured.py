"""How many results a selection has, where the figures that the pen keeps say so: nobody counts them again."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.tables.figures import FigureRow as F

#: What figures are kept by; one of the two periods at a time.
_SCOPE = frozenset({"agency", "year", "quarter"})
#: Measure and key of the checks that each of these conditions leaves.
_KEPT = {
    ("status", "open"): ("state", "open"), ("status", "closed"): ("state", "closed"),
    ("problems", True): ("result", "problem"), ("problems", False): ("result", "none"),
}  # fmt: skip


def count(session: Session, conditions: Mapping[str, Any], today: date) -> int | None:
    """Return how many results meet the conditions, or None where no figure is kept of them."""
    scope = {name: str(value) for name, value in conditions.items() if name in _SCOPE}
    rest = [pair for pair in conditions.items() if pair[0] not in _SCOPE]
    if len(rest) > 1 or {"year", "quarter"} <= scope.keys():
        return None
    query = sa.select(sa.func.coalesce(sa.func.sum(F.count), 0)).where(
        F.region == "", F.agency == scope.get("agency", ""),
        F.period == scope.get("quarter", scope.get("year", "")),
    )  # fmt: skip
    if not rest:
        query = query.where(F.measure == "result")
    elif rest[0] == ("status", "overdue"):
        query = query.where(F.measure == "due", F.key < today.isoformat())
    elif kept := _KEPT.get(rest[0]):
        query = query.where(F.measure == kept[0], F.key == kept[1])
    else:
        return None
    return int(session.scalar(query) or 0)
