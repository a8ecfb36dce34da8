"""Results: the list with its filters, and one check with all that followed (抽查结果)."""

from datetime import date

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.domain.deadlines import WorkCalendar, publication_clock
from portal.domain.followups import Step
from portal.domain.results import Outcome
from portal.kit import clock, holidays
from portal.kit.db import db
from portal.public import filters, params
from portal.public.caching import conditional
from portal.public.pages import lists
from portal.public.pages.figures import quarter
from portal.public.pages.found import or_missing
from portal.public.pages.lines import result_lines, state_of
from portal.register.queries import (
    agencies,
    changes,
    draws,
    entities,
    followups,
    items,
    plans,
    replies,
    results,
)
from portal.register.queries.paging import Shown
from portal.register.records import Kind, PublicFollowUp

bp = Blueprint("results", __name__, url_prefix="/results")

CALENDAR = WorkCalendar(holidays.exceptions(), holidays.known_until())
_PROBLEM_CODES = frozenset(code.value for code in Outcome if code.is_problem)
#: What comes first among steps of one day, or of one month where the day is not shown.
_RANK = {step.value: rank for rank, step in enumerate(Step)}


@bp.get("/")
@conditional
def index() -> ResponseReturnValue:
    """List published results, latest inspection first."""
    found = lists.listed("results", results.selected)
    session, asked = found.session, found.asked
    return found.show(
        "results/index.html",
        lines=result_lines(session, found.rows, clock.local_today()),
        form=found.form(
            "results/form.html",
            lambda: {
                "agency_choices": agencies.choices(session),
                "region_choices": [
                    (each, filters.region(each)) for each in agencies.regions(session)
                ],
                "outcome_choices": filters.options("outcome"),
            },
        ),
        entity=entities.get(session, asked["entity"]) if "entity" in asked else None,
        item=items.get(session, asked["item"]) if "item" in asked else None,
        task=plans.task(session, asked["task"]) if "task" in asked else None,
        draw=draws.get(session, asked["draw"]) if "draw" in asked else None,
        quarter=quarter,
    )


@bp.get("/<public_id>")
@conditional
def show(public_id: str) -> ResponseReturnValue:
    """Show one published result and the rectification that followed it."""
    params.read()
    session, today = db.session(), clock.local_today()
    shown = or_missing(results.get(session, public_id), Kind.RESULT, public_id)
    result = shown.record
    task = plans.task(session, result.task_id) if result.task_id else None
    draw = draws.get(session, result.draw_id) if result.draw_id else None
    return render_template(
        "results/show.html",
        shown=shown,
        result=result,
        state=state_of(result, today),
        agency=agencies.get(session, result.agency_id),
        entity=entities.get(session, result.entity_id),
        items=items.named(session, [finding.item_id for finding in result.findings]),
        steps=sorted(followups.of_results(session, [public_id])[public_id], key=_place),
        task=task[0] if task else None,
        draw=draw.record if draw else None,
        clock=None
        if result.month_only
        else publication_clock(CALENDAR, result.inspected_on, shown.published_on),
        replies=replies.of_results(session, [public_id]),
        history=changes.history(session, Kind.RESULT, public_id),
        problem_codes=_PROBLEM_CODES,
    )


def _place(step: Shown[PublicFollowUp]) -> tuple[date, int, bool]:
    """Return where a step stands among those after one check; a failed recheck before a passed one."""
    record = step.record
    return record.taken_on, _RANK[record.step], record.passed is True
