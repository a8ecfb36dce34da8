"""How far letters are, by reference and by what they are about (来信办理)."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.replies import status_id
from portal.register.queries.one import live
from portal.register.queries.paging import Shown, shown
from portal.register.records import PublicReply
from portal.register.tables.replies import ReplyRow


def status(session: Session, reference: str) -> PublicReply | None:
    """Return how far the letter of this reference is, or None where nobody has collected such a one."""
    return live(session, ReplyRow, PublicReply, status_id(reference))


def of_results(session: Session, result_ids: Sequence[str]) -> list[Shown[PublicReply]]:
    """Return what was accepted about these results, oldest first."""
    if not result_ids:
        return []
    rows = session.scalars(sa.select(ReplyRow).where(ReplyRow.result_id.in_(result_ids))).all()
    ordered = sorted(rows, key=lambda row: (row.received_on, row.public_id))
    return [shown(row, PublicReply) for row in ordered]
