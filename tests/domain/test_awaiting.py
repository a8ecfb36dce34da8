"""What a check with a problem waits for, as its steps come in."""

from collections.abc import Sequence
from datetime import date

import pytest

from portal.domain.awaiting import Awaited, awaited
from portal.domain.followups import FollowUp, Step
from tests.makers import a_followup, a_problem, a_result

CHECK = a_problem()
ORDER = a_followup(step=Step.ORDERED, taken_on=date(2025, 5, 20), due_on=date(2025, 6, 27))
REPORT = a_followup(step=Step.REPORT, taken_on=date(2025, 6, 10), due_on=None)
LATER_REPORT = a_followup(step=Step.REPORT, taken_on=date(2025, 6, 16), due_on=None)
FAILED = a_followup(step=Step.RECHECK, taken_on=date(2025, 6, 12), due_on=None, passed=False)
PASSED = a_followup(step=Step.RECHECK, taken_on=date(2025, 6, 18), due_on=None, passed=True)
SECOND_ORDER = a_followup(step=Step.ORDERED, taken_on=date(2025, 6, 13), due_on=date(2025, 7, 11))
LATE_ORDER = a_followup(step=Step.ORDERED, taken_on=date(2025, 6, 23), due_on=date(2025, 7, 21))
OPEN_ORDER = a_followup(step=Step.ORDERED, taken_on=date(2025, 6, 13), due_on=None)
CLOSED = a_followup(step=Step.CLOSED, taken_on=date(2025, 6, 20), due_on=None)


@pytest.mark.parametrize(
    ("steps", "waits"),
    [
        ((), Awaited(CHECK, date(2025, 6, 20))),
        ((ORDER,), Awaited(CHECK, date(2025, 6, 27))),
        ((ORDER, OPEN_ORDER), Awaited(CHECK, date(2025, 6, 27))),
        ((SECOND_ORDER, ORDER), Awaited(CHECK, date(2025, 7, 11))),
        ((ORDER, REPORT), Awaited(REPORT, date(2025, 6, 10))),
        ((ORDER, LATER_REPORT, REPORT), Awaited(REPORT, date(2025, 6, 10))),
        ((ORDER, REPORT, FAILED), Awaited(CHECK, date(2025, 6, 27))),
        ((ORDER, REPORT, FAILED, SECOND_ORDER), Awaited(CHECK, date(2025, 7, 11))),
        ((ORDER, REPORT, FAILED, LATER_REPORT), Awaited(LATER_REPORT, date(2025, 6, 16))),
        ((ORDER, REPORT, PASSED), None),
        ((ORDER, PASSED, LATE_ORDER), Awaited(CHECK, date(2025, 7, 21))),
        ((ORDER, REPORT, CLOSED), None),
    ],
)
def test_a_problem_waits_for_its_next_step(
    steps: Sequence[FollowUp], waits: Awaited | None
) -> None:
    found = awaited(CHECK, steps)

    assert found == waits


def test_a_recheck_on_the_day_of_the_report_answers_it() -> None:
    same_day = a_followup(step=Step.RECHECK, taken_on=REPORT.taken_on, due_on=None, passed=False)

    found = awaited(CHECK, [REPORT, same_day])

    assert found == Awaited(CHECK, date(2025, 6, 20))


def test_a_check_without_a_problem_or_without_a_deadline_waits_for_nothing() -> None:
    quiet = a_result(due_on=date(2025, 6, 20))
    unlimited = a_problem(due_on=None)

    assert (awaited(quiet, []), awaited(unlimited, [])) == (None, None)
