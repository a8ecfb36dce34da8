"""What every check gets: the office as it stands, the day, and where to tell a fault."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from portal.domain.parties import Entity
from portal.domain.plans import Plan
from portal.internal.sheets.reader import Read
from portal.internal.sheets.report import Problem, Report
from portal.internal.sheets.spec import Sheet
from portal.internal.tables import filings


@dataclass(slots=True)
class Context:
    """One import being checked. `known` caches what was looked up for the whole file."""

    session: Session
    sheet: Sheet
    sheet_name: str
    agency_code: str
    today: date
    report: Report
    #: Parties that the file itself brings in and the library does not hold yet.
    new_parties: dict[str, Entity] = field(default_factory=dict)
    _tasks: dict[str, set[str]] = field(default_factory=dict)

    def error(self, read: Read, name: str, what: str) -> None:
        """Tell a fault that keeps the file out, at the cell of the field `name`."""
        self.report.error(self._problem(read, name, what))

    def warn(self, read: Read, name: str, what: str) -> None:
        """Tell something to look at."""
        self.report.warn(self._problem(read, name, what))

    def _problem(self, read: Read, name: str, what: str) -> Problem:
        return Problem(
            self.sheet_name,
            read.places.get(name, f"第{read.row}行"),
            what,
            next((each.title for each in self.sheet.columns if each.field == name), ""),
        )

    def tasks_of(self, agency_code: str) -> set[str]:
        """Return the task numbers in the plans of one agency."""
        if agency_code not in self._tasks:
            plans = filings.with_prefix(self.session, Plan, f"{agency_code}/")
            self._tasks[agency_code] = {task.code for plan in plans for task in plan.tasks}
        return self._tasks[agency_code]

    def not_after_today(self, read: Read, name: str, day: date) -> None:
        """Tell a date that lies in the future."""
        if day > self.today:
            self.error(read, name, f"{day} 晚于今天（{self.today}）；请核对日期")


Reads = Sequence[Read]
