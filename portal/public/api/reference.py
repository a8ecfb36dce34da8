"""Pages about the open data for people: how to use it, its columns, its codes, its errors."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup  # noqa: TID251 - kit.markdown has sanitised what is wrapped here

from portal.kit import markdown
from portal.public import params
from portal.public.api.asking import settings
from portal.public.caching import conditional
from portal.public.pages.docs import text
from portal.public.problems import PROBLEMS
from portal.register.columns.datasets import DATASETS
from portal.register.columns.model import SEPARATOR
from portal.register.selecting.codelists import CODE_LISTS, NAME_OF, edition, older_wordings
from portal.register.selecting.listings import LISTINGS

bp = Blueprint("reference", __name__, url_prefix="/docs")


@bp.get("/api")
@conditional
def api() -> ResponseReturnValue:
    """Say how to use the API, with requests that run, and list every address and parameter."""
    params.read()
    title, words = text("api")
    words = words.replace("{site}", settings().site_url).replace(
        "{license}", settings().license_url
    )
    return render_template(
        "docs/api.html",
        title=title,
        body=Markup(markdown.to_html(words)),  # noqa: S704
        datasets=DATASETS.values(),
        listings=LISTINGS,
        list_names=NAME_OF,
    )


@bp.get("/data")
@conditional
def columns() -> ResponseReturnValue:
    """Explain every column: the data dictionary."""
    params.read()
    return render_template(
        "docs/columns.html", datasets=DATASETS.values(), list_names=NAME_OF, separator=SEPARATOR
    )


@bp.get("/codes")
@conditional
def codes() -> ResponseReturnValue:
    """Show every code list, with what older wordings mean in it."""
    params.read()
    return render_template(
        "docs/codes.html",
        lists=[
            (name, zh, en, codes, edition(codes), older_wordings(codes))
            for name, (codes, zh, en) in CODE_LISTS.items()
        ],
    )


@bp.get("/errors")
@conditional
def errors() -> ResponseReturnValue:
    """Explain every error: the types of the problems lead here."""
    params.read()
    return render_template("docs/errors.html", problems=PROBLEMS.values())
