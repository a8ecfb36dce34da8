"""What a first visit costs, and that nothing is fetched from elsewhere."""

import gzip
import re
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.kit.db import engine_for
from portal.public.app import create_app
from portal.register.search import keeping
from tests.browser.sights import in_english, sights
from tests.stage import urls

pytestmark = pytest.mark.slow

#: Bytes as sent, compressed: everything of a first visit, and the page alone.
MOST_AT_FIRST, MOST_PAGE = 60_000, 30_000
_FETCHED = re.compile(r'<(?:link|script|img|source|iframe)\b[^>]*?\b(?:href|src)="([^"]+)"[^>]*>')


@pytest.fixture(scope="module")
def reader(demo: Path) -> FlaskClient:
    settings = urls(demo)[0]
    register = engine_for(settings.register_url)
    keeping.catch_up(register, keeping.Place.of(settings.search_url, settings.data))
    register.dispose()
    return create_app(settings).test_client()


def fetched(page: str) -> set[str]:
    """Return what a browser fetches for a page by itself."""
    found = [match for match in _FETCHED.finditer(page) if "canonical" not in match[0]]
    return {unescape(match[1]) for match in found if 'rel="alternate"' not in match[0]}


def _sent(client: FlaskClient, address: str) -> int:
    answer = client.get(address)
    size = len(gzip.compress(answer.get_data()))
    answer.close()
    return size


def test_no_kind_of_page_is_heavy_and_none_fetches_from_elsewhere(reader: FlaskClient) -> None:
    heavy, foreign = [], []
    for name, address in sights(reader).items():
        for page in (address, in_english(address)):
            html = reader.get(page).get_data(as_text=True)
            needed = fetched(html)
            foreign += [(name, each) for each in needed if not each.startswith("/")]
            size = _sent(reader, page)
            whole = size + sum(_sent(reader, each) for each in needed)
            if size > MOST_PAGE or whole > MOST_AT_FIRST:
                heavy.append((name, size, whole))

    assert (heavy, foreign) == ([], [])
