"""What every table of published records has in common."""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Table


class RecordRow(Table):
    """One live record: its canonical JSON, and beside it only what lists filter and sort by."""

    __abstract__ = True

    public_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    #: Last change to this row. The sync cursor: a counter, never a clock.
    serial: Mapped[int] = mapped_column(unique=True)
    version: Mapped[int]
    #: The day it first became public, in China.
    published_on: Mapped[date]
    body: Mapped[str]
    #: Its CSV text (see `columns.lines`); None until it is next written, or the register migrated.
    line: Mapped[str | None]
