"""A WebSub hub is told of new entries after the fact; a dead one is told later and holds nothing up."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from portal.internal.desk import hub
from portal.kit import config
from portal.kit.config import BadSetting, Settings
from tests.conftest import Office
from tests.makers import ITEM_ROW
from tests.stage import urls

pytestmark = pytest.mark.enable_socket


class _Hub(HTTPServer):
    told: list[list[str]]


class _Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, _Hub)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = parse_qs(body)
        assert form["hub.mode"] == ["publish"]
        self.server.told.append(form["hub.url"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def listener() -> Iterator[_Hub]:
    server = _Hub(("127.0.0.1", 0), _Answer)
    server.told = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _with(data: Path, hub_url: str) -> Settings:
    return replace(urls(data)[0], websub_hub=hub_url)


def test_a_hub_is_told_once_of_each_feed_that_changed(
    office: Office, data: Path, listener: _Hub
) -> None:
    settings = _with(data, f"http://127.0.0.1:{listener.server_port}/")
    count = hub.tell(office.stores, settings)

    told = [each for some in listener.told for each in some]
    assert len(told) == len(set(told)) == count
    site = settings.site_url
    assert {f"{site}/all.atom", f"{site}/items.rss", f"{site}/regions/990100.feed.json"} <= set(
        told
    )
    assert hub.tell(office.stores, settings) == 0


def test_a_dead_hub_is_told_later_and_a_release_does_not_ask_it(
    office: Office, data: Path, listener: _Hub
) -> None:
    dead = _with(data, "http://127.0.0.1:9/")
    with pytest.raises(hub.HubSilent):
        hub.tell(office.stores, dead)

    outcome = office.put("items", {**ITEM_ROW, "code": "SP-777"})
    alive = _with(data, f"http://127.0.0.1:{listener.server_port}/")

    assert outcome.published == 1
    assert hub.tell(office.stores, alive) > 0


def test_without_a_hub_nobody_is_told(office: Office, data: Path) -> None:
    assert hub.tell(office.stores, _with(data, "")) == 0


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(BadSetting):
        config.load({"PORTAL_WEBSUB_HUB": "file:///etc/passwd"})
