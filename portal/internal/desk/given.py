"""What gives records their public ids, held against those that it gave (公开编号的密钥).

With another key the office would look for what is public under ids that nothing bears: it would find nothing to hide,
say that it is hidden, and publish everything a second time.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Ids
from portal.domain.errors import PortalError
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import LedgerRow
from portal.internal.tables.settings import ID_KEY, secret
from portal.register.records import Kind

_GIVEN = "given"


class OtherIds(PortalError):
    """The key that gives public ids is not the one that gave those of what was released; nothing was changed."""

    code = "other_ids"


def ids(session: Session) -> Ids:
    """Return what gives records their public ids; asked for once in a transaction.

    Raises:
        OtherIds: it is not what gave them to what was released first.

    """
    if _GIVEN not in session.info:
        session.info[_GIVEN] = _held(session)
    found: Ids = session.info[_GIVEN]
    return found


def _held(session: Session) -> Ids:
    found = Ids(secret(session, ID_KEY))
    first = (
        sa.select(LedgerRow.batch_id)
        .where(LedgerRow.action == "release", LedgerRow.batch_id.is_not(None))
        .order_by(LedgerRow.id)
        .limit(1)
    )
    query = sa.select(FilingRow.kind, FilingRow.key, FilingRow.public_id).where(
        FilingRow.batch_id == first.scalar_subquery(), FilingRow.live, FilingRow.public_id > ""
    )
    filed = session.execute(query.order_by(FilingRow.id).limit(1)).first()
    if filed is not None and found.of(Kind(filed.kind), filed.key) != filed.public_id:
        raise OtherIds(
            "办公端存储中生成公开编号的密钥不是原来的那一把，可能被改动过或者丢失；未作任何变动，请从备份恢复"
        )
    return found
