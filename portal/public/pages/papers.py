"""What a party takes away: a statement to print and a badge for its own site (记录单、徽标)."""

from flask import Blueprint, Response, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kit import clock, qr
from portal.kit.config import Settings
from portal.kit.db import db
from portal.public import params
from portal.public.caching import conditional
from portal.public.pages.found import or_missing
from portal.public.pages.lines import result_lines
from portal.register.queries import entities, results, standings
from portal.register.queries.results import ResultFilter
from portal.register.records import Kind

bp = Blueprint("papers", __name__, url_prefix="/entities")

#: Width in pixels of one character of the badge: of an ideograph, and of any other.
_WIDE, _NARROW = 12, 7
_FIRST_WIDE = 0x2E80


@bp.get("/<public_id>/statement")
@conditional
def statement(public_id: str) -> ResponseReturnValue:
    """Show everything published about a party on one sheet, with the way to check it."""
    params.read()
    session, today = db.session(), clock.local_today()
    shown = or_missing(entities.get(session, public_id), Kind.ENTITY, public_id)
    page = results.listed(session, ResultFilter(entity=public_id))
    settings: Settings = current_app.config["PORTAL"]
    address = settings.site_url + url_for("entities.show", public_id=public_id)
    return render_template(
        "entities/statement.html",
        shown=shown,
        entity=shown.record,
        lines=result_lines(session, page.rows, today),
        more=page.next is not None,
        standing=standings.of_entity(session, public_id, today),
        address=address,
        code=qr.code(address),
    )


@bp.get("/<public_id>/badge.svg")
@conditional
def badge(public_id: str) -> ResponseReturnValue:
    """Draw the day of the last check and the number of open problems: no verdict, no colour of one."""
    params.read()
    session, today = db.session(), clock.local_today()
    or_missing(entities.get(session, public_id), Kind.ENTITY, public_id)
    last = results.listed(session, ResultFilter(entity=public_id), limit=1).rows
    head, words = _("双随机抽查"), _("没有已公开的检查")
    if last:
        result, standing = last[0].record, standings.of_entity(session, public_id, today)
        day = f"{result.inspected_on:{'%Y-%m' if result.month_only else '%Y-%m-%d'}}"
        words = _("最近检查 %(day)s · 未完结问题 %(count)s", day=day, count=standing.open)
    drawn = render_template("entities/badge.svg", head=head, words=words, width_of=width_of)
    return Response(drawn, mimetype="image/svg+xml")


def width_of(text: str) -> int:
    """Return about how many pixels `text` takes on the badge, so that it is never cut."""
    return sum(_WIDE if ord(each) >= _FIRST_WIDE else _NARROW for each in text)
