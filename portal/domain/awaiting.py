"""What a check with a problem waits for next: putting right, or a recheck of what was reported (整改与复查)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.domain.followups import FollowUp, Step
from portal.domain.results import Result

#: Working days from a rectification report to its recheck (特种设备安全监督检查办法).
RECHECK_DAYS = 10


@dataclass(frozen=True, slots=True)
class Awaited:
    """The record that waits, and the day its waiting is counted from.

    Of a result the last day for putting right (整改期限); of a report the day it was received.
    """

    record: Result | FollowUp
    day: date


def awaited(result: Result, steps: Sequence[FollowUp]) -> Awaited | None:
    """Return what a check waits for, given every step that stands; None where nothing is due.

    A matter ends with its closing, or with a recheck passed since the last order. Otherwise a
    report that nobody rechecked comes first, then the deadline of the latest order that states
    one, or of the check itself.
    """
    orders = sorted(_of(steps, Step.ORDERED), key=lambda step: step.taken_on)
    rechecks = _of(steps, Step.RECHECK)
    last_order = orders[-1].taken_on if orders else result.inspected_on
    passed = any(step.passed and step.taken_on >= last_order for step in rechecks)
    if not result.has_problem or passed or _of(steps, Step.CLOSED):
        return None
    last_recheck = max((step.taken_on for step in rechecks), default=date.min)
    unseen = [step for step in _of(steps, Step.REPORT) if step.taken_on > last_recheck]
    if unseen:
        first = min(unseen, key=lambda step: step.taken_on)
        return Awaited(first, first.taken_on)
    stated = [step.due_on for step in orders if step.due_on]
    due_on = stated[-1] if stated else result.due_on
    return Awaited(result, due_on) if due_on else None


def _of(steps: Sequence[FollowUp], step: Step) -> list[FollowUp]:
    return [each for each in steps if each.step is step]
