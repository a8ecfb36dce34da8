"""From a file to records: find the header, read each cell, hold rows together, build."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from portal.internal.sheets.cells import BadCell, Cell, clean
from portal.internal.sheets.report import Problem, Report
from portal.internal.sheets.sources import Row, Source, open_table
from portal.internal.sheets.spec import BadRow, Column, Sheet

#: A title or two may stand above the header, no more.
_HEADER_WITHIN = 10


@dataclass(frozen=True, slots=True)
class Read:
    """One record with the place it came from; `places` maps a field to its cell."""

    record: Any
    row: int
    places: Mapping[str, str]


@dataclass(slots=True)
class _Group:
    """Rows of one record as they are read."""

    row: int
    values: dict[str, Any]
    places: dict[str, str]
    children: list[dict[str, Any]] = field(default_factory=list)
    child_rows: list[int] = field(default_factory=list)
    faulty: bool = False


class Reader:
    """Reads one table by its sheet specification; problems go to the report, all of them."""

    def __init__(self, path: Path, sheet: Sheet, agency_code: str, report: Report) -> None:
        """Open the file.

        Raises:
            Unreadable: the file as a whole cannot be taken.

        """
        self.sheet = sheet
        self.report = report
        self.source: Source = open_table(path, sheet.title)
        self._agency_code = agency_code
        self._columns: dict[int, Column] = {}
        self._letters: dict[str, str] = {}
        self.rows_read = 0

    def records(self) -> Iterator[Read]:
        """Yield the records that could be built."""
        rows = iter(self.source.rows)
        if not self._find_header(rows):
            return
        for cell in sorted(self.source.uncomputed):
            self._error(
                cell, "是未计算的公式，读不到值；请在表格软件中打开、重算并保存，或粘贴为数值"
            )
        group: _Group | None = None
        seen: dict[tuple[str, ...], int] = {}
        for number, cells in rows:
            values, places, faulty = self._read_row(number, cells)
            if not places:
                continue
            self.rows_read += 1
            if group is not None and self._continues(group, values):
                self._extend(group, number, values, places, faulty)
                continue
            if group is not None:
                yield from self._finish(group)
            group = self._begin(number, values, places, faulty, seen)
        if group is not None:
            yield from self._finish(group)
        if not self.rows_read:
            self.report.error(Problem(self.source.sheet, "", "没有数据行；请在表头下方逐行填写"))

    # -- header -----------------------------------------------------------------------------

    def _find_header(self, rows: Iterator[Row]) -> bool:
        """Take the first row that names enough columns; say what is missing, doubled or unknown."""
        known = {name: column for column in self.sheet.columns for name in column.headers()}
        best: list[str] = []
        for number, cells in rows:
            texts = [str(cell).strip() for cell in cells]
            hits = sum(_header_key(text) in known for text in texts)
            if hits >= min(3, len([c for c in self.sheet.columns if c.required])):
                return self._take_header(number, texts, known)
            best = max(best, [text for text in texts if text], key=len)
            if number >= _HEADER_WITHIN:
                break
        self.report.error(
            Problem(
                self.source.sheet,
                "",
                f"前{_HEADER_WITHIN}行没有“{self.sheet.title}”的表头；应有：{self._required_titles()}。"
                f"可用 portal-office blank {self.sheet.kind} 文件名 生成空白模板",
            )
        )
        return False

    def _take_header(self, number: int, texts: list[str], known: Mapping[str, Column]) -> bool:
        good = True
        if number in self.source.merged_rows:
            self._error(f"第{number}行", "表头含有合并单元格；请取消合并，每列一个列名")
            good = False
        for index, text in enumerate(texts):
            if not text:
                continue
            cell = f"{get_column_letter(index + 1)}{number}"
            column = known.get(_header_key(text))
            if column is None:
                self._error(cell, f"不认识的列“{text[:40]}”；请对照模板改正列名，或删除该列")
                good = False
            elif column.field in self._letters:
                self._error(
                    cell, f"列“{text}”与 {self._letters[column.field]} 列重复；请只保留一列"
                )
                good = False
            else:
                self._columns[index] = column
                self._letters[column.field] = get_column_letter(index + 1)
        missing = [
            column.title
            for column in self.sheet.columns
            if column.required
            and column.field not in self._letters
            and not (column.child and self.sheet.childless)
        ]
        if missing:
            self._error(f"第{number}行", f"缺少必填列：{'、'.join(missing)}")
        return good and not missing

    def _required_titles(self) -> str:
        return "、".join(column.title for column in self.sheet.columns if column.required)

    # -- rows -------------------------------------------------------------------------------

    def _read_row(
        self, number: int, cells: list[Cell]
    ) -> tuple[dict[str, Any], dict[str, str], bool]:
        """Return values and places of the cells that are filled; report those that cannot be read."""
        values: dict[str, Any] = {}
        places: dict[str, str] = {}
        faulty = False
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

    def _continues(self, group: _Group, values: Mapping[str, Any]) -> bool:
        """Whether a row goes on with the record above: its key is the same, or left blank."""
        if not self.sheet.group:
            return False
        given = [values[name] for name in self.sheet.group if name in values]
        same = all(
            values.get(name, group.values.get(name)) == group.values.get(name)
            for name in self.sheet.group
        )
        return same if given else True

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
        self._take_values(
            group, number, {n: v for n, v in values.items() if self.sheet.column(n).child}, places
        )

    def _take_values(
        self, group: _Group, number: int, values: dict[str, Any], places: Mapping[str, str]
    ) -> None:
        """Put own values into the group, and a row's child values into its list of children."""
        child: dict[str, Any] = {}
        for name, value in values.items():
            (child if self.sheet.column(name).child else group.values)[name] = value
        touched = any(self.sheet.column(name).child for name in places)
        if not touched:
            return
        group.children.append(child)
        group.child_rows.append(number)
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
            where = group.places.get(error.field) or self._child_place(error.field, group)
            self._error(where, str(error), self.sheet.column(error.field).title)
            return
        yield Read(record, group.row, group.places)

    def _child_place(self, name: str, group: _Group) -> str:
        rows = (
            group.child_rows if self.sheet.column(name).child and group.child_rows else [group.row]
        )
        letter = self._letters.get(name)
        if letter is None or len(rows) > 1:
            return f"第{rows[0]}行" if len(rows) == 1 else f"第{rows[0]}至{rows[-1]}行"
        return f"{letter}{rows[0]}"

    def _address(self, name: str, number: int) -> str:
        letter = self._letters.get(name)
        return f"{letter}{number}" if letter else f"第{number}行"

    def _error(self, cell: str, what: str, column: str = "") -> None:
        self.report.error(Problem(self.source.sheet, cell, what, column))


def _header_key(text: str) -> str:
    """Return a header without line ends, blanks and the mark of a mandatory column."""
    try:
        return "".join(clean(text.lstrip("*＊")).split()).rstrip("*＊")
    except BadCell:
        return text
