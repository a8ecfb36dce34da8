"""Who may do what in the office, and how each proves who they are (人员与角色)."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.workflow import Role
from portal.kit.db import INTERNAL, Table, UtcDateTime

#: Scope of those who may act for every agency: the platform's own administrators.
EVERY_AGENCY = "*"


class PersonRow(Table):
    """One account. `agency` is an agency's code, or EVERY_AGENCY. Accounts are closed, never deleted."""

    __bind_key__ = INTERNAL
    __tablename__ = "person"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    display: Mapped[str] = mapped_column(String(60))
    agency: Mapped[str] = mapped_column(String(64))
    #: Role codes separated by blanks.
    roles: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    #: Somebody else chose the password: the person must choose their own first.
    must_change: Mapped[bool] = mapped_column(default=False, server_default="0")
    #: Secret of the second factor (RFC 6238), base 32; None while it is off.
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    #: Time step of the last code accepted: neither it nor an earlier one is accepted again.
    totp_step: Mapped[int | None]
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def has(self, role: Role) -> bool:
        """Whether the person holds `role`."""
        return role.value in self.roles.split()

    def acts_for(self, agency_code: str) -> bool:
        """Whether the person may act for this agency."""
        return self.agency in (EVERY_AGENCY, agency_code)


class RecoveryCodeRow(Table):
    """One recovery code (恢复码) that is still unused, as its SHA-256: it is random, so that is enough."""

    __bind_key__ = INTERNAL
    __tablename__ = "recovery_code"

    person: Mapped[str] = mapped_column(ForeignKey("person.name"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
