"""Passwords: how they are kept, checked and chosen (口令)."""

import threading
import unicodedata
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from werkzeug.security import check_password_hash

from portal.domain.errors import PortalError

SHORTEST = 10
#: Longer ones are no password but an attempt to keep the processor busy.
_LONGEST = 200
#: Fewer different characters make a pattern.
_LEAST_VARIETY = 4
#: RFC 9106, second recommended option: Argon2id, 3 passes, 64 MiB, 4 lanes.
_HASHER = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4, hash_len=32, salt_len=16)
#: Of a password nobody knows: compared against where there is no account, so that it takes as long.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$41UHhsfj0PJ1E8w3YQubKw$yjP1DQe+pmdPVyBmEk0/ndKaLtQr/ZG4Yh+e9H1Uvzw"
#: Hashes counted at a time in one process: each takes 64 MiB.
_AT_ONCE = threading.BoundedSemaphore(2)
#: Much-used ones that are long enough, and what our own documents print.
_KNOWN = frozenset({
    "1234567890", "12345678910", "123456789a", "0123456789", "0987654321", "9876543210",
    "1q2w3e4r5t", "1qaz2wsx3edc", "qwertyuiop", "qwerty12345", "qwerty123456", "asdfghjkl1",
    "asdfghjkl;", "zxcvbnm123", "password12", "password123", "password1234", "passw0rd123",
    "p@ssw0rd123", "p@ssword123", "administrator", "admin12345", "admin123456", "admin@1234",
    "iloveyou123", "woaini1314", "woaini1314520", "woaini520520", "5201314520", "1314520520",
    "a123456789", "a1234567890", "aa12345678", "aa123456789", "abc1234567", "abc123456789",
    "abcd123456", "abcd1234567", "abcdefghij", "qazwsxedc1", "q1w2e3r4t5", "1234qwerasdf",
    "welcome123", "welcome1234", "letmein123", "changeme123", "test123456", "mingcha123",
    "mingcha1234", "mingcha-demo", "mingchamingcha", "zhongguo123", "zhonghua123",
    "huanying123", "shichang123",
})  # fmt: skip


class WeakPassword(PortalError):
    """A password that may not be chosen; the message says why."""

    code = "weak_password"


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    with _AT_ONCE:
        return _HASHER.hash(_plain(password))


def is_right(kept: str | None, password: str) -> bool:
    """Whether `password` is the one that `kept` was made of; takes its time for None as well.

    Hashes made before Argon2 are checked as they were made.
    """
    if kept is not None and not kept.startswith("$argon2"):
        return check_password_hash(kept, password)
    with _AT_ONCE:
        try:
            right = _HASHER.verify(kept or NOBODY, _plain(password))
        except (VerificationError, InvalidHashError):
            return False
    return right and kept is not None


def is_outdated(kept: str) -> bool:
    """Whether a hash was made by an older rule than today's."""
    return not kept.startswith("$argon2") or _HASHER.check_needs_rehash(kept)


def check_choice(name: str, password: str) -> None:
    """Refuse a password that is too easily guessed.

    Raises:
        WeakPassword: too short or long, much used, a pattern, or made of the account's name.

    """
    plain = _plain(password).casefold()
    if len(plain) < SHORTEST:
        raise WeakPassword(f"口令至少 {SHORTEST} 个字符；几个不相干的词连起来，又长又好记")
    if len(plain) > _LONGEST:
        raise WeakPassword(f"口令至多 {_LONGEST} 个字符")
    if plain in _KNOWN or len(set(plain)) < _LEAST_VARIETY or _is_run(plain):
        raise WeakPassword("这个口令太常见或太有规律，容易被猜中，请换一个")
    own = _plain(name).casefold()
    if own and (own in plain) and len(plain.replace(own, "")) < SHORTEST - _LEAST_VARIETY:
        raise WeakPassword("口令不能由账号名拼成，请换一个")


def _is_run(text: str) -> bool:
    """Whether each character follows the one before, as in 23456789ab or 9876543210."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return len(steps) == 1


def _plain(password: str) -> str:
    """Return one form for what keyboards and input methods write in several (NFKC)."""
    return unicodedata.normalize("NFKC", password)
