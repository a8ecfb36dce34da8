"""SpreadsheetML of 2003: one XML file, often called .xls, as many office systems write it."""

import codecs
import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import TYPE_CHECKING, BinaryIO

from portal.internal.sheets.doors import xmlparse, zeros
from portal.internal.sheets.doors.encodings import encoding_of, known
from portal.internal.sheets.doors.gathered import LAST_COLUMN, Gathered, Gathering
from portal.internal.sheets.doors.shape import (
    MACROS_OR_LINKS,
    UNCOMPUTED,
    Ask,
    Found,
    Row,
    Say,
    Unfit,
    check_cell,
)
from portal.internal.sheets.doors.sizes import is_nothing
from portal.internal.sheets.doors.unshown import SHOWN, Unshown, unshown_by

if TYPE_CHECKING:
    from portal.internal.sheets.cells import Cell

_PIECE = 256 * 1024
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}\sencoding\s*=\s*["']([\w.-]+)""")
#: The day by which the format says that a cell holds a time of day.
_NO_DAY = (date(1899, 12, 31), date(1899, 12, 30))
_MOST_INDEX = 10**9
_NUMBERS = ("Number", "DateTime")
_TRUE = ("1", "true")
#: The style of what names none.
_USUAL = "Default"


def open_door(file: BinaryIO, ask: Ask, _say: Say) -> tuple[Found, Iterator[Row]]:
    """Open a document; every worksheet is gathered, for which one is meant shows at the end."""
    gathering = Gathering(ask)
    handlers = _Handlers(gathering)
    try:
        xmlparse.run(text_of(file), handlers.start, handlers.end, handlers.data)
    except xmlparse.NotXml as error:
        raise Unfit(f"不是完整的 XML 表格（{error}）；请用表格软件打开后另存为 .xlsx") from error
    return gathering.choose()


def text_of(file: BinaryIO) -> Iterator[str]:
    """Yield an XML file as text: the parser knows few encodings, and blanks before the beginning."""
    file.seek(0)
    match = _DECLARED.search(file.read(1024))
    declared = match[1].decode() if match else None
    encoding = encoding_of(file, known(declared))
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    first = True
    while piece := file.read(_PIECE):
        text = decoder.decode(piece)
        yield text.lstrip() if first else text
        first = False


