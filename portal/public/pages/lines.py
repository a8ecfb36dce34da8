"""Lines of lists: a record with the names around it, loaded in one query per kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.domain.results import Outcome
from portal.register.layout import is_problem
from portal.register.queries.naming import Named, named
from portal.register.queries.paging import Shown
from portal.register.records import PublicResult


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One check as a list shows it. `state` is one of none, open, overdue, closed."""

    shown: Shown[PublicResult]
    agency: Named | None
    entity: Named | None
    state: str

    @property
    def record(self) -> PublicResult:
        """The published record."""
        return self.shown.record

    @property
    def outcomes(self) -> tuple[tuple[str, bool], ...]:
        """What was found, as `outcomes_of` has it."""
        return outcomes_of(self.record)


def state_of(result: PublicResult, today: date) -> str:
    """Tell how the follow-up of one check stands today."""
    if not is_problem(result):
        return "none"
    if result.status == "closed":
        return "closed"
    return "overdue" if result.due_on and result.due_on < today else "open"


def result_lines(
    session: Session, rows: Sequence[Shown[PublicResult]], today: date
) -> list[ResultLine]:
    """Return the lines of a list of results; the names around them in one query."""
    checks = [row.record for row in rows]
    names = named(
        session, (check.agency_id for check in checks), (check.entity_id for check in checks)
    )
    return [
        ResultLine(
            row,
            names.get(row.record.agency_id),
            names.get(row.record.entity_id),
            state_of(row.record, today),
        )
        for row in rows
    ]


def outcomes_of(result: PublicResult) -> tuple[tuple[str, bool], ...]:
    """Return the distinct outcome codes of a check and whether each is a problem; problems first."""
    codes = dict.fromkeys(code for finding in result.findings for code in finding.outcomes)
    pairs = [(code, Outcome(code).is_problem) for code in codes]
    problems = [pair for pair in pairs if pair[1]]
    return tuple(problems or pairs)
