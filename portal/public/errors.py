"""One page for every error; 404 and 410 say the same to everyone, whatever the reason."""

import sqlite3

import psycopg
import sqlalchemy as sa
from flask import Flask, Response, current_app, make_response, render_template
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from portal.kit.config import Settings
from portal.kit.db import db
from portal.public import berths, problems
from portal.public.params import BadParameter
from portal.public.problems import Problem, is_program
from portal.register.selecting.order import BadCursor

#: What a store that cannot be reached says, through SQLAlchemy and past it.
_AWAY = (
    sa.exc.OperationalError, sa.exc.InterfaceError, sqlite3.OperationalError,
    psycopg.OperationalError, psycopg.InterfaceError,
)  # fmt: skip
#: What a store says that is shut while a backup is brought back (`kit.closing`): its tables are not there for us.
_SHUT = (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege)
#: Seconds after which a store that went away is worth asking for again.
_SOON = "10"


def set_up(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(BadParameter, _bad_parameter)
    app.register_error_handler(BadCursor, _bad_cursor)
    app.register_error_handler(Problem, problems.answer)
    app.register_error_handler(berths.Full, _busy)
    for broken in (*_AWAY, *_SHUT):
        app.register_error_handler(broken, _unavailable)
    app.register_error_handler(sa.exc.ProgrammingError, _refused)
    app.teardown_appcontext(_let_go)
    app.register_error_handler(Exception, _unexpected)


def _page(status: int, title: str, text: str) -> Response:
    response = make_response(render_template("error.html", status=status, title=title, text=text))
    response.status_code = status
    return response


#: The error for programs of each status that an address or method can lead to.
_CODES = {404: "not-found", 405: "method-not-allowed", 410: "withdrawn", 406: "not-acceptable"}


def _http(error: HTTPException) -> Response:
    if is_program():
        return _for_program(error)
    titles = {
        404: (
            _("没有这个页面"),
            _("没有查到已公开的记录。未查到不等于未被抽查，也不等于未发现问题。"),
        ),
        410: (_("该记录已撤下"), _("这一地址的记录曾经公开，现已撤下，不再提供。")),
        413: (_("文件过大"), _("附件不得超过 10 MB。")),
        405: (_("不支持这种请求方式"), _("请用浏览器直接打开页面。")),
    }
    status = error.code or 500
    title, text = titles.get(status, (_("请求无法处理"), _("请检查地址后重试。")))
    response = _page(status, title, text)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _for_program(error: HTTPException) -> Response:
    response = problems.answer(Problem(_CODES.get(error.code or 500, "bad-request")))
    for name, value in error.get_headers():
        if name in ("Allow", "Location"):
            response.headers[name] = value
    if error.code is not None and error.code < 400:  # noqa: PLR2004 - a redirect to the address meant
        response.status_code = error.code
    return response


def _bad_parameter(error: BadParameter) -> Response:
    if is_program():
        told = problems.bad_parameter(error.name, error.given, error.accepted, known=error.is_known)
        return problems.answer(told)
    return _page(
        400,
        _("查询条件有误"),
        _(
            "参数“%(name)s”的值“%(given)s”无法识别。可以使用：%(accepted)s",
            name=error.name[:40],
            given=error.given[:60],
            accepted=error.accepted,
        ),
    )


def _bad_cursor(error: BadCursor) -> Response:
    del error
    if is_program():
        return problems.answer(Problem("bad-cursor", parameter="cursor"))
    return _page(400, _("查询条件有误"), _("翻页位置无效，请回到第一页。"))


def _let_go(error: BaseException | None) -> None:
    """End what this answer asked; a connection that died meanwhile spoils no answer that is complete."""
    del error
    try:
        db.session.remove()
    except sa.exc.DBAPIError:
        db.session().invalidate()


def _busy(error: berths.Full) -> Response:
    """Say that too many whole sets or files are being fetched, and where everything lies ready."""
    del error
    if is_program():
        response = problems.answer(Problem("busy", whole=f"{_site()}/data/"))
    else:
        text = _("同时下载的人数有上限。请稍候再试，您不必重新填写地址。")
        response = _page(503, _("正在下载的人太多"), text)
    response.headers["Retry-After"] = str(berths.RETRY_AFTER)
    return response


def _site() -> str:
    settings: Settings = current_app.config["PORTAL"]
    return settings.site_url


def _unavailable(error: Exception) -> Response:
    """Say that a store cannot be reached: a matter of seconds, where a database is started anew."""
    #: The driver's own name of it, SQLITE_BUSY or 57P03: its words may quote what somebody asked.
    told = getattr(error, "orig", None)
    name = getattr(told, "sqlite_errorname", None) or getattr(told, "sqlstate", None)
    current_app.logger.error(
        "a store cannot be reached: %s %s", type(error).__name__, name or "without a name"
    )
    if is_program():
        response = problems.answer(Problem("unavailable"))
    else:
        text = _("数据库正在重启或暂时无法访问。请稍候再试，您不必重新填写地址。")
        response = _page(503, _("暂时无法读取登记册"), text)
    response.headers["Retry-After"] = _SOON
    return response


def _refused(error: sa.exc.ProgrammingError) -> Response:
    return _unavailable(error) if isinstance(error.orig, _SHUT) else _unexpected(error)


def _unexpected(error: Exception) -> Response:
    current_app.logger.error("unexpected error", exc_info=error)
    if is_program():
        return problems.answer(Problem("unexpected"))
    return _page(500, _("暂时无法显示"), _("系统出现故障，已记录。请稍后再试。"))
