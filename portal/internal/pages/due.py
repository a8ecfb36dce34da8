"""The work list by deadline: what is overdue, due today and due soon, and whose move it is."""

from datetime import date

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from portal.domain.worklist import Bucket
from portal.internal import access
from portal.internal.desk import due
from portal.internal.desk.matters import CALENDAR, Asked, Place
from portal.internal.tables.letters import count_due
from portal.kit import addresses, clock
from portal.kit.db import db

bp = Blueprint("due", __name__)


@bp.get("/due")
@access.needs()
def index() -> ResponseReturnValue:
    """Show what falls due, bucket by bucket; `after` continues one bucket's list."""
    asked = _asked()
    after = _place(request.args.get("after"))
    only = Bucket.named(request.args.get("bucket", ""))
    if only not in (None, *due.SHOWN) or (after and not only):
        abort(404)
    try:
        sections, later = due.survey(db.session(), asked, limit=due.LIMIT, only=only, after=after)
    except OverflowError:
        #: Behind a place that lies before the first day there is.
        abort(404)
    shown = [line.due_on for section in sections for line in section.lines]
    return render_template(
        "due/index.html",
        asked=asked,
        sections=sections,
        later=later,
        only=only,
        known_until=CALENDAR.known_until,
        provisional=max(shown, default=asked.today) > CALENDAR.known_until,
        letters_due=count_due(
            db.session(), asked.scope, until=CALENDAR.add(asked.today, asked.within)
        ),
        every_agency=access.me().agency == "*",
    )


def nav_label() -> str:
    """Name the list in the navigation, with the number of lines that press."""
    count = due.pressing(db.session(), _asked())
    return f"待办 {count}" if count else "待办"


def _asked() -> Asked:
    return Asked(clock.local_today(), scope=access.me().agency)


def _place(text: str | None) -> Place | None:
    """Read where a list goes on, as `cursor` of the template writes it."""
    if text is None:
        return None
    try:
        due_on, rank, day, filing_id = text.split("_")
        return Place(
            date.fromisoformat(due_on), addresses.number(rank), date.fromisoformat(day),
            addresses.number(filing_id),
        )  # fmt: skip
    except ValueError:
        abort(404)
