"""What a report says of single cells, put on them: colour, comment, and text that nothing executes (标注)."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from portal.internal.sheets.report import Problem
from portal.internal.sheets.rules import RULES, Level

AUTHOR = "明察"
#: Parts what the clerk's own comment says from what we say.
_LINE = "―――― 明察 ――――"
FILLS = {
    Level.ERROR: PatternFill("solid", fgColor="FFC7CE"),
    Level.WARNING: PatternFill("solid", fgColor="FFE08A"),
    Level.NOTE: PatternFill("solid", fgColor="DDEBF7"),
}
_NO_FILL = PatternFill()
_COLOURS = {fill.fgColor.rgb for fill in FILLS.values()}
_OURS = re.compile(r"(错误|待确认|提示)：")
#: Findings told word for word on one cell.
_MOST_ON_ONE = 8
#: A spreadsheet takes no longer text.
LONGEST = 32_767
_EXECUTED = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LIKE_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

#: A worksheet of either mode; the stubs do not know what a write-only one has.
AnySheet = Any


def by_row(problems: Iterable[Problem]) -> dict[int, dict[int, list[Problem]]]:
    """Return the findings that have a place, by row and column; column 0 is the row as a whole."""
    found: dict[int, dict[int, list[Problem]]] = {}
    for problem in problems:
        row, column = problem.place
        if row:
            found.setdefault(row, {}).setdefault(column, []).append(problem)
    return found


def level_of(problem: Problem) -> Level:
    """Return how much a finding weighs."""
    return RULES[problem.rule].level


def mark(cell: Cell, problems: Sequence[Problem]) -> None:
    """Colour a cell by the gravest of its findings, and say them in its comment."""
    ranked = sorted(problems, key=lambda each: list(Level).index(level_of(each)))
    cell.fill = FILLS[level_of(ranked[0])]
    if cell.number_format == "General" and not cell.is_date:
        #: What is typed into it stays as typed: no lost digits, no dates made of codes.
        cell.number_format = "@"
    words = [f"{level_of(each).zh}：{_elsewhere(cell, each)}{each.what}" for each in ranked]
    if len(words) > _MOST_ON_ONE:
        words[_MOST_ON_ONE:] = [f"另有 {len(words) - _MOST_ON_ONE} 处，见“问题清单”"]
    said, author = "\n".join(words), AUTHOR
    if cell.comment is not None:
        said, author = f"{cell.comment.text}\n{_LINE}\n{said}", cell.comment.author or AUTHOR
    cell.comment = _comment(said, author)


def _elsewhere(cell: Cell, problem: Problem) -> str:
    """Name the cell a finding is about where it stands on another: under a merged one, or a row."""
    return "" if problem.cell == cell.coordinate else f"{problem.cell}，"


def unmark(cell: Cell) -> None:
    """Take off what an earlier marking put on a cell; what the clerk wrote there stays."""
    if cell.comment is None:
        return
    own, line, _ = cell.comment.text.partition(_LINE)
    author = cell.comment.author
    if author in (AUTHOR, "") and _OURS.match(own):
        cell.comment = None
    elif line:
        cell.comment = _comment(own.rstrip("\n"), author)
    else:
        return
    if cell.fill.fgColor.rgb in _COLOURS:
        cell.fill = _NO_FILL


def _comment(text: str, author: str) -> Comment:
    """Make a comment large enough to be read without scrolling."""
    lines = sum(1 + _width(line) // 44 for line in text.splitlines())
    return Comment(text[:LONGEST], author, height=min(600, 24 + 18 * lines), width=340)


def _width(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)


def text_cell(sheet: AnySheet, text: str) -> Cell:
    """Make a cell that holds `text` as text, whatever it looks like."""
    cell = WriteOnlyCell(sheet)
    put_text(cell, text)
    return cell


def put_text(cell: Cell, text: str) -> None:
    """Put `text` into a cell as text, whatever it looks like; signs no workbook may hold are escaped."""
    cell.value = escaped(text)[:LONGEST]
    cell.data_type = "s"
    if text.startswith(_EXECUTED):
        #: Otherwise it would become a formula as soon as somebody edits it.
        cell.quotePrefix = True
        cell.number_format = "@"


def wants_care(text: str) -> bool:
    """Whether a text would be taken for something else, or cannot be written as it is."""
    return (
        text.startswith((*_EXECUTED, "#"))
        or len(text) > LONGEST
        or _ILLEGAL.search(text) is not None
        or "_x" in text
    )


def escaped(text: str) -> str:
    """Write signs that XML forbids as workbooks do: ``_x0001_``."""
    if "_x" in text:
        text = _LIKE_ESCAPE.sub("_x005F_", text)
    return _ILLEGAL.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
