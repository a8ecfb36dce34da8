"""The primitives of the draw: lengths, tagged hashes and canonical JSON (section 2)."""

import json
from hashlib import sha256

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def prefixed(part: bytes | str) -> bytes:
    """Return LP(part): its length in four bytes, big-endian, then itself; a text as UTF-8.

    >>> prefixed("ab").hex()
    '000000026162'
    """
    written = part.encode() if isinstance(part, str) else part
    return len(written).to_bytes(4, "big") + written


def tagged(tag: str, *parts: bytes | str) -> bytes:
    """Return TH(tag, parts…).

    >>> tagged("t", "a", "b").hex()[:16]
    '8b0f91d190ffb80d'
    """
    digest = sha256(prefixed(tag))
    for part in parts:
        digest.update(prefixed(part))
    return digest.digest()


def canonical(value: object) -> bytes:
    """Return CJ(value): RFC 8785 for what a package may hold.

    >>> canonical({"b": [1, True], "a": "示例"}).decode()
    '{"a":"示例","b":[1,true]}'
    """
    return _encode(value).encode()
