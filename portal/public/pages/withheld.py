"""The register of what is withheld and why (不予公开情况)."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.domain.grounds import Ground
from portal.kit import clock
from portal.kit.db import db
from portal.public import filters, params
from portal.public.caching import conditional
from portal.register.queries import withheld

bp = Blueprint("withheld", __name__, url_prefix="/withheld")


@bp.get("/")
@conditional
def index() -> ResponseReturnValue:
    """List notices: ground, provision, deciding body, review day, number. Nothing else is held.

    On the first page also what is overdue, and the one table of counts.
    """
    asked = params.read(ground=params.code_of(Ground), cursor=params.cursor)
    cursor = asked.pop("cursor", None)
    page = withheld.listed(db.session(), **asked, cursor=cursor)
    today, first = clock.local_today(), not asked and cursor is None
    return render_template(
        "withheld/index.html",
        rows=page.rows,
        next=page.next,
        asked=asked,
        continued=cursor is not None,
        ground_choices=filters.options("ground"),
        today=today,
        first=first,
        overdue=withheld.overdue(db.session(), today) if first else [],
        groups=withheld.counts(db.session()) if first else (),
    )
