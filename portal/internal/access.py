"""Who is signed in, what they may do, and that a form came from our own page.

The browser holds a signed cookie with the token of a session that the store knows by its digest;
ending the row ends the session, wherever the cookie is. The cookie also says when it was used last,
so that a page costs the store no write.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from flask import Response as FlaskResponse
from flask import abort, current_app, g, redirect, request, session, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from portal.domain.workflow import Role
from portal.internal.desk import sessions, signing_in
from portal.internal.desk.signing_in import Attempt, Opened
from portal.internal.desk.stores import Stores
from portal.internal.tables.people import PersonRow
from portal.internal.tables.sessions import SessionRow
from portal.kit import clock
from portal.kit.config import Settings
from portal.kit.db import db

View = Callable[..., Any]

#: How long a browser is remembered as one that a person signed in with, in seconds.
_DEVICE_LASTS = 180 * 86_400
#: Before anybody is signed in a form holds an account, a password and a code.
_SMALL_BODY = 16 * 2**10
#: Which roles each guarded view asks for.
_ASKED: dict[View, tuple[Role, ...]] = {}
_NO_NUL = "内容含有不可见的控制字符 U+0000，请删除后重新提交"


def stores() -> Stores:
    """Return the stores of the running office."""
    found = current_app.extensions["stores"]
    if not isinstance(found, Stores):
        raise TypeError("stores")
    return found


def settings() -> Settings:
    """Return the settings of the running office."""
    found = current_app.config["PORTAL"]
    if not isinstance(found, Settings):
        raise TypeError("settings")
    return found


def address() -> str:
    """Return where the request comes from."""
    return request.remote_addr or ""


def token() -> str:
    """Return the token of this browser's session, "" for none."""
    return str(session.get("token", ""))


def current() -> tuple[SessionRow, PersonRow] | None:
    """Return the open session and its person, the second factor given or not; None for nobody."""
    if "current" not in g:
        g.current = None
        now = clock.utc_now()
        seen = datetime.fromtimestamp(int(session.get("seen", 0)), UTC)
        if token() and now < seen + sessions.IDLE:
            g.current = sessions.find(db.session(), token(), now)
        if g.current is not None:
            session["seen"] = int(now.timestamp())
    found: tuple[SessionRow, PersonRow] | None = g.current
    return found


def person() -> PersonRow | None:
    """Return who is signed in, or None."""
    found = current()
    return found[1] if found is not None and found[0].complete else None


def me() -> PersonRow:
    """Return who is signed in; only where `needs` guards the view."""
    found = person()
    if found is None:
        abort(401)
    return found


def attempt(name: str) -> Attempt:
    """Return the attempt that this request makes to sign in as `name`."""
    return Attempt(name, address(), _device_of(name))


def take_up(opened: Opened) -> None:
    """Hand the browser a session that was just opened; nothing of what it held before goes along."""
    session.clear()
    session["token"] = opened.token
    session["seen"] = int(clock.utc_now().timestamp())
    session["csrf"] = secrets.token_urlsafe(24)
    g.pop("current", None)
    #: What this request read before does not know the new session.
    db.session.rollback()


def let_go() -> None:
    """Forget the session in this browser."""
    session.clear()
    g.pop("current", None)


def remember_device(response: FlaskResponse | Response, name: str) -> None:
    """Mark this browser as one that `name` signed in with: others' failures do not count for it."""
    if _device_of(name) is None:
        response.set_cookie(
            _device_cookie(),
            _signer().dumps([name, secrets.token_urlsafe(16)]),
            max_age=_DEVICE_LASTS,
            secure=is_secure(),
            httponly=True,
            samesite="Lax",
        )


def is_secure() -> bool:
    """Whether the office is reached over https."""
    return settings().door.url.startswith("https://")


def _device_cookie() -> str:
    return "__Host-office-browser" if is_secure() else "office-browser"


def _device_of(name: str) -> str | None:
    """Return the mark this browser was given when `name` signed in with it."""
    text = request.cookies.get(_device_cookie(), "")
    try:
        owner, mark = _signer().loads(text, max_age=_DEVICE_LASTS)
    except (BadSignature, ValueError):
        return None
    return str(mark) if owner == name else None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="office-browser")


def csrf_token() -> str:
    """Return the token that forms of this session carry."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return str(session["csrf"])


def check_form() -> None:
    """Refuse signs no store can hold, a large body from a stranger, and a form without this session's token."""
    if any("\0" in text for text in request.args.values()):
        abort(400, _NO_NUL)
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if person() is None:
        request.max_content_length = _SMALL_BODY
    given = request.form.get("csrf_token", "")
    if not secrets.compare_digest(given.encode(), csrf_token().encode()):
        abort(400, "表单已失效，请返回上一页刷新后重新提交")
    if any("\0" in text for _, text in request.form.items(multi=True)):
        abort(400, _NO_NUL)


def needs_totp(found: PersonRow) -> bool:
    """Whether the person's roles ask for a second factor that is not switched on."""
    return signing_in.needs_totp(found, settings().door.totp_roles)


def needs(*roles: Role, first: bool = False) -> Callable[[View], View]:
    """Let only people with one of `roles` in; anyone signed in where none is named.

    Who must choose a password or switch on a second factor is led there from every other page;
    `first` marks those pages.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def answer(**kwargs: Any) -> Any:  # noqa: ANN401
            found = person()
            if found is None:
                return to_sign_in()
            if not first and (found.must_change or needs_totp(found)):
                return redirect(url_for("account.show"))
            if roles and not any(found.has(role) for role in roles):
                abort(403, f"需要“{'、'.join(role.zh for role in roles)}”角色")
            return view(**kwargs)

        _ASKED[answer] = roles
        return answer

    return guard


def may_open(endpoint: str) -> bool:
    """Whether who is signed in has a role that the view at `endpoint` asks for; no page leads elsewhere."""
    mine, roles = person(), _ASKED.get(current_app.view_functions[endpoint], ())
    return mine is not None and (not roles or any(mine.has(role) for role in roles))


def to_sign_in() -> Response:
    """Lead to the sign-in page and back again afterwards."""
    return redirect(url_for("session.form", next=request.path if request.method == "GET" else None))
