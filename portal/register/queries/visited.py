"""The parties that a count of parties counts: who was checked in a scope, and how often (受检对象)."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.queries.paging import PAGE_SIZE
from portal.register.queries.statistics import Scope
from portal.register.tables.figures import VisitRow as V

#: Rows looked at for one page: where few of them fit, a page may be short.
MOST_EXAMINED = 20_000

_CHECKS, _PROBLEMS = sa.func.sum(V.checks), sa.func.sum(V.problems)
#: Which parties the columns of the statistic count.
FOUND = {"parties": _CHECKS > 0, "with_problems": _PROBLEMS > 0, "repeated": _PROBLEMS > 1}


@dataclass(frozen=True, slots=True)
class Visited:
    """One party, with its published checks in the scope and those of them with a problem."""

    entity_id: str
    checks: int
    problems: int


def page(
    session: Session, scope: Scope, found: str, since: str = ""
) -> tuple[list[Visited], str | None]:
    """Return parties from the identifier `since` on, in the order of identifiers, and where the next page begins.

    `found` is a key of `FOUND`. A page may be short though there is a next one; None ends the list.
    """
    leading = _leading(scope)
    edge = session.scalar(
        sa.select(V.entity_id)
        .where(*leading, V.entity_id > since)
        .order_by(V.entity_id)
        .offset(MOST_EXAMINED)
        .limit(1)
    )
    within = [V.entity_id >= since] + ([V.entity_id < edge] if edge else [])
    rows = session.execute(
        sa.select(V.entity_id, _CHECKS, _PROBLEMS)
        .where(*leading, *within, *_beside(scope))
        .group_by(V.entity_id)
        .having(FOUND[found])
        .order_by(V.entity_id)
        .limit(PAGE_SIZE + 1)
    ).all()
    following = rows[PAGE_SIZE][0] if len(rows) > PAGE_SIZE else edge
    return [Visited(*row) for row in rows[:PAGE_SIZE]], following


def _leading(scope: Scope) -> list[sa.ColumnElement[bool]]:
    """Return what chooses the index: parties of an agency, of a region, or all of them, in order."""
    if scope.agency:
        return [V.agency == scope.agency]
    return [V.region == scope.region] if scope.region else []


def _beside(scope: Scope) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if scope.agency and scope.region:
        found.append(V.region == scope.region)
    if scope.quarter:
        found.append(V.period == scope.quarter)
    elif scope.year:
        found.append(V.period.between(f"{scope.year}Q1", f"{scope.year}Q4"))
    return found
