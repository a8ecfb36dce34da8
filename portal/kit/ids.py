"""Public identifiers: opaque, stable for ever, told from the natural key by a secret key."""

import hmac
from functools import lru_cache

#: Hex digits after the prefix: 104 bits, so ids cannot be guessed or counted.
_LENGTH = 26


#: A file names its agency, items and parties over and over.
@lru_cache(maxsize=16_384)
def public_id(prefix: str, natural_key: str, key: bytes) -> str:
    """Return the identifier the world sees, e.g. ``r_4f9c…``.

    The same natural key always gives the same id, so a register rebuilt from the office's
    store keeps its addresses. Whoever holds `key` could confirm a guess: it never leaves
    the office.
    """
    digest = hmac.digest(key, f"{prefix}\0{natural_key}".encode(), "sha256")
    return f"{prefix}_{digest.hex()[:_LENGTH]}"
