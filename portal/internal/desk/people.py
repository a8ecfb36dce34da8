"""Accounts of the office: add, change, close; nobody is deleted, names stay in the ledger (人员)."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import FourEyesViolation, NotAllowed, UnknownRecord
from portal.domain.workflow import Role
from portal.internal.desk import passwords, sessions, throttle, totp
from portal.internal.tables import ledger
from portal.internal.tables.people import PersonRow
from portal.kit import clock
from portal.kit.db import write_lock

#: In the ledger for what was done at the server's own command line, by whoever may use it.
CONSOLE = "（命令行）"


def add(
    internal: sa.Engine,
    *,
    name: str,
    display: str,
    agency: str,
    roles: tuple[Role, ...],
    password: str | None,
    by: str = CONSOLE,
    must_change: bool = False,
) -> None:
    """Add an account, or change the one that has this name; without `password` it keeps its own.

    Whoever is signed in under it signs in again. `must_change`: somebody else chose the password.
    """
    kept = passwords.hashed(password) if password else None
    with write_lock(internal) as session:
        found = session.get(PersonRow, name)
        person = found or PersonRow(name=name, password_hash=None, must_change=False)
        person.display, person.agency, person.roles = display, agency, " ".join(roles)
        if kept:
            person.password_hash, person.must_change = kept, must_change
        session.add(person)
        session.flush()
        sessions.end_all(session, name)
        _note(session, by, "person-change" if found else "person-add", name, _held(person))


def set_roles(internal: sa.Engine, name: str, roles: tuple[Role, ...], *, by: str) -> None:
    """Change what an account may do; whoever is signed in under it signs in again."""
    with write_lock(internal) as session:
        person = get(session, name)
        person.roles = " ".join(roles)
        sessions.end_all(session, name)
        _note(session, by, "person-roles", name, _held(person))


def disable(internal: sa.Engine, name: str, *, by: str) -> None:
    """Close an account: nobody signs in or acts under it, and its sessions end at once."""
    with write_lock(internal) as session:
        get(session, name).disabled_at = clock.utc_now()
        sessions.end_all(session, name)
        _note(session, by, "person-disable", name)


def enable(internal: sa.Engine, name: str, *, by: str) -> None:
    """Open a closed account again."""
    with write_lock(internal) as session:
        get(session, name).disabled_at = None
        _note(session, by, "person-enable", name)


def reset_password(internal: sa.Engine, name: str, password: str, *, by: str) -> None:
    """Give an account a password that its person must change at the next sign-in; lift its waits.

    Raises:
        WeakPassword, UnknownRecord.

    """
    passwords.check_choice(name, password)
    kept = passwords.hashed(password)
    with write_lock(internal) as session:
        person = get(session, name)
        person.password_hash, person.must_change = kept, True
        sessions.end_all(session, name)
        throttle.clear(session, name)
        _note(session, by, "password-reset", name)


def unlock(internal: sa.Engine, name: str, *, by: str) -> None:
    """Forget the failed attempts on an account."""
    with write_lock(internal) as session:
        get(session, name)
        throttle.clear(session, name)
        _note(session, by, "person-unlock", name)


def enrol_totp(internal: sa.Engine, name: str, *, by: str) -> tuple[str, list[str]]:
    """Give an account a second factor; return the authenticator's address and the recovery codes."""
    with write_lock(internal) as session:
        person, secret = get(session, name), totp.new_secret()
        codes = totp.enrol(session, person, secret, step=None)
        sessions.end_all(session, name)
        _note(session, by, "totp-on", name)
        return totp.address(name, secret), codes


def drop_totp(internal: sa.Engine, name: str, *, by: str) -> None:
    """Switch the second factor of an account off, as when its telephone is lost."""
    with write_lock(internal) as session:
        totp.drop(session, get(session, name))
        sessions.end_all(session, name)
        _note(session, by, "totp-off", name)


def listed(session: Session) -> list[PersonRow]:
    """Return every account by name: as many as the office has people."""
    return list(session.scalars(sa.select(PersonRow).order_by(PersonRow.name).limit(2000)))


def get(session: Session, name: str) -> PersonRow:
    """Return one account.

    Raises:
        UnknownRecord: there is none of this name.

    """
    person = session.get(PersonRow, name)
    if person is None:
        raise UnknownRecord(f"没有名为“{name}”的账号；请由管理员用 portal-office add-person 添加")
    return person


def still_open(session: Session, name: str) -> PersonRow:
    """Return the account if it is open.

    Raises:
        UnknownRecord: there is no such account.
        NotAllowed: it is closed.

    """
    person = get(session, name)
    if person.disabled_at is not None:
        raise NotAllowed(f"{person.display}（{name}）的账号已停用")
    return person


def require(session: Session, name: str, role: Role, agency_code: str) -> PersonRow:
    """Return the account if it is open, holds `role` and acts for the agency.

    Raises:
        UnknownRecord: there is no such account.
        NotAllowed: it is closed, or the role or the agency is another one.

    """
    person = still_open(session, name)
    if not person.has(role):
        raise NotAllowed(f"{person.display}（{name}）没有“{role.zh}”角色")
    if not person.acts_for(agency_code):
        raise NotAllowed(
            f"{person.display}（{name}）属于 {person.agency}，不能办理 {agency_code} 的信息"
        )
    return person


def _held(person: PersonRow) -> str:
    roles = "、".join(Role(each).zh for each in person.roles.split())
    return f"{person.display}，{person.agency}，{roles}"


def _note(session: Session, by: str, action: str, name: str, detail: str = "") -> None:
    words = f"账号 {name}" + (f"：{detail}" if detail else "")
    ledger.note(session, at=clock.utc_now(), person=by, action=action, batch_id=None, detail=words)


def other(author: str, name: str) -> None:
    """Refuse what a person would do with their own filing.

    Raises:
        FourEyesViolation: both are the same.

    """
    if author == name:
        raise FourEyesViolation("本人提交的批次须由他人审核、发布")
