"""Plain text whose columns are set apart by blanks, as printed lists and pasted tables are (空格对齐)."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from portal.internal.sheets.doors.shape import Row, Unfit

#: Between cells: a tab, or blanks as wide as two letters; or else a single blank.
_WIDE = re.compile(r"\t[\t \u3000]*| [ \t\u3000]+|\u3000[ \t\u3000]*")
_NARROW = re.compile(r"[ \t\u3000]+")
_RULE = re.compile(r"\s*[-=_*─━—]{3,}[-=_*─━— ]*")
_FEWEST = 3
#: With single blanks, so many lines of ten must agree: names have blanks as well.
_AGREEING = 8


@dataclass(frozen=True, slots=True)
class Shape:
    """How the columns are told apart: what stands between them, how many, and where each may lie."""

    gap: re.Pattern[str]
    count: int
    #: By column: first and last place, in half widths. None where only the order tells.
    places: tuple[tuple[int, int], ...] | None
    #: Lines of the sample that have so many cells.
    lines: int


def shape_of(lines: Sequence[str]) -> Shape | None:
    """Return how the columns of a sample stand, None where it is no such table.

    >>> shape_of(["编号  名称      结果", "1     示例市集  合格", "2     示例店    合格"]).count
    3
    >>> shape_of(["编号,名称", "1,示例"]) is None
    True
    """
    filled = [line.rstrip() for line in lines if line.strip()]
    for gap in (_WIDE, _NARROW):
        counts = Counter(len(_tokens(line, gap)) for line in filled)
        tables = {count: often for count, often in counts.items() if count >= _FEWEST}
        if not tables:
            continue
        count, often = max(tables.items(), key=lambda each: (each[1], each[0]))
        if often > 1 and (gap is _WIDE or often * 10 >= len(filled) * _AGREEING):
            whole = [tokens for line in filled if len(tokens := _tokens(line, gap)) == count]
            return Shape(gap, count, _places(whole) if gap is _WIDE else None, often)
    return None


def rows(lines: Iterable[str], shape: Shape) -> Iterator[Row]:
    """Yield the rows under the number of their line; titles and notes stand in the first column.

    Raises:
        Unfit: between lines of the table one stands whose cells cannot be told apart.

    """
    unclear: list[tuple[int, str, int]] = []
    begun = False
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip()
        if _RULE.fullmatch(line):
            continue
        tokens = _tokens(line, shape.gap)
        cells = _cells(tokens, shape) if begun or len(tokens) == shape.count else None
        if len(tokens) > 1 and cells is not None:
            if unclear:
                raise _misaligned(*unclear[0], shape)
            begun = True
            yield number, list(cells)
        elif len(tokens) > 1 and begun:
            #: Below the table it is a note; within, nobody can tell which cell is which.
            unclear.append((number, line, len(tokens)))
        else:
            yield number, [line.strip()] if line.strip() else []
    for number, line, _ in unclear:
        yield number, [line.strip()]


def _misaligned(number: int, _line: str, count: int, shape: Shape) -> Unfit:
    return Unfit(
        f"第 {number} 行有 {count} 段文字，与表头的 {shape.count} 列对不齐，无法判断各属哪一列；"
        "请补齐空白处（如填“/”），或粘贴到表格软件分列后另存为 .xlsx"
    )


def _cells(tokens: Sequence[tuple[int, int, str]], shape: Shape) -> list[str] | None:
    """Return a line's cells by column, None where it cannot be told."""
    if len(tokens) == shape.count:
        return [text for _, _, text in tokens]
    if shape.places is None or len(tokens) > shape.count:
        return None
    cells = [""] * shape.count
    for first, last, text in tokens:
        at = [n for n, (low, high) in enumerate(shape.places) if first <= high and last >= low]
        if len(at) != 1 or cells[at[0]]:
            return None
        cells[at[0]] = text
    return cells


def _places(table: Sequence[Sequence[tuple[int, int, str]]]) -> tuple[tuple[int, int], ...] | None:
    """Return where each column lies, None where columns overlap: the lines are not aligned."""
    places = tuple(
        (min(first for first, _, _ in column), max(last for _, last, _ in column))
        for column in zip(*table, strict=True)
    )
    apart = all(a[1] < b[0] for a, b in pairwise(places))
    return places if apart else None


def _tokens(line: str, gap: re.Pattern[str]) -> list[tuple[int, int, str]]:
    """Return the pieces of a line with their first and last place, in half widths."""
    found: list[tuple[int, int, str]] = []
    start = len(line) - len(line.lstrip())
    place = _width(line[:start])
    while start < len(line):
        match = gap.search(line, start)
        end = match.start() if match else len(line)
        text = line[start:end]
        width = _width(text)
        found.append((place, place + width - 1, text))
        if match is None:
            break
        place += width + _width(match[0])
        start = match.end()
    return found


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
