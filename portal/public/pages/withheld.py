"""The register of what is withheld and why (不予公开情况)."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.kit import clock
from portal.public import filters
from portal.public.caching import conditional
from portal.public.pages import lists
from portal.register.queries import withheld

bp = Blueprint("withheld", __name__, url_prefix="/withheld")


@bp.get("/")
@conditional
def index() -> ResponseReturnValue:
    """List notices: ground, provision, deciding body, review day, number. Nothing else is held.

    On the first page also what is overdue, and the one table of counts.
    """
    found = lists.listed("withheld", withheld.listed)
    today, first = clock.local_today(), not found.asked and not found.continued
    return found.show(
        "withheld/index.html",
        ground_choices=filters.options("ground"),
        today=today,
        first=first,
        overdue=withheld.overdue(found.session, today) if first else [],
        groups=withheld.counts(found.session) if first else (),
    )
