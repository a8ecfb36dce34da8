"""The cells of a table of a page put in their places: rows and columns that cells reach over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from portal.internal.sheets.doors.concealed import Concealment
from portal.internal.sheets.doors.pagetables import Cell, Table, number_of
from portal.internal.sheets.doors.pagetext import text_of
from portal.internal.sheets.doors.shape import (
    GRACE,
    Span,
    Unfit,
    check_cell,
    check_rows,
    check_spans,
)
from portal.internal.sheets.doors.sight import Sight
from portal.internal.sheets.limits import Limits


@dataclass(slots=True)
class Grid:
    """Tables laid out below each other, as one."""

    concealment: Concealment
    limits: Limits
    rows: list[list[str]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    #: Rows with text that is kept from view, and rows after which whole ones are.
    lacking: set[int] = field(default_factory=set)
    gaps: set[int] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    def add(self, table: Table) -> None:
        """Lay out a table below what there is.

        Raises:
            Unfit: too long or too wide.

        """
        above = len(self.rows)
        check_rows(above + len(table.lines), self.limits)
        self.gaps.update(above + line for line in table.gaps)
        self.lacking.update(above + line for line in table.lacking)
        self.hidden_rows.update(above + line for line in table.hidden_lines)
        self.hidden_columns.update(table.hidden_columns)
        #: By column: the last row that a cell above reaches down to.
        reach: dict[int, int] = {}
        for line in table.lines:
            self._lay(line, reach, above + len(table.lines))

    def _lay(self, line: Sequence[Cell], reach: dict[int, int], last: int) -> None:
        row = len(self.rows) + 1
        texts: list[str] = []
        for cell, column, across in self._placed(line, reach, row):
            down = self._rows_of(cell, row, last)
            if across > 1 or down > 1:
                self.spans.append((row, column, row + down - 1, column + across - 1))
                check_spans(len(self.spans), self.limits)
            for each in range(column, column + across):
                reach[each] = row + down - 1
            text = self._text(cell, row)
            if text:
                texts.extend([""] * (column - 1 - len(texts)))
                texts.append(text)
        self.rows.append(texts)

    def _placed(
        self, line: Sequence[Cell], reach: dict[int, int], row: int
    ) -> Iterator[tuple[Cell, int, int]]:
        """Yield each cell with its first column, and how many it takes."""
        column = 1
        for cell in line:
            while reach.get(column, 0) >= row:
                column += 1
            across = max(1, number_of(cell.node, "colspan"))
            if column + across - 1 > self.limits.columns:
                raise Unfit(
                    f"第 {row} 行有 {column + across - 1} 列，超过上限 {self.limits.columns} 列"
                )
            yield cell, column, across
            column += across

    def _rows_of(self, cell: Cell, row: int, last: int) -> int:
        """Return how many rows a cell takes; none beyond the end of its table."""
        stated = number_of(cell.node, "rowspan")
        if stated > self.limits.rows + GRACE:
            raise Unfit(
                f"第 {row} 行有单元格跨 {stated} 行，超过上限 {self.limits.rows} 行；请取消合并"
            )
        return min(stated or last, last - row + 1)

    def _text(self, cell: Cell, row: int) -> str:
        if cell.sight is not Sight.SHOWN:
            return ""
        text, left_out = text_of(cell.node, self.concealment)
        check_cell(len(text), f"第 {row} 行")
        if left_out:
            self.lacking.add(row)
        return text
