"""Where the words of a query stand in a public text: offsets, found when shown and never stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portal.register.search.analysis import fold, fold_with_offsets

#: Characters shown around what matched, and before the first of it.
WIDTH = 96
_LEAD = 24
#: Places of matches that are weighed when a stretch is chosen.
_WEIGHED = 40

Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, and whether it matched."""

    text: str
    marked: bool = False


def spans(text: str, words: Sequence[str]) -> list[Span]:
    """Return (start, end, word) of every place in `text` where one of `words` occurs, in order.

    `words` are folded as the index folds. Offsets count characters of `text` as it is.

    >>> spans("甲（示例）公司", [fold("示例公司")])
    [(2, 7, '示例公司')]
    """
    folded, origins = fold_with_offsets(text)
    return sorted(
        (origins[at], origins[at + len(word) - 1] + 1, word)
        for word in dict.fromkeys(words)
        if word
        for at in _places(folded, word)
    )


def _places(folded: str, word: str) -> Iterator[int]:
    at = folded.find(word)
    while at >= 0:
        yield at
        at = folded.find(word, at + 1)


def marked(text: str, words: Sequence[str]) -> tuple[Piece, ...]:
    """Cut the whole of `text` into what matched and what did not."""
    return tuple(_pieces(text, spans(text, words), 0, len(text)))


def excerpt(texts: Sequence[str], words: Sequence[str], width: int = WIDTH) -> tuple[Piece, ...]:
    """Return a stretch of the paragraph that holds most of `words`, marked; nothing when none holds any."""
    best, most = "", 0
    for paragraph in (line for text in texts for line in text.split("\n")):
        folded = fold(paragraph)
        held = sum(word in folded for word in words)
        if held > most:
            best, most = paragraph, held
        if most == len(words):
            break
    if not most:
        return ()
    found = spans(best, words)
    start = max(0, min(_fullest(found, width) - _LEAD, len(best) - width))
    end = min(len(best), start + width)
    pieces = [Piece("…")] if start else []
    pieces += _pieces(best, found, start, end)
    return tuple([*pieces, Piece("…")] if end < len(best) else pieces)


def _fullest(found: Sequence[Span], width: int) -> int:
    """Return where the stretch begins that holds most different words, the first of them."""

    def held(start: int) -> int:
        return len({word for a, b, word in found if start <= a and b <= start + width - _LEAD})

    return max((start for start, *_ in found[:_WEIGHED]), key=lambda start: (held(start), -start))


def _pieces(text: str, found: Sequence[Span], start: int, end: int) -> Iterator[Piece]:
    """Yield `text` from `start` to `end`; what overlaps is marked as one."""
    at = start
    for first, last in _merged(found, start, end):
        if first > at:
            yield Piece(text[at:first])
        yield Piece(text[first:last], marked=True)
        at = last
    if at < end:
        yield Piece(text[at:end])


def _merged(found: Sequence[Span], start: int, end: int) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for a, b, _ in found:
        first, last = max(a, start), min(b, end)
        if first >= last:
            continue
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined
