"""The digest of a set of records, from the public description of the change feed's checkpoint.

element = SHAKE128(kind LF id LF SHA-256(canonical JSON of the record)), 2048 bytes
state   = sum of the elements, as 1024 numbers of 16 bits (big-endian), modulo 2^16
digest  = SHA-256(state)
"""

from collections.abc import Mapping
from hashlib import sha256, shake_128

import msgspec

STATE_BYTES = 2048
_TOP = int.from_bytes(b"\x80\x00" * (STATE_BYTES // 2))
_REST = _TOP ^ ((1 << 8 * STATE_BYTES) - 1)

_CANONICAL = msgspec.json.Encoder(order="sorted")


def canonical(text: bytes) -> str:
    """Return JSON with its keys sorted and no blanks.

    >>> canonical(b'{"b": 1, "a": "x"}')
    '{"a":"x","b":1}'
    """
    return _CANONICAL.encode(msgspec.json.decode(text)).decode()


def element(kind: str, record_id: str, body: str) -> int:
    """Return what one record adds."""
    seed = f"{kind}\n{record_id}\n".encode() + sha256(body.encode()).digest()
    return int.from_bytes(shake_128(seed).digest(STATE_BYTES))


def plus(state: int, other: int) -> int:
    """Add."""
    return ((state & _REST) + (other & _REST)) ^ ((state ^ other) & _TOP)


def minus(state: int, other: int) -> int:
    """Take away."""
    return ((state | _TOP) - (other & _REST)) ^ ((state ^ ~other) & _TOP)


def together(kinds: Mapping[str, tuple[int, int]]) -> str:
    """Return the digest over all kinds, each given as count and state."""
    lines = [
        f"{kind} {count} {sha256(state.to_bytes(STATE_BYTES)).hexdigest()}\n"
        for kind, (count, state) in sorted(kinds.items())
        if count
    ]
    return sha256("".join(lines).encode()).hexdigest()
