"""A close look at one worksheet of an XLSX workbook: blanks that are none, and what is hidden."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from portal.internal.sheets.doors import xmlparse
from portal.internal.sheets.doors.shape import UNCOMPUTED, Unread, address
from portal.internal.sheets.doors.sizes import is_nothing
from portal.internal.sheets.doors.zeros import Styles, ZeroFormat, Zeros

#: So many faulty cells are named; the rest will show when these are mended.
_MOST = 100
_LAST_COLUMN = 16_384
_ENOUGH = 40
_TRUE = ("1", "true")
#: Types of cells with a number; a day is one.
_NUMBERS = (None, "n", "d")
_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(slots=True)
class Remarks:
    """Cells that would silently read as empty, and the numbers of hidden rows and columns."""

    unread: Unread = field(default_factory=dict)
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    #: Rows with content that its format does not show.
    blank: set[int] = field(default_factory=set)
    #: By worksheet, for several may be looked at before it is known which is read.
    zeros: dict[str, Zeros] = field(default_factory=dict)


def look(pieces: Iterable[bytes], name: str, styles: Styles) -> Remarks:
    """Look through the worksheet of this name, also for cells of these styles.

    Raises:
        xmlparse.NotXml: it is broken.
        Unfit: it defines entities.

    """
    scan = _CellScan(styles)
    xmlparse.feed(scan.parser, pieces)
    #: Handlers hold the parser, and the parser its handlers.
    del scan.parser
    if scan.zeros:
        scan.found.zeros[name] = scan.zeros
    return scan.found


class _CellScan:
    """Is called at the beginning of every element; at the end only of a cell worth a look."""

    def __init__(self, styles: Styles) -> None:
        self._styles, self.zeros = styles, Zeros()
        self.parser = xmlparse.parser_for(self._start)
        self.found = Remarks()
        self._kinds: dict[str, str] = {}
        self._row = self._column = 0
        self._cell: xmlparse.Attributes = {}
        self._watching = self._formula = self._valued = False
        self._text = ""
        self._usual_height: str | None = None

    def _start(self, name: str, has: xmlparse.Attributes) -> None:
        kind = self._kinds.get(name) or self._kinds.setdefault(name, xmlparse.local(name))
        if kind == "c":
            self._column += 1
            self._cell = has
            if has.get("t") == "e":
                self._watch()
            if self._styles:
                self._take_style(has.get("s", "0"))
        elif kind == "f" and self._cell:
            self._watch()
            self._formula = True
        elif kind == "is" and self._watching:
            self._valued = True
        elif kind == "v" and self._watching:
            self._valued = True
            self.parser.CharacterDataHandler = self._data
        elif kind == "row":
            self._begin_row(has)
        elif kind == "col":
            self._take_columns(has)
        elif kind == "sheetFormatPr":
            self._take_usual(has)

    def _take_style(self, style: str) -> None:
        if zeros := self._styles.zeros.get(style):
            self._note(zeros)
        if style in self._styles.unshown:
            self._watch()

    def _note(self, zeros: ZeroFormat) -> None:
        row, column = self._row, self._column
        if match := _ADDRESS.fullmatch(self._cell.get("r", "")):
            row, column = int(match[2]), 0
            for letter in match[1]:
                column = column * 26 + ord(letter) - 64
        self.zeros.note(row, column - 1, zeros)

    def _watch(self) -> None:
        if not self._watching:
            self._watching, self._formula, self._valued, self._text = True, False, False, ""
            self.parser.EndElementHandler = self._end

    def _end(self, name: str) -> None:
        kind = xmlparse.local(name)
        if kind == "v":
            self.parser.CharacterDataHandler = None
        elif kind == "c":
            self.parser.EndElementHandler = None
            self._watching = False
            hides = self._styles.unshown.get(self._cell.get("s", "0"))
            if self._valued and hides and hides.hides(is_number=self._cell.get("t") in _NUMBERS):
                self.found.blank.add(self._row)
            if (what := self._why()) and len(self.found.unread) < _MOST:
                place = self._cell.get("r", "") or address(self._row, self._column)
                self.found.unread[place] = what

    def _data(self, text: str) -> None:
        #: Enough to name an error, and to tell something from nothing.
        if len(self._text) < _ENOUGH:
            self._text += text

    def _begin_row(self, has: xmlparse.Attributes) -> None:
        self._row = _number(has.get("r", "")) or self._row + 1
        self._column = 0
        if has.get("hidden") in _TRUE or is_nothing(has.get("ht", self._usual_height)):
            self.found.rows.add(self._row)

    def _why(self) -> str | None:
        """Return why the cell just read would be blank."""
        kind = self._cell.get("t")
        if kind == "e":
            return f"是错误值 {self._text}，读不到内容；请改正公式，或粘贴为正确的数值"
        #: A formula whose result is an empty text says so by its type.
        if self._formula and not self._text and not (self._valued and kind == "str"):
            return UNCOMPUTED
        return None

    def _take_usual(self, has: xmlparse.Attributes) -> None:
        """Take the sizes of rows and columns that say none of their own."""
        self._usual_height = has.get("defaultRowHeight")
        if is_nothing(has.get("defaultColWidth")):
            self.found.columns.update(range(1, _LAST_COLUMN + 1))

    def _take_columns(self, has: xmlparse.Attributes) -> None:
        first, last = _number(has.get("min", "")), _number(has.get("max", ""))
        columns = range(first, min(last, _LAST_COLUMN) + 1) if first else ()
        if has.get("hidden") in _TRUE or is_nothing(has.get("width")):
            self.found.columns.update(columns)
        else:
            self.found.columns.difference_update(columns)


def _number(text: str) -> int:
    return int(text[:12]) if text.isdecimal() else 0