class _Handlers:
    def __init__(self, gathering: Gathering) -> None:
        self._gathering = gathering
        self._sheet: Gathered | None = None
        self._row = self._column = self._next_column = self._skip = 0
        self._cells: list[Cell] = []
        self._row_hidden = self._in_data = self._in_visible = self._has_data = False
        self._in_comment = False
        self._type = ""
        self._text: list[str] = []
        self._size = 0
        self._formula = False
        #: Styles by name; which one the cell, its row and its columns have.
        self._styles: dict[str, zeros.ZeroFormat] = {}
        self._unshown: dict[str, Unshown] = {}
        self._style = self._row_style = self._table_style = ""
        self._column_styles: dict[int, str] = {}
        self._usual_height = ""

    def start(self, name: str, has: xmlparse.Attributes) -> None:
        kind = xmlparse.local(name)
        if kind == "Worksheet":
            self._sheet = self._gathering.begin(_of(has, "Name"))
        elif kind in {"SupBook", "MacroSheet"}:
            raise Unfit(MACROS_OR_LINKS)
        elif kind == "Style":
            self._begin_style(_of(has, "ID"), _of(has, "Parent"))
        elif kind == "NumberFormat":
            self._take_format(_of(has, "Format"))
        elif kind == "Comment":
            self._in_comment = True
        elif kind == "Table":
            self._begin_table(has)
        elif kind == "Column":
            self._begin_column(has)
        elif kind == "Row":
            self._begin_row(has)
        elif kind == "Cell":
            self._begin_cell(has)
        elif kind == "Data" and not self._in_comment:
            self._in_data = self._has_data = True
            self._type, self._text, self._size = _of(has, "Type"), [], 0
        elif kind == "Visible":
            self._in_visible, self._text, self._size = True, [], 0

    def data(self, text: str) -> None:
        if self._in_data or self._in_visible:
            self._text.append(text)
            self._size += len(text)
            check_cell(self._size, f"第 {self._row} 行")

    def end(self, name: str) -> None:
        kind = xmlparse.local(name)
        if kind == "Data":
            self._in_data = False
        elif kind == "Comment":
            self._in_comment = False
        elif kind == "Visible":
            self._in_visible = False
            if self._sheet and "".join(self._text).strip() in {"SheetHidden", "SheetVeryHidden"}:
                self._sheet.hidden = True
        elif self._sheet and not self._gathering.is_faulty(self._sheet):
            try:
                if kind == "Cell":
                    self._end_cell(self._sheet)
                elif kind == "Row":
                    self._sheet.put(self._row, self._cells, hidden=self._row_hidden)
            except Unfit as error:
                self._gathering.fault(self._sheet, error)

    def _begin_style(self, style: str, parent: str) -> None:
        """Begin a style; it has what the one has that it follows, until it says otherwise."""
        self._style = style
        if parent in self._styles:
            self._styles[style] = self._styles[parent]
        if parent in self._unshown:
            self._unshown[style] = self._unshown[parent]

    def _take_format(self, code: str) -> None:
        self._styles.pop(self._style, None)
        self._unshown.pop(self._style, None)
        if format_of_zeros := zeros.format_of(code):
            self._styles[self._style] = format_of_zeros
        if (hides := unshown_by(code)) != SHOWN:
            self._unshown[self._style] = hides

    def _begin_table(self, has: xmlparse.Attributes) -> None:
        self._row = self._next_column = self._skip = 0
        self._column_styles = {}
        self._table_style = _of(has, "StyleID")
        self._usual_height = _of(has, "DefaultRowHeight")
        if self._sheet and is_nothing(_of(has, "DefaultColumnWidth")):
            self._sheet.hide_columns(1, LAST_COLUMN)

    def _begin_column(self, has: xmlparse.Attributes) -> None:
        first = _number(has, "Index") or self._next_column + 1
        last = first + _number(has, "Span")
        self._next_column = last
        style = _of(has, "StyleID")
        if style in self._styles or style in self._unshown:
            most = min(last, LAST_COLUMN)
            self._column_styles |= dict.fromkeys(range(first, most + 1), style)
        width = _of(has, "Width")
        if self._sheet and (_of(has, "Hidden") in _TRUE or is_nothing(width)):
            self._sheet.hide_columns(first, last)
        elif self._sheet and width:
            self._sheet.show_columns(first, last)

    def _begin_row(self, has: xmlparse.Attributes) -> None:
        self._row = _onward(_number(has, "Index"), self._row + 1 + self._skip, "行")
        #: Rows of the same form, of which only the first is written.
        self._skip = _number(has, "Span")
        height = _of(has, "Height") or self._usual_height
        self._row_hidden = _of(has, "Hidden") in _TRUE or is_nothing(height)
        self._column, self._cells = 0, []
        self._row_style = _of(has, "StyleID")

    def _begin_cell(self, has: xmlparse.Attributes) -> None:
        self._column = _onward(_number(has, "Index"), self._column + 1, "单元格")
        self._has_data, self._formula = False, bool(_of(has, "Formula"))
        self._type, self._text = "", []
        self._style = _of(has, "StyleID") or self._row_style
        across, down = _number(has, "MergeAcross"), _number(has, "MergeDown")
        self._merged = across, down

    def _end_cell(self, sheet: Gathered) -> None:
        across, down = self._merged
        place = self._row, self._column
        text = "".join(self._text)
        if self._type == "Error":
            what = f"是错误值 {text}，读不到内容；请改正公式，或粘贴为正确的数值"
            sheet.blame(*place, what)
        elif self._formula and not self._has_data:
            sheet.blame(*place, UNCOMPUTED)
        value = _value(self._type, text)
        if self._styles or self._unshown:
            style = self._style or self._column_styles.get(self._column)
            style = style or self._table_style or _USUAL
            hides = self._unshown.get(style, SHOWN)
            if value != "" and hides.hides(is_number=self._type in _NUMBERS):
                sheet.conceal(self._row)
            value = zeros.shown(value, self._styles.get(style))
        sheet.check_reach(*place, filled=value != "")
        if value != "":
            self._cells.extend([""] * (self._column - 1 - len(self._cells)))
            self._cells[self._column - 1 :] = [value]
        if across or down:
            sheet.merge(*place, down, across)
        self._column += across


def _value(kind: str, text: str) -> "Cell":
    """Return what a cell holds; text where it is not what it says."""
    if kind == "Error":
        return ""
    try:
        if kind == "Number":
            return float(text)
        if kind == "DateTime":
            return _moment(datetime.fromisoformat(text))
    except ValueError:
        return text
    return text == "1" if kind == "Boolean" else text


def _moment(moment: datetime) -> date | datetime | time:
    if moment.date() in _NO_DAY:
        return moment.time()
    return moment if moment.time() != time() else moment.date()


def _of(has: xmlparse.Attributes, name: str) -> str:
    """Return an attribute by its name without prefix."""
    return next((value for key, value in has.items() if xmlparse.local(key) == name), "")


def _number(has: xmlparse.Attributes, name: str) -> int:
    text = _of(has, name)
    if not text.isdecimal():
        return 0
    return int(text) if len(text) < len(str(_MOST_INDEX)) else _MOST_INDEX


def _onward(index: int, usual: int, what: str) -> int:
    """Return the stated number, or else the usual one.

    Raises:
        Unfit: it goes back, over what has been read.

    """
    if index and index < usual:
        raise Unfit(f"{what}的序号 {index} 与前面的重叠；请用表格软件打开核对，另存为 .xlsx")
    return index or usual
