"""What tests of the airlock do by hand beside the office, and what the walk over the log says of it."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.tables.filings import FilingRow
from portal.register.proofs.audit import audit
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
