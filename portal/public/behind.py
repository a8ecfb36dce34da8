"""A site that reads a follower of the register says up to when it knows, and stops rather than show what was taken back."""

from datetime import datetime
from http import HTTPStatus

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_babel import gettext as _

from portal.kit import clock
from portal.kit.config import Settings
from portal.kit.db import db
from portal.public import filters, kept, problems
from portal.public.problems import Problem, is_program
from portal.register.queries import following

#: Names up to when an answer is complete, where something may be missing (RFC 3339).
HEADER = "Data-As-Of"
#: They tell nothing of the register, or tell how it is themselves.
_WITHOUT_RECORDS = {"static", "healthz", "readyz", "robots", "security"}
#: Seconds after which it is worth asking again.
_SOON = "30"


def set_up(app: Flask) -> None:
    """Look how far the register has come before anything is answered."""
    app.before_request(_look)


def is_too_old(as_of: datetime | None) -> bool:
    """Whether what has been taken back since might be shown for longer than the site promises."""
    settings: Settings = current_app.config["PORTAL"]
    return (
        as_of is not None and (clock.utc_now() - as_of).total_seconds() > settings.replica_seconds
    )


def finish(response: Response) -> None:
    """Say it in a header field, of unchanged answers as well."""
    if as_of := g.get("as_of"):
        response.headers[HEADER] = as_of.isoformat()


def ready() -> Response:
    """Say whether the register can be read and how far it is: what a balancer asks before sending readers."""
    try:
        state, as_of = following.look(db.engine)
    except (sa.exc.SQLAlchemyError, db.engine.dialect.loaded_dbapi.Error):
        current_app.logger.warning("not ready: the register cannot be read")
        return _plain("register unavailable", HTTPStatus.SERVICE_UNAVAILABLE)
    reached = f"serial={state.serial}" + (f" as_of={as_of.isoformat()}" if as_of else "")
    if is_too_old(as_of):
        return _plain(f"behind {reached}", HTTPStatus.SERVICE_UNAVAILABLE)
    return _plain(f"ok {reached}", HTTPStatus.OK)


def _plain(line: str, status: HTTPStatus) -> Response:
    return Response(f"{line}\n", status, mimetype="text/plain")


def _look() -> Response | None:
    if request.endpoint in _WITHOUT_RECORDS or db.engine.dialect.name == "sqlite":
        return None
    as_of = kept.as_of() if kept.standing() else following.look(db.engine)[1]
    g.as_of = as_of
    return _refused(as_of) if as_of and is_too_old(as_of) else None


def _refused(as_of: datetime) -> Response:
    text = _(
        "这台服务器的数据只到%(time)s。为免显示此后已撤下的内容，暂停提供，请稍候再试。",
        time=filters.moment(as_of.isoformat()),
    )
    if is_program():
        response = problems.answer(Problem("unavailable", str(text)))
    else:
        title = _("暂时无法读取登记册")
        page = render_template("error.html", status=503, title=title, text=text)
        response = make_response(page, HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = _SOON
    return response
