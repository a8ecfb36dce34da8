"""One spelling of a record for everything that hashes it: keys sorted, no blanks, absent values left out."""

import msgspec

from portal.register.records import Record

_CANONICAL = msgspec.json.Encoder(order="sorted")


def canonical(record: Record | dict[str, object]) -> bytes:
    """Return the canonical JSON of `record`."""
    return _CANONICAL.encode(record)


def canonical_of(body: str) -> bytes:
    """Return the canonical JSON of a stored body.

    Raises:
        msgspec.DecodeError: the body is no JSON.

    """
    return _CANONICAL.encode(msgspec.json.decode(body))
