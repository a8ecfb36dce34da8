"""How many processes began to release a batch and have not said yet what came of it (发布中的进程).

One that was refused knows that it left the register as it was. Of one that was killed nobody knows: it may have committed
the register. So a batch is called approved again only when every process that began was refused.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.tables import settings
from portal.internal.tables.settings import SettingRow

_NAME = "underway/"


def began(session: Session, batch_id: int, *, others: bool) -> None:
    """Note that one more began; `others`: one had before, though an earlier release may have noted nothing of it."""
    before = max(_count(session, batch_id), 1) if others else 0
    settings.keep(session, f"{_NAME}{batch_id}", str(before + 1))


def ended(session: Session, batch_id: int) -> int:
    """Note that one was refused, and return how many are left."""
    left = max(_count(session, batch_id) - 1, 0)
    if left:
        settings.keep(session, f"{_NAME}{batch_id}", str(left))
    else:
        done(session, batch_id)
    return left


def done(session: Session, batch_id: int) -> None:
    """Forget the count: the batch is out, and what others come to changes nothing of that; or nobody is left."""
    session.execute(sa.delete(SettingRow).where(SettingRow.name == f"{_NAME}{batch_id}"))


def _count(session: Session, batch_id: int) -> int:
    return int(settings.text(session, f"{_NAME}{batch_id}") or 0)
