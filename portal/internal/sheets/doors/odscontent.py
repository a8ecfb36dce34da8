"""The content of an OpenDocument spreadsheet as it streams by: tables, rows, cells, repeats."""

import bisect
import re
from typing import TYPE_CHECKING

from portal.internal.sheets.doors import odscell, xmlparse
from portal.internal.sheets.doors.gathered import Gathered, Gathering
from portal.internal.sheets.doors.odsstyles import Styles
from portal.internal.sheets.doors.shape import (
    MACROS_OR_LINKS,
    MOST_CELL,
    Unfit,
    check_cell,
    check_rows,
)
from portal.internal.sheets.doors.unshown import NOTHING, Unshown
from portal.internal.sheets.limits import Limits

if TYPE_CHECKING:
    from portal.internal.sheets.cells import Cell

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_BLANKS = re.compile(r"[ \t\r\n]+")
_MOST_REPEAT = 10**9
_HIDDEN = ("collapse", "filter")
_NUMBERS = ("float", "currency", "percentage", "date", "time")
_CELLS = ("table:table-cell", "table:covered-table-cell")
_GROUPS = ("table:table-row-group", "table:table-column-group")
_LINKS = {
    "table:table-source",
    "table:cell-range-source",
    "table:dde-links",
    "office:dde-source",
    "script:event-listener",
}
#: What floats over cells or is told elsewhere: its text is no content of a cell.
_APART = {
    "office:annotation",
    "table:shapes",
    "table:tracked-changes",
    "text:ruby-text",
    "text:note",
}


