"""Steps after checks, newest first (后续处理)."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.kit.db import db
from portal.public import filters, params
from portal.public.caching import conditional
from portal.public.pages import lists
from portal.public.pages.found import or_missing
from portal.register.queries import agencies, followups, results
from portal.register.queries.naming import named
from portal.register.records import Kind

bp = Blueprint("followups", __name__, url_prefix="/followups")


@bp.get("/")
@conditional
def index() -> ResponseReturnValue:
    """List steps, newest first."""
    found = lists.listed("followups", followups.listed)
    session = found.session
    checks = results.named(session, [row.record.result_id for row in found.rows])
    parties = [check.entity_id for check in checks.values()]
    return found.show(
        "followups/index.html",
        checks=checks,
        names=named(session, (row.record.agency_id for row in found.rows), parties),
        agency_choices=agencies.choices(session),
        step_choices=filters.options("step"),
    )


@bp.get("/<public_id>")
def show(public_id: str) -> ResponseReturnValue:
    """Lead to the step's place on the page of its check."""
    params.read()
    shown = or_missing(followups.get(db.session(), public_id), Kind.FOLLOWUP, public_id)
    return redirect(url_for("results.show", public_id=shown.record.result_id, _anchor=public_id))
