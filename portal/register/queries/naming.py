"""Names of bodies and parties by their ids: all that a line of a list says of them."""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit.db import Asking, among, gathered, in_packed, packed, together
from portal.register.records import Kind
from portal.register.tables.agencies import AgencyRow
from portal.register.tables.entities import EntityRow
from portal.register.tables.followups import FollowUpRow
from portal.register.tables.results import ResultRow

#: Tables of records that are about another, with the column that says which.
_ABOUT = {
    Kind.RESULT: (ResultRow.public_id, ResultRow.entity_id),
    Kind.FOLLOWUP: (FollowUpRow.public_id, FollowUpRow.result_id),
}


class Named(NamedTuple):
    """A body that inspects or an inspected party."""

    id: str
    name: str


def named(
    session: Session, agencies: Iterable[str], entities: Iterable[str | None]
) -> dict[str, Named]:
    """Return the bodies and the parties with these ids that are public, in one query."""
    asked = {"agencies": set(agencies), "entities": {each for each in entities if each}}
    if not any(asked.values()):
        return {}
    dialect = session.get_bind().dialect.name
    wanted = {name: packed(sorted(ids), dialect) for name, ids in asked.items()}
    found = gathered(session.connection().execute(_among(dialect), wanted), dialect)
    return {public_id: Named(public_id, name) for public_id, name in found}


def about(session: Session, kind: Kind, public_ids: Iterable[str]) -> set[str]:
    """Return the checks of these parties, or the steps after these checks, by their ids."""
    mine, other = _ABOUT[kind]
    return set(session.scalars(sa.select(mine).where(among(session, other, public_ids))))


@cache
def _among(dialect: str) -> Asking:
    each = (
        sa.select(table.public_id, table.name).where(
            in_packed(table.public_id, sa.bindparam(name), dialect)
        )
        for name, table in (("agencies", AgencyRow), ("entities", EntityRow))
    )
    return together(sa.union_all(*each), dialect)
