"""Help pages: Markdown files of ours, in both languages."""

from functools import lru_cache

from flask import Blueprint, abort, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup  # noqa: TID251 - kit.markdown has sanitised what is wrapped here

from portal.kit import markdown, qr
from portal.kit.assets import asset
from portal.kit.config import Settings
from portal.kit.i18n import language
from portal.public import params
from portal.public.caching import conditional

bp = Blueprint("docs", __name__, url_prefix="/docs")

#: Pages there are, in the order of the table of contents; their titles are their first lines.
PAGES = (
    "about", "reading", "rectification", "draws", "rights", "letters", "withholding", "glossary", "privacy",
    "accessibility", "contact", "sync",
)  # fmt: skip

#: Names on the style page; nobody has them.
_FICTITIOUS = {
    "agency": "示例市市场监督管理局",
    "party": "示例市样本有限公司",
    "shop": "示例市样本商店",
}


@bp.get("/")
@conditional
def index() -> ResponseReturnValue:
    """List the help pages."""
    params.read()
    return render_template("docs/index.html", pages=[(name, text(name)[0]) for name in PAGES])


@bp.get("/design")
@conditional
def design() -> ResponseReturnValue:
    """Show every component of the pages with the macro that makes it."""
    params.read()
    settings: Settings = current_app.config["PORTAL"]
    code = qr.code(settings.site_url + url_for("docs.design"))
    return render_template("docs/design.html", code=code, **_FICTITIOUS)


@bp.get("/<name>")
@conditional
def show(name: str) -> ResponseReturnValue:
    """Show one help page."""
    params.read()
    if name not in PAGES:
        abort(404)
    title, words = text(name)
    return render_template("docs/show.html", title=title, body=_html(words))


@lru_cache(maxsize=64)
def _html(words: str) -> Markup:
    return Markup(markdown.to_html(words))  # noqa: S704


def text(name: str) -> tuple[str, str]:
    """Return title and Markdown of one page in the reader's language."""
    lines = (asset("templates") / "public" / "docs" / f"{name}.{language()}.md").read_text("utf-8")
    title, _, words = lines.partition("\n")
    return title.removeprefix("# ").strip(), words
