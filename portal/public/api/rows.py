"""Lists, single rows and their versions: one road for every dataset."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from portal.kit import clock
from portal.kit.db import db
from portal.public.api import asking, envelope, exports, formats, validators
from portal.public.api.asking import Asked
from portal.public.problems import Problem
from portal.register.columns.datasets import DATASETS
from portal.register.columns.model import Dataset
from portal.register.columns.rows import Stored, reader
from portal.register.queries import changes, one
from portal.register.selecting.walking import Walk

bp = Blueprint("api", __name__, url_prefix="/api/v1")

_ONE = ("json",)


@bp.get("/")
def index() -> ResponseReturnValue:
    """List the datasets, and what else there is."""
    asking.nothing()
    etag = validators.tag(validators.now(), "index")
    if (held := validators.unchanged(etag)) is not None:
        return held
    session = db.session()
    state = validators.within(session)
    tallies = changes.tallies(session)
    listed = [
        {
            "dataset": each.word, "title_zh": each.zh, "title_en": each.en,
            "url": envelope.address(each.word), "schema": envelope.address(f"schemas/{each.word}"),
            **({} if each.inside else {"count": tallies.get(each.kind.value, 0)}),
        }
        for each in DATASETS.values()
    ]  # fmt: skip
    others = {
        name: envelope.address(path)
        for name, path in (
            ("openapi", "openapi.json"),
            ("codes", "codes/"),
            ("lookup", "lookup"),
            ("search", "search"),
        )
    }
    body = envelope.told({"datasets": listed, "others": others}, state)
    return envelope.answer(body, validators.tag(state, "index"))


@bp.get("/<name>")
def rows(name: str) -> ResponseReturnValue:
    """Give the rows of a dataset: a page of them as JSON, all of them in the other formats."""
    asked = asking.rows(name)
    etag = validators.tag(validators.now(), asked.variant, daily=asked.daily)
    if (held := validators.unchanged(etag)) is not None:
        return held
    return _page(asked) if asked.format.suffix == "json" else exports.answer(asked)


def _page(asked: Asked) -> Response:
    session = db.session()
    state = validators.within(session)
    read = asked.reader
    walk = Walk(session, asked.selection, read, clock.local_today())
    leaf = walk.page(asked.cursor, asked.limit)
    query = asked.given | ({"limit": str(asked.limit)} if asked.limit != asking.USUAL_PAGE else {})
    query |= {"total": "true"} if asked.total else {}
    following = None
    if leaf.next is not None:
        following = envelope.address(asked.dataset.word, query | {"cursor": leaf.next})
    more: dict[str, object] = {"next": following}
    if asked.total:
        count, exact = walk.count()
        more |= {"total": count} if exact else {"total": None, "total_at_least": count}
    body = envelope.listed([read.json(each.row) for each in leaf.rows], state, **more)
    etag = validators.tag(state, asked.variant, daily=asked.daily)
    return envelope.answer(body, etag, envelope.links_of(asked, following))


@bp.get("/<word>/<name>")
def row(word: str, name: str) -> ResponseReturnValue:
    """Give one row."""
    dataset = asking.dataset_of(word)
    public_id, suffix = formats.split(name, known=_ONE)
    formats.chosen(suffix, _ONE)
    asking.nothing()
    etag = validators.tag(validators.now(), "json")
    if (held := validators.unchanged(etag)) is not None:
        return held
    session = db.session()
    state = validators.within(session)
    found = one.row(session, reader(word, asking.settings().site_url), public_id)
    if found is None:
        raise _missing(dataset, public_id)
    read = reader(word, asking.settings().site_url)
    links = [(envelope.address(f"schemas/{word}"), "describedby", "application/schema+json")]
    if dataset.inside is None:
        links.append((envelope.address(f"{word}/{public_id}/versions"), "version-history", ""))
    body = envelope.alone(read.json(found), state)
    return envelope.answer(body, validators.tag(state, "json"), links)


@bp.get("/<word>/<public_id>/versions")
def versions(word: str, public_id: str) -> ResponseReturnValue:
    """Give the public history of one row, oldest first; a later redaction has reached the old ones."""
    dataset = asking.dataset_of(word)
    if dataset.inside is not None:
        raise Problem("not-found", accepted=f"{_owner(dataset)}/…/versions")
    formats.chosen(None, _ONE)
    asking.nothing()
    etag = validators.tag(validators.now(), "versions")
    if (held := validators.unchanged(etag)) is not None:
        return held
    session = db.session()
    state = validators.within(session)
    every: list[Stored] = one.versions(session, dataset.kind, public_id)
    if not every:
        raise _missing(dataset, public_id)
    read = reader(word, asking.settings().site_url)
    found = [read.json(each) for stored in every for each in read.rows(stored)]
    return envelope.answer(envelope.listed(found, state), validators.tag(state, "versions"))


def _owner(dataset: Dataset) -> str:
    return next(d.word for d in DATASETS.values() if d.kind is dataset.kind and d.inside is None)


def _missing(dataset: Dataset, public_id: str) -> Problem:
    """Tell a withdrawn row from one that never was; a tombstone holds no more than that."""
    owner = public_id.partition(".")[0] if dataset.inside else public_id
    if changes.was_withdrawn(db.session(), dataset.kind, owner):
        return Problem("withdrawn", kind=dataset.kind.value, id=owner)
    return Problem("not-found")
