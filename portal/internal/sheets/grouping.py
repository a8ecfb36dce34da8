"""Holds the rows of one record together, and builds it (同一记录的行)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.internal.sheets.chunk import Chunk, RowRead
from portal.internal.sheets.places import Places
from portal.internal.sheets.read import Read
from portal.internal.sheets.spec import BadRow, Column, Sheet, Values
from portal.internal.sheets.wholesale import built

#: Takes what could be read of a record that cannot be built, and of each of its children, with its cells.
Left = Callable[[Sequence[tuple[Values, Mapping[str, str]]]], None]


class _Doubt(BadRow):
    """Something to confirm about a record that was built."""

    def __init__(self, field: str, what: str, child: int | None) -> None:
        super().__init__(field, what, "unsure")
        self.child = child


@dataclass(slots=True)
class _Group:
    """Rows of one record as they are read."""

    row: int
    values: dict[str, Any]
    places: Places
    children: list[dict[str, Any]] = field(default_factory=list)
    child_rows: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)
    raw: list[Mapping[str, str] | None] = field(default_factory=list)
    faulty: bool = False
    #: Which children have faults.
    bad: set[int] = field(default_factory=set)
    #: Row of each child that has no fault; kept from the second child on.
    seen: dict[frozenset[tuple[str, Any]], int] | None = None


class Grouping:
    """Turns rows into the records of one template; faults are told, all of them."""

    def __init__(
        self,
        sheet: Sheet,
        agency_code: str,
        letters: Mapping[str, str],
        tell: Callable[..., None],
        left: Left,
    ) -> None:
        """Prepare for rows whose columns have these letters."""
        self.sheet, self._agency_code, self._left = sheet, agency_code, left
        self._letters, self._tell = letters, tell
        self._own_required = [c for c in sheet.columns if c.required and not c.child]
        self._child_required = [c for c in sheet.columns if c.required and c.child]
        self._own_needs = frozenset(c.field for c in self._own_required)
        self._child_needs = frozenset(c.field for c in self._child_required)
        self._child_fields = {c.field for c in sheet.columns if c.child}
        self._by_field = {column.field: column for column in sheet.columns}
        self._group: _Group | None = None
        #: A row that is a whole record by itself, as most are, if the next does not go on with it.
        self._lone: RowRead | None = None

    def take(self, chunk: Chunk) -> Iterator[Read]:
        """Yield the records that the rows complete."""
        records = built(chunk, self.sheet, self._agency_code, self._own_needs | self._child_needs)
        for n, read in enumerate(records):
            for found in chunk.told.get(n, ()):
                self._tell(*found)
            before = self._flush() if read else self._next(chunk.row(n))
            if before:
                yield before
            if read:
                yield read

    def last(self) -> Iterator[Read]:
        """Yield the record that the last rows make."""
        if read := self._flush():
            yield read

    def _next(self, row: RowRead) -> Read | None:
        """Take a row; return the record above, unless the row goes on with it."""
        if (lone := self._lone) is not None and self._continues(lone.own, row):
            self._lone, self._group = None, self._begin(lone)
        if (group := self._group) is not None and self._continues(group.values, row):
            self._extend(group, row)
            return None
        read = self._flush()
        if self._is_whole(row):
            self._lone = row
        else:
            self._group = self._begin(row)
        return read

    def _flush(self) -> Read | None:
        lone, group, self._lone, self._group = self._lone, self._group, None, None
        if lone is not None:
            return self._alone(lone)
        return None if group is None else self._finish(group)

    def _is_whole(self, row: RowRead) -> bool:
        return (
            not row.faulty
            and self._own_needs.issubset(row.own)
            and self._child_needs.issubset(row.child)
            and bool(row.child or not self._child_fields)
        )

    def _alone(self, row: RowRead) -> Read | None:
        """Build the record of a single whole row; where more is to be said of it, the long way."""
        record, child = self._plain(row), row.child
        if record is None:
            return self._finish(self._begin(row))
        places, number = row.places, row.number
        raw = (row.raw,) if row.raw else ()
        return Read(record, number, places, ((number, places),) if child else (), (), raw)

    def _plain(self, row: RowRead) -> Any | None:  # noqa: ANN401
        """Return the record of a whole row, None where there is a fault in it or more to be said."""
        child, sheet = row.child, self.sheet
        if sheet.doubts is not None:
            return None
        try:
            if child and sheet.parts is not None and sheet.parts(child) > 1:
                return None
            return sheet.build(self._agency_code, row.own, [child] if child else [])
        except BadRow:
            return None

    def _continues(self, values: Mapping[str, Any], row: RowRead) -> bool:
        """Whether a row goes on with the record above: its key is the same, or left blank.

        A key that is there but cannot be read begins a record of its own.
        """
        if not self.sheet.group:
            return False
        given = False
        for name in self.sheet.group:
            if name in row.own:
                given = True
                if row.own[name] != values.get(name):
                    return False
            elif row.faulty and name in row.places:
                return False
        return given or bool(row.child) or (row.faulty and self._has_child(row))

    def _is_child_unread(self, row: RowRead) -> bool:
        return any(name in row.places and name not in row.child for name in self._child_fields)

    def _has_child(self, row: RowRead) -> bool:
        return any(name in row.places for name in self._child_fields)

    def _begin(self, row: RowRead) -> _Group:
        group = _Group(row.number, row.own, row.places)
        self._take(group, row)
        if self._own_needs.issubset(row.own):
            return group
        for column in self._own_required:
            if column.field not in row.own and column.field not in row.places:
                self._tell_required(column, row.number)
                group.faulty = True
        return group

    def _extend(self, group: _Group, row: RowRead) -> None:
        for name, value in row.own.items():
            if name not in group.values:
                group.values[name] = value
                if name in row.places:
                    group.places.add(name, row.places[name])
            elif value != group.values[name]:
                self._tell(
                    "row", row.places.get(name, f"第{row.number}行"),
                    f"与同一记录首行（第{group.row}行）不一致；请改成一致，或留空",
                    self._by_field[name].title,
                )  # fmt: skip
                group.faulty = True
        self._take(group, row)

    def _take(self, group: _Group, row: RowRead) -> None:
        """Put the child that a row is, if it is one, to its record."""
        group.raw.append(row.raw)
        group.faulty |= row.faulty
        if not row.child and not (row.faulty and self._has_child(row)):
            return
        lacking = () if self._child_needs.issubset(row.child) else self._lacking(row)
        if lacking or (row.faulty and self._is_child_unread(row)):
            group.bad.add(len(group.children))
        elif group.children:
            first = _first_like(group, row)
            if first != row.number:
                self._tell("twice", f"第{row.number}行", f"与第{first}行重复，只登记一次；请确认")
                return
        group.children.append(row.child)
        group.child_rows.append((row.number, row.places))
        for column in lacking:
            self._tell_required(column, row.number)
            group.faulty = True

    def _lacking(self, row: RowRead) -> Sequence[Column]:
        """Return the mandatory columns of a child that are blank."""
        return [
            column
            for column in self._child_required
            if column.field not in row.child and column.field not in row.places
        ]

    def _tell_required(self, column: Column, number: int) -> None:
        address = self._address(column.field, number)
        self._tell("required", address, "必填，不能为空", column.title)

    def _finish(self, group: _Group) -> Read | None:
        read = self._built(group)
        if read is None:
            places = [group.places, *(places for _, places in group.child_rows)]
            self._left(list(zip([group.values, *group.children], places, strict=True)))
        return read

    def _built(self, group: _Group) -> Read | None:
        if self._child_required and not group.children and not self.sheet.childless:
            titles = "、".join(column.title for column in self._child_required)
            self._tell("required", f"第{group.row}行", f"至少要有一行填写：{titles}")
            return None
        if group.faulty:
            self._look_further(group)
            return None
        try:
            record = self.sheet.build(self._agency_code, group.values, group.children)
        except BadRow as error:
            for each in (error, *error.more):
                self._tell_fault(group, each)
            return None
        if self.sheet.doubts is not None:
            for name, child, words in self.sheet.doubts(group.values, group.children):
                self._tell_fault(group, _Doubt(name, words, child))
        raw = group.raw if any(group.raw) else ()
        return Read(record, group.row, group.places, group.child_rows, self._origins(group), raw)

    def _origins(self, group: _Group) -> Sequence[int]:
        if self.sheet.parts is None:
            return ()
        parts = [self.sheet.parts(child) for child in group.children]
        if sum(parts) == len(parts):
            return ()
        return [n for n, times in enumerate(parts) for _ in range(times)]

    def _look_further(self, group: _Group) -> None:
        """Tell what else is wrong with a record that cannot be built: all at once, not in rounds."""
        unread = {name for name in group.places if name not in group.values}
        for needs, check in self.sheet.partial:
            if needs.isdisjoint(unread):
                self._try(group, None, check, group.values)
        if self.sheet.child is None:
            return
        for n, child in enumerate(group.children):
            if n not in group.bad:
                self._try(group, n, self.sheet.child, self._agency_code, group.values, child)

    def _try(
        self, group: _Group, child: int | None, check: Callable[..., object], *values: object
    ) -> None:
        try:
            check(*values)
        except BadRow as error:
            error.child = child
            self._tell_fault(group, error)

    def _tell_fault(self, group: _Group, fault: BadRow) -> None:
        own = (group.row, group.places)
        row, places = own if fault.child is None else group.child_rows[fault.child]
        where = places.get(fault.field) or self._address(fault.field, row)
        self._tell(fault.rule, where, str(fault), self._by_field[fault.field].title)

    def _address(self, name: str, number: int) -> str:
        letter = self._letters.get(name)
        return f"{letter}{number}" if letter else f"第{number}行"


def _first_like(group: _Group, row: RowRead) -> int:
    """Return the row in which the record has this child first; the row itself where it is new."""
    if group.seen is None:
        rows = enumerate(zip(group.children, group.child_rows, strict=True))
        group.seen = {
            frozenset(child.items()): number
            for n, (child, (number, _)) in rows
            if n not in group.bad
        }
    return group.seen.setdefault(frozenset(row.child.items()), row.number)
