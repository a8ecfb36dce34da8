"""Tickets: HMAC-SHA256 under the seed, many times with one key (sections 7.1 and 8)."""

from collections.abc import Callable
from hashlib import sha256

from portal.domain.sortition.hashing import prefixed

#: Gives the HMAC of a fixed beginning and the rest that it is asked for.
Keyed = Callable[[bytes], bytes]

_BLOCK = 64
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
_TICKET = prefixed("dsr-draw/1/ticket")
_INSPECTOR = prefixed("dsr-draw/1/inspector")
#: How LP(handle) begins.
_LENGTH = (32).to_bytes(4, "big")


def keyed(key: bytes, beginning: bytes) -> Keyed:
    """Return HMAC-SHA256 under `key` of `beginning` and a rest; key and beginning are absorbed once.

    A key has at most 64 bytes (RFC 2104 would hash a longer one; seeds have 32).
    """
    padded = key.ljust(_BLOCK, b"\0")
    inner, outer = sha256(padded.translate(_INNER) + beginning), sha256(padded.translate(_OUTER))
    begin, finish = inner.copy, outer.copy

    def digest(rest: bytes) -> bytes:
        first, last = begin(), finish()
        first.update(rest)
        last.update(first.digest())
        return last.digest()

    return digest


class Drum:
    """The drum that a seed makes (摇号筒): gives every object and every inspector a ticket."""

    def __init__(self, seed: bytes) -> None:
        """Take a seed of 32 bytes."""
        self._seed = seed
        self._of_object = keyed(seed, _TICKET)

    def ball(self, handle: bytes, number: int) -> bytes:
        """Return ball number 1, 2, … of an object."""
        return self._of_object(prefixed(handle) + number.to_bytes(4, "big"))

    def ticket(self, handle: bytes, balls: int = 1) -> bytes:
        """Return the smallest of an object's balls."""
        if balls == 1:
            return self.ball(handle, 1)
        return min(self.ball(handle, number) for number in range(1, balls + 1))

    def of_bundle(self, first: bytes) -> Keyed:
        """Return what gives an inspector's ticket for one bundle, asked for the raw handle."""
        return keyed(self._seed, _INSPECTOR + prefixed(first) + _LENGTH)
