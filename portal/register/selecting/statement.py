"""From a selection to one statement that walks an index in the order asked for."""

from typing import Any

import sqlalchemy as sa

from portal.register.selecting.asides import Aside
from portal.register.selecting.listings import LISTINGS, Listing, Way
from portal.register.selecting.model import Around, Keeps, Selection
from portal.register.tables.plans import PlanRow, TaskRow
from portal.register.tables.results import OutcomeRow, ResultRow

Statement = sa.Select[*tuple[Any, ...]]


class Compiled:
    """A selection of live rows as a statement, and what is left to test row by row."""

    def __init__(self, selection: Selection, around: Around) -> None:
        """Choose the way and turn each condition into SQL where it can be."""
        self.listing: Listing = LISTINGS[selection.word]
        self._asked = dict(selection.conditions)
        self.way: Way = self.listing.way(self._asked)
        known = self.listing.known()
        self.tests: list[tuple[Keeps, Any]] = []
        conditions: dict[str, sa.ColumnElement[bool]] = {}
        direct = dict(self.way.direct)
        for name, value in self._asked.items():
            parameter = known[name]
            if name in direct:
                conditions[name] = direct[name] == value
            elif parameter.where is not None:
                condition = parameter.where(value, around)
                leads = not self.way.leads or name in self.way.leads
                conditions[name] = condition if leads else Aside(condition)
            if parameter.where is None or not parameter.exact:
                self.tests.append((parameter.keeps, value))
        self.conditions = conditions

    def rows(self) -> Statement:
        """Return the statement of the stored rows with their keys, unsorted and unbounded."""
        keys = [key.label(f"key{n}") for n, key in enumerate(self.way.order.keys)]
        return self._from(sa.select(*_stored(self.listing), *keys)).where(*self.conditions.values())

    def counted(self, most: int) -> sa.Select[int]:
        """Return the statement that counts the rows, up to `most`; only where no test is left."""
        if self.listing.dataset.word == "findings":
            return _counted_findings(self._asked, self.conditions, most)
        one: Any
        if self.way.direct:
            one = self._from(sa.select(OutcomeRow.inspected_on, OutcomeRow.result_id).distinct())
        else:
            one = self._from(sa.select(sa.literal(1).label("one")))
        return sa.select(sa.func.count()).select_from(
            one.where(*self.conditions.values()).limit(most).subquery()
        )

    def _from(self, query: Statement) -> Statement:
        if self.listing.dataset.word == "tasks":
            return query.select_from(TaskRow).join(PlanRow, PlanRow.public_id == TaskRow.plan_id)
        if self.way.direct:
            return query.select_from(OutcomeRow).join(
                ResultRow, ResultRow.public_id == OutcomeRow.result_id
            )
        return query.select_from(self.listing.table)


def _stored(listing: Listing) -> list[Any]:
    """Return what makes a stored row; a task's text takes the form of a plan that holds it alone."""
    table, body = listing.table, listing.table.body
    if listing.dataset.word == "tasks":
        lone = sa.literal('{"id":"') + PlanRow.public_id + '","agency_id":"' + PlanRow.agency_id
        body = lone + '","tasks":[' + TaskRow.body + "]}"  # type: ignore[assignment]
    day = sa.type_coerce(table.published_on, sa.String)  # it is handed out as text
    return [table.public_id, table.serial, table.version, day, body.label("body")]


def _counted_findings(
    asked: dict[str, Any], conditions: dict[str, sa.ColumnElement[bool]], most: int
) -> sa.Select[int]:
    """Count findings: along their outcomes where one is asked for, else check by check.

    What is asked of a finding holds for one and the same. Each check has at least one finding, so
    `most` checks are enough; a `DISTINCT` over both tables would have SQLite walk all outcomes for it.
    """
    own = {"outcome": OutcomeRow.outcome, "item": OutcomeRow.item_id}
    along = [column == asked[name] for name, column in own.items() if name in asked]
    beside = [condition for name, condition in conditions.items() if name not in own]
    if along:
        one = sa.select(OutcomeRow.result_id, OutcomeRow.position).distinct()
        met = one.join(ResultRow, ResultRow.public_id == OutcomeRow.result_id)
        return sa.select(sa.func.count()).select_from(
            met.where(*along, *beside).limit(most).subquery()
        )
    its = sa.select(sa.func.count(OutcomeRow.position.distinct()).label("findings"))
    each = its.where(OutcomeRow.result_id == ResultRow.public_id).scalar_subquery()
    checks = sa.select(each.label("findings")).select_from(ResultRow).where(*beside)
    told = sa.func.sum(checks.limit(most).subquery().c.findings)
    return sa.select(sa.cast(told, sa.BigInteger))  # PostgreSQL adds up to decimals
