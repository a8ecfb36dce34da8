"""What separates the cells of a text: told by its first lines, and a comma where that is open."""

import csv
import re
from collections import Counter
from collections.abc import Sequence

#: In the order in which they win a tie.
_SEPARATORS = ",\t;|"
#: A first line by which spreadsheets say it themselves.
_HINT = re.compile(r"\ufeff?sep=([,;|\t])\r?\n?")


def hint_of(lines: Sequence[str]) -> str | None:
    r"""Return the separator that the first line states.

    >>> hint_of(["sep=;\n", "a;b\n"])
    ';'
    """
    match = _HINT.fullmatch(lines[0]) if lines else None
    return match[1] if match else None


def separator_of(lines: Sequence[str]) -> str:
    r"""Return the separator that gives most lines one and the same number of cells.

    >>> separator_of(["编号;结果;金额\n", "1;通过;2,5\n", "2;通过;3,5\n"])
    ';'
    >>> separator_of(["编号,结果\n", "1,责令改正;罚款\n", "2,责令改正;罚款\n"])
    ','
    """
    scores = {each: _score(lines, each) for each in _SEPARATORS}
    best = max(scores.values())
    if best[0] == 0 or scores[","][0] == best[0]:
        return ","
    return max(_SEPARATORS, key=lambda each: scores[each])


def lines_agreeing(lines: Sequence[str]) -> int:
    r"""Return how many lines the best separator gives one and the same number of cells.

    >>> lines_agreeing(["示例,名单\n", "1  甲\n", "2  乙\n"])
    1
    """
    return max(_score(lines, each)[0] for each in _SEPARATORS)


def _score(lines: Sequence[str], separator: str) -> tuple[int, int]:
    """Return how many lines agree on a number of cells above one, and that number."""
    reader = csv.reader(lines, delimiter=separator)
    widths: Counter[int] = Counter()
    try:
        for row in reader:
            widths[len(row)] += 1
    except csv.Error:
        #: A quoted cell may be cut off by the end of the sample, or be too long: said later.
        pass
    widths = Counter({width: count for width, count in widths.items() if width > 1})
    if not widths:
        return 0, 0
    width, count = max(widths.items(), key=lambda each: (each[1], each[0]))
    return count, width
