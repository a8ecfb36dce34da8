"""The line between the process that opens a file and ours: frames of msgpack, never pickle.

A frame is a letter, a length and a body. Dates travel as extension types, so that a date cell
arrives as a date and a text that looks like one stays text.
"""

import struct
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from portal.internal.sheets.doors.shape import Found, Row, Unfit

if TYPE_CHECKING:
    from portal.internal.sheets.cells import Cell

FOUND, ROWS, END, UNFIT, BROKEN, LAST_WORDS = b"F", b"R", b"E", b"U", b"X", b"L"
#: Rows of one frame.
MOST_ROWS = 1_000
_HEAD = struct.Struct(">cI")
#: Bytes of one frame; a row alone may not be larger either.
_MOST_BYTES = 16 * 1024 * 1024
_PLAIN = {str, int, float, bool}
_DATETIME, _DATE, _TIME, _TIMEDELTA = range(4)
_SECONDS = struct.Struct(">iiI")

_encoder = msgspec.msgpack.Encoder()


def send(out: BinaryIO, letter: bytes, body: bytes = b"") -> None:
    """Write one frame."""
    out.write(_HEAD.pack(letter, len(body)))
    out.write(body)
    out.flush()


def receive(stream: BinaryIO) -> tuple[bytes, bytes]:
    """Read one frame; an empty letter where the line broke off."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return b"", b""
    letter, size = _HEAD.unpack(head)
    body = stream.read(size) if size <= _MOST_BYTES else b""
    return (letter, body) if len(body) == size else (b"", b"")


def pack_found(found: Found) -> bytes:
    """Return what was found, for the line."""
    body = _encoder.encode(found)
    if len(body) > _MOST_BYTES:
        raise Unfit("工作表名、合并单元格或隐藏行等说明信息过多；请另存为新的 .xlsx 后再导入")
    return body


unpack_found = msgspec.msgpack.Decoder(Found).decode


def pack_rows(rows: list[Row]) -> Iterator[bytes]:
    """Yield frames of rows, halved until each is small enough.

    Raises:
        Unfit: a single row is too large.

    """
    if not set(map(type, chain.from_iterable(cells for _, cells in rows))) <= _PLAIN:
        rows = [(number, [_packed(cell) for cell in cells]) for number, cells in rows]
    yield from _halved(rows)


def _halved(rows: list[Row]) -> Iterator[bytes]:
    body = _encoder.encode(rows)
    if len(body) <= _MOST_BYTES:
        yield body
    elif len(rows) == 1:
        raise Unfit(f"第 {rows[0][0]} 行的内容超过上限 {_MOST_BYTES // 2**20} MB；请删减")
    else:
        middle = len(rows) // 2
        yield from _halved(rows[:middle])
        yield from _halved(rows[middle:])


def _packed(cell: "Cell") -> Any:  # noqa: ANN401
    kind = type(cell)
    if kind in _PLAIN:
        return cell
    if isinstance(cell, datetime):
        return msgspec.msgpack.Ext(_DATETIME, cell.isoformat().encode())
    if isinstance(cell, date):
        return msgspec.msgpack.Ext(_DATE, cell.isoformat().encode())
    if isinstance(cell, time):
        return msgspec.msgpack.Ext(_TIME, cell.isoformat().encode())
    if isinstance(cell, timedelta):
        parts = _SECONDS.pack(cell.days, cell.seconds, cell.microseconds)
        return msgspec.msgpack.Ext(_TIMEDELTA, parts)
    raise TypeError(f"no cell: {kind.__name__}")


def _unpacked(code: int, data: memoryview) -> "Cell":
    if code == _TIMEDELTA:
        days, seconds, microseconds = _SECONDS.unpack(data)
        return timedelta(days, seconds, microseconds)
    text = bytes(data).decode()
    if code == _TIME:
        return time.fromisoformat(text)
    return date.fromisoformat(text) if code == _DATE else datetime.fromisoformat(text)


unpack_rows = msgspec.msgpack.Decoder(list[tuple[int, list[Any]]], ext_hook=_unpacked).decode
