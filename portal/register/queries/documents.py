"""Published texts (文件)."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.queries.paging import PAGE_SIZE, Order, Page, Shown, fetch
from portal.register.queries.paging import get as get_record
from portal.register.records import PublicDocument
from portal.register.tables.documents import DocumentRow

_ORDER = Order((DocumentRow.issued_on, DocumentRow.public_id))


def listed(
    session: Session,
    *,
    agency: str | None = None,
    kind: str | None = None,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
) -> Page[PublicDocument]:
    """Return documents, newest first."""
    query = sa.select(DocumentRow)
    if agency:
        query = query.where(DocumentRow.agency_id == agency)
    if kind:
        query = query.where(DocumentRow.kind == kind)
    return fetch(session, query, _ORDER, PublicDocument, cursor=cursor, limit=limit)


def get(session: Session, public_id: str) -> Shown[PublicDocument] | None:
    """Return one document, or None."""
    return get_record(session, DocumentRow, PublicDocument, public_id)
