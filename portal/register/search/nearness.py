"""When a name or a code is nearly another: the same for every engine, which only finds whom to compare."""

from collections.abc import Iterator

#: So many names that share the most pairs are compared letter by letter.
COMPARED = 48
_SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz"
#: Codes are this long at least; shorter ones differ by one sign too often.
_LEAST_CODE = 8


def slips(plain: str) -> tuple[str, ...]:
    """Return the codes that `plain` may have been meant to be; none when it does not look like a code.

    One sign is wrong, or two neighbours are exchanged. `plain` is folded and compact.
    """
    if len(plain) < _LEAST_CODE or not plain.isascii():
        return ()
    return tuple(_slips(plain))


def _slips(code: str) -> Iterator[str]:
    for i, sign in enumerate(code):
        head, tail = code[:i], code[i + 1 :]
        yield from (head + other + tail for other in _SIGNS if other != sign)
        yield head + tail[:1] + sign + tail[1:]


def allowed(plain: str) -> int:
    """Return how many characters a name may differ from `plain` by and still be meant by it."""
    return len(plain) // 3


def distance(one: str, other: str) -> int:
    """Return how many characters must be changed, added, or left out to make `other` of `one`.

    >>> distance("示例甲时品公司", "示例甲食品有限公司")
    3
    """
    before = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        now = [i]
        for j, b in enumerate(other, 1):
            now.append(min(before[j] + 1, now[-1] + 1, before[j - 1] + (a != b)))
        before = now
    return before[-1]
