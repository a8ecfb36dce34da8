"""The page on which the reader's own browser recomputes a draw (复算抽取)."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.public import params
from portal.public.caching import conditional

bp = Blueprint("draw_check", __name__, url_prefix="/draws")


@bp.get("/check")
@conditional
def show() -> ResponseReturnValue:
    """Offer the computation; the package never leaves the browser."""
    params.read()
    return render_template("draws/check.html")
