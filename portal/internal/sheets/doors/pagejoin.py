"""Tables of a page that are one: cut where a printed page ends, with their header again or without."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from portal.internal.sheets.doors.concealed import Concealment
from portal.internal.sheets.doors.pagetables import Cell, Table, number_of
from portal.internal.sheets.doors.pagetext import text_of

#: A title or two may stand above a header.
_WITHIN = 3
#: So many cells make a line that is no title.
_ENOUGH = 2
#: A form has pairs of a name and a value, two beside each other at most.
_FORM_WIDTH = 4


@dataclass(slots=True)
class Joined:
    """Tables that are read as one, in their order."""

    tables: list[Table]
    #: Those that have the header of the first again, and those that go on without one.
    again: list[Table] = field(default_factory=list)
    onward: list[Table] = field(default_factory=list)

    def filled(self) -> int:
        """Return the number of cells that have text of their own."""
        return sum(table.filled() for table in self.tables)


def join(tables: Sequence[Table], concealment: Concealment) -> list[Joined]:
    """Return every table once, with those that go on with it."""
    found: list[Joined] = []
    by_line: dict[tuple[str, ...], Joined] = {}
    last: Joined | None = None
    for table in tables:
        lines = _first_lines(table, concealment)
        lines += _names_down(table, concealment)
        before = next((by_line[line] for line in lines if line in by_line), None)
        #: A table within another is text of that one, whatever its header.
        if before is not None and table.depth == before.tables[0].depth:
            before.tables.append(table)
            before.again.append(table)
        elif last is not None and _goes_on(last.tables[-1], table, concealment):
            before = last
            before.tables.append(table)
            before.onward.append(table)
        else:
            before = Joined([table])
            found.append(before)
            by_line |= dict.fromkeys((line for line in lines if line not in by_line), before)
        last = before
    return found


def _first_lines(table: Table, concealment: Concealment) -> list[tuple[str, ...]]:
    """Return the first line, and the first that is no title."""
    lines = [tuple(_own(cell, concealment) for cell in line) for line in table.lines[:_WITHIN]]
    header = next((line for line in lines if sum(map(bool, line)) >= _ENOUGH), ())
    return [line for line in (lines[0], header) if any(line)]


def _names_down(table: Table, concealment: Concealment) -> list[tuple[str, ...]]:
    """Return the names down a form: forms alike are one for each record."""
    if not table.lines or max(map(len, table.lines)) > _FORM_WIDTH or len(table.lines) < _WITHIN:
        return []
    names = tuple(_own(line[0], concealment) if line else "" for line in table.lines)
    return [("", *names)] if all(names) and len(set(names)) == len(names) else []


def _goes_on(before: Table, after: Table, concealment: Concealment) -> bool:
    """Whether a table without a header goes on with the one before: as wide, and counting on."""
    if after.within is not before.within or _width(before) != _width(after):
        return False
    first = _count(after.lines[0], concealment)
    if first is None or len(after.lines[0]) < _ENOUGH:
        return False
    counts = (_count(line, concealment) for line in reversed(before.lines))
    return next((each for each in counts if each is not None), None) == first - 1


def _width(table: Table) -> int:
    """Return the number of columns, by the first line: no cell reaches into it from above."""
    return sum(number_of(cell.node, "colspan") for cell in table.lines[0])


def _count(line: Sequence[Cell], concealment: Concealment) -> int | None:
    text = _own(line[0], concealment) if line else ""
    return int(text) if text.isdecimal() and len(text) <= len("200000") else None


def _own(cell: Cell, concealment: Concealment) -> str:
    return text_of(cell.node, concealment, own=True)[0]
