"""Number formats that keep a cell's content from sight: ``;;;`` and its kin (不显示内容的数字格式)."""

import re
from functools import lru_cache
from typing import NamedTuple

#: What shows whatever the content is: quoted text, a letter by itself, a blank as wide as one, one that fills the cell;
#: colours, conditions and languages in brackets, but not the hours, minutes and seconds of a length of time.
_BESIDE = re.compile(r'"[^"]*"?|[\\_*].|\[(?!(?:h+|m+|s+)\])[^\]]*\]?', re.IGNORECASE)
#: What stands for the content: places of digits, parts of a day, the word General, the text itself.
_CONTENT = re.compile(r"[0#?@a-z]", re.IGNORECASE)
_CONDITION = re.compile(r"\[[<>=]")
#: A format has at most sections for positive and negative numbers, nought and text; the last is for text alone.
_SECTIONS = 4


class Unshown(NamedTuple):
    """Of which content a cell shows nothing."""

    numbers: bool
    texts: bool

    def hides(self, *, is_number: bool) -> bool:
        """Whether such content is out of sight."""
        return self.numbers if is_number else self.texts


SHOWN = Unshown(numbers=False, texts=False)
NOTHING = Unshown(numbers=True, texts=True)


@lru_cache(maxsize=1_000)
def unshown_by(code: str) -> Unshown:
    """Return what a number format of Excel shows nothing of.

    Numbers count by the section of positive ones, for codes, days and amounts are such; where its sections go by
    conditions, by all of them.

    >>> [tuple(unshown_by(code)) for code in (";;;", ';;;"略"', ";;", "0;-0;;")]
    [(True, True), (True, True), (True, False), (False, True)]
    >>> {unshown_by(code) for code in ("", "General", "0;-0;;@", '[=0]"";0', "yyyy年m月", "[h]:mm")} == {SHOWN}
    True
    """
    if not code:
        return SHOWN
    by_condition = _CONDITION.search(code) is not None
    sections = [
        _CONTENT.search(each) is not None for each in _BESIDE.sub("", code).split(";")[:_SECTIONS]
    ]
    numeric = sections[: _SECTIONS - 1] if by_condition else sections[:1]
    return Unshown(
        numbers=not any(numeric),
        texts=len(sections) == _SECTIONS and not sections[-1],
    )
