"""What is published about one party, in five numbers."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.tables.results import ResultRow


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts of checks of one party; `overdue` ones are among `open`, which are among `problems`."""

    checks: int
    problems: int
    open: int
    overdue: int
    first_on: date | None


def of_entity(session: Session, public_id: str, today: date) -> Standing:
    """Count the published checks of one party; a problem is overdue on the day after its deadline."""
    waits = sa.and_(ResultRow.problem, ResultRow.status == "open")
    query = sa.select(
        sa.func.count(),
        sa.func.count(sa.case((ResultRow.problem, 1))),
        sa.func.count(sa.case((waits, 1))),
        sa.func.count(sa.case((sa.and_(waits, ResultRow.due_on < today), 1))),
        sa.func.min(ResultRow.inspected_on),
    ).where(ResultRow.entity_id == public_id)
    return Standing(*session.execute(query).one())
