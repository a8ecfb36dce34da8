"""Where feeds are: the address of a page with .atom, .rss or .feed.json behind it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from portal.kit.db import db
from portal.kit.i18n import language
from portal.public.api import validators
from portal.public.feeds import asking, gathering, jsonfeed, tags, xml
from portal.public.feeds.asking import Question
from portal.public.feeds.entries import Teller, moment
from portal.public.feeds.gathering import Part
from portal.public.feeds.model import Document
from portal.public.shelf import settings
from portal.register.eventing import Event
from portal.register.queries import events
from portal.register.queries.changes import State
from portal.register.queries.events import TakenBack

bp = Blueprint("feeds", __name__)

#: Suffix, media type, writer.
FORMATS: dict[str, tuple[str, Callable[[Document], bytes]]] = {
    "atom": ("application/atom+xml", xml.atom),
    "rss": ("application/rss+xml", xml.rss),
    "feed.json": ("application/feed+json", jsonfeed.written),
}
#: Who names entries, since when (RFC 4151). It is no address: it stays when host, scheme or name of a
#: site change. What is named is told apart by the life of the register and the number of the change.
_TAG = "tag:mingcha.example,2026:"
#: The date of a feed without entries.
_NEVER = datetime(2020, 1, 1, tzinfo=UTC)
#: Newest withdrawals whose entries every current document takes back; tombstones of one document at most.
_WITHDRAWALS, _TOMBSTONES = 100, 500


def entry_id(state: State, serial: int) -> str:
    """Return the id of the entry for a change: the same on every site that holds this register."""
    return f"{_TAG}{state.epoch}/change/{serial}"


def answer(
    suffix: str,
    asked: Callable[[], Question],
    variant: str = "",
    gather: Callable[[Session, Question, str], Part] = gathering.gather,
) -> ResponseReturnValue:
    """Answer with a document of the feed that `asked` reads from the request; 304 costs no row."""
    response = _conditional(suffix, asked, variant, gather)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Vary"] = "Accept"
    return response


def _conditional(
    suffix: str,
    asked: Callable[[], Question],
    variant: str,
    gather: Callable[[Session, Question, str], Part],
) -> BaseResponse:
    media, write = FORMATS[suffix]
    variant = f"{suffix}{variant}"
    now = validators.now()
    #: Which day it is can matter to a filter: a reader holds the tag of the one or of the other.
    stems = [tags.stem(now, variant, daily=daily) for daily in (False, True)]
    if (held := tags.unchanged(stems)) is not None:
        return held
    session, question = db.session(), asked()
    state = validators.within(session)
    if question.archive is not None and not gathering.is_archive(session, question):
        return redirect(f"{question.path}.{suffix}{question.query()}")
    part = gather(session, question, settings().site_url)
    body = write(_document(session, question, part, state, suffix))
    return tags.answer(body, media, tags.stem(state, variant, daily=question.daily), state)


def _document(
    session: Session, question: Question, part: Part, state: State, suffix: str
) -> Document:
    site = settings()
    teller = Teller(session, part.events, site.site_url)
    entries = [teller.tell(each, entry_id(state, each.serial)) for each in part.events]
    here = f"{site.site_url}{question.path}.{suffix}"

    def archive(number: int | None) -> str | None:
        return None if number is None else here + question.query(archive=str(number))

    return Document(
        id=f"{_TAG}{state.epoch}/feed{question.named()}",
        title=f"{site.site_name} · {question.title}",
        about=_about(question),
        site_name=site.site_name,
        language="en" if language() == "en" else "zh-CN",
        license_url=site.license_url,
        page=_page(question),
        help=f"{site.site_url}/feeds/",
        here=f"{here}?{urlencode(list(request.args.items(multi=True)))}".rstrip("?"),
        current=here + question.query() if question.archive is not None else None,
        older=archive(part.older),
        newer=archive(part.newer),
        hub=site.websub_hub,
        updated=max((each.at for each in entries), default=_NEVER),
        entries=entries,
        gone=[
            (entry_id(state, each.serial), moment(each.at, each.by))
            for each in _taken_back(session, question, part)
        ],
    )


def _taken_back(session: Session, question: Question, part: Part) -> Sequence[TakenBack]:
    """Return what the document says of entries taken back: what it tells itself, and the newest anywhere.

    The lists of a party, an item or a task forget a withdrawn record: an entry, or a tombstone, that
    stood in one of them alone would tell for ever whom the record was about. So every current document
    bears the same tombstones, those of the newest withdrawals of the whole register. A reader that
    holds one of the entries drops it, and nobody else learns more than the feed of everything says.
    """
    told = {each.serial for each in part.events if each.event is Event.WITHDRAWN}
    if question.archive is None:
        told.update(events.last_withdrawals(session, _WITHDRAWALS))
    return events.taken_back(session, told, _TOMBSTONES)


def _about(question: Question) -> str:
    if not question.silent:
        return str(_("%(title)s：公开、更正、整改和撤下，每次变动一条。", title=question.title))
    return str(
        _(
            "%(title)s：公开、更正和整改，每次变动一条。撤下的记录从这里消失，撤下本身在“更正和撤下”中公布：%(address)s",
            title=question.title,
            address=f"{settings().site_url}/corrections.atom",
        )
    )


def _page(question: Question) -> str:
    query = question.query() if question.given and "?" not in question.page else ""
    query = query.replace("&entries=records", "")
    return f"{settings().site_url}{question.page}{query}"


def _everything(suffix: str) -> ResponseReturnValue:
    return answer(suffix, asking.everything)


def _corrections(suffix: str) -> ResponseReturnValue:
    return answer(suffix, asking.corrections)


def _region(suffix: str, code: str) -> ResponseReturnValue:
    return answer(suffix, lambda: asking.region(code))


def _own(suffix: str, *, section: str, public_id: str) -> ResponseReturnValue:
    return answer(suffix, lambda: asking.own(section, public_id, db.session(), settings().site_url))


def _listed(suffix: str, word: str) -> ResponseReturnValue:
    return answer(suffix, lambda: asking.listed(word, db.session(), settings().site_url))


_ROUTES: Sequence[tuple[str, str, Any]] = (
    ("everything", "/all", _everything),
    ("corrections", "/corrections", _corrections),
    ("region", "/regions/<code>", _region),
    *((each, f"/{each}/<public_id>", partial(_own, section=each)) for each in asking.OWN),
    ("listed", "/<word>", _listed),
)
for _name, _rule, _view in _ROUTES:
    for _suffix in FORMATS:
        bp.add_url_rule(
            f"{_rule}.{_suffix}", f"{_name}_{_suffix.replace('.', '_')}", partial(_view, _suffix)
        )
