"""Both engines, each empty: what is true of search is tried on one like on the other."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from secrets import token_hex

import pytest

from portal.register.search.model import Engine, IndexWriter
from portal.register.search.opening import open_engine, open_writer
from portal.register.search.remote.address import read
from portal.register.search.remote.server import Server

NO_SERVER = "no OpenSearch server: set OPENSEARCH_HOME and run make opensearch"
ON_A_SERVER = pytest.param("opensearch", marks=[pytest.mark.opensearch, pytest.mark.enable_socket])


@dataclass(frozen=True)
class Ground:
    """One engine and where its index lies; `files` is None where the server's files are out of reach."""

    name: str
    url: str
    files: Path | None

    @cached_property
    def engine(self) -> Engine:
        return open_engine(self.url)

    @cached_property
    def writer(self) -> IndexWriter:
        return open_writer(self.url)


@pytest.fixture(params=["whoosh", ON_A_SERVER])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    """Yield an engine without an index."""
    if request.param == "whoosh":
        folder = tmp_path / "index"
        yield Ground("whoosh", f"whoosh://{folder}", folder)
        return
    server = os.environ.get("TEST_OPENSEARCH")
    if not server:
        pytest.skip(NO_SERVER)
    files = os.environ.get("TEST_OPENSEARCH_FILES")
    name = f"test_{token_hex(6)}"
    yield Ground("opensearch", f"{server}/{name}", Path(files) if files else None)
    client = Server(read(f"{server}/{name}"), 30).client
    for each in client.indices.get_alias(index=f"{name}-*"):
        client.indices.delete(index=each)
    client.close()
