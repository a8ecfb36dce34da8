"""What each published record adds to the figures: measures by agency, region, quarter and key."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

from portal.register.layout import is_problem
from portal.register.quarters import quarter
from portal.register.records import PublicDrawEntry, PublicPlan, PublicResult, Record

#: Working days from here on are counted together.
MOST_DAYS = 999


class Fact(NamedTuple):
    """One thing counted. An empty agency or region: it belongs to none."""

    measure: str
    agency: str
    region: str
    quarter: str
    key: str = ""


class Cell(NamedTuple):
    """One count that is kept; an empty text means "all"."""

    measure: str
    region: str
    agency: str
    period: str
    key: str


def cells(fact: Fact) -> list[Cell]:
    """Return every count that `fact` is part of."""
    return [
        Cell(fact.measure, region, agency, period, fact.key)
        for region, agency, period in rolled(fact.region, fact.agency, fact.quarter)
    ]


@lru_cache(maxsize=10_000)
def rolled(region: str, agency: str, in_quarter: str) -> tuple[tuple[str, str, str], ...]:
    """Return region, agency and period with each of them left open or not; few differ in a release."""
    periods = (in_quarter, in_quarter[:4], "")
    return tuple(product(dict.fromkeys((region, "")), dict.fromkeys((agency, "")), periods))


def facts(record: Record, beside: Any) -> Iterator[Fact]:  # noqa: ANN401 - a row, or what it will be made of
    """Yield what `record` adds; `beside` has what stands in a result's columns and not in its text."""
    if isinstance(record, PublicResult):
        yield from _of_result(record, beside)
    elif isinstance(record, PublicPlan):
        for task in record.tasks:
            yield Fact("task", record.agency_id, "", quarter(task.starts_on), task.joint or "none")
    elif isinstance(record, PublicDrawEntry):
        yield Fact("entry", "", "", quarter(record.drawn_on), record.draw_id)


def _of_result(result: PublicResult, beside: Any) -> Iterator[Fact]:  # noqa: ANN401 - as above
    place = (result.agency_id, beside.region, quarter(result.inspected_on))
    problem, state = is_problem(result), _state(result)
    yield Fact("result", *place, "problem" if problem else "none")
    if state:
        yield Fact("state", *place, state)
    if state == "open" and result.due_on is not None:
        yield Fact("due", *place, result.due_on.isoformat())
    if beside.working_days is not None:
        yield Fact("days", *place, f"{min(beside.working_days, MOST_DAYS):03}")
        yield Fact("published", *place, "late" if beside.late else "in_time")
    if result.task_id:
        for key in ("", *(("problem",) if problem else ()), *((state,) if state else ())):
            yield Fact("of_task", *place, f"{result.task_id}/{key}")
    pairs = {(f.item_id, code) for f in result.findings for code in f.outcomes}
    for code in {code for _, code in pairs}:
        yield Fact("outcome", *place, code)
    for item_id, code in pairs:
        if item_id:
            yield Fact("item_outcome", *place, f"{item_id}/{code}")
    for item_id in {item_id for item_id, _ in pairs if item_id}:
        yield Fact("item", *place, item_id)


def _state(result: PublicResult) -> str | None:
    """Return open or closed of a check with a problem."""
    return result.status if is_problem(result) else None
