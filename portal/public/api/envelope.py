"""The shape of JSON answers, and the header fields that go with every one of them."""

import json
from collections.abc import Sequence
from urllib.parse import urlencode

from flask import Response

from portal.kit.i18n import language
from portal.public.api.asking import LIST_FORMATS, Asked, settings
from portal.public.api.formats import FORMATS
from portal.register.queries.changes import State


def address(path: str, query: dict[str, str] | None = None) -> str:
    """Return an absolute address of the API, in the language of this request."""
    given = dict(query or {}) | ({"lang": "en"} if language() == "en" else {})
    return f"{settings().site_url}/api/v1/{path}" + (f"?{urlencode(given)}" if given else "")


def listed(rows: Sequence[bytes], state: State, **more: object) -> bytes:
    """Return the envelope of a list around rows that are JSON already; `more` stands behind `data`."""
    told = {**more, **_where(state)}
    return b'{"data":[' + b",".join(rows) + b"]," + dumped(told)[1:]


def alone(row: bytes, state: State) -> bytes:
    """Return the envelope of one row that is JSON already."""
    return b'{"data":' + row + b"," + dumped(_where(state))[1:]


def told(facts: object, state: State) -> bytes:
    """Return the envelope around anything else."""
    return alone(dumped(facts), state)


def answer(body: bytes, etag: str, links: Sequence[tuple[str, str, str]] = ()) -> Response:
    """Return a JSON answer; `links` are (address, relation, media type or nothing)."""
    response = Response(body, mimetype="application/json")
    response.set_etag(etag)
    link(response, links)
    return response


def link(response: Response, links: Sequence[tuple[str, str, str]]) -> None:
    """Add the `Link` field (RFC 8288): licence and description besides `links`."""
    every = [*links, (settings().license_url, "license", ""),
             (address("openapi.json"), "service-desc", "application/openapi+json")]  # fmt: skip
    texts = [
        f'<{url}>; rel="{rel}"' + (f'; type="{media}"' if media else "")
        for url, rel, media in every
    ]
    response.headers["Link"] = ", ".join(texts)
    response.headers["Vary"] = "Accept"


def links_of(asked: Asked, following: str | None = None) -> list[tuple[str, str, str]]:
    """Return the links of a list: its next page, the schema of its rows, its other formats."""
    word = asked.dataset.word
    found = [(following, "next", "application/json")] if following else []
    found.append((address(f"schemas/{word}"), "describedby", "application/schema+json"))
    for suffix in LIST_FORMATS:
        if suffix != asked.format.suffix:
            found.append(
                (address(f"{word}.{suffix}", asked.given), "alternate", FORMATS[suffix].media)
            )
    return found


def _where(state: State) -> dict[str, object]:
    return {"serial": state.serial, "epoch": state.epoch, "license": settings().license_url}


def dumped(facts: object) -> bytes:
    """Return facts as compact JSON."""
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
