"""create_app() of the public site: the register, the letterbox, and nothing behind them."""

import hashlib
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path

from flask import Flask, Response, current_app, g, request, url_for
from flask_babel import gettext as _
from jinja2 import FileSystemLoader, StrictUndefined

from portal.kit import addresses, clock, i18n
from portal.kit.assets import asset
from portal.kit.config import Settings, load
from portal.kit.db import LETTERBOX, db, options, read_only
from portal.kit.i18n import language
from portal.letterbox.slot import only_insert
from portal.public import behind, berths, errors, filters, pieces, viewing
from portal.public.api import catalogue, changes, crossing, dumps, resourcesync, sitemap
from portal.public.api.routes import BLUEPRINTS as API
from portal.public.feeds import offers, searching
from portal.public.feeds import page as feed_page
from portal.public.feeds import routes as feeds
from portal.public.kept import KeptAnswers
from portal.public.pages import BLUEPRINTS, figures, replies, rows
from portal.public.problems import is_program
from portal.register.search.opening import open_engine

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
#: The register as a whole: its changes, its dumps, its catalogue.
_WHOLE = (changes.bp, dumps.bp, catalogue.bp, resourcesync.bp, sitemap.bp)
#: Open data: pages of any site may read it.
_OPEN = ("/data/", "/catalog.")
_YEAR = 31_536_000
#: Sections and links at the foot of every page.
_Frame = tuple[list[tuple[str, str, tuple[str, str] | None]], list[tuple[str, str]]]
_ALWAYS_TLS = f"max-age={2 * _YEAR}; includeSubDomains"


def create_app(settings: Settings | None = None) -> Flask:
    """Build the site from `settings`, or from the environment."""
    settings = settings or load()
    app = Flask("portal.public", static_folder=str(asset("static")), static_url_path="/static")
    templates = asset("templates")
    app.jinja_loader = FileSystemLoader([templates / "public", templates / "shared"])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["PORTAL"] = settings
    app.config["RELEASE"] = f"{version('mingcha')}-{_look(templates)}"
    app.config["SQLALCHEMY_BINDS"] = {
        None: options(read_only(settings.register_url)),
        LETTERBOX: options(settings.letterbox_url),
    }
    engine = open_engine(settings.search_url)
    app.extensions |= {"search": engine, "ready": engine.ready}
    db.init_app(app)
    with app.app_context():
        only_insert(db.engines[LETTERBOX])
        #: Who is counted is told what is left: those answers are each reader's own.
        each_own = ("/static/", *(["/api/"] if settings.rate_limit else []))
        app.wsgi_app = KeptAnswers(app.wsgi_app, db.engine, each_own)  # type: ignore[method-assign]
    app.config["MAX_CONTENT_LENGTH"] = replies.LARGEST_FORM
    app.extensions["frames"] = {}
    app.extensions["letters"] = replies.slots()
    berths.moor(app.extensions, berths.of_the_site())
    app.url_map.converters["default"] = addresses.Printable
    i18n.set_up(app)
    filters.set_up(app)
    pieces.set_up(app)
    viewing.set_up(app, {blueprint.name for blueprint in BLUEPRINTS})
    errors.set_up(app)
    crossing.set_up(app, settings.rate_limit)
    behind.set_up(app)
    for blueprint in (*BLUEPRINTS, feed_page.bp, feeds.bp, searching.bp, *API, *_WHOLE):
        app.register_blueprint(blueprint)
    app.context_processor(_page_words)
    app.after_request(_finish)
    app.add_url_rule("/healthz", "healthz", _healthz)
    app.add_url_rule("/readyz", "readyz", behind.ready)
    app.add_url_rule("/robots.txt", "robots", _robots)
    app.add_url_rule("/.well-known/security.txt", "security", _security)
    app.jinja_env.globals |= {
        "asset": asset_url,
        "written": figures.written,
        "result_rows": rows.result_rows,
    }
    return app


@cache
def asset_url(path: str) -> str:
    """Return the address of a static file, with its content's digest so that it may be kept for ever."""
    return url_for("static", filename=path, v=_digest(path))


def _digest(path: str) -> str:
    return hashlib.sha256((asset("static") / path).read_bytes()).hexdigest()[:12]


