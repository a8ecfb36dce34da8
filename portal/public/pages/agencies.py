"""Agencies (检查主体)."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.kit import clock
from portal.kit.db import db
from portal.public import filters, params
from portal.public.caching import conditional
from portal.public.pages import figures, lists
from portal.public.pages.found import or_missing
from portal.public.pages.lines import result_lines
from portal.register.queries import agencies, changes, documents, draws, plans, results
from portal.register.queries.results import ResultFilter
from portal.register.records import Kind

bp = Blueprint("agencies", __name__, url_prefix="/agencies")


@bp.get("/")
@conditional
def index() -> ResponseReturnValue:
    """List agencies by region."""
    found = lists.listed("agencies", agencies.listed)
    return found.show(
        "agencies/index.html",
        region_choices=[(code, filters.region(code)) for code in agencies.regions(found.session)],
        level_choices=filters.options("level"),
    )


@bp.get("/<public_id>")
@conditional
def show(public_id: str) -> ResponseReturnValue:
    """Show one agency: what it has published, newest first."""
    params.read()
    session = db.session()
    shown = or_missing(agencies.get(session, public_id), Kind.AGENCY, public_id)
    page = results.listed(session, ResultFilter(agency=public_id), limit=10)
    parent = shown.record.parent_id
    return render_template(
        "agencies/show.html",
        shown=shown,
        agency=shown.record,
        parent=agencies.get(session, parent) if parent else None,
        tallies=changes.tallies(session, public_id),
        in_time=figures.total(session, "punctuality", agency=public_id),
        handled=figures.total(session, "outcomes", agency=public_id),
        lines=result_lines(session, page.rows, clock.local_today()),
        plans=plans.listed(session, agency=public_id, limit=5).rows,
        draws=draws.listed(session, agency=public_id, limit=5).rows,
        documents=documents.listed(session, agency=public_id, limit=5).rows,
    )
