"""What is wrong with a file: where, what, and how to mend it; all of it at once."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from openpyxl.utils import column_index_from_string

from portal.internal.sheets.rules import RULES, Level

#: Problems kept word for word at each level; the rest is counted. A file with more needs a look
#: at its layout.
MOST_KEPT = 5_000
_ADDRESS = re.compile(r"([A-Z]{1,3})(\d+)")
_ROW = re.compile(r"第(\d+)行")


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `cell` is a spreadsheet address, ``第12行`` for a row, or "" for the whole file.

    `rule` is a key of `RULES`.
    """

    sheet: str
    cell: str
    what: str
    column: str = ""
    rule: str = "cell"

    def __str__(self) -> str:
        """Return the line a clerk reads."""
        place = " ".join(
            part for part in (self.sheet, self.cell, self.column and f"“{self.column}”") if part
        )
        return f"{place}：{self.what}"

    @property
    def place(self) -> tuple[int, int]:
        """Row and column, for reading order; (0, 0) for the whole file."""
        if match := _ADDRESS.fullmatch(self.cell):
            return int(match[2]), column_index_from_string(match[1])
        if match := _ROW.match(self.cell):
            return int(match[1]), 0
        return 0, 0


@dataclass(slots=True)
class _Kept:
    """The findings of one level."""

    problems: list[Problem] = field(default_factory=list)
    count: int = 0


@dataclass(slots=True)
class Report:
    """Errors keep a file out; warnings want to be confirmed; notes are told."""

    _kept: dict[Level, _Kept] = field(default_factory=lambda: {level: _Kept() for level in Level})
    #: Where a cell stands in the file, if the table was laid out anew to be read.
    where: Callable[[str], str] = lambda cell: cell
    #: How often each rule spoke.
    counts: Counter[str] = field(default_factory=Counter)

    def tell(self, rule: str, sheet: str, cell: str, what: str, column: str = "") -> None:
        """Add a finding; the rule decides how much it weighs."""
        self.counts[rule] += 1
        kept = self._kept[RULES[rule].level]
        kept.count += 1
        if len(kept.problems) < MOST_KEPT:
            kept.problems.append(Problem(sheet, self.where(cell), what, column, rule))

    def of(self, level: Level) -> list[Problem]:
        """Return the findings of one level in reading order."""
        return sorted(self._kept[level].problems, key=lambda problem: problem.place)

    def count(self, level: Level) -> int:
        """Count the findings of one level, also those not kept word for word."""
        return self._kept[level].count

    @property
    def errors(self) -> list[Problem]:
        """What keeps the file out."""
        return self.of(Level.ERROR)

    @property
    def warnings(self) -> list[Problem]:
        """What must be confirmed."""
        return self.of(Level.WARNING)

    @property
    def notes(self) -> list[Problem]:
        """What is good to know."""
        return self.of(Level.NOTE)

    @property
    def error_count(self) -> int:
        """How many errors there are."""
        return self.count(Level.ERROR)

    @property
    def warning_count(self) -> int:
        """How many warnings there are."""
        return self.count(Level.WARNING)

    def groups(self, level: Level) -> list[tuple[str, int]]:
        """Return (rule, count) of one level, the most frequent first."""
        return [
            (rule, count) for rule, count in self.counts.most_common() if RULES[rule].level is level
        ]


class Unreadable(ValueError):
    """The file as a whole cannot be taken: not a workbook, damaged, too large, dangerous."""
