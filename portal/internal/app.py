"""create_app() of the office: unredacted records, behind a sign-in."""

import hashlib
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, render_template, request, url_for
from jinja2 import FileSystemLoader, StrictUndefined
from markupsafe import Markup  # noqa: TID251 - templates made
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.domain.errors import FourEyesViolation, NotAllowed, PortalError, UnknownRecord
from portal.internal import access, faults
from portal.internal.desk.stores import open_stores
from portal.internal.pages import BLUEPRINTS, decisions, due, letters, writing
from portal.internal.tables.settings import SESSION_KEY, secret
from portal.kit import addresses, config, i18n
from portal.kit.assets import asset
from portal.kit.config import Settings
from portal.kit.db import INTERNAL, LETTERBOX, db, options, read_only, write_lock

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'"
)
#: On every answer, whatever it says (ASVS 5.0, 3.4).
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_TWO_YEARS = "max-age=63072000"
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
#: A table pasted from a page brings all of its markup along.
_MOST_PASTED = 16 * 2**20
#: The navigation: a view, its name or what makes it, and how the addresses begin that belong to it.
_PAGES: tuple[tuple[str, str | Callable[[], str], tuple[str, ...]], ...] = (
    ("due.index", due.nav_label, ("/due",)),
    ("batches.index", "批次", ("/batches",)),
    ("decisions.index", decisions.nav_label, ("/decisions", "/records", "/disclosure-rules")),
    ("letters.index", letters.nav_label, ("/letters",)),
    ("imports.form", "导入", ("/import",)),
    ("mappings.index", "映射方案", ("/mappings",)),
    ("sheets.index", "模板与填写说明", ("/sheets",)),
    ("draws.index", "抽取", ("/draws",)),
    ("people.index", "人员", ("/people",)),
    ("ledger.index", "台账", ("/ledger",)),
    ("account.show", "我的账户", ("/account",)),
)
_STATUS = {FourEyesViolation: 409, NotAllowed: 403, UnknownRecord: 404}


def create_app(settings: Settings | None = None, internal_url: str | None = None) -> Flask:
    """Build the office from `settings` and the URL of its store, or from the environment."""
    settings = settings or config.load()
    internal_url = internal_url or config.internal_url()
    app = Flask("portal.internal", static_folder=str(asset("static")), static_url_path="/static")
    templates = asset("templates")
    app.jinja_loader = FileSystemLoader([templates / "internal", templates / "shared"])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["PORTAL"] = settings
    app.config["MAX_CONTENT_LENGTH"] = (settings.limits.file_mb + 1) * 2**20
    app.config["MAX_FORM_MEMORY_SIZE"] = _MOST_PASTED
    app.config["SQLALCHEMY_BINDS"] = {
        None: options(read_only(settings.register_url)),
        LETTERBOX: options(settings.letterbox_url),
        INTERNAL: options(internal_url),
    }
    stores = open_stores(settings, internal_url)
    app.extensions["stores"] = stores
    with write_lock(stores.internal) as session:
        app.secret_key = secret(session, SESSION_KEY)
    _shut(app, settings)
    app.url_map.converters |= {"default": addresses.Printable, "int": addresses.Number}
    db.init_app(app)
    i18n.set_up(app)
    writing.set_up(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.before_request(access.check_form)
    app.after_request(_finish)
    app.context_processor(_page_words)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(PortalError, _refused)
    for fault in faults.FAULTS:
        app.register_error_handler(fault, _shut_out)
    app.add_url_rule("/healthz", "healthz", lambda: Response("ok\n", mimetype="text/plain"))
    app.jinja_env.globals |= {"asset": _asset_url, "framed": _framed}
    return app


def _shut(app: Flask, settings: Settings) -> None:
    """Set what cookies may do and under which names the office answers.

    Over https the cookie is `__Host-` and Secure. On plain http, as `make run` serves it on
    loopback, it is neither: Chromium would take such a cookie from 127.0.0.1, but not every browser
    does, and none does from another address; whoever types it in could not sign in at all.
    """
    door = settings.door
    secure = door.url.startswith("https://")
    app.config["SESSION_COOKIE_NAME"] = "__Host-office" if secure else "office"
    app.config["SESSION_COOKIE_SECURE"] = secure
    app.config["SESSION_COOKIE_HTTPONLY"] = True
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.config["TRUSTED_HOSTS"] = [urlsplit(door.url).hostname, *_LOOPBACK]
    if door.proxies:
        #: Only the address: names and schemes come from the settings, whatever a proxy says.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=door.proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0
        )


def _framed(template: str, **facts: object) -> Markup:
    return Markup(render_template(template, **facts))  # noqa: S704 - a template of ours


def _asset_url(path: str) -> str:
    return url_for("static", filename=path, v=_digest(path))


@cache
def _digest(path: str) -> str:
    return hashlib.sha256((asset("static") / path).read_bytes()).hexdigest()[:12]


def _page_words() -> dict[str, object]:
    here = request.path
    nav = [
        (url_for(page), name if isinstance(name, str) else name(), here.startswith(begins))
        for page, name, begins in _PAGES
        if access.may_open(page)
    ]
    current = (number for number, each in enumerate(nav) if each[2])
    return {
        "site_name": "明察办公端",
        "lang": "zh",
        "zone": "office",
        "nav": [each[:2] for each in nav],
        "section": next(current, None),
        "other_lang_url": "",
        "footer_links": [],
        "permalink": None,
        "person": access.person(),
        "csrf_token": access.csrf_token,
        "may_open": access.may_open,
    }


def _finish(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if access.is_secure():
        response.headers["Strict-Transport-Security"] = _TWO_YEARS
    #: Style sheets hold nothing of ours and carry their digest; everything else is kept by nobody.
    if request.endpoint != "static" or response.status_code not in (200, 304):
        response.headers["Cache-Control"] = "no-store"
    return response


def _http(error: HTTPException) -> tuple[str, int] | Response:
    status = error.code or 500
    if isinstance(error, SecurityError):
        return Response(
            "此地址不是本系统的地址；请由管理员在 PORTAL_OFFICE_URL 中设置\n",
            status, mimetype="text/plain",
        )  # fmt: skip
    if status >= 500:  # noqa: PLR2004
        #: The store may be what failed: the page asks it nothing.
        g.current = None
    limit = current_app.config["PORTAL"].limits.file_mb
    words = {
        404: "没有这个页面",
        405: "不支持这种请求方式",
        413: f"文件超过上限 {limit} MB（粘贴的表格 {_MOST_PASTED // 2**20} MB），请拆分后分批导入",
        500: "办理中出现意外，已记入运行日志；请稍后再试，仍不成功的请告知管理员",
    }
    return render_template("error.html", text=words.get(status, error.description)), status


def _shut_out(error: sa.exc.DBAPIError) -> tuple[str, int]:
    """Say that the store cannot be read or written now, and why; the page asks it nothing.

    What has no words of ours goes on as an accident: all of it into the log, nothing of it on the page.
    """
    why = faults.known(error)
    if why is None:
        raise error
    current_app.logger.error("store: %s", faults.raw(error))
    g.current = None
    text = f"存储暂时无法读写：{why}。这一步没有生效，请稍后再办理；仍不成功的请告知管理员"
    return render_template("error.html", text=text), 503


def _refused(error: PortalError) -> tuple[str, int]:
    return render_template("error.html", text=str(error)), _STATUS.get(type(error), 409)
