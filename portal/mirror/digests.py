"""The digest of a set of records, from the public description of the change feed's checkpoint.

element = SHAKE128(kind LF id LF SHA-256(canonical JSON of the record)), 2048 bytes
state   = sum of the elements, as 1024 numbers of 16 bits (big-endian), modulo 2^16
digest  = SHA-256(state)

The digest of all kinds is over a line for each of them, and where a head has a salt, over a line that says it.

What stands beside the records is a second set, where a head states its digest: for each record one element
SHAKE128(kind LF id LF SHA-256("MODIFIED VERSION PUBLISHED_ON")).
"""

from collections.abc import Mapping
from hashlib import sha256, shake_128
from typing import Any, NamedTuple

import msgspec

STATE_BYTES = 2048
#: The line of a head that states what stands beside the records.
NUMBERED = "mingcha/numbered/1"
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


class Sums(NamedTuple):
    """Of one kind: how many records, their state, and the state of what stands beside them."""

    held: int = 0
    records: int = 0
    numbered: int = 0

    def with_(self, row: Mapping[Any, Any]) -> "Sums":
        """Return the sums with one record more."""
        one, other = _elements(row)
        return Sums(self.held + 1, plus(self.records, one), plus(self.numbered, other))

    def without(self, row: Mapping[Any, Any]) -> "Sums":
        """Return the sums with one record less."""
        one, other = _elements(row)
        return Sums(self.held - 1, minus(self.records, one), minus(self.numbered, other))

    @property
    def text(self) -> str:
        """The sums as text."""
        states = (each.to_bytes(STATE_BYTES).hex() for each in self[1:])
        return " ".join((str(self.held), *states))

    @classmethod
    def of(cls, text: str) -> "Sums":
        """Read them.

        Raises:
            ValueError: they were kept by a release that did not know them all.

        """
        count, records, numbered = text.split(" ")
        return cls(int(count), int(records, 16), int(numbered, 16))


def _elements(row: Mapping[Any, Any]) -> tuple[int, int]:
    told = f"{row['modified']} {row['version']} {row['published_on']}"
    return element(row["kind"], row["id"], row["body"]), element(row["kind"], row["id"], told)


def together(kinds: Mapping[str, Sums], salt: str) -> str:
    """Return the digest over the records of all kinds; `salt` stands beside the head, "" of those that have none."""
    lines = [
        f"{kind} {each.held} {_digest(each.records)}\n"
        for kind, each in sorted(kinds.items())
        if each.held
    ]
    salted = f"salt {salt}\n" if salt else ""
    return sha256("".join((*lines, salted)).encode()).hexdigest()


def beside(kinds: Mapping[str, Sums]) -> str:
    """Return the digest of what stands beside the records of all kinds."""
    state = 0
    for each in kinds.values():
        state = plus(state, each.numbered)
    return _digest(state)


def _digest(state: int) -> str:
    return sha256(state.to_bytes(STATE_BYTES)).hexdigest()