class Content:
    """Handlers for content.xml, or for the flat form of the whole document."""

    def __init__(self, gathering: Gathering, limits: Limits) -> None:
        """Gather worksheets into `gathering`."""
        self._gathering, self._limits = gathering, limits
        self._sheet: Gathered | None = None
        self._checked = False
        self.styles = Styles()
        #: The style of the cells of a row or column that name none; columns by stretches.
        self._column_styles: list[tuple[int, str]] = []
        self._tables = self._apart = self._paragraph = self._size = 0
        self._guarded = False
        self._groups: list[bool] = []
        self._row = self._column = 0
        self._next_column = 1
        self._row_has: xmlparse.Attributes = {}
        self._cell_has: xmlparse.Attributes = {}
        self._cells: list[Cell] = []
        self._text: list[str] | None = None

    def start(self, name: str, has: xmlparse.Attributes) -> None:
        """Take the beginning of an element."""
        if not self._checked:
            self._check_root(has)
        if self._apart or name in _APART or name.startswith("draw:"):
            self._apart += 1
        elif name in _LINKS:
            raise Unfit(MACROS_OR_LINKS)
        elif self._text is not None:
            self._start_in_cell(name, has)
        elif name in _CELLS and self._sheet:
            self._cell_has, self._text, self._paragraph, self._size = has, [], 0, 0
        elif name == "table:table-row":
            self._row_has, self._cells, self._column = has, [], 0
        elif name == "table:table-column":
            self._take_column(has)
        elif name in _GROUPS:
            self._groups.append(has.get("table:display") == "false")
        elif name == "table:table":
            self._begin_table(has)
        else:
            self.styles.start(name, has)

    def data(self, text: str) -> None:
        """Take characters."""
        if self._text is not None and self._paragraph and not self._apart:
            self._text.append(_BLANKS.sub(" ", text))
            self._size += len(text)
            check_cell(self._size, f"第 {self._row + 1} 行")

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if self._apart:
            self._apart -= 1
        elif self._text is not None:
            self._end_in_cell(name)
        elif name == "table:table-row" and self._sheet:
            self._end_row(self._sheet)
        elif name in _GROUPS and self._groups:
            self._groups.pop()
        elif name == "table:table":
            self._sheet = None
        else:
            self.styles.end(name)

    def _check_root(self, has: xmlparse.Attributes) -> None:
        self._checked = True
        if has.get("xmlns:table") != _TABLE:
            raise Unfit("是少见写法的 OpenDocument 文件，无法读取；请用表格软件另存为 .xlsx")

    def _begin_table(self, has: xmlparse.Attributes) -> None:
        self._sheet = self._gathering.begin(has.get("table:name", ""))
        self._sheet.hidden = self.styles.is_hidden(has.get("table:style-name", ""))
        self._row, self._next_column, self._groups = 0, 1, []
        self._column_styles = []
        self._guarded = has.get("table:protected") == "true"

    def _take_column(self, has: xmlparse.Attributes) -> None:
        first, count = self._next_column, _repeat(has, "columns")
        self._next_column += count
        style = has.get("table:default-cell-style-name", "")
        self._column_styles.append((self._next_column - 1, style))
        if self._is_hidden(has, "table-column") and self._sheet:
            self._sheet.hide_columns(first, first + count - 1)

    def _is_hidden(self, has: xmlparse.Attributes, family: str) -> bool:
        """Whether a row or column, or a group that it is in, is out of sight."""
        if has.get("table:visibility") in _HIDDEN or any(self._groups):
            return True
        return self.styles.is_flat(has.get("table:style-name", family))

    def _start_in_cell(self, name: str, has: xmlparse.Attributes) -> None:
        if self._text is None:
            return
        if name in _CELLS:
            #: A table within a cell: its cells are set apart by a blank.
            self._text.append(" ")
            self._tables += 1
        elif name in {"text:p", "text:h"}:
            if self._text and not self._paragraph:
                self._text.append("\n")
            self._paragraph += 1
        elif name == "text:s":
            count = min(_number(has, "text:c") or 1, MOST_CELL)
            self._size += count
            check_cell(self._size, f"第 {self._row + 1} 行")
            self._text.append(" " * count)
        elif name == "text:tab":
            self._text.append("\t")
        elif name == "text:line-break":
            self._text.append("\n")

    def _end_in_cell(self, name: str) -> None:
        if name in {"text:p", "text:h"}:
            self._paragraph -= 1
        elif name in _CELLS and self._tables:
            self._tables -= 1
        elif name in _CELLS and self._sheet:
            text, self._text = "".join(self._text or ()).strip(), None
            if not self._gathering.is_faulty(self._sheet):
                try:
                    self._end_cell(self._sheet, text, is_covered=name == _CELLS[1])
                except Unfit as error:
                    self._gathering.fault(self._sheet, error)

    def _end_cell(self, sheet: Gathered, text: str, *, is_covered: bool) -> None:
        has, row, column = self._cell_has, self._row + 1, self._column + 1
        if "'#" in has.get("table:formula", ""):
            raise Unfit(MACROS_OR_LINKS)
        count = _repeat(has, "columns")
        why = None if is_covered else odscell.why_unread(has, text)
        value = "" if why else odscell.value_of(has, text)
        if is_covered and value != "":
            sheet.cover(row)
            value = ""
        self._column += count
        sheet.check_reach(row, self._column, filled=value != "" or why is not None)
        if why:
            for each in range(column, self._column + 1):
                sheet.blame(row, each, why)
        if value != "":
            if self._unshown(column).hides(is_number=has.get("office:value-type") in _NUMBERS):
                sheet.conceal(row)
            self._cells.extend([""] * (column - 1 - len(self._cells)))
            self._cells.extend([value] * count)
        across = _number(has, "table:number-columns-spanned")
        down = _number(has, "table:number-rows-spanned")
        if across > 1 or down > 1:
            sheet.merge(row, column, max(down - 1, 0), max(across - 1, 0))

    def _unshown(self, column: int) -> Unshown:
        """Return what the style of the cell at hand, of its row or of its column shows nothing of."""
        style = self._cell_has.get("table:style-name")
        style = style or self._row_has.get("table:default-cell-style-name")
        if not style:
            place = bisect.bisect_left(self._column_styles, (column,))
            inside = place < len(self._column_styles)
            style = self._column_styles[place][1] if inside else ""
        if self._guarded and self.styles.is_guarded(style):
            return NOTHING
        return self.styles.unshown(style)

    def _end_row(self, sheet: Gathered) -> None:
        count = _repeat(self._row_has, "rows")
        hidden = self._is_hidden(self._row_has, "table-row")
        try:
            if self._cells and not self._gathering.is_faulty(sheet):
                check_rows(self._row + count, self._limits)
                for number in range(self._row + 1, self._row + count + 1):
                    sheet.put(number, list(self._cells), hidden=hidden)
        except Unfit as error:
            self._gathering.fault(sheet, error)
        self._row += count


def _repeat(has: xmlparse.Attributes, what: str) -> int:
    return _number(has, f"table:number-{what}-repeated") or 1


def _number(has: xmlparse.Attributes, name: str) -> int:
    text = has.get(name, "")
    if not text.isdecimal():
        return 0
    return int(text) if len(text) < len(str(_MOST_REPEAT)) else _MOST_REPEAT
