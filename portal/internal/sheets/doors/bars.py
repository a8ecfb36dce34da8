"""Tables drawn with bars, as in Markdown: ``| a | b |`` above a line ``|---|---|``."""

import re
from collections.abc import Iterable, Iterator, Sequence

from portal.internal.sheets.doors.shape import Row

_RULE = re.compile(r"\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?)?")
_BAR = re.compile(r"(?<!\\)\|")
_MOST_OF = 2
#: Tables drawn with the characters made for it, and those that programs print: +---+---+.
_UPRIGHTS = str.maketrans("│┃║｜", "||||")
_FRAME = re.compile(
    r"\|?[+\-=─━═┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬ ]*[+─━═┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬]"
    r"[+\-=─━═┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬ ]*\|?"
)


def is_table(lines: Sequence[str]) -> bool:
    """Whether a text is such a table: a rule under the header, or most lines between bars.

    >>> is_table(["| 编号 | 结果 |", "|---|:---:|", "| 1 | 通过 |"])
    True
    >>> is_table(["编号|结果", "1|通过"])
    False
    """
    filled = [line.strip().translate(_UPRIGHTS) for line in lines if line.strip()]
    filled = [line for line in filled if not _FRAME.fullmatch(line)]
    if any(_RULE.fullmatch(line) and "|" in line for line in filled):
        return True
    between = sum(line.startswith("|") and line.endswith("|") for line in filled)
    return bool(filled) and between * _MOST_OF > len(filled)


def rows(lines: Iterable[str]) -> Iterator[Row]:
    r"""Yield the rows under the number of their line; rules are no rows.

    >>> list(rows([r"| a || b\|c |", "|---|---|---|", "d|e"]))
    [(1, ['a', '', 'b|c']), (3, ['d', 'e'])]
    """
    for number, raw in enumerate(lines, 1):
        line = raw.strip().translate(_UPRIGHTS)
        if _FRAME.fullmatch(line) or _RULE.fullmatch(line):
            continue
        parts = [part.strip().replace("\\|", "|") for part in _BAR.split(line)]
        if line.startswith("|"):
            parts = parts[1:]
        if line.endswith("|") and not line.endswith("\\|") and len(parts) > 1:
            parts = parts[:-1]
        yield number, list(parts)
