"""Signing in, in one step or two, and out."""

import re

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.internal import access
from portal.internal.desk import signing_in
from portal.internal.desk.signing_in import Opened, Refused, TooMany
from portal.kit import clock

bp = Blueprint("session", __name__)

#: A path of ours: no other host, no trick with backslashes, blanks or control characters.
_OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
_LONGEST_NAME = 40


@bp.get("/")
def home() -> ResponseReturnValue:
    """Lead to the batches, or to the sign-in page."""
    return redirect(url_for("batches.index" if access.person() else "session.form"))


@bp.get("/sign-in")
def form() -> ResponseReturnValue:
    """Show the sign-in form, or that for the second factor."""
    return _page(following=_own_path(request.args.get("next", "")))


@bp.post("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Check account and password."""
    following = _own_path(request.form.get("next", ""))
    name = request.form.get("name", "").replace("\0", "").strip()[:_LONGEST_NAME]
    try:
        opened = signing_in.with_password(
            access.stores().internal,
            access.attempt(name),
            request.form.get("password", ""),
            now=clock.utc_now(),
        )
    except (Refused, TooMany) as error:
        return _refused(error, following)
    return _go_on(opened, following)


@bp.post("/sign-in/code")
def code() -> ResponseReturnValue:
    """Check the second factor."""
    following = _own_path(request.form.get("next", ""))
    found = access.current()
    if found is None or found[0].complete:
        return redirect(url_for("session.form", next=following or None))
    try:
        opened = signing_in.with_code(
            access.stores().internal,
            access.attempt(found[1].name),
            access.token(),
            request.form.get("code", ""),
            now=clock.utc_now(),
        )
    except (Refused, TooMany) as error:
        return _refused(error, following)
    return _go_on(opened, following)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session, here and in the store."""
    if found := access.current():
        signing_in.sign_out(
            access.stores().internal, access.token(), name=found[1].name, now=clock.utc_now()
        )
    access.let_go()
    return redirect(url_for("session.form"))


def _go_on(opened: Opened, following: str) -> ResponseReturnValue:
    access.take_up(opened)
    if not opened.complete:
        return redirect(url_for("session.form", next=following or None))
    response = redirect(following or url_for("batches.index"))
    access.remember_device(response, opened.name)
    return response


def _refused(error: Refused | TooMany, following: str) -> ResponseReturnValue:
    response = make_response(_page(following, wrong=str(error)), 401)
    if isinstance(error, TooMany):
        response.status_code = 429
        response.headers["Retry-After"] = str(error.wait)
    return response


def _page(following: str, wrong: str = "") -> str:
    found = access.current()
    halfway = found is not None and not found[0].complete
    page = "sign_in_code.html" if halfway else "sign_in.html"
    return render_template(page, wrong=wrong, next=following)


def _own_path(text: str) -> str:
    """Return `text` if it is a path on this host, else nothing: no open redirect."""
    return text if _OWN_PATH.fullmatch(text) else ""
