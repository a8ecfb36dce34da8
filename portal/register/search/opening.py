"""Which engine stands behind the protocol: the address says it."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from portal.register.search.engines.whoosh import WhooshEngine, WhooshWriter
from portal.register.search.model import Engine, IndexWriter


class UnknownEngine(ValueError):
    """The address of the search engine names none that we know; the message lists those we do."""


def open_engine(url: str) -> Engine:
    """Return the engine at `url`, e.g. ``whoosh:///var/lib/mingcha/search``; nothing is opened yet.

    Raises:
        UnknownEngine: the address is of no known kind.

    """
    return WhooshEngine(_folder(url))


def open_writer(url: str) -> IndexWriter:
    """Return the writer at `url`; see `open_engine`."""
    return WhooshWriter(_folder(url))


def _folder(url: str) -> Path:
    parts = urlsplit(url)
    if parts.scheme.startswith("opensearch"):
        raise UnknownEngine("OpenSearch is not supported yet; use whoosh:///absolute/folder")
    if parts.scheme != "whoosh" or parts.netloc or not parts.path.startswith("/"):
        raise UnknownEngine("PORTAL_SEARCH_URL must look like whoosh:///absolute/folder")
    return Path(unquote(parts.path))
