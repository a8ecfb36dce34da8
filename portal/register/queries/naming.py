"""Names of bodies and parties by their ids: all that a line of a list says of them."""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit.db import Asking, gathered, in_packed, packed, together
from portal.register.tables.agencies import AgencyRow
from portal.register.tables.entities import EntityRow


class Named(NamedTuple):
    """A body that inspects or an inspected party."""

    id: str
    name: str


def named(session: Session, public_ids: Iterable[str | None]) -> dict[str, Named]:
    """Return the bodies and parties with these ids that are public, in one query."""
    wanted = sorted({public_id for public_id in public_ids if public_id})
    if not wanted:
        return {}
    dialect = session.get_bind().dialect.name
    asked = session.connection().execute(_among(dialect), {"ids": packed(wanted, dialect)})
    return {public_id: Named(public_id, name) for public_id, name in gathered(asked, dialect)}


@cache
def _among(dialect: str) -> Asking:
    ids: sa.BindParameter[str] = sa.bindparam("ids")
    each = (
        sa.select(table.public_id, table.name).where(in_packed(table.public_id, ids, dialect))
        for table in (AgencyRow, EntityRow)
    )
    return together(sa.union_all(*each), dialect)
