"""HTML: a page, a table pasted from one or from Word, or what a system calls .xls and is a page."""

import re
import signal
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from selectolax.lexbor import LexborHTMLParser

from portal.internal.sheets.doors.concealed import Concealment
from portal.internal.sheets.doors.encodings import encoding_of, known
from portal.internal.sheets.doors.pagegrid import Grid
from portal.internal.sheets.doors.pagejoin import Joined, join
from portal.internal.sheets.doors.pagetables import Inventory, Table
from portal.internal.sheets.doors.shape import (
    Ask,
    Found,
    Row,
    Say,
    Unfit,
    hidden_notes,
    listed,
)

_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{1,30})""", re.IGNORECASE)
_HEAD = 8192
_WANTED = re.compile(r"\s*表?格?\s*(\d{1,6})\s*")
#: Processor time for building the tree: a page of tables needs a tenth of it.
_SECONDS, _SECONDS_PER_MB = 1.0, 0.2
_MOST_NAMED = 10


def open_door(file: BinaryIO, ask: Ask, say: Say) -> tuple[Found, Iterator[Row]]:
    """Open a page and lay out one of its tables."""
    text, notes = _text(file)
    page = _tree(text, say)
    concealment = Concealment(page)
    if page.root is None:
        raise Unfit("网页是空的；请重新导出后再导入")
    inventory = Inventory(page.root, concealment)
    tables = [table for table in inventory.tables if table.filled()]
    chosen = _choose(join(tables, concealment), tables, ask)
    grid = Grid(concealment, ask.limits)
    for each in chosen.tables:
        grid.add(each)
    found = Found("", len(grid.rows), max((len(row) for row in grid.rows), default=0))
    found.spans = tuple(grid.spans)
    found.notes = [
        *notes,
        *_on_tables(tables, chosen, inventory.hidden),
        *_on_hidden(grid, found),
    ]
    return found, enumerate_rows(grid.rows)


def enumerate_rows(rows: list[list[str]]) -> Iterator[Row]:
    """Yield rows with their numbers."""
    for number, row in enumerate(rows, 1):
        yield number, list(row)


def _text(file: BinaryIO) -> tuple[str, list[str]]:
    file.seek(0)
    match = _CHARSET.search(file.read(_HEAD))
    declared = match[1].decode().lower() if match else None
    encoding = encoding_of(file, known(declared))
    file.seek(0)
    notes = []
    marked = encoding.startswith("utf-16") or encoding.endswith("-sig")
    if declared and not marked and encoding != known(declared):
        notes.append(f"网页自称 {declared} 编码，内容却是 {encoding.upper()}，已按后者读取；请核对")
    return file.read().decode(encoding), notes


def _tree(text: str, say: Say) -> LexborHTMLParser:
    """Build the tree, within a time that only a hostile page exceeds."""
    seconds = _SECONDS + _SECONDS_PER_MB * len(text) / 2**20
    say(
        f"网页结构过于复杂（如标签层层嵌套），超过解析时限 {seconds:.0f} 秒；"
        "请在浏览器中打开，把表格复制到表格软件，另存为 .xlsx 后再导入"
    )
    #: Nothing catches the signal: it ends the process, and the words above are what is told.
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    page = LexborHTMLParser(text)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    say("")
    return page


def _choose(parts: Sequence[Joined], tables: Sequence[Table], ask: Ask) -> Joined:
    """Return the table that is wanted, or the one with the most filled cells.

    Raises:
        Unfit: there is none such.

    """
    if not tables:
        raise Unfit("网页中没有看得见内容的表格；请把表格复制到表格软件，另存为 .xlsx 后再导入")
    if ask.wanted is None:
        return max(parts, key=Joined.filled)
    match = _WANTED.fullmatch(ask.wanted)
    number = int(match[1]) if match else 0
    if not 1 <= number <= len(tables):
        raise Unfit(f"没有“{ask.wanted}”；网页中有 {len(tables)} 个表格，请以“表1”这样的序号指明")
    return Joined([tables[number - 1]])


def _on_tables(tables: Sequence[Table], chosen: Joined, hidden: int) -> list[str]:
    """Return remarks on the tables that were joined, and on those that were not read."""
    numbers = {id(table): number for number, table in enumerate(tables, 1)}
    notes = []
    if again := [numbers[id(each)] for each in chosen.again]:
        joined = listed([numbers[id(chosen.tables[0])], *again])
        notes.append(f"第{joined}个表格的表头相同，已按先后接为一个表格读取；请核对")
    notes += [
        f"第{numbers[id(each)]}个表格没有表头，列数与前一个表格相同、序号相接，已接在其后读取；请核对"
        for each in chosen.onward
    ][:_MOST_NAMED]
    inside = {id(each) for each in chosen.tables}
    left = []
    for number, table in enumerate(tables, 1):
        if id(table) in inside:
            continue
        if id(table.within) in inside:
            #: Read as text of the cell it lies in.
            inside.add(id(table))
        else:
            left.append(f"第{number}个表格（{table.size()}）未读取；要读取请指明“表{number}”")
    notes += left[:_MOST_NAMED]
    if len(left) > _MOST_NAMED:
        notes.append(f"另有{len(left) - _MOST_NAMED}个表格未读取")
    if hidden:
        notes.append(f"网页中有{hidden}个隐藏的表格，未读取")
    return notes


def _on_hidden(grid: Grid, found: Found) -> list[str]:
    notes = hidden_notes(grid.hidden_rows, grid.hidden_columns, found)
    if grid.gaps:
        after = "、".join(
            f"第{each}行之后" if each else "首行之前" for each in sorted(grid.gaps)[:_MOST_NAMED]
        )
        notes.append(f"{after}有隐藏的行，未读取；请核对")
    if grid.lacking:
        notes.append(f"第{listed(grid.lacking)}行有隐藏的文字，未读取；请核对")
    return notes
