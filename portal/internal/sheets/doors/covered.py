"""Cells under a merged one: they hold nothing a clerk can see, so they are blank, and told."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from portal.internal.sheets.doors.shape import (
    Row,
    Span,
    Unfit,
    check_spans,
    is_blank,
    listed,
)
from portal.internal.sheets.limits import Limits

#: Columns under merged cells, by row; half-open.
_Strips = dict[int, list[tuple[int, int]]]
#: Rows that merged cells may reach over, all counted, for each row there may be.
_MOST_REACH = 10


def clipped(spans: Sequence[Span], height: int, width: int, limits: Limits) -> tuple[Span, ...]:
    """Return merged cells as far as they lie within the table.

    Raises:
        Unfit: too many, or over too many rows: such as lie upon each other a thousandfold.

    """
    check_spans(len(spans), limits)
    inside = (
        (top, left, min(bottom, height), min(right, width))
        for top, left, bottom, right in sorted(spans)
        if top <= height and left <= width
    )
    found = tuple(each for each in inside if each[:2] != each[2:])
    reach = sum(bottom - top + 1 for top, _, bottom, _ in found)
    if reach > _MOST_REACH * limits.rows:
        raise Unfit(
            f"合并单元格共跨 {reach} 行，超过上限 {_MOST_REACH * limits.rows} 行；"
            "请取消不必要的合并后再导入"
        )
    return found


def notes(rows: Iterable[Row], spans: Sequence[Span]) -> list[str]:
    """Return a remark on the rows in which content lies under a merged cell."""
    strips = _strips(spans)
    if not strips:
        return []
    hiding = [
        number
        for number, cells in rows
        if any(
            not is_blank(cell) for start, end in strips.get(number, ()) for cell in cells[start:end]
        )
    ]
    if not hiding:
        return []
    return [f"第{listed(hiding)}行有被合并单元格遮住的内容，未读取；请取消合并后核对"]


def blanked(rows: Iterator[Row], spans: Sequence[Span]) -> Iterator[Row]:
    """Return the rows with nothing under merged cells."""
    strips = _strips(spans)
    return _blanked(rows, strips) if strips else rows


def _blanked(rows: Iterator[Row], strips: _Strips) -> Iterator[Row]:
    for number, cells in rows:
        for start, end in strips.get(number, ()):
            for index in range(start, min(end, len(cells))):
                cells[index] = ""
        yield number, cells


def _strips(spans: Sequence[Span]) -> _Strips:
    strips: _Strips = defaultdict(list)
    for top, left, bottom, right in spans:
        for row in range(top, bottom + 1):
            strips[row].append((left if row == top else left - 1, right))
    return strips
