"""Steps after a check (后续处理)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.queries.paging import PAGE_SIZE, Page, Shown, page_of, shown
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
        query = sa.select(FollowUpRow).where(FollowUpRow.result_id.in_(result_ids))
        rows = session.scalars(query).all()
        for row in sorted(rows, key=lambda row: (row.taken_on, row.public_id)):
            found[row.result_id].append(shown(row, PublicFollowUp))
    return found


def get(session: Session, public_id: str) -> Shown[PublicFollowUp] | None:
    """Return one step, or None."""
    return get_record(session, FollowUpRow, PublicFollowUp, public_id)
