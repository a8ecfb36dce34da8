"""The digest of a set of records: whoever holds the same set computes the same one, in any order.

    element = SHAKE128(kind LF id LF SHA-256(canonical JSON of the record)), 2048 bytes
    state   = the sum of all elements, as 1024 whole numbers of 16 bits each (big-endian), modulo 2^16
    digest  = SHA-256(state)

This is LtHash16 (Bellare and Micciancio 1997; parameters of Lewi et al., "Securing Update Propagation
with Homomorphic Hashing", 2019), with SHAKE128 to stretch. A record is added or taken away in constant
time. Two different sets with one digest would be a short solution of a lattice problem for which more
than 2^200 steps are estimated, so the digest may be signed; a sum modulo 2^256 could be forged with
about 2^31.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256, shake_128

STATE_BYTES = 2048
_TOP = int.from_bytes(b"\x80\x00" * (STATE_BYTES // 2))
_REST = int.from_bytes(b"\x7f\xff" * (STATE_BYTES // 2))


@dataclass(frozen=True, slots=True)
class Counted:
    """How many live records there are of one kind, and the digest of their set, in hex."""

    count: int
    digest: str


def element(kind: str, public_id: str, text: bytes) -> int:
    """Return what one record adds to the state; `text` is its canonical JSON."""
    seed = f"{kind}\n{public_id}\n".encode() + sha256(text).digest()
    return int.from_bytes(shake_128(seed).digest(STATE_BYTES))


def plus(state: int, other: int) -> int:
    """Add number by number: the carry of none reaches its neighbour."""
    return ((state & _REST) + (other & _REST)) ^ ((state ^ other) & _TOP)


def minus(state: int, other: int) -> int:
    """Undo `plus`."""
    return ((state | _TOP) - (other & _REST)) ^ ((state ^ ~other) & _TOP)


def digest(state: int) -> str:
    """Return the digest of a state.

    >>> digest(0) == digest(minus(plus(0, 5), 5))
    True
    """
    return sha256(state.to_bytes(STATE_BYTES)).hexdigest()


def together(kinds: Mapping[str, Counted], salt: str) -> str:
    """Return one digest over those of all kinds; a kind without records leaves no trace.

    `salt`: the one that stands beside the head (`register.salted`), in hex; "" of heads of earlier releases, which had none.

    >>> together({"item": Counted(0, digest(0))}, "") == together({}, "")
    True
    """
    salted = f"salt {salt}\n" if salt else ""
    return sha256("".join((*_lines(kinds), salted)).encode()).hexdigest()


def _lines(kinds: Mapping[str, Counted]) -> Iterable[str]:
    for kind in sorted(kinds):
        if kinds[kind].count:
            yield f"{kind} {kinds[kind].count} {kinds[kind].digest}\n"
