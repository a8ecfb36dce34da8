"""Numbers to which their format alone gives leading zeros: 1234 that a sheet shows as 001234 (数字格式)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from portal.internal.sheets.doors import xmlparse
from portal.internal.sheets.doors.shape import Row, Unfit
from portal.internal.sheets.doors.unshown import SHOWN, Unshown, unshown_by

if TYPE_CHECKING:
    from portal.internal.sheets.cells import Cell

#: What may stand in such a format beside its zeros: text, a blank as wide as a character, a colour.
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<zero>0)|(?P<plain>[- \u4e00-\u9fff])|_.'
    r"|\[(?:\$-[0-9A-Fa-f,]*|Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|Color ?\d+)\]"
)
_MOST_FORMAT = 255
#: One zero is any whole number's format.
_FEWEST_ZEROS = 2
#: From here on a spreadsheet's number has lost digits: no format brings them back.
_SAFE = 10**15
#: Stretches of cells of one format; a column formatted as a whole is a single one.
_MOST_RUNS = 200_000
_UNSTEADY = (
    "工作簿中设有“000000”一类数字格式的单元格过于零散，无法逐格核对；请把编号列改为文本格式后再导入"
)


@dataclass(frozen=True, slots=True)
class ZeroFormat:
    """A number format of zeros and fixed text. `parts` are texts; None stands for a digit."""

    parts: tuple[str | None, ...]
    #: Whether it has a section of its own for nought.
    hides_nought: bool = False

    def show(self, number: float) -> str | None:
        """Return what the sheet shows, None for a number that this format says nothing of.

        >>> format_of('"JC"0000-00').show(1205)
        'JC0012-05'
        >>> format_of("000000").show(12.5) is None, format_of("000000").show(-3) is None
        (True, True)
        """
        if number != int(number) or not 0 <= number < _SAFE or (self.hides_nought and not number):
            return None
        places = self.parts.count(None)
        digits = str(int(number)).zfill(places)
        #: What is longer than the format has places for stands in the first of them.
        queue = [digits[: len(digits) - places + 1], *digits[len(digits) - places + 1 :]]
        queue.reverse()
        return "".join(queue.pop() if part is None else part for part in self.parts).strip()


@lru_cache(maxsize=1_000)
def format_of(code: str) -> ZeroFormat | None:
    """Return a number format, None where it is another sort than zeros and text.

    >>> [format_of(code) is None for code in ("000000", "000000;@", "0", "0.00", "#,##0", "0000/00")]
    [False, False, True, True, True, True]
    """
    parts: list[str | None] = []
    place = 0
    while place < len(code) <= _MOST_FORMAT and code[place] != ";":
        match = _TOKEN.match(code, place)
        if match is None:
            return None
        place = match.end()
        if match["zero"]:
            parts.append(None)
        else:
            parts.append(match["quoted"] or match["escaped"] or match["plain"] or "")
    if len(code) > _MOST_FORMAT or parts.count(None) < _FEWEST_ZEROS:
        return None
    return ZeroFormat(tuple(parts), hides_nought=code.count(";") > 1)


@dataclass(slots=True)
class Styles:
    """The styles of cells, by the number that cells name them by, that show something else than what is there."""

    zeros: dict[str, ZeroFormat] = field(default_factory=dict)
    #: Those that show nothing of some content or of any: ``;;;``.
    unshown: dict[str, Unshown] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.zeros or self.unshown)


def styles_of(pieces: Iterable[bytes]) -> Styles:
    """Return the styles in styles.xml whose formats are of zeros, or keep content from sight.

    Raises:
        xmlparse.NotXml: it is broken.
        Unfit: it defines entities.

    """
    codes: dict[str, ZeroFormat] = {}
    unshown: dict[str, Unshown] = {}
    found = Styles()
    inside, count = False, 0

    def start(name: str, has: xmlparse.Attributes) -> None:
        nonlocal inside, count
        kind = xmlparse.local(name)
        if kind == "numFmt":
            code, number = has.get("formatCode", ""), has.get("numFmtId", "")
            if zeros := format_of(code):
                codes[number] = zeros
            if (hides := unshown_by(code)) != SHOWN:
                unshown[number] = hides
        elif kind == "cellXfs":
            inside = True
        elif kind == "xf" and inside:
            if zeros := codes.get(has.get("numFmtId", "")):
                found.zeros[str(count)] = zeros
            if has.get("numFmtId", "") in unshown:
                found.unshown[str(count)] = unshown[has["numFmtId"]]
            count += 1

    def end(name: str) -> None:
        nonlocal inside
        inside = inside and xmlparse.local(name) != "cellXfs"

    xmlparse.run(pieces, start, end)
    return found


#: First and last row, and the format.
_Run = tuple[int, int, ZeroFormat]


@dataclass(slots=True)
class Zeros:
    """Where a worksheet's cells have such formats: by column from 0, stretches of rows downwards."""

    _runs: dict[int, list[_Run]] = field(default_factory=dict)
    _count: int = 0

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._runs)

    def note(self, row: int, column: int, zeros: ZeroFormat) -> None:
        """Take note of a cell; rows are counted from 1 and come in their order.

        Raises:
            Unfit: too many stretches of different formats.

        """
        runs = self._runs.setdefault(column, [])
        if runs and runs[-1][1] == row - 1 and runs[-1][2] == zeros:
            runs[-1] = (runs[-1][0], row, zeros)
            return
        runs.append((row, row, zeros))
        self._count += 1
        if self._count > _MOST_RUNS:
            raise Unfit(_UNSTEADY)

    def shown(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Yield rows with the numbers of these cells as the sheet shows them."""
        left = {column: iter(runs) for column, runs in self._runs.items()}
        now = {column: next(runs) for column, runs in left.items()}
        for number, cells in rows:
            for column, run in list(now.items()):
                here = run if run[1] >= number else _from(left[column], number)
                if here is None:
                    del now[column]
                    continue
                now[column] = here
                if here[0] <= number and column < len(cells):
                    cells[column] = shown(cells[column], here[2])
            yield number, cells


def _from(runs: Iterator[_Run], number: int) -> _Run | None:
    return next((run for run in runs if run[1] >= number), None)


def shown(cell: "Cell", zeros: ZeroFormat | None) -> "Cell":
    """Return a cell as its format shows it: other than a whole number, as it is."""
    if zeros is None or type(cell) not in {int, float}:
        return cell
    text = zeros.show(cell)  # type: ignore[arg-type] # told by its type above
    return cell if text is None else text
