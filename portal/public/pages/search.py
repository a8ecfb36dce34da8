"""The search page over everything public, and what is offered while somebody types."""

from flask import Blueprint, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue

from portal.domain.items import ItemClass
from portal.domain.plans import Joint
from portal.domain.results import Outcome
from portal.kit.db import db
from portal.public import params
from portal.public.caching import conditional_on
from portal.public.pages.facets import active, groups
from portal.public.pages.hits import offered, shown
from portal.register.search import finding
from portal.register.search.finding import NARROWING, Asked, Found
from portal.register.search.model import Engine
from portal.register.search.sources import SEARCHED

bp = Blueprint("search", __name__, url_prefix="/search")

PAGE_SIZE = 20
#: A page deeper than this is nobody's; the feeds and exports are for reading everything.
_DEEPEST = 50_000
_OFFERS = 8


def index() -> Engine:
    """Return the index as this process reads it."""
    engine: Engine = current_app.extensions["search"]
    return engine


def state() -> str:
    """Return what an answer depends on besides the register."""
    try:
        return str(index().serial())
    except finding.NO_INDEX:
        return "none"


def asked_in_address(*, blanks: bool = True, **more: params.Read) -> dict[str, object]:
    """Return the parameters of a search, checked; pages and machines take the same ones.

    A form sends its empty fields along; to a program (without `blanks`) an empty value is an error.

    Raises:
        BadParameter: one is unknown, given twice, or cannot be read.

    """
    readers = dict(
        q=params.words, kind=params.member_of(*SEARCHED), agency=params.public_id, region=params.region,
        item=params.public_id, entity=params.public_id, task=params.public_id, outcome=params.code_of(Outcome),
        status=params.member_of("open", "closed"), year=params.year, joint=params.code_of(Joint),
        order=params.member_of(*finding.ORDERS), page=params.number(1, _DEEPEST),
        **{"class": params.code_of(ItemClass)}, **more,
    )  # fmt: skip
    return params.strictly(readers, blanks=blanks)


def find(asked: dict[str, object], *, limit: int = PAGE_SIZE) -> Found:
    """Answer what `asked_in_address` read."""
    page = int(str(asked.get("page", 1)))
    question = Asked(
        words=str(asked.get("q", "")),
        narrowed={name: str(asked[name]) for name in NARROWING if name in asked},
        order=str(asked.get("order", finding.ORDERS[0])),
        offset=(page - 1) * limit,
        limit=limit,
    )
    return finding.find(db.session(), index(), question)


@bp.get("")
@conditional_on(state)
def show() -> ResponseReturnValue:
    """Answer a query with hits, counts by facet and the ways to narrow it; without one, show the box."""
    asked = asked_in_address()
    page = int(str(asked.pop("page", 1)))
    if not (asked.keys() - {"order"}):
        return render_template("search.html", asked=asked, found=None)
    found = find(asked | {"page": page})
    session = db.session()
    return render_template(
        "search.html",
        asked=asked,
        found=found,
        hits=[shown(each, found.words) for each in found.records],
        lead=shown(found.lead, found.words) if found.lead else None,
        active=active(session, asked),
        groups=groups(session, found, asked),
        page=page,
        last=max(1, -(-(found.total or 0) // PAGE_SIZE)),
    )


@bp.get("/suggest")
@conditional_on(state)
def suggest() -> ResponseReturnValue:
    """Offer parties, items and agencies whose name or number begins with what was typed."""
    typed = str(params.read(q=params.words).get("q", ""))
    found = finding.suggest(db.session(), index(), typed, limit=_OFFERS) if typed else []
    return jsonify(q=typed, suggestions=[offered(each) for each in found])
