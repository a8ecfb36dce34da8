"""Steps after a check (后续处理)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from portal.register.queries.paging import PAGE_SIZE, Page, Shown, page_of, stored
from portal.register.queries.paging import get as get_record
from portal.register.records import PublicFollowUp
from portal.register.tables.followups import FollowUpRow


def listed(
    session: Session,
    *,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
    **conditions: Any,  # noqa: ANN401 - each parameter of the dataset has its own type
) -> Page[PublicFollowUp]:
    """Return steps, newest first."""
    return page_of(session, PublicFollowUp, conditions, cursor=cursor, limit=limit)


def of_results(
    session: Session, result_ids: Sequence[str]
) -> dict[str, list[Shown[PublicFollowUp]]]:
    """Return the steps after each of these checks, in date order."""
    found: dict[str, list[Shown[PublicFollowUp]]] = defaultdict(list)
    if result_ids:
        rows = stored(session, FollowUpRow, result_ids, "result_id")
        steps = [Shown(row, PublicFollowUp) for row in rows]
        for step in sorted(steps, key=lambda each: (each.record.taken_on, each.record.id)):
            found[step.record.result_id].append(step)
    return found


def get(session: Session, public_id: str) -> Shown[PublicFollowUp] | None:
    """Return one step, or None."""
    return get_record(session, FollowUpRow, PublicFollowUp, public_id)
