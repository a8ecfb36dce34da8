"""The front page."""

from datetime import timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.kit import clock
from portal.kit.db import db
from portal.public import params
from portal.public.caching import conditional
from portal.public.pages import figures
from portal.public.pages.lines import result_lines
from portal.register.queries import agencies, changes, documents, plans, results

bp = Blueprint("home", __name__)

_NEWEST = 8
#: "The last days": today and six before it.
_WEEK = timedelta(days=6)


@bp.get("/")
@conditional
def index() -> ResponseReturnValue:
    """Show one search box, the figures that matter, and what was published last."""
    params.read()
    session, today = db.session(), clock.local_today()
    newest = results.newest(session, _NEWEST)
    return render_template(
        "home.html",
        tallies=changes.tallies(session),
        in_time=figures.total(session, "punctuality"),
        handled=figures.total(session, "outcomes"),
        year=today.year,
        fresh=results.published_count(session, today - _WEEK),
        lines=result_lines(session, newest, today),
        documents=documents.listed(session, limit=5).rows,
        plans=plans.listed(session, limit=5).rows,
        agencies=agencies.listed(session, limit=30).rows,
    )
