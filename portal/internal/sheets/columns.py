"""From rows of cells to rows of values, column by column (解析)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.cell import coordinate_from_string

from portal.internal.sheets.cells import Cell
from portal.internal.sheets.doors.shape import Row
from portal.internal.sheets.header import Header
from portal.internal.sheets.mapping import PLACEHOLDER, RUNNING, SECTION, Profile
from portal.internal.sheets.names import fold
from portal.internal.sheets.places import Places
from portal.internal.sheets.spec import Sheet
from portal.internal.sheets.strip import Special, Strip, shown
from portal.internal.sheets.ticks import TickStrip

Tell = Callable[..., None]


@dataclass(slots=True)
class RowRead:
    """One row as values by field. `raw` holds, by header, what they do not say word for word."""

    number: int
    #: Fields of the record itself, and of the child that the row is.
    own: dict[str, Any]
    child: dict[str, Any]
    places: Places
    raw: dict[str, str] | None
    #: Something in it could not be read, and was told.
    faulty: bool = False


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
        #: The record's own columns first: a row is parted by place, not by looking each field up.
        self._strips = dict(sorted(strips.items(), key=lambda each: each[1].column.child))
        self._own = [s.column.field for s in self._strips.values() if not s.column.child]
        self._child = [s.column.field for s in self._strips.values() if s.column.child]
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

    def read(self, rows: Sequence[Row]) -> Iterator[RowRead]:
        """Yield the rows read; tell what cannot be read or is to be confirmed."""
        if self._down:
            self._fill_down(rows)
        width = max(len(self._names), *(len(cells) for _, cells in rows))
        padded = [
            cells if len(cells) == width else [*cells, *repeat("", width - len(cells))]
            for _, cells in rows
        ]
        table = list(zip(*padded, strict=True))
        read = [strip.take(table, index) for index, strip in self._strips.items()]
        special = self._specials(read)
        kept = self._kept(table, width, len(rows))
        split = len(self._own)
        owns = _filled(self._own, read[:split], len(rows))
        children = _filled(self._child, read[split:], len(rows))
        for n, (number, _) in enumerate(rows):
            own, child = owns[n], children[n]
            row = RowRead(number, own, child, Places(number, self._letters, own, child), kept[n])
            if n in special:
                self._settle(row, special[n])
            if number in self._unread:
                self._tell_unread(row)
            if self._fills:
                self._fill(row, padded[n])
            yield row

    def tell_left(self) -> None:
        """Tell the unread cells of rows that looked empty altogether."""
        for number in list(self._unread):
            self._tell_unread(RowRead(number, {}, {}, Places(number, self._letters, {}, {}), None))

    def _specials(
        self, read: Sequence[Sequence[Any]]
    ) -> dict[int, list[tuple[int, Strip, Special]]]:
        """Return, by row, the cells that are more than their value."""
        found: dict[int, list[tuple[int, Strip, Special]]] = {}
        for (index, strip), values in zip(self._strips.items(), read, strict=True):
            if strip.has_specials:
                for n, value in enumerate(values):
                    if type(value) is Special:
                        found.setdefault(n, []).append((index, strip, value))
        return found

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

    def _settle(self, row: RowRead, found: Sequence[tuple[int, Strip, Special]]) -> None:
        """Put what stands behind special cells into the row."""
        for index, strip, special in found:
            column, name = strip.column, strip.column.field
            values = row.child if column.child else row.own
            at = index if special.at is None else special.at
            cell = f"{get_column_letter(at + 1)}{row.number}"
            if special.raw is not None:
                row.raw = row.raw or {}
                row.raw[self._names[index]] = special.raw
            if special.fault is not None:
                self._tell("cell", cell, special.fault, column.title)
                del values[name]
                row.places.add(name, cell)
                row.faulty = True
            elif special.blank:
                self._tell("blank_mark", cell, f"“{special.raw}”按未填处理", column.title)
                del values[name]
            else:
                values[name] = special.value
                if special.unsure:
                    self._tell("unsure", cell, special.unsure, column.title)
                if special.as_text:
                    self._tell("as_text", cell, f"“{special.raw}”按原文登记", column.title)
                if column.wording and special.wording:
                    values.setdefault(column.wording, special.wording)

    def _tell_unread(self, row: RowRead) -> None:
        """Tell the cells of a row that look empty and are not."""
        row.faulty = True
        for index, cell, what in self._unread.pop(row.number):
            strip = self._strips.get(index)
            #: A strip that has remembered nothing yet is an empty dict, and false.
            self._tell("unread", cell, what, "" if strip is None else strip.column.title)
            if strip is not None:
                row.places.add(strip.column.field, cell)

    def _fill(self, row: RowRead, cells: Sequence[Cell]) -> None:
        """Fill the fields that no cell of the row says."""
        self._count += 1
        for name, fill in self._fills.items():
            values = row.child if fill.strip.column.child else row.own
            if name in values or name in row.places:
                continue
            text = self._composed(fill, cells, row.number)
            value = fill.strip[text] if text else None
            if type(value) is Special:
                self._tell_filled(row, name, text, value)
                if value.fault:
                    row.places.add(name, f"第{row.number}行")
                    row.faulty = True
                    continue
                wording = fill.strip.column.wording
                if wording and value.wording:
                    values.setdefault(wording, value.wording)
                value = value.value
            if value is not None:
                values[name] = value

    def _tell_filled(self, row: RowRead, name: str, text: str, found: Special) -> None:
        """Tell what is wrong with a text that was filled in, or to be confirmed, but only once."""
        what = f"“{text}”：{found.fault}" if found.fault else found.unsure
        if what and (name, text) not in self._told:
            self._told.add((name, text))
            title = self._fills[name].strip.column.title
            rule = "cell" if found.fault else "unsure"
            self._tell(rule, f"第{row.number}行", f"填入的{what}", title)

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


def _filled(
    names: Sequence[str], columns: Sequence[Sequence[Any]], count: int
) -> list[dict[str, Any]]:
    """Return, by row, what is filled in: most columns are wholly so, and taken all at once."""
    whole: list[tuple[str, Sequence[Any]]] = []
    sparse: list[tuple[str, Sequence[Any]]] = []
    for name, values in zip(names, columns, strict=True):
        (sparse if None in values else whole).append((name, values))
    head = [name for name, _ in whole]
    found: list[dict[str, Any]] = [
        dict(zip(head, row))  # noqa: B905
        for row in zip(*(values for _, values in whole), strict=True)
    ] or [{} for _ in range(count)]
    for name, values in sparse:
        for row, value in zip(found, values, strict=True):
            if value is not None:
                row[name] = value
    return found


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
