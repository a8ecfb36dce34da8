"""What every check gets: the office as it stands, the day, and where to tell a fault."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from portal.domain.followups import FollowUp
from portal.domain.items import Item
from portal.domain.parties import Entity
from portal.domain.plans import Plan, Task
from portal.internal.checks.past import Past
from portal.internal.sheets.reader import Read
from portal.internal.sheets.report import Report
from portal.internal.sheets.spec import Sheet
from portal.internal.tables import filings


@dataclass(slots=True)
class Context:
    """One import being checked; it remembers what was looked up for the whole file."""

    session: Session
    sheet: Sheet
    sheet_name: str
    agency_code: str
    today: date
    report: Report
    #: The batch the file is filed as.
    batch_id: int
    #: Tells which parties, by key, have a page of their own today.
    on_show: Callable[[Collection[str]], Collection[str]] = field(default=lambda keys: keys)
    #: Parties that the file itself brings in and the library does not hold yet.
    new_parties: dict[str, Entity] = field(default_factory=dict)
    #: Items that results name, by key.
    items: dict[str, Item] = field(default_factory=dict)
    #: Checks of the parties in the file, filed before or in it.
    past: Past = field(default_factory=Past)
    #: Names of parties in the file, with the key each was first seen under.
    names: dict[str, str] = field(default_factory=dict)
    #: Steps by check and key from the first fault of the file on: they are filed no more.
    steps: dict[str, dict[str, FollowUp]] = field(default_factory=dict)
    #: Whether a record of the template's type was ever filed as kept back; None before it is asked.
    has_guarded: bool | None = None
    #: What need not be said again in every row.
    told: set[str] = field(default_factory=set)
    #: What is to be told of task numbers that no plan has.
    unknown_tasks: dict[str, str] = field(default_factory=dict)
    _tasks: dict[str, dict[str, Task]] = field(default_factory=dict)

    def tell(self, rule: str, read: Read, name: str, what: str) -> None:
        """Tell a finding at the cell of the field `name`; the rule decides how much it weighs."""
        title = next((each.title for each in self.sheet.columns if each.field == name), "")
        place = read.places.get(name, f"第{read.row}行")
        self.report.tell(rule, self.sheet_name, place, what, title)

    def tasks_of(self, agency_code: str) -> dict[str, Task]:
        """Return the tasks in the plans of one agency, by number."""
        if agency_code not in self._tasks:
            plans = filings.with_prefix(self.session, Plan, f"{agency_code}/")
            self._tasks[agency_code] = {task.code: task for plan in plans for task in plan.tasks}
        return self._tasks[agency_code]

    def not_after_today(self, read: Read, name: str, day: date) -> None:
        """Tell a date that lies in the future."""
        if day > self.today:
            self.tell("future", read, name, f"{day} 晚于今天（{self.today}）；请核对日期")


Reads = Sequence[Read]
