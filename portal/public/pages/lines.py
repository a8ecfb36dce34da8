"""Lines of lists: a record with the names around it."""

from collections.abc import Mapping, Sequence
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
    """One check as a list shows it on a day; `names` are those of its body and its party, None for what is not public."""

    shown: Shown[PublicResult]
    names: tuple[str | None, str | None]
    today: date

    @property
    def record(self) -> PublicResult:
        """The published record."""
        return self.shown.record

    @property
    def agency(self) -> Named | None:
        """The body that checked."""
        name = self.names[0]
        return None if name is None else Named(self.record.agency_id, name)

    @property
    def entity(self) -> Named | None:
        """The party that was checked."""
        name, public_id = self.names[1], self.record.entity_id
        return None if name is None or public_id is None else Named(public_id, name)

    @property
    def state(self) -> str:
        """Where its follow-up stands: none, open, overdue or closed."""
        return state_of(self.record, self.today)

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
    """Return the lines of a list of results; where the list brought no names, they are asked for in one query."""
    unnamed = [row.record for row in rows if row.beside is None]
    names = named(
        session, (each.agency_id for each in unnamed), (each.entity_id for each in unnamed)
    )
    return [ResultLine(row, row.beside or _names(row.record, names), today) for row in rows]


def _names(result: PublicResult, names: Mapping[str, Named]) -> tuple[str | None, str | None]:
    agency, entity = names.get(result.agency_id), names.get(result.entity_id or "")
    return agency and agency.name, entity and entity.name


def outcomes_of(result: PublicResult) -> tuple[tuple[str, bool], ...]:
    """Return the distinct outcome codes of a check and whether each is a problem; problems first."""
    codes = dict.fromkeys(code for finding in result.findings for code in finding.outcomes)
    pairs = [(code, Outcome(code).is_problem) for code in codes]
    problems = [pair for pair in pairs if pair[1]]
    return tuple(problems or pairs)
