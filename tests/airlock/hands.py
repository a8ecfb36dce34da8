"""What tests of the airlock do by hand beside the office, and what the walk over the log says of it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.tables.filings import FilingRow
from portal.register.proofs.audit import audit
from portal.register.tables.changes import ChangeRow
from tests.conftest import Office


def faults(office: Office) -> list[str]:
    """Return what `verify-log` finds."""
    with Session(office.stores.register) as session:
        return audit(session).faults


def id_of(office: Office, code: str) -> str:
    """Return the public id of what was filed under a key that ends in `code`."""
    query = sa.select(FilingRow.public_id).where(FilingRow.key.endswith(code))
    with Session(office.stores.internal) as session:
        return session.scalars(query.limit(1)).one()


def whole(register: sa.Engine) -> dict[sa.Table, Sequence[Any]]:
    """Return every row of every table."""
    tables = ChangeRow.metadata.sorted_tables
    with register.connect() as connection:
        return {each: connection.execute(sa.select(each)).mappings().all() for each in tables}


def put(register: sa.Engine, rows: dict[sa.Table, Sequence[Any]]) -> None:
    """Put these rows in the place of all that are there."""
    with register.begin() as connection:
        for table, kept in rows.items():
            connection.execute(sa.delete(table))
            if kept:
                connection.execute(sa.insert(table), [dict(each) for each in kept])
