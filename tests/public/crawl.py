"""Walks a whole site by its links, as a search engine would."""

import re
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


def crawl(client: FlaskClient, start: str = "/", *, most: int = 20_000) -> dict[str, Answer]:
    """Return every answer that can be reached by links from `start`, by address."""
    found: dict[str, Answer] = {}
    waiting = [start]
    while waiting and len(found) < most:
        address = waiting.pop()
        if address in found:
            continue
        response = client.get(address)
        headers = tuple(sorted((n, v) for n, v in response.headers.items() if n != "Date"))
        body = response.get_data()
        response.close()
        found[address] = Answer(response.status_code, headers, body)
        links = [response.headers["Location"]] if "Location" in response.headers else []
        if response.mimetype == "text/html":
            links += [unescape(link) for link in _LINK.findall(body.decode())]
        for link in links:
            target = urlsplit(urljoin(f"http://localhost{address}", link))
            if "view" in parse_qs(target.query):
                continue  # the same page in other letters or colours
            if target.netloc in ("localhost", "") and target.scheme == "http":
                waiting.append(target.path + (f"?{target.query}" if target.query else ""))
    return found
