"""Holds a package against what was published of its draw: commit, seal, result and replacements (sections 1, 9, 10)."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from portal.domain.sortition.hashing import canonical, tagged
from portal.domain.sortition.outcome import Outcome, seal


class Agreement(StrEnum):
    """What came of one comparison. UNSAID: nothing to compare with was published, or not yet."""

    SAME = "same"
    OTHER = "other"
    UNSAID = "unsaid"


class Stated(NamedTuple):
    """What was published of a draw: canonical JSON, hexadecimal digits, and (digest, salt) of each replacement.

    What is not public yet is None: before the reveal all but the commit, the seal and the digests.
    """

    commitment: str | None
    sealed: str | None
    nonce: str | None
    result_hash: str | None
    replacements: Sequence[tuple[str, str | None]]


class Agreements(NamedTuple):
    """What came of each comparison, in the order in which they were published."""

    commit: Agreement
    sealed: Agreement
    result: Agreement
    replacements: Agreement


def replacement_digest(salt: bytes, draw_id: str, number: int, event: Mapping[str, Any]) -> bytes:
    """Return what the log states of a replacement on the day; `number` counts from 1, `salt` is 32 secret random bytes."""
    return tagged("dsr-draw/1/replacement", salt, draw_id, str(number), canonical(event))


def compare(package: Mapping[str, Any], found: Outcome, stated: Stated) -> Agreements:
    """Compare a package, as JSON values, and what it yields with what was published."""
    said = stated.result_hash
    return Agreements(
        commit=_told(stated.commitment, canonical(package["commit"]).decode()),
        sealed=Agreement.UNSAID if said is None else _told(stated.sealed, _sealed(stated, found)),
        result=_told(said, found.result_hash),
        replacements=Agreement.UNSAID if said is None else _replaced(package, stated),
    )


def _told(published: str | None, computed: str | None) -> Agreement:
    if published is None:
        return Agreement.UNSAID
    return Agreement.SAME if published == computed else Agreement.OTHER


def _sealed(stated: Stated, found: Outcome) -> str | None:
    """Return the seal that nonce and result give; None without a nonce."""
    return seal(bytes.fromhex(stated.nonce), found.result).hex() if stated.nonce else None


def _replaced(package: Mapping[str, Any], stated: Stated) -> Agreement:
    events = package.get("replacements", [])
    if len(events) != len(stated.replacements):
        return Agreement.OTHER
    pairs = enumerate(zip(events, stated.replacements, strict=True), 1)
    each = {
        Agreement.UNSAID
        if salt is None
        else _told(
            digest,
            replacement_digest(bytes.fromhex(salt), package["draw_id"], number, event).hex(),
        )
        for number, (event, (digest, salt)) in pairs
    }
    return next((one for one in (Agreement.OTHER, Agreement.UNSAID) if one in each), Agreement.SAME)
