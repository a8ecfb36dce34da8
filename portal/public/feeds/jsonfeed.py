"""A feed document as JSON Feed 1.1."""

import json

from portal.public.feeds.model import Document
from portal.public.feeds.texts import clean


def written(document: Document) -> bytes:
    """Return the bytes. Entries taken back are named under an extension key, as in Atom."""
    told: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": clean(document.title),
        "home_page_url": document.page,
        "feed_url": document.here,
        "description": clean(document.about),
        "language": document.language,
        "authors": [{"name": clean(document.site_name)}],
    }
    if document.older:
        told["next_url"] = document.older
    if document.hub:
        told["hubs"] = [{"type": "WebSub", "url": document.hub}]
    told["items"] = [
        {
            "id": each.id, "url": each.url, "title": each.title, "content_html": each.html,
            "summary": each.summary, "date_published": each.at.isoformat(),
            "date_modified": each.at.isoformat(), "tags": [each.label],
        }
        for each in document.entries
    ]  # fmt: skip
    if document.gone:
        told["_deleted"] = {
            "about": document.help,
            "items": [{"id": ref, "when": at.isoformat()} for ref, at in document.gone],
        }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()
