"""What people do about their own account: password, second factor, sessions (我的账户)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import PortalError, WrongState
from portal.internal.desk import passwords, people, sessions, throttle, totp
from portal.internal.desk.signing_in import Opened, TooMany
from portal.internal.desk.throttle import FREE_PER_ACCOUNT, Bucket
from portal.internal.tables import ledger
from portal.internal.tables.sessions import SessionRow
from portal.kit.db import write_lock


class WrongPassword(PortalError):
    """The present password, asked for once more, is not right."""

    code = "wrong_password"


class SignedOut(PortalError):
    """The session ended while what it asked for waited."""

    code = "signed_out"

    def __init__(self) -> None:
        """Say so."""
        super().__init__("登录已失效，请重新登录")


def check_password(internal: sa.Engine, name: str, password: str, *, now: datetime) -> None:
    """Make sure that the person, and not just their browser, asks.

    Raises:
        WrongPassword, TooMany.

    """
    bucket = Bucket(f"again:{name}", FREE_PER_ACCOUNT)
    with write_lock(internal) as session:
        kept = people.get(session, name).password_hash
        wait = throttle.enter(session, [bucket], now).wait
    if wait:
        raise TooMany(wait)
    if not passwords.is_right(kept, password):
        raise WrongPassword("当前口令不正确")
    with write_lock(internal) as session:
        throttle.succeeded(session, [bucket])


def change_password(
    internal: sa.Engine,
    name: str,
    digest: str,
    present: str,
    chosen: str,
    *,
    now: datetime,
    address: str,
) -> Opened:
    """Change the password; every session ends, and a new one is opened for this browser, whose is `digest`.

    Raises:
        WrongPassword, TooMany, WeakPassword, SignedOut.

    """
    check_password(internal, name, present, now=now)
    passwords.check_choice(name, chosen)
    if present == chosen:
        raise passwords.WeakPassword("新口令不能与当前口令相同")
    kept = passwords.hashed(chosen)
    with write_lock(internal) as session:
        _require(session, digest)
        person = people.get(session, name)
        person.password_hash, person.must_change = kept, False
        ledger.note(session, at=now, person=name, action="password-change", batch_id=None)
        return _anew(session, name, now=now, address=address)


def offer_totp(
    internal: sa.Engine, name: str, digest: str, password: str, *, now: datetime
) -> None:
    """Make a secret for the session `digest` to be confirmed by a code.

    Raises:
        WrongPassword, TooMany, SignedOut.

    """
    check_password(internal, name, password, now=now)
    with write_lock(internal) as session:
        _require(session, digest).totp_offer = totp.new_secret()


def confirm_totp(
    internal: sa.Engine, name: str, digest: str, code: str, *, now: datetime, address: str
) -> tuple[list[str], Opened]:
    """Switch the offered second factor on; return recovery codes and this browser's new session.

    Raises:
        WrongState: nothing was offered.
        WrongPassword: the code is not that of the offered secret.
        SignedOut.

    """
    with write_lock(internal) as session:
        offer = _require(session, digest).totp_offer
        if offer is None:
            raise WrongState("启用步骤已失效，请重新开始")
        step = totp.step_of(offer, code, now)
        if step is None:
            raise WrongPassword("动态码不正确；请核对手机时间后输入最新的 6 位数字")
        person = people.get(session, name)
        codes = totp.enrol(session, person, offer, step=step)
        ledger.note(session, at=now, person=name, action="totp-on", batch_id=None)
        return codes, _anew(session, name, now=now, address=address)


def drop_totp(
    internal: sa.Engine, name: str, digest: str, password: str, *, now: datetime, address: str
) -> Opened:
    """Switch the second factor off; return this browser's new session in the place of `digest`.

    Raises:
        WrongPassword, TooMany, SignedOut.

    """
    check_password(internal, name, password, now=now)
    with write_lock(internal) as session:
        _require(session, digest)
        totp.drop(session, people.get(session, name))
        ledger.note(session, at=now, person=name, action="totp-off", batch_id=None)
        return _anew(session, name, now=now, address=address)


def end_others(
    internal: sa.Engine, name: str, digest: str, *, now: datetime, address: str
) -> Opened:
    """End every session of the person; return a new one for this browser in the place of `digest`.

    Raises:
        SignedOut.

    """
    with write_lock(internal) as session:
        _require(session, digest)
        ended = sessions.end_all(session, name) - 1
        ledger.note(
            session, at=now, person=name, action="sign-out-all", batch_id=None,
            detail=f"其他会话 {ended} 个",
        )  # fmt: skip
        return _anew(session, name, now=now, address=address)


def _require(session: Session, digest: str) -> SessionRow:
    """Return the session that asks, if it is open still; the caller holds the store's write lock.

    What ended it (an administrator, or the person elsewhere) may have come first: no new one may follow from it.

    Raises:
        SignedOut: it is not.

    """
    found = session.get(SessionRow, digest)
    if found is None:
        raise SignedOut
    return found


def _anew(session: Session, name: str, *, now: datetime, address: str) -> Opened:
    """End every session of the person, and open a new one for the browser that asks."""
    sessions.end_all(session, name)
    token = sessions.start(session, name, now=now, address=address, complete=True)
    return Opened(token, name, complete=True)
