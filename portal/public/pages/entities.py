"""Inspected parties: the list, and everything published about one of them (检查对象)."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.kit import clock
from portal.kit.db import db
from portal.public import filters, params
from portal.public.caching import conditional
from portal.public.pages import lists
from portal.public.pages.found import or_missing
from portal.public.pages.lines import result_lines
from portal.public.pages.moments import timeline
from portal.register.queries import draws, entities, followups, replies, results, standings
from portal.register.queries.results import ResultFilter
from portal.register.records import Kind

bp = Blueprint("entities", __name__, url_prefix="/entities")

#: Checks on one page: each is in the time line too, with every step that followed.
_CHECKS = 20


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
    page = results.listed(session, ResultFilter(entity=public_id), cursor=cursor, limit=_CHECKS)
    lines = result_lines(session, page.rows, today)
    steps = followups.of_results(session, [line.record.id for line in lines])
    letters = replies.of_results(session, [line.record.id for line in lines])
    drawn = draws.of_entity(session, public_id) if cursor is None else []
    return render_template(
        "entities/show.html",
        shown=shown,
        entity=shown.record,
        lines=lines,
        timeline=timeline(lines, steps, drawn, today, letters),
        standing=standings.of_entity(session, public_id, today),
        next=page.next,
        continued=cursor is not None,
        namesakes=entities.namesakes(session, shown.record),
        taken=lists.downloads("results", {"entity": public_id}),
    )
