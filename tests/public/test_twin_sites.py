"""One public history, told with and without secrets in between: every answer of the two sites is the same to the byte.

Context: rows that are alike do not make pages alike: index, dumps, letters, what a process keeps in memory and the order
of rows that nobody asked for stand between them. Decision: each secret story begins at random moments of a history that
has something of every kind; register, index and dumps are compared after each public move, and in the end every address
that a link, a feed, a list of the site or a question leads to, secret ids among them. Consequence: nothing is left out
of the comparison but the moment at which a workbook says it was made.
"""

import hashlib
import io
import random
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.errors import PortalError
from portal.internal.tables.filings import FilingRow
from portal.kit import clock
from portal.public.app import create_app
from portal.register.search import keeping
from tests.conftest import NOW
from tests.internal.drawing_makers import numbered
from tests.public.chronicle import CHRONICLE, Chance
from tests.public.crawl import Answer, crawl
from tests.public.twins import World, refused
from tests.public.undertones import UNDERTONES, Going
from tests.stage import urls

#: How often each secret story is told, and what chooses when.
_TIMES, _SEED = 2, "secret"
#: Links of feeds, lists of addresses and descriptions.
_LINK = re.compile(r'https://mingcha\.example(/[^"<>\s\\)]*)')
#: Asked of both: what is public, what only one of them holds, and what neither does.
_ASKED = (
    "示例市", "食品", "夜鹭", "白鹇", "小吃店", "SEC-", "JC-0002", "公共安全", "slsysp", "食品 OR 处理", "-食品", "YL", "更正",
    numbered(1), numbered(20, "92"), numbered(501),
)  # fmt: skip
_ASKING = (
    "/search?q=", "/search/suggest?q=", "/search.atom?q=", "/search.rss?q=", "/search.feed.json?q=", "/api/v1/search?q=",
    "/api/v1/lookup?identifier=",
)  # fmt: skip
_LISTS = (
    "/sitemap.xml", "/data/resourcelist.xml", "/data/changelist.xml", "/catalog.ttl", "/catalog.jsonld", "/feeds.opml",
    "/all.atom", "/corrections.atom", "/api/v1/changes", "/api/v1/changes/checkpoint", "/readyz", "/log/entries",
)  # fmt: skip
_KINDS = ("agencies", "items", "entities", "plans", "tasks", "draws", "results", "followups", "documents")  # fmt: skip
_FORMATS = (".csv", ".ndjson", ".xlsx", ".json", "?total=true&limit=2", "?as_of=2025-06-04")


@pytest.fixture
def chance(monkeypatch: pytest.MonkeyPatch) -> Chance:
    """No chance, and no time that passes for readers."""
    monkeypatch.setattr(clock, "utc_now", lambda: NOW + timedelta(days=60))
    return Chance(monkeypatch)


@pytest.mark.slow
def test_every_answer_is_the_same_with_and_without_what_is_secret(
    twins: tuple[World, World], chance: Chance
) -> None:
    plain, other = twins
    other.rng = random.Random(_SEED)
    readers = [create_app(urls(world.office.folder)[0]).test_client() for world in twins]
    going: list[Going] = []
    at = {
        (story, number)
        for story in range(len(UNDERTONES))
        for number in other.rng.sample(range(1, len(CHRONICLE)), _TIMES)
    }
    for number, move in enumerate(CHRONICLE):
        now = NOW + timedelta(hours=6 * number)
        chance.begin(f"secret {number}")
        begun = [UNDERTONES[s](other, number) for s, n in sorted(at) if n == number]
        for each in begun:
            next(each)
        going = [each for each in [*going, *begun] if _goes_on(each, now - timedelta(hours=1))]
        told = []
        for world in twins:
            chance.begin(f"move {number}")
            told.append(refused(move, world, now))
            keeping.catch_up(world.office.stores.register, world.office.stores.index)
        assert told == [None, None], (move, told)
        assert plain.content() == other.content()
        assert _shelves(plain) == _shelves(other)
        assert readers[0].get("/").data == readers[1].get("/").data

    ids = [*_probes(other)]
    one, two = (_everything(client, ids) for client in readers)

    assert [address for address in one if one[address] != two.get(address)] == []
    assert one.keys() == two.keys()
    assert sum(answer.status == 200 for answer in one.values()) > 1000


def _goes_on(story: Going, now: datetime) -> bool:
    """Take a secret story along; it ends where the office refuses what it would do."""
    try:
        story.send(now)
    except (StopIteration, PortalError):
        return False
    return True


def _shelves(world: World) -> tuple[dict[str, bytes], list[tuple[str, int]]]:
    """Return every file of the dumps, and of what kind and how large those of the index are: chance names them."""
    stores, folder = world.office.stores, world.office.folder
    dumps = {
        str(path.relative_to(stores.dumps)): hashlib.sha256(path.read_bytes()).digest()
        for path in _files(stores.dumps)
    }
    return dumps, sorted((path.suffix, path.stat().st_size) for path in _files(folder / "search"))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _probes(world: World) -> Iterator[str]:
    """Yield addresses of everything that this office ever filed, public or not."""
    with Session(world.office.stores.internal) as session:
        query = sa.select(FilingRow.kind, FilingRow.public_id).distinct()
        filed = sorted((kind, public_id) for kind, public_id in session.execute(query) if public_id)
    words = {"agency": "agencies", "entity": "entities"}
    for kind, public_id in filed:
        if kind == "inspector":
            continue
        word = words.get(kind, f"{kind}s")
        yield from (f"/{word}/{public_id}", f"/api/v1/{word}/{public_id}", f"/replies/new?about={public_id}")  # fmt: skip
        yield f"/log/proof?id={public_id}"
        if kind in ("entity", "item", "agency"):
            yield f"/api/v1/results?{kind}={public_id}"


def _everything(client: FlaskClient, more: Iterable[str]) -> dict[str, Answer]:
    """Return what links lead to in pages, feeds and lists, and what is answered to questions and to `more`."""
    found = crawl(client)
    waiting = [*_LISTS, *more, *(f"{each}{quote(word)}" for each in _ASKING for word in _ASKED)]
    waiting += [f"/api/v1/{kind}{form}" for kind in _KINDS for form in _FORMATS]
    waiting += [link for answer in found.values() for link in _links(answer)]
    while waiting:
        address = waiting.pop()
        if address in found or "view=" in address:
            continue
        response = client.get(address)
        headers = tuple(sorted((n, v) for n, v in response.headers.items() if n != "Date"))
        found[address] = Answer(response.status_code, headers, response.get_data())
        response.close()
        if urlsplit(address).path not in ("/search", "/search/suggest"):
            waiting += _links(found[address])
    return {address: _undated(address, answer) for address, answer in found.items()}


def _links(answer: Answer) -> list[str]:
    kind = dict(answer.headers).get("Content-Type", "")
    if answer.status != 200 or not re.search(r"xml|json|turtle", kind):
        return []
    return [unescape(link) for link in _LINK.findall(answer.body.decode(errors="replace"))]


def _undated(address: str, answer: Answer) -> Answer:
    """A workbook says in its properties when it was made, and is packed with that."""
    if ".xlsx" not in address or answer.status != 200:
        return answer
    book = zipfile.ZipFile(io.BytesIO(answer.body))
    parts = [(name, book.read(name)) for name in book.namelist() if name != "docProps/core.xml"]
    return Answer(answer.status, answer.headers, repr(parts).encode())
