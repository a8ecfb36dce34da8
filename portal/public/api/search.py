"""Search for programs: the parameters of the page, its hits, its total, its counts."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.kit.db import db
from portal.public import params
from portal.public.api import envelope, validators
from portal.public.api.asking import settings
from portal.public.pages import search
from portal.public.pages.hits import address_of, title_of
from portal.register.search.finding import Found, FoundRecord

bp = Blueprint("api_search", __name__, url_prefix="/api/v1")

LARGEST_PAGE = 100


@bp.get("/search")
def find() -> ResponseReturnValue:
    """Answer a search: what was found on this page of hits, how many in all, and how they divide."""
    asked = search.asked_in_address(blanks=False, limit=params.number(1, LARGEST_PAGE))
    limit = int(str(asked.pop("limit", search.PAGE_SIZE)))
    index = search.state()
    etag = validators.tag(validators.now(), "search", daily=True, beside=index)
    if (held := validators.unchanged(etag)) is not None:
        return held
    found = search.find(asked, limit=limit)
    state = validators.within(db.session())
    page = int(str(asked.get("page", 1)))
    more = page * limit < (found.total or 0)
    following = {k: str(v) for k, v in asked.items()} | {"page": str(page + 1), "limit": str(limit)}
    links = [(envelope.address("search", following), "next", "application/json")] if more else []
    body = envelope.listed([_hit(each) for each in _every(found)], state, **_about(found, links))
    return envelope.answer(body, validators.tag(state, "search", daily=True, beside=index), links)


def _every(found: Found) -> tuple[FoundRecord, ...]:
    """Return the hits as they rank: the party that stands for the whole query comes first."""
    return (found.lead, *found.records) if found.lead else found.records


def _about(found: Found, links: list[tuple[str, str, str]]) -> dict[str, object]:
    return {
        "next": links[0][0] if links else None,
        "total": found.total,
        "facets": {name: dict(counts) for name, counts in found.facets.items()},
        "hints": list(found.hints),
        "meant": list(found.meant),
        "indexed": found.indexed,
    }


def _hit(found: FoundRecord) -> bytes:
    return envelope.dumped(
        {
            "kind": found.source.kind,
            "id": found.document.public_id,
            "title": title_of(found.source),
            "tier": found.tier.name.lower() if found.tier is not None else None,
            "url": settings().site_url + address_of(found.source),
        }
    )
