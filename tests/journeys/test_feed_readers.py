"""Real readers follow feeds of a real server over a month: each event once, and nothing withdrawn fetched later."""

import os
import shutil
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import feedparser
import pytest

from portal.kit.db import engine_for
from portal.register.eventing import Event
from portal.register.records import Kind
from tests.journeys.processes import environment, free_port, running, wait_for
from tests.public.feeds.conftest import Desk
from tests.register.makers import a_public_agency, a_public_entity, a_public_result, a_public_step
from tests.stage import urls

if TYPE_CHECKING:
    from reader import Reader

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

#: The last two forget withdrawn records altogether; the others say that there was one.
FEEDS = (
    "all.atom", "agencies/a_1.rss", "results.atom", "entities/e_2.atom", "results.rss?problem=true",
)  # fmt: skip
FORGETTING = FEEDS[3:]
DAYS, EVERY = 30, 2


def _program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is missing: make test installs it"
    return found


@dataclass
class Newsboat:
    """newsboat with a cache of its own for one feed. What it shows as unread is read after each visit."""

    address: str
    folder: Path
    shown: Counter[str] = field(default_factory=Counter)

    def visit(self) -> None:
        """Reload, and read everything that is new."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "urls").write_text(f"{self.address}\n", encoding="utf-8")
        subprocess.run(
            [_program("newsboat"), "-u", self.folder / "urls", "-c", self.folder / "cache.db",
             "-x", "reload"],
            check=True, capture_output=True, timeout=60, env=os.environ | {"HOME": str(self.folder)},
        )  # fmt: skip
        with closing(sqlite3.connect(self.folder / "cache.db")) as cache:
            self.shown.update(
                guid for (guid,) in cache.execute("SELECT guid FROM rss_item WHERE unread = 1")
            )
            cache.execute("UPDATE rss_item SET unread = 0")
            cache.commit()

    def kept(self) -> str:
        """Return every text that it holds."""
        with closing(sqlite3.connect(self.folder / "cache.db")) as cache:
            return "\n".join(
                f"{title} {content}"
                for title, content in cache.execute("SELECT title, content FROM rss_item")
            )


@dataclass
class Sfeed:
    """sfeed_update with a folder of its own for one feed: it takes an entry with a new title for a new one."""

    address: str
    folder: Path

    def visit(self) -> None:
        """Fetch and merge."""
        self.folder.mkdir(exist_ok=True)
        lines = (f'sfeedpath="{self.folder}"', "feeds() {", f'feed "it" "{self.address}"', "}")
        (self.folder / "sfeedrc").write_text("\n".join(lines) + "\n", encoding="utf-8")
        subprocess.run(
            [_program("sfeed_update"), self.folder / "sfeedrc"],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip

    def shown(self) -> Counter[tuple[str, bool]]:
        """How often each id has a line, apart those that only say that its text is gone."""
        gone = {Event.GONE.value, Event.GONE.label("zh")}
        found = [line.split("\t") for line in self.kept().splitlines()]
        return Counter((each[5], each[8] in gone) for each in found)

    def kept(self) -> str:
        """Return every text that it holds."""
        return (self.folder / "it").read_text(encoding="utf-8")


@dataclass
class PythonReader:
    """The library `reader` with a store of its own for one feed. What is unread is read after each visit."""

    address: str
    folder: Path
    shown: Counter[str] = field(default_factory=Counter)

    def visit(self) -> None:
        """Fetch, and read everything that is new."""
        with closing(self._open()) as store:
            store.add_feed(self.address, exist_ok=True)
            store.update_feed(self.address)
            for each in list(store.get_entries(read=False)):
                self.shown[each.id] += 1
                store.mark_entry_as_read(each)

    def kept(self) -> str:
        """Return every text that it holds."""
        with closing(self._open()) as store:
            return "\n".join(
                f"{each.title} {each.summary} {[part.value for part in each.content]}"
                for each in store.get_entries()
            )

    def _open(self) -> "Reader":
        self.folder.mkdir(exist_ok=True)
        #: Its own copy of feedparser wants a module that nothing brings along any more.
        os.environ["READER_NO_VENDORED_FEEDPARSER"] = "1"
        from reader import make_reader  # noqa: PLC0415 - read at import

        return make_reader(str(self.folder / "reader.db"))


@dataclass
class Follower:
    """Who reads one feed with all three readers, beside what was really fetched."""

    address: str
    folder: Path
    fetched: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.newsboat = Newsboat(self.address, self.folder / "newsboat")
        self.sfeed = Sfeed(self.address, self.folder / "sfeed")
        self.library = PythonReader(self.address, self.folder / "library")

    def visit(self, banned: list[str]) -> None:
        """Look once; nothing banned may come."""
        with urllib.request.urlopen(self.address, timeout=20) as answer:
            body = answer.read()
        assert [word for word in banned if word.encode() in body] == [], self.address
        self.fetched.update(each.id for each in feedparser.parse(body).entries)
        self.newsboat.visit()
        self.sfeed.visit()
        self.library.visit()


def a_month(desk: Desk) -> Iterator[list[str]]:
    """Publish, correct, order, rectify and withdraw; yield after each day the words withdrawn so far."""
    banned: list[str] = []
    desk.put(
        a_public_agency(), *(a_public_entity(id=f"e_{n}", name=f"示例市{n}店") for n in (1, 2, 3))
    )
    yield banned
    for day in range(1, DAYS + 1):
        facts = {"id": f"r_{day}", "entity_id": f"e_{day % 3 + 1}"}
        desk.put(a_public_result(("ordered_to_rectify",), unit=f"初查{day:02}队", **facts), day=day)
        if day % 4 == 0:
            desk.put(
                a_public_result(("ordered_to_rectify",), unit=f"复核{day:02}队", **facts), day=day
            )
        if day % 5 == 0:
            step = {"result_id": f"r_{day}", "taken_on": date(2025, 6, day)}
            due = date(2025, 6, day) + timedelta(days=15)
            desk.put(a_public_step(id=f"f_{day}", step="ordered", due_on=due, **step), day=day)
            desk.put(a_public_step(id=f"g_{day}", step="closed", **step), day=day)
        if day % 7 == 0:
            desk.take(Kind.RESULT, f"r_{day - 3}", day=day)
            banned += [f"初查{day - 3:02}队", f"复核{day - 3:02}队"]
        yield banned


def _server(port: int, *more: str) -> list[str]:
    return [
        sys.executable, "-m", "gunicorn", "portal.public.app:create_app()", "--bind",
        f"127.0.0.1:{port}", "--workers", "2", "--no-control-socket", *more,
    ]  # fmt: skip


def test_readers_see_each_event_of_a_month_once_and_fetch_nothing_that_was_withdrawn(
    data: Path, tmp_path: Path
) -> None:
    engine = engine_for(urls(data)[0].register_url)
    port = free_port()
    site = f"http://127.0.0.1:{port}"

    with running(_server(port), environment(data, PORTAL_SITE_URL=site)):
        wait_for(f"{site}/healthz")
        followers = {
            feed: Follower(f"{site}/{feed}", tmp_path / f"old{n}") for n, feed in enumerate(FEEDS)
        }
        banned: list[str] = []
        for day, banned in enumerate(a_month(Desk(engine))):
            if day % EVERY == 0:
                for each in followers.values():
                    each.visit(banned)
        newcomers = [
            Follower(f"{site}/{feed}", tmp_path / f"new{n}") for n, feed in enumerate(FEEDS)
        ]
        for each in newcomers:
            each.visit(banned)
    engine.dispose()

    assert len(banned) == 8  # of four records
    for feed, each in followers.items():
        assert dict(each.newsboat.shown) == dict.fromkeys(each.fetched, 1), feed
        assert dict(each.library.shown) == dict.fromkeys(each.fetched, 1), feed
        lines = each.sfeed.shown()
        assert {entry_id for entry_id, _ in lines} == each.fetched, feed
        assert set(lines.values()) == {1}, feed
        if feed not in FORGETTING:
            assert [word for word in banned if word in each.newsboat.kept()] == [], feed
    everything = followers["all.atom"].fetched
    assert {int(each.rpartition("/")[2]) for each in everything} == set(
        range(1, len(everything) + 1)
    )
    for each in newcomers:
        kept = each.newsboat.kept() + each.sfeed.kept() + each.library.kept()
        assert [word for word in banned if word in kept] == []


def _polled(address: str, tag: str) -> tuple[int, str, bytes]:
    """Ask once over a connection of its own; return status, validator and body."""
    request = urllib.request.Request(address, headers={"If-None-Match": tag})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers["ETag"], answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["ETag"], error.read()


def _until_both_answered(log: Path, feed: str) -> Iterator[int]:
    """Go on until both workers have answered often: the system chooses who takes a connection."""
    path = "/" + feed.partition("?")[0]
    for turn in range(500):
        yield turn
        lines = [line.split() for line in log.read_text(encoding="utf-8").splitlines()]
        answered = Counter(pid for pid, asked in lines if asked == path)
        if len(answered) == 2 and min(answered.values()) >= 4:
            return
    raise AssertionError(f"one worker alone answered for {feed}")


def test_a_feed_is_the_same_from_every_worker_and_after_a_restart(
    data: Path, tmp_path: Path
) -> None:
    engine = engine_for(urls(data)[0].register_url)
    *_, _ = a_month(Desk(engine))
    engine.dispose()
    port = free_port()
    env = environment(data, PORTAL_SITE_URL=f"http://127.0.0.1:{port}")
    sent: dict[str, set[tuple[int, str, bytes]]] = {feed: set() for feed in FEEDS}
    polled: dict[str, set[tuple[int, str, bytes]]] = {feed: set() for feed in FEEDS}

    for start in ("first", "second"):
        log = tmp_path / start
        words = ("--access-logfile", str(log), "--access-logformat", "%(p)s %(U)s")
        with running(_server(port, *words), env):
            wait_for(f"http://127.0.0.1:{port}/healthz")
            for feed in FEEDS:
                address = f"http://127.0.0.1:{port}/{feed}"
                for _ in _until_both_answered(log, feed):
                    sent[feed].add(_polled(address, ""))
                    polled[feed].add(_polled(address, next(iter(sent[feed]))[1]))

    for feed in FEEDS:
        ((status, tag, body),) = sent[feed]
        assert (status, bool(body)) == (200, True)
        assert polled[feed] == {(304, tag, b"")}
