"""Inspected parties: the list, and everything published about one of them (检查对象)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.domain.followups import Step
from portal.kit import clock
from portal.kit.db import db
from portal.public import filters, params
from portal.public.caching import conditional
from portal.public.pages import lists
from portal.public.pages.found import or_missing
from portal.public.pages.lines import ResultLine, result_lines
from portal.register.layout import is_problem
from portal.register.queries import draws, entities, followups, replies, results
from portal.register.queries.paging import Shown
from portal.register.queries.results import ResultFilter
from portal.register.records import Kind, PublicDraw, PublicFollowUp, PublicReply

bp = Blueprint("entities", __name__, url_prefix="/entities")


@bp.get("/")
@conditional
def index() -> ResponseReturnValue:
    """List parties by name."""
    found = lists.listed("entities", entities.listed)
    return found.show("entities/index.html", kind_choices=filters.options("entity_kind"))


@bp.get("/<public_id>")
@conditional
def show(public_id: str) -> ResponseReturnValue:
    """Show one party with its checks and steps in date order, across agencies."""
    session, today = db.session(), clock.local_today()
    cursor = params.read(cursor=params.cursor).get("cursor")
    shown = or_missing(entities.get(session, public_id), Kind.ENTITY, public_id)
    page = results.listed(session, ResultFilter(entity=public_id), cursor=cursor)
    lines = result_lines(session, page.rows, today)
    steps = followups.of_results(session, [line.record.id for line in lines])
    letters = replies.of_results(session, [line.record.id for line in lines])
    drawn = draws.of_entity(session, public_id) if cursor is None else []
    return render_template(
        "entities/show.html",
        shown=shown,
        entity=shown.record,
        lines=lines,
        timeline=timeline(lines, steps, drawn, letters),
        problems=[line for line in lines if is_problem(line.record)],
        open_count=sum(line.state in ("open", "overdue") for line in lines),
        complete=cursor is None and page.next is None,
        next=page.next,
        continued=cursor is not None,
        namesakes=entities.namesakes(session, shown.record),
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """One dated event in a party's history. `kind` is drawn, inspected, reply or the code of a step."""

    on: date
    kind: str
    month_only: bool
    line: ResultLine | None = None
    step: PublicFollowUp | None = None
    reply: PublicReply | None = None
    draw: PublicDraw | None = None


#: What comes first when several things happen on one day.
_RANK = {"drawn": 0, "inspected": 1, "reply": 99} | {
    step.value: rank for rank, step in enumerate(Step, 2)
}


def timeline(
    lines: Sequence[ResultLine],
    steps: dict[str, list[Shown[PublicFollowUp]]],
    drawn: Sequence[PublicDraw],
    letters: Sequence[Shown[PublicReply]] = (),
) -> list[Moment]:
    """Put draws, checks, steps and letters into date order, oldest first."""
    moments = [Moment(draw.drawn_on, "drawn", month_only=False, draw=draw) for draw in drawn]
    for line in lines:
        result = line.record
        moments.append(Moment(result.inspected_on, "inspected", result.month_only, line))
        for each in steps.get(result.id, ()):
            moments.append(
                Moment(
                    each.record.taken_on,
                    each.record.step,
                    each.record.month_only,
                    line,
                    each.record,
                )
            )
    line_of = {line.record.id: line for line in lines}
    for letter in letters:
        about = line_of.get(letter.record.result_id or "")
        moments.append(
            Moment(
                letter.record.received_on,
                "reply",
                month_only=False,
                line=about,
                reply=letter.record,
            )
        )
    return sorted(moments, key=lambda moment: (moment.on, _RANK[moment.kind]))
