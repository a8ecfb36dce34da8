"""Checklist lines (抽查事项清单)."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.kit import clock
from portal.kit.db import db
from portal.public import filters, params
from portal.public.caching import conditional
from portal.public.pages import grids, lists
from portal.public.pages.found import or_missing
from portal.public.pages.lines import result_lines
from portal.register.queries import agencies, changes, items, plans, results
from portal.register.queries.results import ResultFilter
from portal.register.records import Kind, PublicItem

bp = Blueprint("items", __name__, url_prefix="/items")


@bp.get("/")
@conditional
def index() -> ResponseReturnValue:
    """List checklist lines by name."""
    found = lists.listed("items", items.listed)
    return found.show(
        "items/index.html",
        agencies=agencies.named(found.session, [row.record.agency_id for row in found.rows]),
        agency_choices=agencies.choices(found.session),
        class_choices=filters.options("item_class"),
    )


@bp.get("/<public_id>")
@conditional
def show(public_id: str) -> ResponseReturnValue:
    """Show one item: basis, the plans that use it, the results it led to."""
    params.read()
    session = db.session()
    shown = or_missing(items.get(session, public_id), Kind.ITEM, public_id)
    page = results.listed(session, ResultFilter(item=public_id), limit=20)
    return render_template(
        "items/show.html",
        shown=shown,
        item=shown.record,
        agency=agencies.get(session, shown.record.agency_id),
        tasks=plans.tasks_with_item(session, public_id),
        outcomes=grids.of_item(session, public_id),
        versions=changes.old_versions(session, PublicItem, public_id),
        lines=result_lines(session, page.rows, clock.local_today()),
        more=page.next is not None,
    )
