"""Plain text of names with their values, line by line: 检查日期：2025年5月6日 (逐项文本)."""

import re
from collections.abc import Iterable, Iterator, Sequence

from portal.internal.sheets.doors.shape import Row

_ITEM = re.compile(r"[^\s\d,;，；。:：|][^,;，；。:：|]{0,19}[:：]")
#: Several of them in one line are set apart as columns are.
_NEXT = re.compile(
    r"(?:\t|[ \u3000]{2,}|\u3000)\s*(?=[^\s\d,;，；。:：|][^\s,;，；。:：|]{0,19}[:：])"
)
_FEWEST = 3
#: A line so long may go on in the next one.
_LONG = 30
_HEADING = re.compile(
    r"第.{1,6}[户家条项份]|[一二三四五六七八九十]+、|[(（]?\d+[)）.、]|[-=*—]{3,}"
)
_MOST = 10_000


def is_list(lines: Sequence[str]) -> bool:
    """Whether a text is made of such lines: three of them at least, and most of all.

    >>> is_list(["企业名称：示例市集", "检查日期：2025-05-06", "检查结果：合格"])
    True
    >>> is_list(["编号,时间", "1,10:30", "2,11:00", "3,12:00"])
    False
    """
    filled = [line.strip() for line in lines if line.strip()]
    items = sum(_ITEM.match(line) is not None for line in filled)
    return items >= _FEWEST and items * 2 > len(filled)


def rows(lines: Iterable[str]) -> Iterator[Row]:
    """Yield the rows under the number of their line, each item a cell.

    A line that goes on with a long one, or is set in under it, belongs to that.
    """
    number, held = 0, ""
    count = 0
    for count, raw in enumerate(lines, 1):
        line = raw.strip()
        if held and line and _goes_on(held, raw, line):
            held += "\n" + line
            continue
        if held:
            yield number, list(_NEXT.split(held))
        held, number = "", count
        if _ITEM.match(line):
            held = line
        else:
            yield count, [line] if line else []
    if held:
        yield number, list(_NEXT.split(held))


def _goes_on(held: str, raw: str, line: str) -> bool:
    if _ITEM.match(line) or _HEADING.match(line) or len(held) > _MOST:
        return False
    return raw[0] in " \t\u3000" or len(held.rpartition("\n")[2]) >= _LONG
