"""A feed document as every format writes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.public.feeds.entries import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of a feed. Addresses are absolute; `gone` are ids of entries taken back, and when."""

    id: str
    title: str
    about: str
    site_name: str
    language: str
    license_url: str
    page: str
    #: The page that explains feeds.
    help: str
    here: str
    #: Where the newest entries are, for an archive; None for the current document itself.
    current: str | None
    older: str | None
    newer: str | None
    hub: str
    updated: datetime
    entries: Sequence[Entry]
    gone: Sequence[tuple[str, datetime]]
