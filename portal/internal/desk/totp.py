"""The second factor: codes of an authenticator (RFC 6238), and recovery codes for when it is lost (双因素认证)."""

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
import segno
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.tables.people import PersonRow, RecoveryCodeRow

ISSUER = "明察办公端"
RECOVERY_CODES = 10
#: Without letters and digits that look alike.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_STEP = 30
#: Steps of half a minute that a clock may be off, either way.
_DRIFT = (-1, 0, 1)


def new_secret() -> str:
    """Return a fresh secret, 160 bits in base 32."""
    return pyotp.random_base32()


def address(name: str, secret: str) -> str:
    """Return the otpauth: address that an authenticator takes."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def picture(name: str, secret: str) -> str:
    """Return that address as a QR code: the data: address of an SVG picture."""
    return str(
        segno.make(address(name, secret), error="m").svg_data_uri(scale=5, border=3, light="#fff")
    )


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step that `code` belongs to, or None if it is not one of now."""
    plain = "".join(code.split())
    present = int(now.timestamp()) // _STEP
    totp = pyotp.TOTP(secret)
    found = None
    for drift in _DRIFT:
        expected = totp.generate_otp(present + drift)
        if hmac.compare_digest(expected.encode(), plain.encode()):
            found = present + drift
    return found


def accept(session: Session, person: PersonRow, code: str, now: datetime) -> str | None:
    """Use up a code of `person`: "code", "recovery", or None if it is not valid (any more).

    The caller holds the store's write lock, so one code never opens two doors.
    """
    if person.totp_secret is None:
        return None
    step = step_of(person.totp_secret, code, now)
    if step is not None:
        if person.totp_step is not None and step <= person.totp_step:
            return None
        person.totp_step = step
        return "code"
    row = session.get(RecoveryCodeRow, (person.name, _digest(code)))
    if row is None:
        return None
    session.delete(row)
    return "recovery"


def enrol(session: Session, person: PersonRow, secret: str, *, step: int | None) -> list[str]:
    """Switch the second factor on; return the recovery codes, which are never seen again."""
    drop(session, person)
    person.totp_secret, person.totp_step = secret, step
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCodeRow(person=person.name, digest=_digest(code)) for code in codes)
    return codes


def drop(session: Session, person: PersonRow) -> None:
    """Switch the second factor off; its recovery codes go with it."""
    person.totp_secret = person.totp_step = None
    session.execute(sa.delete(RecoveryCodeRow).where(RecoveryCodeRow.person == person.name))


def codes_left(session: Session, name: str) -> int:
    """Return how many recovery codes are unused."""
    query = sa.select(sa.func.count()).where(RecoveryCodeRow.person == name)
    return session.scalar(query) or 0


def _recovery_code() -> str:
    text = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def _digest(code: str) -> str:
    plain = "".join(each for each in code.casefold() if each.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
