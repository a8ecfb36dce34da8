"""A party's history in date order: drawn, inspected, published, followed up, and what is awaited (时间线)."""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from portal.domain.deadlines import Clock, WorkCalendar, publication_clock
from portal.domain.followups import Step
from portal.kit import holidays
from portal.public.pages.lines import ResultLine
from portal.register.queries.paging import Shown
from portal.register.records import PublicDraw, PublicFollowUp, PublicReply

_CALENDAR = WorkCalendar(holidays.exceptions(), holidays.known_until())
#: What comes first when several things happen on one day.
_RANK = {"drawn": 0, "inspected": 1} | {step.value: rank for rank, step in enumerate(Step, 2)}
_LAST = max(_RANK.values()) + 1

Steps = dict[str, list[Shown[PublicFollowUp]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One event. `kind` is drawn, inspected, published, reply, awaited, or the code of a step.

    `on` is the day, or the deadline of what is awaited (None if there is none). `days` counts
    calendar days: from the draw to the check, from the check to a step, from the deadline to the
    closing or to today (negative while there is time). It is None where a day is not known.
    """

    kind: str
    on: date | None
    month_only: bool = False
    days: int | None = None
    line: ResultLine | None = None
    step: PublicFollowUp | None = None
    draw: PublicDraw | None = None
    reply: PublicReply | None = None
    clock: Clock | None = None


def timeline(
    lines: Sequence[ResultLine],
    steps: Steps,
    drawn: Sequence[PublicDraw],
    today: date,
    letters: Sequence[Shown[PublicReply]] = (),
) -> list[Moment]:
    """Put everything published about one party into date order, oldest first; what is awaited last."""
    moments = [Moment(kind="drawn", on=draw.drawn_on, draw=draw) for draw in drawn]
    draws = {draw.id: draw for draw in drawn}
    for line in lines:
        moments += [_inspected(line, draws), _published(line)]
        moments += [_followed(line, each.record) for each in steps.get(line.record.id, ())]
        moments += _awaited(line, today)
    by_result = {line.record.id: line for line in lines}
    moments += [
        Moment(
            kind="reply", on=letter.record.received_on, reply=letter.record,
            line=by_result[letter.record.result_id],
        )
        for letter in letters
        if letter.record.result_id in by_result
    ]  # fmt: skip
    return sorted(moments, key=_place)


def _inspected(line: ResultLine, draws: dict[str, PublicDraw]) -> Moment:
    result = line.record
    draw = draws.get(result.draw_id or "")
    days = None
    if draw and not result.month_only and draw.drawn_on <= result.inspected_on:
        days = (result.inspected_on - draw.drawn_on).days
    return Moment(
        kind="inspected", on=result.inspected_on, month_only=result.month_only, days=days, line=line
    )


def _published(line: ResultLine) -> Moment:
    result, day = line.record, line.shown.published_on
    clock = None if result.month_only else publication_clock(_CALENDAR, result.inspected_on, day)
    return Moment(kind="published", on=day, line=line, clock=clock)


def _followed(line: ResultLine, step: PublicFollowUp) -> Moment:
    result, days = line.record, None
    start = result.due_on if step.step == Step.CLOSED.value else result.inspected_on
    if start and not (step.month_only or result.month_only):
        days = (step.taken_on - start).days
    return Moment(
        kind=step.step, on=step.taken_on, month_only=step.month_only, days=days, line=line,
        step=step,
    )  # fmt: skip


def _awaited(line: ResultLine, today: date) -> Iterator[Moment]:
    if line.state not in ("open", "overdue"):
        return
    result = line.record
    days = (today - result.due_on).days if result.due_on and not result.month_only else None
    yield Moment(
        kind="awaited", on=result.due_on, month_only=result.month_only, days=days, line=line
    )


def _place(moment: Moment) -> tuple[bool, date, int]:
    """Return where a moment stands; a month that hides its day counts as its last."""
    day = moment.on or date.max
    if moment.month_only:
        day = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return moment.kind == "awaited", day, _RANK.get(moment.kind, _LAST)
