"""Draw records and their lists (抽取记录)."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.kit import clock
from portal.kit.db import db
from portal.public import params
from portal.public.caching import conditional
from portal.public.pages import lists
from portal.public.pages.found import or_missing
from portal.public.pages.lines import result_lines
from portal.register.queries import agencies, draws, entities, plans, results
from portal.register.queries.results import ResultFilter
from portal.register.records import Kind

bp = Blueprint("draws", __name__, url_prefix="/draws")


@bp.get("/")
@conditional
def index() -> ResponseReturnValue:
    """List draws, newest first."""
    found = lists.listed("draws", draws.listed)
    return found.show(
        "draws/index.html",
        agencies=agencies.named(found.session, [row.record.agency_id for row in found.rows]),
        agency_choices=agencies.choices(found.session),
    )


@bp.get("/<public_id>")
@conditional
def show(public_id: str) -> ResponseReturnValue:
    """Show one draw, with its list once the embargo has ended."""
    session = db.session()
    cursor = params.read(cursor=params.cursor).get("cursor")
    shown = or_missing(draws.get(session, public_id), Kind.DRAW, public_id)
    draw = shown.record
    page = draws.entries(session, public_id, cursor=cursor)
    task = plans.task(session, draw.task_id) if draw.task_id else None
    checked = results.listed(session, ResultFilter(draw=public_id), limit=10)
    return render_template(
        "draws/show.html",
        shown=shown,
        draw=draw,
        agency=agencies.get(session, draw.agency_id),
        task=task[0] if task else None,
        entries=page.rows,
        entities=entities.named(session, [row.record.entity_id for row in page.rows]),
        next=page.next,
        continued=cursor is not None,
        lines=result_lines(session, checked.rows, clock.local_today()),
        more=checked.next is not None,
    )
