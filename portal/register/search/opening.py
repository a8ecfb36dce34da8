"""Which engine stands behind the protocol: the address says it."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from portal.register.search.engines.whoosh import WhooshEngine, WhooshWriter
from portal.register.search.model import Engine, IndexWriter, UnknownEngine
from portal.register.search.remote import address


def open_engine(url: str) -> Engine:
    """Return the engine at `url`, e.g. ``whoosh:///var/lib/mingcha/search``; nothing is opened yet.

    Raises:
        UnknownEngine: the address is of no known kind.

    """
    if folder := folder_of(url):
        return WhooshEngine(folder)
    # The client costs each process 0.2 s and its memory; only who asks a server pays.
    from portal.register.search.engines.opensearch import OpenSearchEngine  # noqa: PLC0415

    return OpenSearchEngine(address.read(url))


def open_writer(url: str) -> IndexWriter:
    """Return the writer at `url`; see `open_engine`."""
    if folder := folder_of(url):
        return WhooshWriter(folder)
    from portal.register.search.engines.opensearch_writer import OpenSearchWriter  # noqa: PLC0415

    return OpenSearchWriter(address.read(url))


def folder_of(url: str) -> Path | None:
    """Return where an index on this machine lies, None for one on a server.

    Raises:
        UnknownEngine: the address is of no known kind.

    """
    if url.startswith("opensearch"):
        return None
    parts = urlsplit(url)
    if parts.scheme != "whoosh" or parts.netloc or not parts.path.startswith("/"):
        raise UnknownEngine(
            f"PORTAL_SEARCH_URL must look like whoosh:///absolute/folder or {address.FORM}"
        )
    return Path(unquote(parts.path))
