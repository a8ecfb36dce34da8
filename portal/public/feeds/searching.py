"""The feed of a search: what a search finds now, by its last change."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.kit.db import db
from portal.public import params
from portal.public.feeds import routes
from portal.public.feeds.asking import MODES, Question, called, narrowed_title
from portal.public.feeds.gathering import MOST, Part
from portal.public.pages import search
from portal.public.shelf import settings
from portal.register.queries import events
from portal.register.records import Kind
from portal.register.search import finding
from portal.register.search.sources import TASK

bp = Blueprint("search_feeds", __name__)

#: Hits among which the newest changes are looked for, the latest by their own date.
_LOOKED_AT = 500


def _state() -> str:
    try:
        return f"-{search.index().serial()}"
    except finding.NO_INDEX:
        return "-none"


def _asked() -> tuple[Question, dict[str, object]]:
    asked = search.asked_in_address(entries=params.member_of(*MODES))
    records = asked.pop("entries", None) == "records"
    given = {name: str(value) for name, value in asked.items() if name not in {"page", "order"}}
    site, session = settings().site_url, db.session()
    narrowed = [called(name, value, session, site) for name, value in given.items() if name != "q"]
    title = narrowed_title(_("查询：%(words)s", words=given.get("q", "")), narrowed)
    question = Question(path="/search", page="/search", title=title, given=given, records=records)
    return question, asked


def _gather(session: Session, asked: dict[str, object]) -> Part:
    if not (asked.keys() - {"page", "order"}):
        return Part([], None)
    found = search.find(asked | {"page": 1, "order": "date"}, limit=_LOOKED_AT)
    records = [found.lead] if found.lead else []
    wanted = dict.fromkeys(
        (Kind.PLAN, each.source.plan_id or "")
        if each.source.kind == TASK
        else (Kind(each.source.kind), each.source.record.id)
        for each in (*records, *found.records)
    )
    return Part(events.of_records(session, wanted)[:MOST], None)


def _answer(suffix: str) -> ResponseReturnValue:
    asked: dict[str, object] = {}

    def read() -> Question:
        question, found = _asked()
        asked.update(found)
        return question

    return routes.answer(suffix, read, _state(), lambda session, *_: _gather(session, asked))


@bp.get("/search.atom")
def atom() -> ResponseReturnValue:
    """Give it as Atom."""
    return _answer("atom")


@bp.get("/search.rss")
def rss() -> ResponseReturnValue:
    """Give it as RSS."""
    return _answer("rss")


@bp.get("/search.feed.json")
def json() -> ResponseReturnValue:
    """Give it as JSON Feed."""
    return _answer("feed.json")
