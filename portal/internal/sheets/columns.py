"""From rows of cells to rows of values, column by column (解析)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.cell import coordinate_from_string

from portal.internal.sheets.cells import Cell
from portal.internal.sheets.chunk import Chunk
from portal.internal.sheets.doors.shape import Row
from portal.internal.sheets.header import Header
from portal.internal.sheets.mapping import PLACEHOLDER, RUNNING, SECTION, Profile
from portal.internal.sheets.names import fold
from portal.internal.sheets.spec import Sheet
from portal.internal.sheets.strip import Special, Strip, shown
from portal.internal.sheets.ticks import TickStrip

Tell = Callable[..., None]


@dataclass(slots=True)
class _Fill:
    """What a field is where no column says it: a constant, or a pattern of columns."""

    text: str
    strip: Strip
    sources: Mapping[str, int | None] = field(default_factory=dict)


class ColumnsReader:
    """Reads rows by the matched columns of a header."""

    def __init__(
        self,
        header: Header,
        sheet: Sheet,
        tell: Tell,
        *,
        profile: Profile | None,
        given: Mapping[str, str],
        unread: Mapping[str, str],
        section_of: Callable[[int], str] = lambda _: "",
    ) -> None:
        """Prepare a strip for each column, and what fills the fields without one."""
        self._tell = tell
        profile = profile or Profile(kind=sheet.kind)
        self._names = [match.name.text for match in header.matches]
        full = [match.name.full for match in header.matches]
        strips: dict[int, Strip] = {
            index: TickStrip(column, ticks)
            if (ticks := header.ticks.get(column.field))
            else Strip(column, dates=profile.dates, words=profile.values.get(column.field, {}))
            for index, column in header.columns.items()
        }
        #: A tick says what its column is called: the cell itself is kept as filed.
        ticked = {each.index for ticks in header.ticks.values() for each in ticks}
        #: The record's own columns first, then those of the child that a row is.
        self._strips = dict(sorted(strips.items(), key=lambda each: each[1].column.child))
        self._child_fields = {column.field for column in sheet.columns if column.child}
        self._letters = header.letters
        self._unread = _by_row(unread)
        self._unmapped = [
            n for n in range(len(self._names)) if n not in self._strips or n in ticked
        ]
        self._down = [n for n, name in enumerate(full) if name in profile.fill_down]
        self._above: dict[int, Cell] = {}
        places = {name: index for index, name in enumerate(full) if name}
        self._fills = {
            name: _fill(text, Strip(sheet.column(name), dates=profile.dates, words={}), places)
            for name, text in {**profile.fill, **given}.items()
        }
        self._count = 0
        self._section_of = section_of
        self._wide: set[int] = set()
        #: Field and text of what was filled in and told already.
        self._told: set[tuple[str, str]] = set()

    def read(self, rows: Sequence[Row]) -> Chunk:
        """Return the rows read, with what is to be told of each."""
        if self._down:
            self._fill_down(rows)
        width = max(len(self._names), *(len(cells) for _, cells in rows))
        padded = [
            cells if len(cells) == width else [*cells, *repeat("", width - len(cells))]
            for _, cells in rows
        ]
        table = list(zip(*padded, strict=True))
        numbers = [number for number, _ in rows]
        columns = {s.column.field: s.take(table, index) for index, s in self._strips.items()}
        kept = self._kept(table, width, len(rows))
        chunk = Chunk(numbers, columns, kept, self._letters, self._child_fields)
        for index, strip in self._strips.items():
            if strip.has_specials:
                self._settle(chunk, index, strip)
        if self._unread:
            for n, number in enumerate(numbers):
                if number in self._unread:
                    self._blame_unread(chunk, n)
        if self._fills:
            for n, cells in enumerate(padded):
                self._fill(chunk, n, cells)
        return chunk

    def tell_left(self) -> None:
        """Tell the unread cells of rows that looked empty altogether."""
        for cells in self._unread.values():
            for index, cell, what in cells:
                self._tell("unread", cell, what, self._title(index))
        self._unread.clear()

    def _kept(
        self, table: Sequence[Sequence[Cell]], width: int, count: int
    ) -> list[dict[str, str] | None]:
        """Return, by row, the filled cells of columns that mean nothing to the template."""
        unmapped = [*self._unmapped, *range(len(self._names), width)]
        found: list[dict[str, str] | None] = [None] * count
        for index in unmapped:
            name = self._names[index] if index < len(self._names) else ""
            for n, cell in enumerate(table[index]):
                if cell != "":
                    kept = found[n] = found[n] or {}
                    kept[name or self._nameless(index)] = shown(cell)
        return found

    def _nameless(self, index: int) -> str:
        """Return what a column without a name is called; tell it once."""
        letter = get_column_letter(index + 1)
        if index not in self._wide:
            self._wide.add(index)
            what = "没有列名的列有内容，按原样留存，不公开；需要登记的请补列名"
            self._tell("unmapped", f"{letter}列", what)
        return f"{letter}列"

    def _settle(self, chunk: Chunk, index: int, strip: Strip) -> None:
        """Put what stands behind the special cells of one column into the rows."""
        values = chunk.columns[strip.column.field]
        for n, value in enumerate(values):
            if type(value) is Special:
                values[n] = value.value
                self._settle_one(chunk, n, index, value)

    def _settle_one(self, chunk: Chunk, n: int, index: int, special: Special) -> None:
        column = self._strips[index].column
        at = index if special.at is None else special.at
        cell = f"{get_column_letter(at + 1)}{chunk.numbers[n]}"
        if special.raw is not None:
            chunk.keep(n, self._names[index], special.raw)
        if special.fault is not None:
            chunk.tell(n, "cell", cell, special.fault, column.title)
            chunk.fail(n, column.field, cell)
        elif special.blank:
            chunk.tell(n, "blank_mark", cell, f"“{special.raw}”按未填处理", column.title)
        else:
            if special.unsure:
                chunk.tell(n, "unsure", cell, special.unsure, column.title)
            if special.as_text:
                chunk.tell(n, "as_text", cell, f"“{special.raw}”按原文登记", column.title)
            if column.wording and special.wording:
                _set_where_blank(chunk.column(column.wording), n, special.wording)

    def _blame_unread(self, chunk: Chunk, n: int) -> None:
        """Tell the cells of a row that look empty and are not."""
        chunk.fail(n)
        for index, cell, what in self._unread.pop(chunk.numbers[n]):
            chunk.tell(n, "unread", cell, what, self._title(index))
            #: A strip that has remembered nothing yet is an empty dict, and false.
            if (strip := self._strips.get(index)) is not None:
                chunk.fail(n, strip.column.field, cell)

    def _title(self, index: int) -> str:
        strip = self._strips.get(index)
        return "" if strip is None else strip.column.title

    def _fill(self, chunk: Chunk, n: int, cells: Sequence[Cell]) -> None:
        """Fill the fields that no cell of the row says."""
        self._count += 1
        for name, fill in self._fills.items():
            values = chunk.column(name)
            if values[n] is not None or name in chunk.faulty.get(n, ()):
                continue
            text = self._composed(fill, cells, chunk.numbers[n])
            value = fill.strip[text] if text else None
            if type(value) is Special:
                self._tell_filled(chunk, n, name, text, value)
                if value.fault:
                    chunk.fail(n, name, f"第{chunk.numbers[n]}行")
                    continue
                wording = fill.strip.column.wording
                if wording and value.wording:
                    _set_where_blank(chunk.column(wording), n, value.wording)
                value = value.value
            values[n] = value

    def _tell_filled(self, chunk: Chunk, n: int, name: str, text: str, found: Special) -> None:
        """Tell what is wrong with a text that was filled in, or to be confirmed, but only once."""
        what = f"“{text}”：{found.fault}" if found.fault else found.unsure
        if what and (name, text) not in self._told:
            self._told.add((name, text))
            title = self._fills[name].strip.column.title
            rule = "cell" if found.fault else "unsure"
            chunk.tell(n, rule, f"第{chunk.numbers[n]}行", f"填入的{what}", title)

    def _composed(self, fill: _Fill, cells: Sequence[Cell], number: int) -> str:
        """Return a pattern with its columns put in; "" if one of them is blank."""
        parts = {RUNNING: str(self._count)}
        for name, index in fill.sources.items():
            parts[name] = shown(cells[index]) if index is not None else ""
            if name == SECTION:
                parts[name] = self._section_of(number)
            if not parts[name]:
                return ""
        return PLACEHOLDER.sub(lambda match: parts[_source(match[1])], fill.text)

    def _fill_down(self, rows: Sequence[Row]) -> None:
        for _, cells in rows:
            for index in self._down:
                if index < len(cells) and cells[index] != "":
                    self._above[index] = cells[index]
                elif index in self._above:
                    cells.extend([""] * (index + 1 - len(cells)))
                    cells[index] = self._above[index]


def _set_where_blank(values: list[Any], n: int, value: object) -> None:
    if values[n] is None:
        values[n] = value


def _source(name: str) -> str:
    return RUNNING if name.strip() == RUNNING else fold(name)


def _fill(text: str, strip: Strip, places: Mapping[str, int]) -> _Fill:
    names = [_source(name) for name in PLACEHOLDER.findall(text)]
    return _Fill(text, strip, {name: places.get(name) for name in names if name != RUNNING})


def _by_row(unread: Mapping[str, str]) -> dict[int, list[tuple[int, str, str]]]:
    """Return the unread cells by row: column from 0, address, what is wrong."""
    found: dict[int, list[tuple[int, str, str]]] = {}
    for cell, what in unread.items():
        letters, row = coordinate_from_string(cell)
        found.setdefault(row, []).append((column_index_from_string(letters) - 1, cell, what))
    return found
