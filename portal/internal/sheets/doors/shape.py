"""What passes through a door: what is asked, what was found, rows of cells, and why it stays shut."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from portal.internal.sheets.limits import Limits

if TYPE_CHECKING:
    #: Kept out of the child at run time: it must start quickly.
    from portal.internal.sheets.cells import Cell

Row = tuple[int, "list[Cell]"]
Span = tuple[int, int, int, int]
Unread = dict[str, str]
Say = Callable[[str], None]

#: Characters of one cell.
MOST_CELL = 1_000_000
#: Titles and notes around a table are no data rows; so many more are let in.
GRACE = 20
#: Numbers named in one note; the rest is counted.
_NAMED = 10
_PAIR = 2

UNCOMPUTED = "是未计算的公式，读不到值；请在表格软件中打开、重算并保存，或粘贴为数值"
MACROS_OR_LINKS = "工作簿含有宏或外部链接；请另存为不含宏、无外部链接的 .xlsx 后再导入"


class Unfit(ValueError):
    """The file cannot be taken. The message, in Chinese, says why and how to mend it."""


class Ask(msgspec.Struct, frozen=True):
    """What a door is asked: the worksheet called `wanted`, or else `title`, or the only one."""

    kind: str
    title: str
    wanted: str | None
    limits: Limits


class Found(msgspec.Struct):
    """What is known of a table before its rows are read. `sheet` is "" where the file has none."""

    sheet: str = ""
    row_count: int | None = None
    width: int = 0
    unread: Unread = {}
    spans: tuple[Span, ...] = ()
    notes: list[str] = []


#: Takes the file, what is asked, and a way to leave last words in case reading kills the process.
Door = Callable[[BinaryIO, Ask, Say], tuple[Found, Iterator[Row]]]


def letters(column: int) -> str:
    """Return the letters of a column counted from 1.

    >>> letters(1), letters(28), letters(16384)
    ('A', 'AB', 'XFD')
    """
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def address(row: int, column: int) -> str:
    """Return the address of a cell counted from 1, as in ``B7``."""
    return f"{letters(column)}{row}"


def listed(numbers: Iterable[int], name: Callable[[int], str] = str) -> str:
    """Return numbers as people write them, runs drawn together.

    >>> listed([5, 6, 9, 10, 11])
    '5、6、9至11'
    """
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    parts = [_run(first, last, name) for first, last in runs[:_NAMED]]
    return "、".join(parts) + (f"等{len(runs)}处" if len(runs) > _NAMED else "")


def _run(first: int, last: int, name: Callable[[int], str]) -> str:
    if last - first < _PAIR:
        return "、".join(name(each) for each in range(first, last + 1))
    return f"{name(first)}至{name(last)}"


#: How a remark on hidden rows or columns ends.
HIDDEN = "被隐藏，仍已读取；请核对"


def hidden_notes(
    rows: Iterable[int], columns: Iterable[int], found: Found, blank: Iterable[int] = ()
) -> list[str]:
    """Return the remarks on hidden rows and columns that hold part of the table, and on rows `blank` by a format."""
    height = found.row_count or 0
    shown_rows = [each for each in rows if each <= height]
    shown_columns = [each for each in columns if each <= found.width]
    notes = []
    if shown_rows:
        notes.append(f"第{listed(shown_rows)}行{HIDDEN}")
    if shown_columns:
        notes.append(f"第{listed(shown_columns, letters)}列{HIDDEN}")
    if shown_blank := [each for each in blank if each <= height]:
        notes.append(f"第{listed(shown_blank)}行有内容按单元格格式不显示，{HIDDEN}")
    return notes


def check_rows(count: int, limits: Limits) -> None:
    """Refuse a table that is too long.

    Raises:
        Unfit: with the number and the limit.

    """
    if count > limits.rows + GRACE:
        raise Unfit(f"有 {count} 行，超过上限 {limits.rows} 行；请拆分后分批导入")


def check_columns(count: int, limits: Limits) -> None:
    """Refuse a table that is too wide.

    Raises:
        Unfit: with the number and the limit.

    """
    if count > limits.columns:
        raise Unfit(f"有 {count} 列，超过上限 {limits.columns} 列；请删除右侧空列后再导入")


def check_spans(count: int, limits: Limits) -> None:
    """Refuse more merged cells than there may be rows.

    Raises:
        Unfit: with the limit.

    """
    if count > limits.rows:
        raise Unfit(f"合并单元格超过上限 {limits.rows} 处；请取消不必要的合并后再导入")


def check_cell(size: int, where: str) -> None:
    """Refuse a cell that is too long.

    Raises:
        Unfit: with the limit.

    """
    if size > MOST_CELL:
        raise Unfit(f"{where}的单元格过长，超过上限 {MOST_CELL} 字；请删减后再导入")


def too_far(where: str, limits: Limits) -> Unfit:
    """Return the refusal of a cell beyond the limits."""
    return Unfit(
        f"单元格 {where} 有内容，超出 {limits.rows} 行、{limits.columns} 列的上限；"
        "请清除远处的内容或拆分后再导入"
    )


def is_blank(cell: object) -> bool:
    """Whether a cell has nothing to read."""
    return cell == "" or (isinstance(cell, str) and not cell.strip())
