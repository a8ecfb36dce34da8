"""Steps after a check (后续处理)."""

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.queries.paging import PAGE_SIZE, Order, Page, Shown, fetch, shown
from portal.register.queries.paging import get as get_record
from portal.register.records import PublicFollowUp
from portal.register.tables.followups import FollowUpRow

_ORDER = Order((FollowUpRow.taken_on, FollowUpRow.public_id))


def listed(
    session: Session,
    *,
    agency: str | None = None,
    step: str | None = None,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
) -> Page[PublicFollowUp]:
    """Return steps, newest first."""
    query = sa.select(FollowUpRow)
    if agency:
        query = query.where(FollowUpRow.agency_id == agency)
    if step:
        query = query.where(FollowUpRow.step == step)
    return fetch(session, query, _ORDER, PublicFollowUp, cursor=cursor, limit=limit)


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
