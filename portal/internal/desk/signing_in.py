"""Signing in, step by step, and what is written down of it (登录)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import PortalError
from portal.internal.desk import passwords, sessions, throttle, totp
from portal.internal.desk.throttle import Bucket
from portal.internal.tables import ledger
from portal.internal.tables.people import PersonRow
from portal.kit.db import write_lock

#: Stands in the ledger for a name that is no account's: it may be a password typed in the wrong box.
UNKNOWN = "（未知账号）"


class Refused(PortalError):
    """Account, password or code is not right; which one is not said."""

    code = "not_signed_in"


class TooMany(PortalError):
    """Too many failed attempts; `wait` is the number of seconds until the next one."""

    code = "too_many_attempts"

    def __init__(self, wait: int) -> None:
        """Say how long."""
        self.wait = wait
        lasts = f"{wait} 秒" if wait < 60 else f"{-(-wait // 60)} 分钟"  # noqa: PLR2004
        super().__init__(
            f"失败次数较多，请 {lasts}后再试。不是本人操作的，请告知管理员；在平时用的浏览器上登录不受他人尝试影响"
        )


@dataclass(frozen=True, slots=True)
class Opened:
    """A session. `complete`: nothing more is asked; else the second factor is still to come."""

    token: str
    name: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries, from where, and the mark of a browser that `name` signed in with before."""

    name: str
    address: str
    device: str | None = None

    @property
    def buckets(self) -> tuple[Bucket, ...]:
        """What it counts for."""
        return throttle.buckets(self.name, self.address, self.device)


def with_password(internal: sa.Engine, attempt: Attempt, password: str, *, now: datetime) -> Opened:
    """Open a session if the password is right.

    Raises:
        Refused: it is not, or there is no such account, or it is closed or has no password.
        TooMany: nothing was checked.

    """
    with Session(internal) as session:
        person = session.get(PersonRow, attempt.name)
        is_open = person is not None and person.disabled_at is None
        kept = person.password_hash if person and is_open else None
    begins_wait = _enter(internal, attempt, now)
    if not passwords.is_right(kept, password):
        _note_failure(internal, attempt, person, "口令", now, begins_wait=begins_wait)
        raise Refused("账号或口令不正确")
    with write_lock(internal) as session:
        person = session.get_one(PersonRow, attempt.name)
        if person.disabled_at is not None or person.password_hash != kept:
            raise Refused("账号或口令不正确")
        if kept is not None and passwords.is_outdated(kept):
            person.password_hash = passwords.hashed(password)
        if person.totp_secret is not None:
            token = sessions.start(
                session, person.name, now=now, address=attempt.address, complete=False
            )
            return Opened(token, person.name, complete=False)
        return _open(session, attempt, "口令", now)


def with_code(
    internal: sa.Engine, attempt: Attempt, token: str, code: str, *, now: datetime
) -> Opened:
    """Finish signing in with the second factor; the halfway session `token` is replaced.

    Raises:
        Refused: the code is wrong or was used before, or there is no such session.
        TooMany: nothing was checked.

    """
    with Session(internal) as session:
        person = session.get(PersonRow, attempt.name)
    begins_wait = _enter(internal, attempt, now)
    with write_lock(internal) as session:
        found = sessions.find(session, token, now)
        if found is None or found[0].complete or found[1].name != attempt.name:
            raise Refused("登录已超时，请重新登录")
        how = totp.accept(session, found[1], code, now)
        if how is not None:
            sessions.end(session, token)
            words = {"code": "口令和动态码", "recovery": "口令和恢复码"}
            return _open(session, attempt, words[how], now)
    _note_failure(internal, attempt, person, "动态码", now, begins_wait=begins_wait)
    raise Refused("动态码不正确或已用过")


def as_second(
    internal: sa.Engine,
    attempt: Attempt,
    password: str,
    code: str,
    *,
    now: datetime,
    totp_roles: frozenset[str] = frozenset(),
) -> str:
    """Return the name of a second person who signs beside the one signed in; no session is opened.

    Failures count as those of signing in do, so that this is no way to guess around the wait. Who
    has a second factor gives its code too; who holds one of `totp_roles` has to have one.

    Raises:
        Refused: password or code is not right, there is no such account, or it may do nothing yet but choose
            a password or switch on a second factor.
        TooMany: nothing was checked.

    """
    with Session(internal) as session:
        person = session.get(PersonRow, attempt.name)
        kept = person.password_hash if person and person.disabled_at is None else None
    begins_wait = _enter(internal, attempt, now)
    right = passwords.is_right(kept, password)
    with write_lock(internal) as session:
        signer = session.get(PersonRow, attempt.name) if right else None
        if signer and (signer.disabled_at is not None or signer.password_hash != kept):
            signer = None
        if signer and _has_factor(session, signer, code, now):
            if signer.must_change or needs_totp(signer, totp_roles):
                raise Refused("第二人须先自行登录，更改口令或者启用双因素认证后才能签名")
            throttle.succeeded(session, attempt.buckets)
            return signer.name
    _note_failure(internal, attempt, person, "第二人签名", now, begins_wait=begins_wait)
    raise Refused("第二人的账号、口令或动态码不正确")


def needs_totp(person: PersonRow, roles: frozenset[str]) -> bool:
    """Whether the person holds one of `roles`, which ask for a second factor, and has none switched on."""
    return person.totp_secret is None and not roles.isdisjoint(person.roles.split())


def _has_factor(session: Session, person: PersonRow, code: str, now: datetime) -> bool:
    return person.totp_secret is None or totp.accept(session, person, code, now) is not None


def sign_out(internal: sa.Engine, token: str, *, name: str, now: datetime) -> None:
    """End one session."""
    with write_lock(internal) as session:
        sessions.end(session, token)
        ledger.note(session, at=now, person=name, action="sign-out", batch_id=None)


def _enter(internal: sa.Engine, attempt: Attempt, now: datetime) -> bool:
    """Count the attempt; return whether its failure begins a wait."""
    with write_lock(internal) as session:
        admission = throttle.enter(session, attempt.buckets, now)
    if admission.wait:
        raise TooMany(admission.wait)
    return admission.begins_wait


def _open(session: Session, attempt: Attempt, how: str, now: datetime) -> Opened:
    throttle.succeeded(session, attempt.buckets)
    token = sessions.start(session, attempt.name, now=now, address=attempt.address, complete=True)
    ledger.note(
        session, at=now, person=attempt.name, action="sign-in", batch_id=None,
        detail=f"{how}；来自 {attempt.address}",
    )  # fmt: skip
    return Opened(token, attempt.name, complete=True)


def _note_failure(
    internal: sa.Engine,
    attempt: Attempt,
    person: PersonRow | None,
    what: str,
    now: datetime,
    *,
    begins_wait: bool,
) -> None:
    action = "lock-out" if begins_wait else "sign-in-failed"
    words = f"{what}不正确；来自 {attempt.address}" + ("；暂停尝试" if begins_wait else "")
    name = person.name if person else UNKNOWN
    with write_lock(internal) as session:
        ledger.note(session, at=now, person=name, action=action, batch_id=None, detail=words)
