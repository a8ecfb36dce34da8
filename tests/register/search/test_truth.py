"""Whatever is written and asked, the engine answers what reading every document would answer."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.register.search.engines import whoosh
from portal.register.search.engines.whoosh import WhooshEngine, WhooshWriter
from portal.register.search.index import grams, matching, phrases, scrubbing, segment
from portal.register.search.model import Document, Query
from tests.register.search import naive
from tests.register.search.texts import documents, queries


@pytest.fixture(params=["as it is", "made anew", "as if all were common"], scope="module")
def _size(request: pytest.FixtureRequest) -> Iterator[None]:
    """Make small indexes take the ways of big ones."""
    patch = pytest.MonkeyPatch()
    if request.param == "made anew":
        patch.setattr(whoosh, "_HOLLOW", 1_000_000)
    elif request.param != "as it is":
        patch.setattr(whoosh, "_HOLLOW", 1)
        patch.setattr(segment, "_MANY", 0)
        patch.setattr(phrases, "_LEAST", 2)
        patch.setattr(grams, "RAW", 2)
        patch.setattr(scrubbing, "RAW", 2)
        patch.setattr(grams, "PLACED", 1)
        patch.setattr(matching, "_READING", 1_000_000)
    yield
    patch.undo()


@pytest.mark.usefixtures("_size")
@settings(max_examples=60, deadline=None)
@given(
    first=documents(),
    later=documents(4),
    asked=st.lists(queries, min_size=1, max_size=8),
    purge=st.booleans(),
)
def test_hits_order_totals_and_facets_equal_the_naive_scan(
    first: list[Document], later: list[Document], asked: list[Query], *, purge: bool
) -> None:
    with TemporaryDirectory() as folder:
        writer, engine = WhooshWriter(Path(folder)), WhooshEngine(Path(folder))
        writer.rebuild(first, serial=1, epoch="e")
        for query in asked[:2]:
            assert engine.search(query) == naive.search(first, query, 1)

        gone = [each.public_id for each in first[:2]]
        writer.apply(later, gone, serial=2, purge=purge)

        left = {d.public_id: d for d in first if d.public_id not in gone}
        left |= {d.public_id: d for d in later}
        for query in asked:
            assert engine.search(query) == naive.search(left.values(), query, 2)
