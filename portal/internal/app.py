"""create_app() of the office: unredacted records, behind a sign-in."""

import hashlib
from functools import cache

from flask import Flask, Response, current_app, render_template, request, url_for
from jinja2 import FileSystemLoader, StrictUndefined
from werkzeug.exceptions import HTTPException

from portal.domain.errors import FourEyesViolation, NotAllowed, PortalError, UnknownRecord
from portal.internal import access
from portal.internal.desk.stores import open_stores
from portal.internal.pages import BLUEPRINTS, decisions, due, writing
from portal.internal.tables.settings import SESSION_KEY, secret
from portal.kit import config, i18n
from portal.kit.assets import asset
from portal.kit.config import Settings
from portal.kit.db import INTERNAL, LETTERBOX, db, options, read_only, write_lock

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: A table pasted from a page brings all of its markup along.
_MOST_PASTED = 16 * 2**20
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
    app.config["SESSION_COOKIE_HTTPONLY"] = True
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.config["SESSION_COOKIE_NAME"] = "office"
    db.init_app(app)
    i18n.set_up(app)
    writing.set_up(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.before_request(access.check_csrf)
    app.after_request(_finish)
    app.context_processor(_page_words)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(PortalError, _refused)
    app.add_url_rule("/healthz", "healthz", lambda: Response("ok\n", mimetype="text/plain"))
    app.jinja_env.globals["asset"] = _asset_url
    return app


def _asset_url(path: str) -> str:
    return url_for("static", filename=path, v=_digest(path))


@cache
def _digest(path: str) -> str:
    return hashlib.sha256((asset("static") / path).read_bytes()).hexdigest()[:12]


def _page_words() -> dict[str, object]:
    here = request.path
    nav = []
    if access.person() is not None:
        nav = [
            (url_for("due.index"), due.nav_label(), here == "/due"),
            (url_for("batches.index"), "批次", here.startswith("/batches")),
            (
                url_for("decisions.index"),
                decisions.nav_label(),
                here.startswith(("/decisions", "/records")),
            ),
            (url_for("imports.form"), "导入", here.startswith("/import")),
            (url_for("mappings.index"), "映射方案", here.startswith("/mappings")),
            (url_for("sheets.index"), "模板与填写说明", here.startswith("/sheets")),
        ]
    return {
        "site_name": "明察办公端",
        "lang": "zh",
        "zone": "office",
        "nav": nav,
        "other_lang_url": "",
        "footer_links": [],
        "permalink": None,
        "person": access.person(),
        "csrf_token": access.csrf_token,
    }


def _finish(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _CSP
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _http(error: HTTPException) -> tuple[str, int]:
    status = error.code or 500
    limit = current_app.config["PORTAL"].limits.file_mb
    words = {
        404: "没有这个页面",
        405: "不支持这种请求方式",
        413: f"文件超过上限 {limit} MB（粘贴的表格 {_MOST_PASTED // 2**20} MB），请拆分后分批导入",
    }
    return render_template("error.html", text=words.get(status, error.description)), status


def _refused(error: PortalError) -> tuple[str, int]:
    return render_template("error.html", text=str(error)), _STATUS.get(type(error), 409)
