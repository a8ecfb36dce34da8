"""Who is signed in, what they may do, and that a form came from our own page."""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import abort, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from portal.domain.workflow import Role
from portal.internal.desk import people
from portal.internal.desk.stores import Stores
from portal.internal.tables.people import PersonRow
from portal.kit.db import db

View = Callable[..., Any]


def stores() -> Stores:
    """Return the stores of the running office."""
    found = current_app.extensions["stores"]
    if not isinstance(found, Stores):
        raise TypeError("stores")
    return found


def person() -> PersonRow | None:
    """Return who is signed in, or None."""
    if "person" not in g:
        name = session.get("person")
        g.person = db.session().get(PersonRow, name) if name else None
    found: PersonRow | None = g.person
    return found


def me() -> PersonRow:
    """Return who is signed in; only where `signed_in` or `needs` guards the view."""
    found = person()
    if found is None:
        abort(401)
    return found


def sign_in(name: str, password: str) -> bool:
    """Open a session if the password is right."""
    found = people.signed_in(db.session(), name, password)
    if found is None:
        return False
    session.clear()
    session["person"] = found.name
    session["csrf"] = secrets.token_urlsafe(24)
    return True


def sign_out() -> None:
    """End the session."""
    session.clear()


def csrf_token() -> str:
    """Return the token that forms of this session carry."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return str(session["csrf"])


def check_csrf() -> None:
    """Refuse a form that does not carry this session's token."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    given = request.form.get("csrf_token", "")
    if not secrets.compare_digest(given.encode(), csrf_token().encode()):
        abort(400, "表单已失效，请返回上一页刷新后重新提交")


def needs(*roles: Role) -> Callable[[View], View]:
    """Let only people with one of `roles` in; anyone signed in where none is named."""

    def guard(view: View) -> View:
        @wraps(view)
        def answer(**kwargs: Any) -> Any:  # noqa: ANN401
            found = person()
            if found is None:
                return to_sign_in()
            if roles and not any(found.has(role) for role in roles):
                abort(403, f"需要“{'、'.join(role.zh for role in roles)}”角色")
            return view(**kwargs)

        return answer

    return guard


def to_sign_in() -> Response:
    """Lead to the sign-in page and back again afterwards."""
    return redirect(url_for("session.form", next=request.path if request.method == "GET" else None))
