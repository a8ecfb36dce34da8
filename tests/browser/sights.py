"""One address of every kind of page of the public site, found by asking the site itself."""

import re
from html import unescape

from flask.testing import FlaskClient

from portal.public.pages import docs

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
    "statistics": "/statistics/",
    "statistics-punctuality": "/statistics/punctuality",
    "statistics-outcomes": "/statistics/outcomes",
    "statistics-coverage": "/statistics/coverage",
    "statistics-parties": "/statistics/coverage/parties?found=repeated&year=2026",
    "statistics-progress": "/statistics/progress",
    "statistics-joint": "/statistics/joint",
    "statistics-none": "/statistics/outcomes?year=1990",
    "results-none": "/results/?year=1990",
    "results-disputed": "/results/?disputed=true",
    "feeds": "/feeds/",
    "replies": "/replies/",
    "replies-unknown": "/replies/ABCD-EFGH-JKMN",
    "log": "/log/",
    "log-check": "/log/check",
    "draws-check": "/draws/check",
    "data": "/data/",
    "data-results": "/data/results/",
    "docs": "/docs/",
    "docs-design": "/docs/design",
    "docs-api": "/docs/api",
    "docs-data": "/docs/data",
    "docs-codes": "/docs/codes",
    "docs-errors": "/docs/errors",
    "nothing": "/nothing",
    "refused": "/results/?year=abc",
} | {f"docs-{name}": f"/docs/{name}" for name in docs.PAGES}
#: Those of them whose status is an error; a browser's console says so.
REFUSALS = {FIXED[name] for name in ("nothing", "refused", "replies-unknown")}
#: Lists, and with them the first record of each.
SECTIONS = ("results", "plans", "tasks", "draws", "items", "entities", "agencies", "documents")
#: A record of its own kind: a list, and the sections to follow from there, link by link.
TELLING = {
    "result-overdue": ("/results/?status=overdue", "results"),
    "result-closed": ("/results/?status=closed", "results"),
    "entity-closed": ("/results/?status=closed", "results", "entities"),
    "entity-overdue": ("/results/?status=overdue", "results", "entities"),
    "document-figures": ("/documents/?kind=statistics", "documents"),
    "plan-adjusted": ("/plans/?adjusted=true", "plans"),
    "draw-listed": ("/draws/?verifiable=true", "draws"),
    "result-disputed": ("/results/?disputed=true", "results"),
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
    found["letter"] = f"/replies/new?about={found['results-one'].rpartition('/')[2]}"
    found["draw-revealed"] = _revealed(client)
    return found


def in_english(address: str) -> str:
    """Return the same page in English."""
    return f"{address}{'&' if '?' in address else '?'}lang=en"


def _revealed(client: FlaskClient) -> str:
    """Return the first draw that comes with its package."""
    every = client.get("/api/v1/draws?limit=1000").get_json()["data"]
    for draw in every:
        if draw["package_sha256"]:
            return f"/draws/{draw['id']}"
    raise LookupError("/draws/")


def _first(client: FlaskClient, address: str, section: str) -> str:
    page = unescape(client.get(address).get_data(as_text=True))
    links = re.findall(rf'href="(/{section}/[a-z]_[^"?#]+)"', page)
    if not links:
        raise LookupError(address)
    return str(links[0])
