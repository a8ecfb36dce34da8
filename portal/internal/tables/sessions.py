"""Sessions that are open, and failed attempts to open one (会话、登录失败)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import INTERNAL, Table, UtcDateTime


class SessionRow(Table):
    """One session. The browser holds the token, the store its SHA-256: who reads this opens nothing."""

    __bind_key__ = INTERNAL
    __tablename__ = "office_session"
    __table_args__ = (Index("ix_office_session_person", "person"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.name"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: False while the second factor is still to come; such a session opens nothing else.
    complete: Mapped[bool]
    address: Mapped[str] = mapped_column(String(45))
    #: Secret of a second factor that is offered and not confirmed yet.
    totp_offer: Mapped[str | None] = mapped_column(String(64))


class AttemptRow(Table):
    """Failed attempts counted together: for an account, for an address, or for one known browser."""

    __bind_key__ = INTERNAL
    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_last_at", "last_at"),)

    #: Keyed hash: people type passwords where names belong.
    bucket: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
