"""Walks a whole site by its links, as a search engine would."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit

from flask.testing import FlaskClient

_LINK = re.compile(r'(?:href|action|src)="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """One answer: status, headers without the date, body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def crawl(client: FlaskClient, start: str = "/") -> dict[str, Answer]:
    """Return every answer that can be reached by links from `start`, by address."""
    return dict(walked(client, start))


def walked(client: FlaskClient, start: str = "/") -> Iterator[tuple[str, Answer]]:
    """Yield each answer once, as soon as it is had, with its address."""
    known: set[str] = set()
    waiting = [start]
    while waiting:
        address = waiting.pop()
        if address in known:
            continue
        known.add(address)
        response = client.get(address)
        headers = tuple(sorted((n, v) for n, v in response.headers.items() if n != "Date"))
        body = response.get_data()
        response.close()
        yield address, Answer(response.status_code, headers, body)
        links = [response.headers["Location"]] if "Location" in response.headers else []
        if response.mimetype == "text/html":
            links += [unescape(link) for link in _LINK.findall(body.decode())]
        for link in links:
            target = urlsplit(urljoin(f"http://localhost{address}", link))
            asked = parse_qs(target.query)
            if "view" in asked:
                continue  # the same page in other letters or colours
            if target.path == "/replies/new" and "kind" in asked:
                continue  # the same form, begun for another kind of letter
            if target.path == "/results/" and "entity" in asked:
                continue  # what the party's page shows, cut in each way that a figure can be
            if target.netloc in ("localhost", "") and target.scheme == "http":
                waiting.append(target.path + (f"?{target.query}" if target.query else ""))
