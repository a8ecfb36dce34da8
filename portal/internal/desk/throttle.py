"""Slows down guessing without shutting anybody out for good (登录限速).

Failed attempts are counted together for an account, and for an address; after some free ones each
more doubles a wait, up to a quarter of an hour, and a day without attempts clears the count. While
a wait lasts nothing is checked and nothing is counted, so a guesser cannot prolong it. A browser
in which the person signed in before shows a signed mark and is counted by itself alone: whatever
others try elsewhere, at that browser the owner still gets in.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.tables.sessions import AttemptRow
from portal.internal.tables.settings import SESSION_KEY, secret

#: Longest wait, in seconds.
LONGEST = 900
#: An address may be a whole building.
FREE_PER_ADDRESS = 30
FREE_PER_ACCOUNT = 5
_FORGOTTEN_AFTER = timedelta(days=1)
_SWEPT_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is counted together; `free` failures cost no wait. `shared`: by several people."""

    name: str
    free: int
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether an attempt may be made. `wait`: seconds until the next one; 0 if this one may."""

    wait: int
    #: This attempt, if it fails, begins a wait.
    begins_wait: bool = False


def buckets(name: str, address: str, device: str | None) -> tuple[Bucket, ...]:
    """Return what an attempt on account `name` counts for; `device` is a mark we gave that person."""
    if device is not None:
        return (Bucket(f"device:{device}", FREE_PER_ACCOUNT),)
    return (
        Bucket(f"person:{name}", FREE_PER_ACCOUNT),
        Bucket(f"address:{_neighbourhood(address)}", FREE_PER_ADDRESS, shared=True),
    )


def _neighbourhood(address: str) -> str:
    """Return what one customer has: an IPv4 address, or the 64 bits before an IPv6 one's own."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64 if found.version == 6 else 32), strict=False))  # noqa: PLR2004


def delay(failures: int, free: int) -> int:
    """Return the seconds to wait after so many failures.

    >>> [delay(n, 5) for n in (4, 5, 6, 7, 14, 15, 99)]
    [0, 2, 4, 8, 900, 900, 900]
    """
    over = failures - free
    return 0 if over < 0 else min(LONGEST, 2 ** min(over + 1, 10))


def enter(session: Session, wanted: Iterable[Bucket], now: datetime) -> Admission:
    """Count an attempt as failed before it is checked, unless a wait lasts; the caller commits.

    Counting first means that attempts made at once are all counted. `succeeded` takes it back.
    """
    _forget(session, now)
    keyed = [(bucket, _key(session, bucket)) for bucket in wanted]
    rows = {key: session.get(AttemptRow, key) for _, key in keyed}
    wait = max(_remaining(rows[key], bucket, now) for bucket, key in keyed)
    if wait > 0:
        return Admission(wait)
    begins = False
    for bucket, key in keyed:
        row = rows[key] or AttemptRow(bucket=key, failures=0, last_at=now)
        session.add(row)
        row.failures, row.last_at = row.failures + 1, now
        begins = begins or delay(row.failures, bucket.free) > 0
    session.flush()
    return Admission(0, begins)


def succeeded(session: Session, wanted: Iterable[Bucket]) -> None:
    """Take back what `enter` counted: an account's count is cleared, an address's goes back by one.

    Were the address cleared, somebody with an account of their own could clear it at will.
    """
    for bucket in wanted:
        row = session.get(AttemptRow, _key(session, bucket))
        if row is not None and bucket.shared:
            row.failures = max(0, row.failures - 1)
        elif row is not None:
            session.delete(row)


def clear(session: Session, name: str) -> None:
    """Forget the failures counted for an account (解除限速)."""
    succeeded(session, (Bucket(f"person:{name}", FREE_PER_ACCOUNT),))


def _remaining(row: AttemptRow | None, bucket: Bucket, now: datetime) -> int:
    if row is None:
        return 0
    until = row.last_at + timedelta(seconds=delay(row.failures, bucket.free))
    return max(0, int((until - now).total_seconds()))


def _key(session: Session, bucket: Bucket) -> str:
    """Return what stands for a bucket in the store: nobody reads there what was typed as a name."""
    return hmac.new(secret(session, SESSION_KEY), bucket.name.encode(), hashlib.sha256).hexdigest()


def _forget(session: Session, now: datetime) -> None:
    """Drop some of what was counted long ago."""
    old = sa.select(AttemptRow.bucket).where(AttemptRow.last_at < now - _FORGOTTEN_AFTER)
    stale = session.scalars(old.limit(_SWEPT_AT_ONCE)).all()
    if stale:
        session.execute(sa.delete(AttemptRow).where(AttemptRow.bucket.in_(stale)))
