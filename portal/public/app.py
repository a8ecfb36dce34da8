"""create_app() of the public site: the register, the letterbox, and nothing behind them."""

import hashlib
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for
from jinja2 import FileSystemLoader, StrictUndefined

from portal.kit import addresses, clock, i18n
from portal.kit.assets import asset
from portal.kit.config import Settings, load
from portal.kit.db import LETTERBOX, db, options, read_only
from portal.letterbox.slot import only_insert
from portal.public import behind, berths, errors, filters, frames, pieces, viewing
from portal.public.api import catalogue, changes, crossing, dumps, resourcesync, sitemap
from portal.public.api.routes import BLUEPRINTS as API
from portal.public.feeds import page as feed_page
from portal.public.feeds import routes as feeds
from portal.public.feeds import searching
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
    frames.set_up(app)
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
