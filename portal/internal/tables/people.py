"""Who may do what in the office (人员与角色)."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.workflow import Role
from portal.kit.db import INTERNAL, Table

#: Scope of those who may act for every agency: the platform's own administrators.
EVERY_AGENCY = "*"


class PersonRow(Table):
    """One account. `agency` is an agency's code, or EVERY_AGENCY."""

    __bind_key__ = INTERNAL
    __tablename__ = "person"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    display: Mapped[str] = mapped_column(String(60))
    agency: Mapped[str] = mapped_column(String(64))
    #: Role codes separated by blanks.
    roles: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str | None] = mapped_column(String(200))

    def has(self, role: Role) -> bool:
        """Whether the person holds `role`."""
        return role.value in self.roles.split()

    def acts_for(self, agency_code: str) -> bool:
        """Whether the person may act for this agency."""
        return self.agency in (EVERY_AGENCY, agency_code)
