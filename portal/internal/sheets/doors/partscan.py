"""One part of an XLSX workbook as it streams by: quick looks for what must not be in it."""

import re
from collections.abc import Iterator
from functools import cache

from portal.internal.sheets.doors import xmlparse
from portal.internal.sheets.doors.shape import check_columns, letters, too_far
from portal.internal.sheets.limits import Limits

#: No tag we look for is longer.
_OVERLAP = 512
_HEAD = 4096
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]+\d+:([A-Z]+)(\d+)"')
#: Signs of a formula, of an error value, of a hidden row or column, or one of no size; a close look comes later. Each
#: stands behind a byte of it that plain cells seldom have: a single one is found many times faster.
_SIGNS = (
    (b"f", (b"<f", b":f")),
    (b"d", (b"hidden",)),
    (b"'", (b"='e'",)),
    #: Nobody writes blanks around the sign of equality: whoever does may hide any of these.
    (
        b"=",
        tuple(
            each for blank in (b" ", b"\t", b"\r", b"\n") for each in (b"=" + blank, blank + b"=")
        ),
    ),
)
#: Sizes less than one, also as spreadsheets write very small ones: 8.3E-2.
_SIZES = tuple(
    re.compile(name + rb"""=["'](?:[0.+\s-]|[0-9.]+[Ee])""") for name in (b"idth", b"ht")
)
_ERROR = b'="e"'
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_BOM = b"\xef\xbb\xbf"
#: Of an address: more is no address, but a way to fill a message.
_MOST_LETTERS = 15
#: Rows by which a stray cell exceeds what a table that is merely too long would have.
_STRAY = 1_000


class PartScan:
    """Takes a part piece by piece.

    Afterwards `suspect` says whether it wants a close look, `blind` that it cannot be looked at.
    """

    def __init__(self, name: str, limits: Limits, *, far: bool) -> None:
        """Scan the part of this name, also for a cell `far` out: that takes the longest."""
        self._name, self._limits, self._far = name, limits, far
        self._glance, self._close = _far_patterns(limits.rows + _STRAY - 1, limits.columns)
        self._tail = b""
        self._is_xml: bool | None = None
        self.suspect = self.blind = False

    def run(self, pieces: Iterator[bytes]) -> None:
        """Take the whole part.

        Raises:
            Unfit: it is too wide, has something far out, or defines entities.

        """
        for piece in pieces:
            self._take(piece)

    def _take(self, piece: bytes) -> None:
        if self._is_xml is None:
            self._is_xml = self._begin(piece)
        if not self._is_xml:
            return
        text = self._tail + piece
        if b"!" in text and b"<!DOCTYPE" in text:
            raise xmlparse.entities(f"工作簿的部件 {self._name} ")
        if self._far and self._glance.search(text) and (far := self._close.search(text)):
            raise too_far(far[1][:_MOST_LETTERS].decode().upper(), self._limits)
        self.suspect = self.suspect or _has_sign(text)
        self._tail = piece[-_OVERLAP:]

    def _begin(self, piece: bytes) -> bool:
        """Whether the part is XML; any may be a sheet: its place in the workbook is a convention."""
        self.blind = piece.startswith(_UTF16)
        head = piece[:_HEAD]
        if match := _DIMENSION.search(head):
            columns = 0
            for letter in match[1][:_MOST_LETTERS]:
                columns = columns * 26 + letter - 64
            check_columns(columns, self._limits)
        return head.removeprefix(_BOM).lstrip().startswith(b"<")


def _has_sign(text: bytes) -> bool:
    """Whether there is a sign."""
    return (
        _ERROR in text
        or any(byte in text and any(sign in text for sign in signs) for byte, signs in _SIGNS)
        or any(size.search(text) for size in _SIZES)
    )


@cache
def _far_patterns(row: int, column: int) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Return patterns for a cell with content beyond the limits: a glance, and a close one.

    The reader lays out every cell up to the last one, so a single stray one would take all
    the memory there is.
    """
    far = f"(?:{_beyond(letters(column), 'A', 'Z')})\\d+|[A-Z]+(?:{_beyond(str(row), '0', '9')})"
    either_case = re.sub(r"\[([A-Z])-([A-Z])\]|([A-Z])", _both_cases, far)
    glance = rf"""r\s*=\s*["'](?:{either_case})"""
    close = (
        rf"""<(?:\w+:)?c\s(?:[^>]{{0,200}}\s)?r\s*=\s*["']({either_case})["'][^>]{{0,200}}(?<!/)>"""
    )
    return re.compile(glance.encode()), re.compile(close.encode())


def _beyond(text: str, low: str, high: str) -> str:
    """Return a pattern of what comes after `text`, counting in letters or digits.

    >>> _beyond("GR", "A", "Z")
    '[A-Z]{3,}|[H-Z][A-Z]{1}|G[S-Z]'
    """
    parts = [f"[{low}-{high}]{{{len(text) + 1},}}"]
    for index, char in enumerate(text):
        rest = len(text) - index - 1
        if char < high:
            more = f"[{low}-{high}]{{{rest}}}" if rest else ""
            parts.append(f"{text[:index]}[{chr(ord(char) + 1)}-{high}]{more}")
    return "|".join(parts)


def _both_cases(match: re.Match[str]) -> str:
    if match[3]:
        return f"[{match[3]}{match[3].lower()}]"
    first, last = match[1], match[2]
    return f"[{first}-{last}{first.lower()}-{last.lower()}]"
