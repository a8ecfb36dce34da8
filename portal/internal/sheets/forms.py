"""Forms: names down the page with their values beside them, one record after another (表单式)."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise

from portal.internal.sheets.cells import Cell
from portal.internal.sheets.doors.shape import Row, Span, address
from portal.internal.sheets.names import fold
from portal.internal.sheets.report import Unreadable

#: So many different names of the template, each in a row of its own, make a form.
_ENOUGH = 3
#: A name and its value in one cell: 检查日期：2025年5月6日.
_LABELLED = re.compile(r"\s*([^:：]{1,20}?)\s*[:：]\s*(.*)", re.DOTALL)
_LONGEST_NAME = 20
#: A form is read as a whole before it is laid out.
_MOST_ROWS = 50_000
_TOO_LONG = f"表单式的内容超过 {_MOST_ROWS} 行；请拆分，或改为一行一户的表格后再导入"

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A name with its value, and where the two stand: row, and column from 1."""

    name: str
    value: Cell
    at: Place
    value_at: Place


@dataclass(slots=True)
class Form:
    """A form laid out as a table: its header is row 0, a record stands in the row of its first name."""

    rows: list[Row]
    #: What is no name with a value: (row, whether before the first one, cells).
    asides: list[tuple[int, bool, list[Cell]]]
    #: Address in the table laid out → address in the file.
    moved: dict[str, str] = field(default_factory=dict)

    def where(self, cell: str) -> str:
        """Return the address in the file of a cell of the table laid out."""
        return "" if cell == "第0行" else self.moved.get(cell, cell)


def is_form(rows: Sequence[Row], known: Collection[str]) -> bool:
    """Whether the first rows of a table are a form: names of the template, but never side by side."""
    lines: set[int] = set()
    names: set[str] = set()
    for number, cells in rows:
        folded = [fold(cell) if isinstance(cell, str) else "" for cell in cells]
        if any(a in known and b in known for a, b in pairwise(folded)):
            return False
        here = {name for name in folded if name in known}
        here |= {name for cell in cells if (name := fold(_inside(cell)[0])) in known}
        lines |= {number} if here else set()
        names |= here
    return len(lines) >= _ENOUGH and len(names) >= _ENOUGH


def turn(
    head: Sequence[Row], rest: Iterable[Row], spans: Sequence[Span], known: Collection[str]
) -> Form:
    """Lay out a form.

    Raises:
        Unreadable: it is longer than forms are.

    """
    columns = {
        index
        for _, cells in head
        for index, cell in enumerate(cells)
        if isinstance(cell, str) and fold(cell) in known
    }
    covered = {(row, left) for top, left, bottom, _ in spans for row in range(top + 1, bottom + 1)}
    lines: list[list[_Entry]] = []
    form = Form([], [])
    current: dict[str, _Entry] = {}
    first = ""
    for count, (number, cells) in enumerate(chain(head, rest)):
        if count > _MOST_ROWS:
            raise Unreadable(_TOO_LONG)
        entries = [
            entry
            for each in _entries(number, cells, columns)
            if (entry := _beneath(each, covered)) is not None
        ]
        if not entries and any(cell != "" for cell in cells):
            form.asides.append((number, not lines, list(cells)))
        for entry in entries:
            name = fold(entry.name)
            first = first or name
            #: The first name again begins the next record; any other, a further row of this one.
            if name in current or (name == first and current):
                current = {}
            if not current:
                lines.append([])
            current[name] = entry
            lines[-1].append(entry)
    _lay_out(form, lines)
    return form


def _entries(number: int, cells: Sequence[Cell], columns: set[int]) -> Iterator[_Entry]:
    """Yield the names of one row with their values."""
    index = 0
    while index < len(cells):
        cell, at = cells[index], (number, index + 1)
        name, value = _inside(cell)
        if index in columns and _is_name(cell) and (value == "" or name == ""):
            #: A merged name or value leaves blanks behind it, which belong to no other.
            end = next((i for i in range(index + 1, len(cells)) if i in columns), len(cells))
            filled = [i for i in range(index + 1, end) if cells[i] != ""]
            places = filled or [min(index + 1, end)]
            for n, place in enumerate(places):
                beside = cells[place] if place < len(cells) else ""
                more = f"（续{n}）" if n else ""
                yield _Entry(str(cell).strip() + more, beside, at, (number, place + 1))
            index = end
            continue
        if name:
            yield _Entry(name, value, at, at)
        index += 1


def _beneath(entry: _Entry, covered: set[Place]) -> _Entry | None:
    """Return what a name merged over several rows gives to a lower one: only a value of its own."""
    if entry.at not in covered:
        return entry
    if entry.value_at in covered or entry.value == "":
        return None
    return replace(entry, name=f"{entry.name}（第{entry.at[0]}行）")


def _inside(cell: Cell) -> tuple[str, str]:
    """Return the name and the value that one cell holds; blanks where it does not."""
    match = _LABELLED.fullmatch(cell) if isinstance(cell, str) else None
    return (match[1], match[2].strip()) if match else ("", "")


def _is_name(cell: Cell) -> bool:
    return isinstance(cell, str) and 0 < len(fold(cell)) <= _LONGEST_NAME


def _lay_out(form: Form, lines: Sequence[Sequence[_Entry]]) -> None:
    columns: dict[str, int] = {}
    header: list[Cell] = []
    for entry in chain.from_iterable(lines):
        if (name := fold(entry.name)) not in columns:
            columns[name] = len(columns)
            header.append(entry.name.strip().rstrip(":："))
            form.moved[address(0, len(header))] = address(*entry.at)
    form.rows.append((0, header))
    for line in lines:
        number, row = line[0].at[0], list[Cell]([""] * len(columns))
        for entry in line:
            index = columns[fold(entry.name)]
            row[index] = entry.value
            form.moved[address(number, index + 1)] = address(*entry.value_at)
        form.rows.append((number, row))


def unread(form: Form, found: Mapping[str, str]) -> dict[str, str]:
    """Return the unread cells of a form by their address in the table laid out."""
    back = {real: laid for laid, real in form.moved.items()}
    return {back.get(cell, cell): what for cell, what in found.items()}
