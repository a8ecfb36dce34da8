"""What is wrong with a file: where, what, and how to mend it; all of it at once."""

from dataclasses import dataclass, field

#: Problems kept word for word; the rest is counted. A file with more needs a look at its layout.
MOST_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. `cell` is a spreadsheet address, ``第12行`` in a text file, or "" for the whole file."""

    sheet: str
    cell: str
    what: str
    column: str = ""

    def __str__(self) -> str:
        """Return the line a clerk reads."""
        place = " ".join(
            part for part in (self.sheet, self.cell, self.column and f"“{self.column}”") if part
        )
        return f"{place}：{self.what}"


@dataclass(slots=True)
class Report:
    """Errors keep a file out; warnings are filed and shown."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    error_count: int = 0
    warning_count: int = 0

    def error(self, problem: Problem) -> None:
        """Add a fault that keeps the file out."""
        self.error_count += 1
        if len(self.errors) < MOST_KEPT:
            self.errors.append(problem)

    def warn(self, problem: Problem) -> None:
        """Add a remark that does not."""
        self.warning_count += 1
        if len(self.warnings) < MOST_KEPT:
            self.warnings.append(problem)


class Unreadable(ValueError):
    """The file as a whole cannot be taken: not a workbook, damaged, too large, dangerous."""
