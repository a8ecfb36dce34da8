"""Holds each new head against the last one kept: a copy that is pulled again is a witness of the log (RFC 9162, 2.1.4.2)."""

from collections.abc import Sequence
from hashlib import sha256

import msgspec

from portal.mirror.errors import Gone, Untrusted
from portal.mirror.signatures import KEY, RESTORED, Head
from portal.mirror.source import Source


class _Proof(msgspec.Struct):
    """What the source answers: hashes in hexadecimal digits."""

    path: list[str]


class _Told(msgspec.Struct):
    """What the source answers: every statement of a restoration, as it was hashed."""

    restorations: list[str]


class _Lost(msgspec.Struct):
    size: int


class _Restoration(msgspec.Struct):
    """To how many entries the log was restored, and which head was the last before, if anybody knew."""

    size: int
    lost: _Lost | None = None


def require_continued(source: Source, before: Head, now: Head) -> None:
    """Have the source prove that the log of `now` begins with all of that of `before`, and takes nothing back.

    A log restored from a backup says so in every later head, and to how many entries; anything else was rewritten. Two
    heads over the same entries say the same, but for lines of a new name, one restoration more, and the key that they
    were handed over to.

    Raises:
        Untrusted: it does not, and no head says why.
        Unreachable: the source does not answer.

    """
    _require_agreeing(before, now)
    is_proved = before.size <= now.size and _is_proved(source, before, now)
    if is_proved and before.restored in (0, now.restored):
        return
    if now.size < before.size and now.restored == before.restored:
        raise Untrusted(
            f"对方现在给出的是第{now.size}条为止的登记册，上次所见的到第{before.size}条：所读的从库尚未跟上，"
            "或者登记册被换成了较早的副本；副本未动，稍后再取仍如此的，请向对方查问"
            " (an older state than the head kept here: a replica that is behind, or an older register put in its place)"
        )
    if now.restored <= before.restored:
        raise Untrusted(
            "对方的登记册与上次所见的不是同一段历史，也没有恢复说明；副本中保留上次的检查点为证"
            " (the log there does not continue the head kept here, and states no restoration)"
        )
    told = _told(source, now)
    if told and before.restored and _digest(told[: before.restored]) != before.said[RESTORED]:
        raise _two_histories()
    if told and is_proved:
        return
    if not _is_explained(told, before):
        raise Untrusted(
            "对方从备份恢复过，但恢复说明说的不是上次所见的那一段；副本中保留上次的检查点为证"
            " (no restoration stated there explains why the log does not continue the head kept here)"
        )
    source.say("对方已从备份恢复，日志中有说明 (restored from a backup there, as its heads state)")


def _told(source: Source, now: Head) -> list[str]:
    """Return every statement of a restoration, as `now` signs them; none where the source does not give these."""
    try:
        told = msgspec.json.decode(source.text("/log/restorations"), type=_Told).restorations
    except (Gone, msgspec.MsgspecError):
        return []
    return told if _digest(told) == now.said[RESTORED] else []


def _digest(told: Sequence[str]) -> str:
    """Return what a head says of these statements."""
    state = bytes(32)
    for each in told:
        state = sha256(state + each.encode()).digest()
    return f"{len(told)} {state.hex()}"


def _is_explained(told: Sequence[str], before: Head) -> bool:
    """Whether a restoration since lost the very entries that `before` was signed over: what is older has to be there still."""
    try:
        stated = [msgspec.json.decode(each, type=_Restoration) for each in told]
    except msgspec.MsgspecError:
        return False
    return any(
        _kept(stated[:number], each) < before.size <= (each.lost.size if each.lost else before.size)
        for number, each in enumerate(stated)
        if number >= before.restored
    )


def _kept(earlier: Sequence[_Restoration], now: _Restoration) -> int:
    """Return how many entries of the log before a restoration are in it afterwards, at least.

    The backup may be of a part that an earlier one lost: then all that was restored to since then bounds it as well.
    """
    first = 0
    for each in earlier:
        if each.lost is None or now.size <= each.lost.size:
            break
        first += 1
    return min([now.size, *(each.size for each in earlier[first:])])


def _require_agreeing(before: Head, now: Head) -> None:
    """Refuse a head that takes back what the one before it said.

    Raises:
        Untrusted: it does: the key has signed two histories.

    """
    #: What is said of the log's state changes with its entries; which restorations there were, with these alone.
    same = {name for name in before.said if before.size == now.size and before.root == now.root}
    same -= {KEY}
    if now.restored == before.restored:
        same |= {RESTORED} & set(before.said)
    else:
        same -= {RESTORED}
    fewer = now.restored < before.restored or not set(before.said) <= set(now.said)
    if fewer or any(before.said[name] != now.said.get(name) for name in same):
        raise _two_histories()


def _two_histories() -> Untrusted:
    return Untrusted(
        "对方签署的检查点与上次所签的不是同一内容：同一私钥签了两种说法；副本中保留上次的检查点为证"
        " (the head there takes back what the one kept here says: one key has signed two histories)"
    )


def _is_proved(source: Source, before: Head, now: Head) -> bool:
    if before.size == now.size:
        return before.root == now.root
    if not before.size:
        #: Every log continues the empty one; there is no proof of it to ask for (RFC 9162, 2.1.4.1).
        return True
    try:
        answer = source.text(f"/log/consistency?from={before.size}&to={now.size}")
        path = [bytes.fromhex(each) for each in msgspec.json.decode(answer, type=_Proof).path]
    except (Gone, msgspec.MsgspecError, ValueError):
        return False
    return is_consistent(before, now, path)


def is_consistent(before: Head, now: Head, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the larger tree begins with the whole smaller one."""
    rest = list(path)
    if before.size & (before.size - 1) == 0:
        rest.insert(0, before.root)
    if not rest:
        return False
    place, last = before.size - 1, now.size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = rest[0]
    for each in rest[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = _node(each, old), _node(each, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = _node(new, each)
        place, last = place >> 1, last >> 1
    return last == 0 and (old, new) == (before.root, now.root)


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
