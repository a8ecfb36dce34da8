"""From a file to records: read each cell, hold rows together, build."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from portal.internal.sheets.cells import BadCell, Cell
from portal.internal.sheets.header import find_header
from portal.internal.sheets.report import Problem, Report
from portal.internal.sheets.sources import Source, open_table
from portal.internal.sheets.spec import BadRow, Column, Sheet


@dataclass(frozen=True, slots=True)
class Read:
    """One record with the place it came from; `places` maps a field to its cell."""

    record: Any
    row: int
    places: Mapping[str, str]
    #: Row and places of each child the record took.
    children: Sequence[tuple[int, Mapping[str, str]]] = ()

    def child(self, index: int) -> "Read":
        """Return the same record as seen from the row of one of its children."""
        row, places = self.children[index]
        return replace(self, row=row, places=places)


@dataclass(slots=True)
class _Group:
    """Rows of one record as they are read."""

    row: int
    values: dict[str, Any]
    places: dict[str, str]
    children: list[dict[str, Any]] = field(default_factory=list)
    child_rows: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)
    faulty: bool = False


class Reader:
    """Reads one table by its sheet specification; problems go to the report, all of them."""

    def __init__(
        self,
        path: Path,
        sheet: Sheet,
        agency_code: str,
        report: Report,
        file_name: str | None = None,
    ) -> None:
        """Open the file; people know it as `file_name`.

        Raises:
            Unreadable: the file as a whole cannot be taken.

        """
        self.sheet = sheet
        self.report = report
        self.source: Source = open_table(path, sheet.title, file_name or path.name)
        self._unread = dict(self.source.unread)
        self._agency_code = agency_code
        self._columns: dict[int, Column] = {}
        self._by_field = {column.field: column for column in sheet.columns}
        self._letters: dict[str, str] = {}
        self.rows_read = 0

    def records(self) -> Iterator[Read]:
        """Yield the records that could be built."""
        rows = iter(self.source.rows)
        header = find_header(rows, self.source, self.sheet, self.report)
        if header is None:
            return
        self._columns, self._letters = header.columns, header.letters
        group: _Group | None = None
        seen: dict[tuple[str, ...], int] = {}
        for number, cells in rows:
            values, places, faulty = self._read_row(number, cells)
            if not places:
                continue
            self.rows_read += 1
            if group is not None and self._continues(group, values, places):
                self._extend(group, number, values, places, faulty)
                continue
            if group is not None:
                yield from self._finish(group)
            group = self._begin(number, values, places, faulty, seen)
        if group is not None:
            yield from self._finish(group)
        for cell, what in self._unread.items():
            self._error(cell, what)
        if not self.rows_read and not self._unread:
            self.report.error(Problem(self.source.sheet, "", "没有数据行；请在表头下方逐行填写"))

    def _read_row(
        self, number: int, cells: list[Cell]
    ) -> tuple[dict[str, Any], dict[str, str], bool]:
        """Return values and places of the cells that are filled; report those that cannot be read."""
        values: dict[str, Any] = {}
        places: dict[str, str] = {}
        faulty = False
        if self._unread:
            faulty = self._report_unread(number, len(cells), places)
        for index, cell in enumerate(cells):
            if cell == "" or (isinstance(cell, str) and not cell.strip()):
                continue
            column = self._columns.get(index)
            address = f"{get_column_letter(index + 1)}{number}"
            if column is None:
                self._error(address, "表头以外的列有内容；请补列名或清空该单元格")
                faulty = True
                continue
            places[column.field] = address
            try:
                values[column.field] = column.parse(cell)
            except BadCell as error:
                self._error(address, str(error), column.title)
                faulty = True
        return values, places, faulty

    def _report_unread(self, number: int, width: int, places: dict[str, str]) -> bool:
        """Report the cells of a row that look empty and are not; whether there are any."""
        before = len(self._unread)
        for index in range(width):
            address = f"{get_column_letter(index + 1)}{number}"
            if what := self._unread.pop(address, None):
                column = self._columns.get(index)
                self._error(address, what, column.title if column else "")
                if column:
                    places[column.field] = address
        return len(self._unread) < before

    def _continues(
        self, group: _Group, values: Mapping[str, Any], places: Mapping[str, str]
    ) -> bool:
        """Whether a row goes on with the record above: its key is the same, or left blank.

        A key that is there but cannot be read begins a record of its own.
        """
        if not self.sheet.group or self._key_is_unread(values, places):
            return False
        given = [values[name] for name in self.sheet.group if name in values]
        same = all(
            values.get(name, group.values.get(name)) == group.values.get(name)
            for name in self.sheet.group
        )
        return same if given else True

    def _key_is_unread(self, values: Mapping[str, Any], places: Mapping[str, str]) -> bool:
        return any(name in places and name not in values for name in self.sheet.group)

    def _begin(
        self,
        number: int,
        values: dict[str, Any],
        places: dict[str, str],
        faulty: bool,  # noqa: FBT001
        seen: dict[tuple[str, ...], int],
    ) -> _Group:
        group = _Group(number, {}, places, faulty=faulty)
        self._take_values(group, number, values, places)
        for column in self.sheet.columns:
            if column.required and not column.child and column.field not in places:
                self._error(self._address(column.field, number), "必填，不能为空", column.title)
                group.faulty = True
        key = tuple(str(group.values.get(name)) for name in self.sheet.group)
        if self._key_is_unread(values, places):
            return group
        if key and (first := seen.setdefault(key, number)) != number:
            self._error(
                self._address(self.sheet.group[0], number),
                f"“{key[0]}”已在第{first}行出现过，两处不相邻；同一记录的行请连续填写",
            )
            group.faulty = True
        return group

    def _extend(
        self,
        group: _Group,
        number: int,
        values: dict[str, Any],
        places: dict[str, str],
        faulty: bool,  # noqa: FBT001
    ) -> None:
        group.faulty |= faulty
        for column in self.sheet.columns:
            name = column.field
            if column.child or name not in values or values[name] == group.values.get(name):
                continue
            if name in group.values:
                self._error(
                    places[name],
                    f"与同一记录首行（第{group.row}行）不一致；请改成一致，或留空",
                    column.title,
                )
                group.faulty = True
            else:
                group.values[name] = values[name]
                group.places[name] = places[name]
        self._take_values(
            group, number, {n: v for n, v in values.items() if self._by_field[n].child}, places
        )

    def _take_values(
        self, group: _Group, number: int, values: dict[str, Any], places: Mapping[str, str]
    ) -> None:
        """Put own values into the group, and a row's child values into its list of children."""
        child: dict[str, Any] = {}
        for name, value in values.items():
            (child if self._by_field[name].child else group.values)[name] = value
        touched = any(self._by_field[name].child for name in places)
        if not touched:
            return
        group.children.append(child)
        group.child_rows.append((number, places))
        for column in self.sheet.columns:
            if column.required and column.child and column.field not in places:
                self._error(self._address(column.field, number), "必填，不能为空", column.title)
                group.faulty = True

    def _finish(self, group: _Group) -> Iterator[Read]:
        needs_child = any(column.required and column.child for column in self.sheet.columns)
        if needs_child and not group.children and not self.sheet.childless:
            titles = "、".join(c.title for c in self.sheet.columns if c.required and c.child)
            self._error(f"第{group.row}行", f"至少要有一行填写：{titles}")
            return
        if group.faulty:
            return
        try:
            record = self.sheet.build(self._agency_code, group.values, group.children)
        except BadRow as error:
            own = (group.row, group.places)
            row, places = own if error.child is None else group.child_rows[error.child]
            where = places.get(error.field) or self._address(error.field, row)
            self._error(where, str(error), self._by_field[error.field].title)
            return
        yield Read(record, group.row, group.places, group.child_rows)

    def _address(self, name: str, number: int) -> str:
        letter = self._letters.get(name)
        return f"{letter}{number}" if letter else f"第{number}行"

    def _error(self, cell: str, what: str, column: str = "") -> None:
        self.report.error(Problem(self.source.sheet, cell, what, column))
