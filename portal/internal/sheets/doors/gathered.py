"""Worksheets gathered while a document streams by; one of them is chosen at its end."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from portal.internal.sheets.doors import covered, wire
from portal.internal.sheets.doors.pick import pick, refuse_hidden, weigh_others
from portal.internal.sheets.doors.shape import (
    Ask,
    Found,
    Row,
    Span,
    Unfit,
    address,
    check_columns,
    check_rows,
    check_spans,
    hidden_notes,
    is_blank,
    listed,
    too_far,
)
from portal.internal.sheets.limits import Limits

if TYPE_CHECKING:
    from portal.internal.sheets.cells import Cell

#: The last column that any spreadsheet has: blanks may reach to it, for nobody sees them.
LAST_COLUMN = 16_384
_MOST_UNREAD = 100


class Gathered:
    """One worksheet. Rows wait in packed form: that is a tenth of what they take as objects."""

    def __init__(self, name: str, limits: Limits) -> None:
        """Begin an empty worksheet."""
        self.name, self.hidden = name, False
        self.unread: dict[str, str] = {}
        self.hidden_columns: set[int] = set()
        self._limits = limits
        self._packed: list[bytes] = []
        self._waiting: list[Row] = []
        self._height = self._width = 0
        self._spans: list[Span] = []
        self._hidden_rows: set[int] = set()
        self._covered_rows: set[int] = set()
        self._unshown_rows: set[int] = set()

    @property
    def is_filled(self) -> bool:
        """Whether there is anything in it."""
        return bool(self._height or self.unread)

    def put(self, row: int, cells: "list[Cell]", *, hidden: bool = False) -> None:
        """Take a row; blank cells at its end, and rows of nothing, are left out.

        Raises:
            Unfit: beyond the limits.

        """
        while cells and is_blank(cells[-1]):
            cells.pop()
        if not cells:
            return
        check_rows(row, self._limits)
        self._height, self._width = row, max(self._width, len(cells))
        if hidden:
            self._hidden_rows.add(row)
        self._waiting.append((row, cells))
        if len(self._waiting) == wire.MOST_ROWS:
            self._pack()

    def check_reach(self, row: int, column: int, *, filled: bool) -> None:
        """Refuse a cell beyond the limits, or blanks beyond the last column there is.

        Raises:
            Unfit: with the limit.

        """
        if filled and column > self._limits.columns:
            raise too_far(address(row, column), self._limits)
        if column > LAST_COLUMN:
            check_columns(column, self._limits)

    def merge(self, row: int, column: int, down: int, across: int) -> None:
        """Note a merged cell that reaches so many cells further."""
        self._spans.append((row, column, row + down, column + across))
        check_spans(len(self._spans), self._limits)

    def blame(self, row: int, column: int, what: str) -> None:
        """Note a cell that would silently read as empty."""
        if len(self.unread) < _MOST_UNREAD:
            self.unread[address(row, column)] = what

    def cover(self, row: int) -> None:
        """Note a row in which content lies under a merged cell."""
        self._covered_rows.add(row)

    def conceal(self, row: int) -> None:
        """Note a row in which content is kept from sight by its format."""
        self._unshown_rows.add(row)

    def hide_columns(self, first: int, last: int) -> None:
        """Note hidden columns."""
        self.hidden_columns.update(range(first, min(last, self._limits.columns) + 1))

    def show_columns(self, first: int, last: int) -> None:
        """Note columns that are not hidden as the others are."""
        self.hidden_columns.difference_update(range(first, min(last, LAST_COLUMN) + 1))

    def found(self) -> Found:
        """Return what is known of the worksheet at its end."""
        self._pack()
        found = Found(self.name, self._height, self._width, self.unread)
        found.spans = covered.clipped(self._spans, self._height, self._width, self._limits)
        found.notes = hidden_notes(
            self._hidden_rows, self.hidden_columns, found, self._unshown_rows
        )
        if self._covered_rows:
            found.notes.append(
                f"第{listed(self._covered_rows)}行有被合并单元格遮住的内容，未读取；请取消合并后核对"
            )
        return found

    def rows(self) -> Iterator[Row]:
        """Yield the rows; once."""
        self._packed.reverse()
        while self._packed:
            yield from wire.unpack_rows(self._packed.pop())

    def _pack(self) -> None:
        if self._waiting:
            self._packed.extend(wire.pack_rows(self._waiting))
            self._waiting = []


class Gathering:
    """The worksheets of a document, in their order."""

    def __init__(self, ask: Ask) -> None:
        """Gather for this question."""
        self._ask = ask
        self.sheets: list[Gathered] = []
        self._faults: dict[str, Unfit] = {}

    def begin(self, name: str) -> Gathered:
        """Begin the next worksheet."""
        self.sheets.append(Gathered(name, self._ask.limits))
        return self.sheets[-1]

    def fault(self, sheet: Gathered, error: Unfit) -> None:
        """Take a fault of a worksheet: at once, unless another one is wanted.

        Raises:
            Unfit: the fault.

        """
        if self._ask.wanted in (None, sheet.name):
            raise error
        self._faults[sheet.name] = error

    def is_faulty(self, sheet: Gathered) -> bool:
        """Whether the worksheet need not be gathered any further."""
        return sheet.name in self._faults

    def choose(self) -> tuple[Found, Iterator[Row]]:
        """Return the worksheet that is asked for.

        Raises:
            Unfit: there is none, or others stand in the way.

        """
        sheets = {sheet.name: sheet for sheet in self.sheets}
        refuse_hidden(sheet.name for sheet in self.sheets if sheet.hidden)
        filled = {name for name, sheet in sheets.items() if sheet.is_filled}
        name = pick(list(sheets), self._ask, filled.__contains__)
        notes = weigh_others(sheets, name, self._ask, filled.__contains__)
        found = sheets[name].found()
        found.notes = [*notes, *found.notes]
        return found, sheets[name].rows()
