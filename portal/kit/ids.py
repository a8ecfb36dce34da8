"""Public identifiers: opaque, stable for ever, told from the natural key by a secret key."""

import base64
import hashlib
import hmac

#: Characters after the prefix: 120 bits, so ids cannot be guessed or counted.
_LENGTH = 24


def public_id(prefix: str, natural_key: str, key: bytes) -> str:
    """Return the identifier the world sees, e.g. ``r_x3k…``.

    The same natural key always gives the same id, so a register rebuilt from the office's
    store keeps its addresses. Whoever holds `key` could confirm a guess: it never leaves
    the office.
    """
    digest = hmac.new(key, f"{prefix}\0{natural_key}".encode(), hashlib.sha256).digest()
    return f"{prefix}_{base64.b32encode(digest).decode().lower()[:_LENGTH]}"
