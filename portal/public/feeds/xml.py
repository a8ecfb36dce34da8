"""The adapter to feedgen: Atom and RSS of a document, with what feedgen leaves out put in.

feedgen loses every link of an RSS channel but the first `self`, takes its page from the last link
given, and dates feeds by the clock: so the page is its only plain link, all others are written
by an extension, and every date is given.
"""

from collections.abc import Callable
from html import escape
from typing import Any

from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator
from lxml.etree import QName, SubElement

from portal.public.feeds.model import Document
from portal.public.feeds.texts import clean

_RSS = "application/rss+xml"
_ATOM = "http://www.w3.org/2005/Atom"
_HISTORY = "http://purl.org/syndication/history/1.0"
_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
_UPDATES = "http://purl.org/rss/1.0/modules/syndication/"
#: Minutes between two looks that are enough.
_TTL = 60


def atom(document: Document) -> bytes:
    """Return a document as Atom (RFC 4287, 5005, 6721)."""
    return bytes(_generator(document, "application/atom+xml").atom_str())


def rss(document: Document) -> bytes:
    """Return a document as RSS 2.0."""
    return bytes(_generator(document, _RSS).rss_str())


def _generator(document: Document, media: str) -> Any:  # noqa: ANN401 - feedgen has no types
    feed = FeedGenerator()
    described = _described(media)
    feed.register_extension("more", lambda: _More(document, media))
    feed.id(document.id)
    feed.title(clean(document.title))
    feed.description(described(clean(document.about)))
    feed.link(href=document.page, rel="alternate", type="text/html")
    feed.author(name=clean(document.site_name))
    feed.rights(document.license_url)
    feed.language(document.language)
    feed.generator("Mingcha")
    feed.updated(document.updated)
    feed.lastBuildDate(document.updated)
    feed.pubDate(document.updated)
    feed.ttl(_TTL)
    for each in document.entries:
        entry = feed.add_entry(order="append")
        entry.guid(each.id, permalink=False)
        entry.id(each.id)
        entry.title(each.title)
        entry.link(href=each.url)
        entry.published(each.at)
        entry.updated(each.at)
        entry.summary(described(each.summary))
        entry.content(each.html, type="html")
        entry.category(term=each.category, label=each.label)
    return feed


def _described(media: str) -> Callable[[str], str]:
    """Return what writes plain text as a description: Atom says that it is plain, RSS is read as HTML."""
    return escape if media == _RSS else str


class _More(BaseExtension):  # type: ignore[misc] # feedgen has no types
    """Writes what feedgen does not."""

    def __init__(self, document: Document, media: str) -> None:
        self._document = document
        self._media = media
        self._links = [
            (rel, address, media if rel != "hub" else None)
            for rel, address in (
                ("self", document.here),
                ("current", document.current),
                ("prev-archive", document.older),
                ("next-archive", document.newer),
                ("hub", document.hub),
            )
            if address
        ]

    def extend_ns(self) -> dict[str, str]:
        """Name the vocabularies that the document uses; validators point at those it does not."""
        found = {"fh": _HISTORY} if self._document.current else {}
        if self._media == _RSS:
            return found | {"sy": _UPDATES}
        return found | ({"at": _TOMBSTONES} if self._document.gone else {})

    def extend_atom(self, atom_feed: Any) -> Any:  # noqa: ANN401 - an lxml element
        """Add links and tombstones; feedgen's own elements stand in no namespace until written."""
        self._links_to(atom_feed, "link")
        for entry_id, at in self._document.gone:
            gone = QName(_TOMBSTONES, "deleted-entry")
            SubElement(atom_feed, gone, ref=entry_id, when=at.isoformat())
        return atom_feed

    def extend_rss(self, rss_feed: Any) -> Any:  # noqa: ANN401 - an lxml element
        """Add links and how often to look."""
        channel = rss_feed[0]
        self._links_to(channel, QName(_ATOM, "link"))
        SubElement(channel, QName(_UPDATES, "updatePeriod")).text = "hourly"
        SubElement(channel, QName(_UPDATES, "updateFrequency")).text = "1"
        return rss_feed

    def _links_to(self, element: Any, name: str | QName) -> None:  # noqa: ANN401 - an lxml element
        for rel, address, media in self._links:
            link = SubElement(element, name, rel=rel, href=address)
            if media:
                link.set("type", media)
        if self._document.current:
            SubElement(element, QName(_HISTORY, "archive"))
