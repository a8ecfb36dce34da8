"""Signing in and out."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.internal import access

bp = Blueprint("session", __name__)


@bp.get("/")
def home() -> ResponseReturnValue:
    """Lead to the batches, or to the sign-in page."""
    return redirect(url_for("batches.index" if access.person() else "session.form"))


@bp.get("/sign-in")
def form() -> ResponseReturnValue:
    """Show the sign-in form."""
    return render_template(
        "sign_in.html", wrong=False, next=_own_path(request.args.get("next", ""))
    )


@bp.post("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Open a session."""
    following = _own_path(request.form.get("next", ""))
    if not access.sign_in(request.form.get("name", ""), request.form.get("password", "")):
        return render_template("sign_in.html", wrong=True, next=following), 401
    return redirect(following or url_for("batches.index"))


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session."""
    access.sign_out()
    return redirect(url_for("session.form"))


def _own_path(text: str) -> str:
    """Return `text` if it is a path on this host, else nothing: no open redirect."""
    return text if text.startswith("/") and not text.startswith(("//", "/\\")) else ""
