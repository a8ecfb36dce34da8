"""Published texts (文件)."""

from typing import Any

from sqlalchemy.orm import Session

from portal.register.queries.paging import PAGE_SIZE, Page, Shown, page_of
from portal.register.queries.paging import get as get_record
from portal.register.records import PublicDocument
from portal.register.tables.documents import DocumentRow


def listed(
    session: Session,
    *,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
    **conditions: Any,  # noqa: ANN401 - each parameter of the dataset has its own type
) -> Page[PublicDocument]:
    """Return documents, newest first."""
    return page_of(session, PublicDocument, conditions, cursor=cursor, limit=limit)


def get(session: Session, public_id: str) -> Shown[PublicDocument] | None:
    """Return one document, or None."""
    return get_record(session, DocumentRow, PublicDocument, public_id)
