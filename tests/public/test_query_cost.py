"""What a page costs the register: few queries, each along an index, however large it grows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.kit.db import db, engine_for
from portal.public.app import create_app
from portal.public.pages.figures import STATISTICS
from portal.register.search import keeping
from tests.plans import costly as costly_steps
from tests.stage import urls

pytestmark = pytest.mark.slow

#: A page asks for its records, the names around them, and where the changelog stands.
MOST_QUERIES = 14
#: Tables that stay small whatever happens: agencies, the one epoch, the tallies.
#: `anon_1` is a subquery that stops at its limit, a CONSTANT ROW is no table.
SMALL = ("agency", "epoch", "tally", "anon_1", "CONSTANT")

Statement = tuple[str, Any]


#: A page of hits of every kind asks for each kind, and for what is around them, once.
MOST_FOR_SEARCH = 20
#: A feed of everything reads each kind of record, the names around them, and their older versions.
MOST_FOR_FEEDS = 26


@pytest.fixture(scope="module")
def demo_site(demo: Path) -> Flask:
    settings = urls(demo)[0]
    register = engine_for(settings.register_url)
    keeping.catch_up(register, keeping.Place.of(settings.search_url, settings.data))
    register.dispose()
    return create_app(settings)


@contextmanager
def recorded(site: Flask) -> Iterator[list[Statement]]:
    """Collect the statements that run on the register meanwhile."""
    found: list[Statement] = []

    def note(*event: Any) -> None:
        statement, parameters = event[2], event[3]
        if not statement.startswith(("EXPLAIN", "BEGIN", "PRAGMA")):
            found.append((statement, parameters))

    with site.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def _addresses(client: FlaskClient) -> list[str]:
    """One of each kind of page, with every filter of the result list."""
    ids = {}
    for section in (
        "results",
        "plans",
        "tasks",
        "draws",
        "items",
        "entities",
        "agencies",
        "documents",
    ):
        page = client.get(f"/{section}/").get_data(as_text=True)
        ids[section] = next(
            part.split('"')[0]
            for part in page.split(f'href="/{section}/')[1:]
            if part.split('"')[0].split("?")[0].split("#")[0]
        )
    agency, task, draw, item = (ids[s] for s in ("agencies", "tasks", "draws", "items"))
    lists = [f"/{s}/" for s in ids] + ["/followups/", "/withheld/"]
    filters = [
        f"agency={agency}", "region=990100", "year=2025", "status=open", "status=closed", "status=overdue",
        "problem=true", "problem=false", "outcome=concealed", f"item={item}", f"task={task}", f"draw={draw}",
        f"agency={agency}&outcome=ordered_to_rectify", f"agency={agency}&status=open", "year=2024&outcome=pending",
        f"agency={agency}&problem=true",
    ]  # fmt: skip
    shows = [f"/{section}/{public_id}" for section, public_id in ids.items()]
    more = [f"/draws/?agency={agency}", "/draws/?year=2025", f"/items/?agency={agency}", f"/plans/?agency={agency}",
            "/entities/?kind=market_entity", f"/followups/?agency={agency}", "/followups/?step=closed",
            f"/documents/?agency={agency}", "/documents/?kind=statistics", f"/tasks/?agency={agency}", "/search?q=示例市", "/search?q=检查",
            "/search?q=加油站&kind=result&year=2026", "/search?q=查无此人", "/search?q=91990102MAKET12WRB", "/search/suggest?q=示例市"]  # fmt: skip
    feeds = [f"/{s}.atom" for s in ids] + [
        f"/{s}/{ids[s]}.rss" for s in ("agencies", "entities", "items", "tasks")
    ]
    feeds += [f"/results.atom?{f}" for f in filters] + [
        "/all.atom", "/all.rss?archive=5", "/corrections.atom", "/regions/990100.atom", "/plans.atom?adjusted=true",
        "/results.feed.json?entries=records", "/withheld.atom", "/search.atom?q=检查", "/feeds/", "/feeds.opml",
    ]  # fmt: skip
    more += ["/statistics/", *(f"/statistics/{word}" for word in STATISTICS), f"/statistics/progress?agency={agency}&year=2025",
             "/statistics/progress?by=agency&year=2025",
             "/statistics/coverage/parties?found=repeated&year=2025", f"/statistics/coverage/parties?agency={agency}&region=990100",
             "/statistics/coverage/parties?region=990100&quarter=2025Q2&since=e_1", f"/statistics/coverage/parties?found=with_problems&agency={agency}",
             f"/statistics/outcomes?item={item}", f"/statistics/punctuality?agency={agency}&year=2025",
             "/statistics/outcomes?by=item&region=990100&quarter=2025Q2", "/results/?late=true", "/results/?disputed=true", f"/results/?disputed=true&agency={agency}", f"/results/?late=false&agency={agency}",
             "/results/?quarter=2025Q2", f"/results/?item={item}&quarter=2025Q2", f"/results/?task={task}&status=closed", "/results/?late=true&quarter=2025Q2&region=990100"]  # fmt: skip
    return ["/", *feeds, *lists, *(f"/results/?{f}" for f in filters), *shows, *more]


def test_every_page_takes_few_queries_and_each_walks_an_index(demo_site: Flask) -> None:
    client = demo_site.test_client()
    costly: list[tuple[str, int]] = []
    unindexed: set[tuple[str, str]] = set()

    for address in _addresses(client):
        with recorded(demo_site) as statements:
            assert client.get(address).status_code == 200, address
        most = MOST_FOR_SEARCH if address.startswith("/search") else MOST_QUERIES
        if any(suffix in address for suffix in (".atom", ".rss", ".feed.json")):
            most = MOST_FOR_FEEDS
        if len(statements) > most:
            costly.append((address, len(statements)))
        with demo_site.app_context(), db.engine.connect() as connection:
            for statement, parameters in statements:
                found = costly_steps(connection, statement, parameters, SMALL)
                unindexed |= {(step, statement[:300]) for step in found}

    assert costly == []
    assert sorted(unindexed) == []


def test_an_unchanged_page_costs_no_row(demo_site: Flask) -> None:
    client = demo_site.test_client()
    tag = client.get("/results/").headers["ETag"]

    with recorded(demo_site) as statements:
        answer = client.get("/results/", headers={"If-None-Match": tag})

    assert answer.status_code == 304
    assert statements == []
