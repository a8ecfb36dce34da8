"""One column of a table, read cell by cell; what was read once is known (逐列解析)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from portal.domain.codelists import CodeList
from portal.internal.sheets import cells as cell_parsers
from portal.internal.sheets.cells import BadCell, Cell, Reading
from portal.internal.sheets.spec import Column

#: Distinct cells remembered for each column; a column of codes would fill the memory otherwise.
_REMEMBERED = 20_000
_ERROR = re.compile(r"#(N/A|VALUE!|REF!|NAME\?|DIV/0!|NULL!|NUM!)", re.IGNORECASE)
_PLAIN_NUMBER = re.compile(r"[0-9]+")
_PLAIN_CODE = re.compile(r"(?!(?:N/A|NULL)$)[0-9A-Z][0-9A-Z._/-]{0,39}")


@dataclass(frozen=True, slots=True)
class Special:
    """A cell that is more than its value: unread, unsure, or worded otherwise than the record says."""

    value: Any = None
    #: Why it could not be read.
    fault: str | None = None
    #: What the clerk must confirm.
    unsure: str | None = None
    #: The text as filed, where the record does not hold it word for word.
    raw: str | None = None
    #: The source's wording of a code, where it is not the code list's.
    wording: str | None = None
    #: A mark such as / that stands for nothing.
    blank: bool = False
    #: Filed as text, without the number it ought to have.
    as_text: bool = False
    #: The column at fault, where it is not the one read.
    at: int | None = None


class Strip(dict[Any, Any]):
    """Reads the cells of one column. Values: the parsed one, None where blank, or a `Special`."""

    def __init__(self, column: Column, *, dates: str, words: Mapping[str, str]) -> None:
        """Prepare to read `column`; `words` maps the source's wording to the code list's."""
        super().__init__()
        self.column = column
        self.has_specials = False
        self._parse = column.parse
        if column.parse is cell_parsers.day and dates != "ymd":
            self._parse = cell_parsers.day_in(dates)
        self._words = words
        #: Most distinct cells of a table are its numbers: a plain one needs no second look.
        self._is_code = column.is_code and column.codes is None and column.single and not words

    def read(self, cells: Sequence[Cell]) -> list[Any]:
        """Read cells in their order."""
        if len(self) > _REMEMBERED:
            self.clear()
        if set(map(type, cells)) <= {str}:
            if self._is_code:
                plain = cast("Callable[[Cell], object]", _PLAIN_CODE.fullmatch)
                return [cell if cell and plain(cell) else self[cell] for cell in cells]
            return list(map(self.__getitem__, cells))
        #: 1, 1.0 and True are one key to a dict, and three things to a clerk.
        return [self[c] if type(c) is str else self[(type(c), c)] for c in cells]

    def take(self, table: Sequence[Sequence[Cell]], index: int) -> list[Any]:
        """Read the cells of this column in a table given by columns."""
        return self.read(table[index])

    def __missing__(self, key: Any) -> Any:  # noqa: ANN401
        cell = self._cell(key)
        found = self[key] = self._read(cell)
        if type(found) is Special:
            self.has_specials = True
        return found

    def _cell(self, key: Any) -> Cell:  # noqa: ANN401
        return key[1] if type(key) is tuple else key  # type: ignore[no-any-return]

    def _read(self, cell: Cell) -> Any:  # noqa: ANN401
        if isinstance(cell, str):
            if self._is_code and _PLAIN_CODE.fullmatch(cell):
                return cell
            if not cell or not cell.strip():
                return None
            given: Cell = self._words.get(cell.strip(), cell) if self._words else cell
        else:
            given = self._words.get(shown(cell), cell) if self._words else cell
        column = self.column
        if cell_parsers.is_blank_mark(given):
            if column.required:
                return Special(fault=f"必填，不能以“{shown(cell)}”代替", raw=shown(cell))
            return Special(raw=shown(cell), blank=True)
        if isinstance(cell, str) and _ERROR.fullmatch(cell.strip()):
            return Special(fault=f"是错误值 {cell.strip()}；请改正公式，或填写正确的内容", raw=cell)
        try:
            value: Any = self._parse(given)
        except BadCell as error:
            return Special(fault=str(error), raw=shown(cell))
        unsure, own_words = None, given is not cell
        if isinstance(value, Reading):
            value, unsure, own_words = value.value, value.unsure, True
        if value == "":
            return Special(raw=shown(cell), blank=True)
        raw = shown(cell)
        as_text = getattr(value, "value", value) is None
        same = held(value) == raw and not (column.reworded and not _PLAIN_NUMBER.fullmatch(raw))
        if same and not unsure and not as_text and _is_plain(raw, column):
            return value
        wording = raw if own_words else None
        return Special(value, unsure=unsure, raw=raw, as_text=as_text, wording=wording)


def _is_plain(text: str, column: Column) -> bool:
    """Whether a code stands in the record as it is filed: without blanks, half width, upper case."""
    return not column.is_code or (text.isascii() and " " not in text and text.upper() == text)


def shown(cell: Cell) -> str:
    """Return a cell's text as its table shows it, without the blanks around it."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    return str(cell).strip()


def held(value: object) -> str:
    """Return the words in which a record holds a value."""
    if isinstance(value, str) and not isinstance(value, CodeList):
        return value
    if isinstance(value, CodeList):
        return value.zh
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "；".join(map(held, value))
    text = getattr(value, "text", None)
    return text if isinstance(text, str) else str(value)
