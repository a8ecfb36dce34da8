"""How far letters are, by reference and by what they are about (来信办理)."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from portal.domain.replies import status_id
from portal.register.queries.one import live
from portal.register.queries.paging import Shown, stored
from portal.register.records import PublicReply
from portal.register.tables.replies import ReplyRow


def status(session: Session, reference: str) -> PublicReply | None:
    """Return how far the letter of this reference is, or None where nobody has collected such a one."""
    return live(session, ReplyRow, PublicReply, status_id(reference))


def of_results(session: Session, result_ids: Sequence[str]) -> list[Shown[PublicReply]]:
    """Return what was accepted about these results, oldest first."""
    if not result_ids:
        return []
    rows = [Shown(row, PublicReply) for row in stored(session, ReplyRow, result_ids, "result_id")]
    return sorted(rows, key=lambda each: (each.record.received_on, each.record.id))
