"""Rows with merged cells: what stands in one holds for the rows it reaches over."""

from collections.abc import Iterable, Iterator, Sequence

from portal.internal.sheets.cells import Cell
from portal.internal.sheets.doors.shape import Row, Span


def bare(rows: Iterable[Row], spans: Sequence[Span]) -> Iterator[Row]:
    """Take out what cells merged into the header give to the rows below it: names are no data."""
    for number, cells in rows:
        for _, left, bottom, _ in spans:
            if number <= bottom and left <= len(cells):
                cells[left - 1] = ""
        yield number, cells


def unmerged(rows: Iterator[Row], spans: Sequence[Span]) -> Iterator[Row]:
    """Give the cells under a merged one its value, downward only: a wide one stands in its first column."""
    if not spans:
        yield from rows
        return
    tall = sorted((span for span in spans if span[2] > span[0]), reverse=True)
    active: list[tuple[int, int, Cell]] = []
    for number, cells in rows:
        active = [each for each in active if each[0] >= number]
        for _, column, value in active:
            if column <= len(cells):
                cells[column - 1] = value
            else:
                cells.extend([""] * (column - len(cells) - 1))
                cells.append(value)
        while tall and tall[-1][0] <= number:
            top, left, bottom, _ = tall.pop()
            if top == number and left <= len(cells) and cells[left - 1] != "":
                active.append((bottom, left, cells[left - 1]))
        yield number, cells
