"""Where the words of a query stand in a public text: offsets, found when shown and never stored."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import opencc

from portal.register.folding import IGNORED, fold

#: Characters shown around what matched, and before the first of it.
WIDTH = 96
_LEAD = 24
_SIMPLIFIED = opencc.OpenCC("t2s")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, and whether it matched."""

    text: str
    marked: bool = False


class _Table(dict[int, str]):
    """Simplified script, usual width and small letters, character for character, learnt as they come."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = _SIMPLIFIED.convert(unicodedata.normalize("NFKC", character)).casefold()
        self[code] = plain if len(plain) == 1 else character
        return self[code]


_TABLE = _Table()


def folded(text: str) -> str:
    """Return `text` as words are compared: width, case, script, brackets and blanks do not matter.

    >>> folded("（示例市）環境 ＡＢ")
    '示例市环境ab'
    """
    return fold(text.translate(_TABLE))


def spans(text: str, words: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return (start, end, word) of every place in `text` where one of `words` stands, in order.

    `words` are `folded`. Offsets count characters of `text` as it is.

    >>> spans("甲（示例）公司", [folded("示例公司")])
    [(2, 7, '示例公司')]
    """
    line = text.translate(_TABLE)
    return sorted(
        (found.start(), found.end(), word)
        for word in dict.fromkeys(words)
        if word
        for found in _pattern(word).finditer(line)
    )


@lru_cache(maxsize=512)
def _pattern(word: str) -> re.Pattern[str]:
    """Match `word` with anything between its characters that comparing leaves out."""
    between = IGNORED.pattern.removesuffix("+") + "{0,8}"
    return re.compile(between.join(map(re.escape, word)))


def marked(text: str, words: Sequence[str]) -> tuple[Piece, ...]:
    """Cut the whole of `text` into what matched and what did not."""
    return tuple(_pieces(text, spans(text, words), 0, len(text)))


def excerpt(texts: Sequence[str], words: Sequence[str], width: int = WIDTH) -> tuple[Piece, ...]:
    """Return a stretch of the text that holds most of `words`, marked; nothing when none holds any."""
    best, found = "", list[tuple[int, int, str]]()
    for text in texts:
        there = spans(text, words)
        if len({word for *_, word in there}) > len({word for *_, word in found}):
            best, found = text, there
    if not found:
        return ()
    start = max(0, min(_densest(found, width) - _LEAD, len(best) - width))
    end = min(len(best), start + width)
    pieces = [Piece("…")] if start else []
    pieces += _pieces(best, found, start, end)
    return tuple([*pieces, Piece("…")] if end < len(best) else pieces)


def _densest(found: Sequence[tuple[int, int, str]], width: int) -> int:
    """Return where the stretch begins that holds most different words."""

    def held(start: int) -> int:
        return len({word for a, b, word in found if start <= a and b <= start + width - _LEAD})

    return max((start for start, _, _ in found[:50]), key=lambda start: (held(start), -start))


def _pieces(
    text: str, found: Sequence[tuple[int, int, str]], start: int, end: int
) -> Iterator[Piece]:
    at = start
    for first, last, _ in found:
        first, last = max(first, at), min(last, end)  # noqa: PLW2901 - what overlaps is marked once
        if first >= last:
            continue
        if first > at:
            yield Piece(_line(text[at:first]))
        yield Piece(_line(text[first:last]), marked=True)
        at = last
    if at < end:
        yield Piece(_line(text[at:end]))


def _line(text: str) -> str:
    """Show breaks between paragraphs as one blank."""
    return " ".join(text.split("\n")) if "\n" in text else text
