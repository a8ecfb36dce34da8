"""One address of every kind of page of the office, and who of the demonstration may see it."""

import re
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from portal.internal.demo.load import PASSWORD
from tests.internal.clicking import post, read, waiting
from tests.internal.makers import a_table

#: Pages that are there whatever was filed, by who looks at them.
FIXED = {
    "lin": {
        "work": "/", "import": "/import", "mappings": "/mappings/", "sheets": "/sheets/",
        "sheets-results": "/sheets/results", "sheets-rules": "/sheets/rules", "batches": "/batches/",
        "account": "/account", "draws": "/draws/", "draws-new": "/draws/new",
    },
    "wu": {"due": "/due", "letters": "/letters/", "decisions": "/decisions", "rules": "/disclosure-rules"},
    "an": {"people": "/people/", "ledger": "/ledger/"},
}  # fmt: skip
#: Records of their own kind: a list, and what the address of one of them looks like.
FOUND = {
    "wu": {"letter": ("/letters/", r"/letters/[0-9A-Z-]+"), "batch": ("/batches/", r"/batches/\d+")},
    "he": {"draw": ("/draws/", r"/draws/(?!new)[\w.-]+")},
}  # fmt: skip
#: Columns that no template has, one of which ticks; only known outcomes are ticked without asking.
_UNKNOWN = ["序号", "被检单位", "证照代码", "检查日期", "检查事项", "合格", "不合格", "限期整改"]
_TICKED = [1, "示例市青禾食品有限公司", "91990101MA0000000U", "2025-04-30", "食品检查", "√", "", ""]


def signed_in(app: Flask, name: str) -> FlaskClient:
    """Return a client of one of the demonstration's people."""
    client = app.test_client()
    if post(client, "/sign-in", "/sign-in", name=name, password=PASSWORD) != 302:
        raise PermissionError(name)
    return client


def office_sights(app: Flask, folder: Path) -> dict[str, dict[str, str]]:
    """Return the addresses by person and by name; two tables in `folder` are handed in for them."""
    found = {person: dict(pages) for person, pages in FIXED.items()}
    for person, pages in FOUND.items():
        client = signed_in(app, person)
        for name, (listed, pattern) in pages.items():
            found.setdefault(person, {})[name] = _first(client, listed, pattern)
    lin = signed_in(app, "lin")
    for name, address in _handed_in(lin, folder):
        found["lin"][name] = address
    draws = set(re.findall(FOUND["he"]["draw"][1], read(signed_in(app, "he"), "/draws/")))
    for number, address in enumerate(sorted(draws)):
        found["he"] |= {f"draw-{number}": address, f"draw-{number}-sheet": f"{address}/sheet"}
    return found


def _handed_in(lin: FlaskClient, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield what a clerk sees of a table that ticks in columns of its own: the report, and its columns."""
    table = a_table(folder / "勾选表.xlsx", ["2025年4月检查情况"], _UNKNOWN, _TICKED)
    address = waiting(lin, table)
    yield "import-report", address
    yield "import-columns", f"{address}/columns"


def _first(client: FlaskClient, listed: str, pattern: str) -> str:
    found = re.search(f'href="({pattern})"', read(client, listed))
    if found is None:
        raise LookupError(listed)
    return found[1]
