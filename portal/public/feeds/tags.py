"""Validators of feed documents: where the register stood, then the digest of the bytes.

While the register stands there, the first part alone answers a poll without a row, after a restart
too. When something else was published, the digest still tells that these bytes are the same: the
document is made once in each process, after that its digest is remembered. What a document may
depend on besides its own list (names, redactions, withdrawals anywhere) needs no second account.
The life of the register, a random word in every id, stands in the first part alone.
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from hashlib import sha256
from zlib import crc32

from flask import Response, current_app, request

from portal.public import kept
from portal.public.api import validators
from portal.public.shelf import settings
from portal.register.queries.changes import State

#: Documents of which a process remembers the digest.
_REMEMBERED = 4096
_TAGS = re.compile(r'"([\x21\x23-\x7e]*)-([0-9a-f]{32})"')


def stem(state: State, variant: str, *, daily: bool) -> str:
    """Return the first part: what the document was made of, and for whom."""
    site = settings()
    named = repr((site.site_url, site.site_name, site.license_url, site.websub_hub))
    place = f"{variant}-{crc32(named.encode()):08x}"
    return validators.tag(state, place, daily=daily)


def unchanged(stems: Sequence[str]) -> Response | None:
    """Return 304 if the reader holds a document made of any of these, or one of the same bytes."""
    held = _held(stems[0])
    known = {_remembered().get((each, request.full_path)) for each in stems}
    for begin, digest in held:
        if begin in stems or digest in known:
            return _not_modified(f"{begin}-{digest}")
    return None


def answer(body: bytes, media: str, begin: str, state: State) -> Response:
    """Return the document under its validator, or 304 if the reader holds these very bytes."""
    digest = sha256(body.replace(state.epoch.encode(), b"")).hexdigest()[:32]
    digests = _remembered()
    digests[begin, request.full_path] = digest
    while len(digests) > _REMEMBERED:
        digests.popitem(last=False)
    for earlier, each in _held(begin):
        if each == digest:
            return _not_modified(f"{earlier}-{digest}")
    kept.made_of(state, by_bytes=True)
    response = Response(body, mimetype=media)
    response.set_etag(f"{begin}-{digest}")
    return response


def _held(begin: str) -> list[tuple[str, str]]:
    """Return the validators of this life of the register that the reader holds, in their two parts."""
    life = begin.partition("-")[0] + "-"
    found = _TAGS.findall(request.headers.get("If-None-Match", ""))
    return [each for each in found if each[0].startswith(life)]


def _not_modified(tag: str) -> Response:
    """Name the validator that the reader holds: another one would make it forget what it keeps."""
    response = Response(status=304)
    response.set_etag(tag)
    return response


def _remembered() -> OrderedDict[tuple[str, str], str]:
    found: OrderedDict[tuple[str, str], str] = current_app.extensions.setdefault(
        "feed_digests", OrderedDict()
    )
    return found
