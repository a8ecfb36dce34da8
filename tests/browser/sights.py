"""One address of every kind of page of the public site, found by asking the site itself."""

import re
from html import unescape

from flask.testing import FlaskClient

#: Pages that are there whatever the register holds.
FIXED = {
    "home": "/",
    "search": "/search",
    "search-name": "/search?q=%E7%A4%BA%E4%BE%8B%E5%B8%82",
    "search-none": "/search?q=zzzz",
    "search-filtered": "/search?kind=result&outcome=ordered_to_rectify",
    "results-problem": "/results/?problem=true",
    "results-overdue": "/results/?status=overdue",
    "followups": "/followups/",
    "withheld": "/withheld/",
    "log": "/log/",
    "log-check": "/log/check",
    "draws-check": "/draws/check",
    "data": "/data/",
    "data-results": "/data/results/",
    "docs": "/docs/",
    "docs-about": "/docs/about",
    "docs-design": "/docs/design",
    "docs-rights": "/docs/rights",
    "docs-glossary": "/docs/glossary",
    "docs-reading": "/docs/reading",
    "docs-api": "/docs/api",
    "docs-data": "/docs/data",
    "docs-codes": "/docs/codes",
    "nothing": "/nothing",
}
#: Lists, and with them the first record of each.
SECTIONS = ("results", "plans", "tasks", "draws", "items", "entities", "agencies", "documents")
#: A record of its own kind: a list, and the sections to follow from there, link by link.
TELLING = {
    "result-overdue": ("/results/?status=overdue", "results"),
    "result-closed": ("/results/?status=closed", "results"),
    "entity-closed": ("/results/?status=closed", "results", "entities"),
    "entity-overdue": ("/results/?status=overdue", "results", "entities"),
    "document-figures": ("/documents/?kind=statistics", "documents"),
}


def sights(client: FlaskClient) -> dict[str, str]:
    """Return the address of one page of every kind, by the name of its picture.

    Raises:
        LookupError: a list leads to no record, so the register is not the demonstration's.

    """
    found = dict(FIXED)
    for section in SECTIONS:
        found[section] = f"/{section}/"
        found[f"{section}-one"] = _first(client, f"/{section}/", section)
    for name, (address, *way) in TELLING.items():
        found[name] = address
        for section in way:
            found[name] = _first(client, found[name], section)
    found["entity-statement"] = f"{found['entity-closed']}/statement"
    return found


def in_english(address: str) -> str:
    """Return the same page in English."""
    return f"{address}{'&' if '?' in address else '?'}lang=en"


def _first(client: FlaskClient, address: str, section: str) -> str:
    page = unescape(client.get(address).get_data(as_text=True))
    links = re.findall(rf'href="(/{section}/[a-z]_[^"?#]+)"', page)
    if not links:
        raise LookupError(address)
    return str(links[0])
