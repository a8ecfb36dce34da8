"""What one leaf says: a line of canonical JSON, and the commitment that ties it to a record.

    entry      = {"at": …, "commitment": …, "of": …, "type": …}   keys sorted, no blanks; "of" only where
                 an earlier entry is superseded
    entry      = {"at": …, "commitment": …, "draw": {…}, "of": …, "type": "draw.…"}   what a draw says in
                 clear, see `spoken`
    commitment = SHA-256(LP("dsr-log/1/commit") || LP(salt) || LP(canonical JSON of the record))
    LP(x)      = length of x as 4 bytes, big-endian, then x

`at` is the moment of the change, in China; `of` is the index (from 0) of the entry before it of the
same record. A withdrawal commits to the tombstone: kind and id. The salt is random, one for each
version: whoever has only the log can test no guess, and when the salt is gone nobody can.
"""

import secrets
from datetime import datetime
from hashlib import sha256

import msgspec

from portal.kit import clock
from portal.register.canonical import canonical as canonical
from portal.register.canonical import canonical_of as canonical_of
from portal.register.records import Kind

SALT_BYTES = 32

#: Types of entries, beside those of draws (`spoken`); a reader skips what it does not know.
PUBLISH, AMEND, WITHDRAW, NOTICE = "publish", "amend", "withdraw", "notice"

_TAG = b"dsr-log/1/commit"


def tombstone(kind: str, public_id: str) -> bytes:
    """Return what a withdrawal commits to."""
    return canonical({"id": public_id, "kind": kind})


def commitment(salt: bytes, text: bytes) -> bytes:
    """Return the commitment to `text`, which `salt` opens."""
    return sha256(b"".join((_prefixed(_TAG), _prefixed(salt), _prefixed(text)))).digest()


def seal(text: bytes) -> tuple[bytes, bytes]:
    """Return a new salt and the commitment it opens."""
    salt = secrets.token_bytes(SALT_BYTES)
    return salt, commitment(salt, text)


def type_of(op: str, kind: str) -> str:
    """Return the type of the entry for a change."""
    return NOTICE if (op, kind) == (PUBLISH, Kind.WITHHELD.value) else op


def entry(
    op: str,
    kind: str,
    at: datetime,
    sealed: bytes,
    supersedes: int | None,
    *,
    spoken: str | None = None,
) -> bytes:
    """Return the entry of one change.

    `supersedes` is the serial of the change before it; `spoken` what it says in clear, as the leaf keeps it.
    """
    of = "" if supersedes is None else f'"of":{supersedes - 1},'
    moment = at.astimezone(clock.CHINA).isoformat()
    kept = f'"at":"{moment}","commitment":"{sealed.hex()}"'
    if spoken is not None:
        word, _, text = spoken.partition(" ")
        return f'{{{kept},"draw":{text},{of}"type":"{word}"}}'.encode()
    return f'{{{kept},{of}"type":"{type_of(op, kind)}"}}'.encode()


def is_one(spoken: str | None) -> bool:
    """Whether what an entry says in clear is a word and one JSON object.

    With more behind it the same line of the log would be made of other columns: an entry that supersedes none, say.
    """
    if spoken is None:
        return True
    try:
        msgspec.json.decode(spoken.partition(" ")[2], type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeError):
        return False
    return True


def _prefixed(text: bytes) -> bytes:
    return len(text).to_bytes(4, "big") + text
