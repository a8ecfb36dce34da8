"""Two pulls of one copy at once: what one of them fetched, and nobody proved, is not taken over by the other."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.engine import make_url

from portal.internal.desk import renewing
from portal.mirror import copy
from portal.mirror.cli import main
from portal.mirror.copy import Copy
from portal.mirror.errors import Busy, Gone
from portal.mirror.source import Item
from tests.conftest import NOW, Office
from tests.makers import RESULT_ROW
from tests.mirror.test_pulling import TERMS, Reply, Troubled, _copied, _held, _kept, _pull, _served
from tests.stage import urls

pytestmark = pytest.mark.enable_socket

_FORGED = "示例市别的公司"


def _said(reply: Reply, change: Callable[[dict[str, Any]], None]) -> Reply:
    status, headers, body = reply
    told = json.loads(body)
    change(told)
    kept = [(name, value) for name, value in headers if name != "Content-Length"]
    return status, kept, json.dumps(told, ensure_ascii=False).encode()


def _otherwise(told: dict[str, Any]) -> None:
    """Another life of the register, in which every party has another name."""
    told["epoch"] = "0" * 32
    for item in told.get("items", ()):
        if item["kind"] == "entity":
            item["data"]["name"] = _FORGED


class _Between:
    """Whoever sits between holds one answer back, while another pull of the same copy fetches what they forged."""

    def __init__(self, target: Path) -> None:
        self.target, self.url, self.other = target, "", threading.Event()
        self.checkpoints = 0

    def __call__(self, path: str, reply: Reply) -> Reply:
        if path == "/log/consistency" and not self.other.is_set():
            self.other.set()
            with suppress(Gone):
                _pull(self.url, self.target)
            self.other.clear()
        elif self.other.is_set() and path == "/api/v1/changes/checkpoint":
            self.checkpoints += 1
            return _said(reply, _otherwise) if self.checkpoints == 1 else ("404", [], b"")
        elif self.other.is_set() and path == "/api/v1/changes":
            return _said(reply, _otherwise)
        return reply


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "copy.db"


def test_what_another_pull_was_told_meanwhile_is_not_taken_for_what_was_proved(
    office: Office, site: Flask, target: Path
) -> None:
    office.put("results", RESULT_ROW)
    between, troubled = _Between(target), Troubled(site)
    with _served(troubled) as between.url:
        _pull(between.url, target)
        before = _copied(target)
        office.put("results", {**RESULT_ROW, "code": "JC-0002"})
        troubled.trouble = between

        with pytest.raises(Busy):
            _pull(between.url, target)

        assert _copied(target) == before
        assert CliRunner().invoke(main, ["verify", str(target)]).exit_code == 0
        troubled.trouble = lambda _, reply: reply
        _pull(between.url, target)

    assert between.checkpoints == 2
    assert _copied(target) == _held(office)


def test_the_key_that_another_pull_followed_meanwhile_stays_the_one_that_is_trusted(
    office: Office, site: Flask, target: Path
) -> None:
    """Who holds the key of before, and holds an answer back, does not make the copy trust it again."""
    office.put("results", RESULT_ROW)
    troubled = Troubled(site)
    newer: list[str] = []

    def renewed(path: str, reply: Reply) -> Reply:
        if path == "/log/consistency" and not newer:
            newer.append(renewing.renew(office.stores, TERMS, by="he", second="an", now=NOW))
            _pull(url, target)
        return reply

    with _served(troubled) as url:
        _pull(url, target)
        office.put("results", {**RESULT_ROW, "code": "JC-0002"})
        troubled.trouble = renewed
        with pytest.raises(Busy):
            _pull(url, target)

    assert _kept(target)["key"] == newer[0]
    assert CliRunner().invoke(main, ["verify", str(target)]).exit_code == 0


def test_nothing_comes_to_what_is_pending_while_it_is_taken_over(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = urls(data)[0].letterbox_url
    one, other = Copy(url), Copy(url)
    one.begin("")
    one.start_over("0" * 32, 0, ())
    one.apply([_item(1)], after=0)
    asking = threading.Thread(target=lambda: other.apply([_item(2)], after=1))
    take_over = copy._take_over

    def slowly(connection: sa.Connection, *, fresh: bool) -> bool:
        asking.start()
        asking.join(1)
        return take_over(connection, fresh=fresh)

    monkeypatch.setattr(copy, "_take_over", slowly)
    one.settle(one.standing(), None, size="1")
    asking.join()

    _, found = one.recomputed()
    assert {kind: each.held for kind, each in found.items()} == {"result": 1}
    assert other.standing().number == 2
    for each in (one, other):
        each.close()


def _item(number: int) -> Item:
    return Item(
        state="updated", kind="result", id=f"r_{number}", modified=number, version=1,
        published_on="2025-06-02", data=msgspec.Raw(b"{}"),
    )  # fmt: skip


@pytest.mark.postgres
def test_who_may_only_read_a_copy_verifies_it(data: Path) -> None:
    url = urls(data)[0].letterbox_url
    one = Copy(url)
    one.begin("")
    one.start_over("0" * 32, 0, ())
    one.apply([_item(1)], after=0)
    one.settle(one.standing(), None, size="1")
    one.close()
    only_reads = {"options": "-c default_transaction_read_only=on"}
    reading = Copy(
        make_url(url).update_query_dict(only_reads).render_as_string(hide_password=False)
    )

    _, found = reading.recomputed()

    assert {kind: each.held for kind, each in found.items()} == {"result": 1}
    reading.close()