def _look(templates: Path) -> str:
    """Return a digest of everything pages are made from besides records: a validator must know it."""
    digest = hashlib.sha256()
    for path in sorted([*templates.rglob("*.*"), *asset("static").rglob("*.*")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def _page_words() -> dict[str, object]:
    """What every page needs around its content."""
    settings: Settings = _settings()
    here = request.path
    sections, footer = _frame()
    nav = [
        (address, label, here == "/" if beginnings is None else here.startswith(beginnings))
        for address, label, beginnings in sections
    ]
    return {
        "site_name": settings.site_name,
        "lang": language(),
        "zone": "public",
        "feed": offers.of_page(),
        "nav": nav,
        "other_lang_url": viewing.here_with("lang", None if language() == "en" else "en"),
        "view": viewing.view(),
        "views": viewing.choices(),
        "today": clock.local_today(),
        "serial": g.get("serial"),
        "footer_links": footer,
        "as_of": g.get("as_of"),
        "permalink": settings.site_url + here if request.endpoint else None,
    }


def _frame() -> _Frame:
    """Return what is around every page of one language and view: made once, as addresses take their time."""
    frames: dict[tuple[str, str | None], _Frame] = current_app.extensions["frames"]
    key = language(), viewing.view()
    if key not in frames:
        frames[key] = _sections(), _footer()
    return frames[key]


def _sections() -> list[tuple[str, str, tuple[str, str] | None]]:
    """Return address and name of each section, and how the paths begin that belong to it."""
    sections = (
        ("results.index", _("抽查结果"), "/followups/"),
        ("plans.index", _("抽查计划"), "/tasks/"),
        ("draws.index", _("抽取记录"), None),
        ("items.index", _("抽查事项"), None),
        ("entities.index", _("检查对象"), None),
        ("agencies.index", _("检查主体"), None),
        ("documents.index", _("文件"), None),
    )
    found: list[tuple[str, str, tuple[str, str] | None]] = [
        (url_for("home.index"), _("首页"), None)
    ]
    for endpoint, label, beside in sections:
        address = url_for(endpoint)
        path = address.split("?")[0]
        found.append((address, label, (path, beside or path)))
    return found


def _footer() -> list[tuple[str, str]]:
    return [
        (url_for("statistics.index"), _("统计")),
        (url_for("withheld.index"), _("不予公开情况")),
        (url_for("replies.find"), _("来信办理状态")),
        (url_for("log.index"), _("公开日志")),
        (url_for("reference.api"), _("开放数据")),
        (url_for("downloads.index"), _("全部数据")),
        (url_for("feed_page.index"), _("订阅")),
        (url_for("docs.show", name="about"), _("关于本站")),
        (url_for("docs.index"), _("使用说明")),
        (url_for("docs.show", name="rights"), _("您的权利")),
        (url_for("docs.show", name="privacy"), _("隐私说明")),
        (url_for("docs.show", name="accessibility"), _("无障碍说明")),
        (url_for("docs.show", name="contact"), _("联系方式")),
        (_settings().license_url, _("数据使用许可")),
    ]


def _settings() -> Settings:
    settings = current_app.config["PORTAL"]
    if not isinstance(settings, Settings):
        raise TypeError("settings")
    return settings


def _finish(response: Response) -> Response:
    #: Who is told "unchanged" holds the answer with its header fields: only those about caching go again.
    if response.status_code != HTTPStatus.NOT_MODIFIED:
        _protect(response)
    behind.finish(response)
    if is_program():
        crossing.finish(response)
    if request.endpoint == "static":
        if "v" in request.args:
            response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-cache"
    return response


def _protect(response: Response) -> None:
    response.headers.update(_HEADERS)
    if _settings().site_url.startswith("https://"):
        response.headers["Strict-Transport-Security"] = _ALWAYS_TLS
    if request.endpoint == "papers.badge":
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if request.path.startswith(_OPEN):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def _healthz() -> Response:
    """Say that the process answers; touches no store."""
    return Response("ok\n", mimetype="text/plain")


def _security() -> Response:
    """Say where to report a weakness (RFC 9116); it holds to the end of the year."""
    site = _settings().site_url
    text = (
        f"Contact: {site}/docs/about\n"
        f"Expires: {clock.local_today().year + 1}-01-01T00:00:00+08:00\n"
        f"Preferred-Languages: zh, en\nCanonical: {site}/.well-known/security.txt\n"
    )
    return Response(text, mimetype="text/plain")


def _robots() -> Response:
    sitemap_url = f"{_settings().site_url}/sitemap.xml"
    return Response(
        f"User-agent: *\nAllow: /\nDisallow: /replies/\n\nSitemap: {sitemap_url}\n",
        mimetype="text/plain",
    )
