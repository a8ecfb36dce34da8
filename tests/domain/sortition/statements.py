"""What may have been published of a draw: the truth, every single departure from it, and what is not said."""

from collections.abc import Iterator, Mapping
from typing import Any

from portal.domain.sortition.hashing import canonical
from portal.domain.sortition.outcome import Outcome, seal
from portal.domain.sortition.stated import Stated, replacement_digest

NONCE = bytes(range(32))
WRONG = "0" * 64


def true(package: Mapping[str, Any], found: Outcome) -> Stated:
    """Return what an office that publishes everything has said of a package by the end."""
    swaps = []
    for number, event in enumerate(package["replacements"], 1):
        salt = bytes([number]) * 32
        digest = replacement_digest(salt, package["draw_id"], number, event).hex()
        swaps.append((digest, salt.hex()))
    sealed = seal(NONCE, found.result).hex()
    return Stated(
        canonical(package["commit"]).decode(), sealed, NONCE.hex(), found.result_hash, swaps
    )


def every(package: Mapping[str, Any], found: Outcome) -> Iterator[Stated]:
    """Yield what may have been said, the truth first and what is wrong throughout second."""
    said = true(package, found)
    (digest, salt), *more = said.replacements
    yield said
    yield Stated("{}", WRONG, WRONG, WRONG, [(WRONG, salt), *more])
    for other in (None, WRONG):
        yield said._replace(commitment=other)
        yield said._replace(sealed=other)
        yield said._replace(nonce=other)
        yield said._replace(result_hash=other)
    yield said._replace(sealed=None, nonce=None)
    for swaps in (
        [(digest, None), *more], [(WRONG, salt), *more], [(digest, WRONG), *more], more,
        [*said.replacements, (WRONG, salt)], [(WRONG, salt), *((each, None) for each, _ in more)],
        [*more, (digest, salt)],
    ):  # fmt: skip
        yield said._replace(replacements=swaps)
    yield said._replace(nonce=None, result_hash=None, replacements=[(digest, None), *more])


def record(said: Stated) -> dict[str, Any]:
    """Return what the API answers of a draw of which this was said, as far as it is compared."""
    return {
        "commitment": said.commitment, "sealed": said.sealed, "sealed_nonce": said.nonce,
        "result_hash": said.result_hash,
        "replacements": [{"digest": digest, "salt": salt} for digest, salt in said.replacements],
    }  # fmt: skip
