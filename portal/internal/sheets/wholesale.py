"""Rows that are a whole record each, as most are: built by column, many at once (成批读取).

What is in any way out of the ordinary is left to be read row by row, by `Grouping`.
"""

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Any

from portal.internal.sheets.chunk import Chunk
from portal.internal.sheets.read import Read
from portal.internal.sheets.spec import Sheet


def built(chunk: Chunk, sheet: Sheet, agency_code: str, needs: frozenset[str]) -> list[Read | None]:
    """Return the record of each row that is one by itself beyond doubt, None for every other row.

    `needs` are the fields that a whole row has, one of a child among them.
    """
    count = len(chunk.numbers)
    found: list[Read | None] = [None] * count
    if sheet.build_all is None or not needs.issubset(chunk.columns):
        return found
    mask = _alone(chunk, sheet, needs, count)
    if not any(mask):
        return found
    columns = {name: list(compress(values, mask)) for name, values in chunk.columns.items()}
    rows = list(compress(range(count), mask))
    for n, record in zip(rows, sheet.build_all(agency_code, columns, len(rows)), strict=True):
        if record is not None:
            number, places, raw = chunk.numbers[n], chunk.places(n), chunk.raw[n]
            found[n] = Read(record, number, places, ((number, places),), (), (raw,) if raw else ())
    return found


def _alone(chunk: Chunk, sheet: Sheet, needs: frozenset[str], count: int) -> list[bool]:
    """Tell which rows have all they need, and other rows of their own above and below.

    The first and the last do not know their neighbours.
    """
    whole = [True] * count
    for n in _lacking(chunk, sheet, needs):
        whole[n] = False
    keys = list(zip(*(chunk.columns[name] for name in sheet.group), strict=True))
    fresh = [False, *map(_differ, keys, keys[1:]), False]
    wholes = [False, *whole, False]
    return [
        all(each) for each in zip(fresh, fresh[1:], wholes, wholes[1:], wholes[2:], strict=False)
    ]


def _differ(one: object, other: object) -> bool:
    return one != other


def _lacking(chunk: Chunk, sheet: Sheet, needs: frozenset[str]) -> Iterator[int]:
    """Yield the rows with a fault, with a needed field blank, or with one that is seldom filled."""
    yield from chunk.faulty
    for name in needs | frozenset(sheet.group):
        yield from _places(chunk.columns[name], blank=True)
    for name in sheet.seldom & set(chunk.columns):
        yield from _places(chunk.columns[name], blank=False)


def _places(values: Sequence[Any], *, blank: bool) -> Iterator[int]:
    if blank and None not in values:
        return
    for n, value in enumerate(values):
        if (value is None) is blank:
            yield n
