"""What feeds walk: every change once in each list that somebody may follow."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Table


class EventRow(Table):
    """One change in one list. `scope` names the list, `register.eventing` says which there are.

    `position` counts from 1 in each list: a stretch of positions is the same archive for ever. In lists
    that forget withdrawn records it is the serial, and they are read by rank, lest a gap tell of what is gone.
    """

    __tablename__ = "event"
    #: Numbers of rows would be kept, and tell how many are missing: so in every table whose rows go with a record.
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    scope: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    serial: Mapped[int] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(16))
    event: Mapped[str] = mapped_column(String(12))
