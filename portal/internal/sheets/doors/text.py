"""Plain text in the usual Chinese encodings: delimited, drawn with bars, set with blanks, or a list of items."""

import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from portal.internal.sheets.doors import aligned, bars, labelled
from portal.internal.sheets.doors.encodings import encoding_of
from portal.internal.sheets.doors.separators import hint_of, lines_agreeing, separator_of
from portal.internal.sheets.doors.shape import GRACE, MOST_CELL, Ask, Found, Row, Say, Unfit
from portal.internal.sheets.limits import Limits

#: Characters of one line.
_MOST_LINE = 4_000_000
#: Lines by which the separator is told.
_SAMPLE_LINES = 50
_SAMPLE_CHARS = 200_000
_QUOTED = re.compile(r'="([^"]*)"')


def open_door(file: BinaryIO, ask: Ask, _say: Say) -> tuple[Found, Iterator[Row]]:
    """Open plain text; rows are told as they are read, for nothing is known of them before."""
    encoding = encoding_of(file)
    notes = []
    if ask.wanted is not None:
        notes.append(f"文本文件不分工作表，未按所指定的“{ask.wanted}”选取")
    sample = _sample(file, encoding)
    lines = _lines(file, encoding)
    if bars.is_table(sample):
        return Found(notes=notes), _checked(bars.rows(lines), ask.limits)
    skipped = 0
    separator = hint_of(sample)
    if separator is None and labelled.is_list(sample):
        return Found(notes=notes), _checked(labelled.rows(lines), ask.limits)
    shape = aligned.shape_of(sample) if separator is None else None
    if shape is not None and shape.lines > lines_agreeing(sample):
        return Found(notes=notes), _checked(aligned.rows(lines, shape), ask.limits)
    if separator:
        next(lines)
        skipped = 1
    rows = _rows(lines, separator or separator_of(sample), skipped)
    if any('="' in line for line in sample):
        rows = _unquoted(rows)
    return Found(notes=notes), _checked(rows, ask.limits)


def _sample(file: BinaryIO, encoding: str) -> list[str]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, "strict", newline="")
    found: list[str] = []
    left = _SAMPLE_CHARS
    while left > 0 and len(found) < _SAMPLE_LINES and (line := text.readline(left)):
        found.append(line)
        left -= len(line)
    text.detach()
    return found


def _lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    """Yield lines as they stand, none longer than the limit.

    Raises:
        Unfit: a line is too long.

    """
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, "strict", newline="")
    number = 0
    while line := text.readline(_MOST_LINE + 1):
        number += 1
        if len(line) > _MOST_LINE:
            raise Unfit(f"第 {number} 行超过上限 {_MOST_LINE} 字；请检查换行和引号，或另存为 .xlsx")
        yield line


def _rows(lines: Iterator[str], separator: str, skipped: int) -> Iterator[Row]:
    csv.field_size_limit(MOST_CELL)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        for count, row in enumerate(reader, 1 + skipped):
            yield count, list(row)
    except csv.Error as error:
        raise Unfit(
            f"第 {reader.line_num + skipped} 行附近不是合法的 CSV（{_reason(str(error))}）；"
            "请检查引号，或另存为 .xlsx"
        ) from error


def _unquoted(rows: Iterator[Row]) -> Iterator[Row]:
    """Yield rows without the ="…" by which exports keep a spreadsheet from taking codes for numbers."""
    for number, cells in rows:
        yield (
            number,
            [
                match[1] if type(cell) is str and (match := _QUOTED.fullmatch(cell)) else cell
                for cell in cells
            ],
        )


def _reason(message: str) -> str:
    if "field larger" in message:
        return f"单元格过长，超过上限 {MOST_CELL} 字"
    return (
        "引号不配对"
        if "quote" in message or "delimiter" in message or "end of data" in message
        else message
    )


def _checked(rows: Iterator[Row], limits: Limits) -> Iterator[Row]:
    for number, cells in rows:
        if number > limits.rows + GRACE:
            raise Unfit(f"超过上限 {limits.rows} 行；请拆分后分批导入")
        if len(cells) > limits.columns:
            raise Unfit(f"第 {number} 行有 {len(cells)} 列，超过上限 {limits.columns} 列")
        yield number, cells
