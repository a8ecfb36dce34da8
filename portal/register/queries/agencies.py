"""Agencies (检查主体)."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.queries.paging import PAGE_SIZE, Page, Shown, by_ids, page_of
from portal.register.queries.paging import get as get_record
from portal.register.records import PublicAgency
from portal.register.tables.agencies import AgencyRow

#: Every list's form asks these two: made once.
_CHOICES = (
    sa.select(AgencyRow.public_id, AgencyRow.name)
    .order_by(AgencyRow.region, AgencyRow.public_id)
    .limit(sa.bindparam("most"))
)
_REGIONS = sa.select(AgencyRow.region).distinct().order_by(AgencyRow.region)


def listed(
    session: Session,
    *,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
    **conditions: Any,  # noqa: ANN401 - each parameter of the dataset has its own type
) -> Page[PublicAgency]:
    """Return agencies by region."""
    return page_of(session, PublicAgency, conditions, cursor=cursor, limit=limit)


def get(session: Session, public_id: str) -> Shown[PublicAgency] | None:
    """Return one agency, or None."""
    return get_record(session, AgencyRow, PublicAgency, public_id)


def named(session: Session, public_ids: Sequence[str | None]) -> dict[str, PublicAgency]:
    """Return the agencies with these ids."""
    return by_ids(session, AgencyRow, PublicAgency, public_ids)


def choices(session: Session, limit: int = 500) -> list[tuple[str, str]]:
    """Return (id, name) of agencies for a drop-down list, by region."""
    found = session.connection().execute(_CHOICES, {"most": limit})
    return [(row[0], row[1]) for row in found.all()]


def regions(session: Session) -> list[str]:
    """Return the regions that have an agency."""
    return [row[0] for row in session.connection().execute(_REGIONS).all()]
