"""Accounts of the office: add one, look one up, check a password."""

import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from portal.domain.errors import FourEyesViolation, NotAllowed, UnknownRecord
from portal.domain.workflow import Role
from portal.internal.tables.people import PersonRow
from portal.kit.db import write_lock

#: Compared against when there is no such account, so that the answer takes as long.
_NOBODY = generate_password_hash("nobody")


def add(
    internal: sa.Engine,
    *,
    name: str,
    display: str,
    agency: str,
    roles: tuple[Role, ...],
    password: str | None,
) -> None:
    """Add an account, or change the one that has this name."""
    with write_lock(internal) as session:
        session.merge(
            PersonRow(
                name=name,
                display=display,
                agency=agency,
                roles=" ".join(roles),
                password_hash=generate_password_hash(password) if password else None,
            )
        )


def get(session: Session, name: str) -> PersonRow:
    """Return one account.

    Raises:
        UnknownRecord: there is none of this name.

    """
    person = session.get(PersonRow, name)
    if person is None:
        raise UnknownRecord(f"没有名为“{name}”的账号；请由管理员用 portal-office add-person 添加")
    return person


def require(session: Session, name: str, role: Role, agency_code: str) -> PersonRow:
    """Return the account if it holds `role` and acts for the agency.

    Raises:
        UnknownRecord: there is no such account.
        NotAllowed: the role or the agency is another one.

    """
    person = get(session, name)
    if not person.has(role):
        raise NotAllowed(f"{person.display}（{name}）没有“{role.zh}”角色")
    if not person.acts_for(agency_code):
        raise NotAllowed(
            f"{person.display}（{name}）属于 {person.agency}，不能办理 {agency_code} 的信息"
        )
    return person


def other(author: str, name: str) -> None:
    """Refuse what a person would do with their own filing.

    Raises:
        FourEyesViolation: both are the same.

    """
    if author == name:
        raise FourEyesViolation("本人提交的批次须由他人审核、发布")


def signed_in(session: Session, name: str, password: str) -> PersonRow | None:
    """Return the account if the password is right, else None."""
    person = session.get(PersonRow, name)
    known = person.password_hash if person and person.password_hash else _NOBODY
    right = check_password_hash(known, password)
    return person if person and person.password_hash and right else None
