"""What stands before the site keeps an answer for a second: a copy that met an older one asks again, and accuses nobody."""

from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import Office
from tests.makers import RESULT_ROW
from tests.mirror.test_pulling import Reply, Troubled, _copied, _held, _pull, _served

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "copy.db"


@pytest.mark.parametrize("older", ["/api/v1/changes/checkpoint", "/api/v1/changes"])
def test_an_answer_of_a_second_ago_makes_no_liar_of_the_source(
    office: Office, site: Flask, target: Path, older: str
) -> None:
    """A release came between: the feed is ahead of the checkpoint that is kept, or behind it."""
    office.put("results", RESULT_ROW)
    troubled = Troubled(site)
    kept: list[Reply] = []
    waits: list[float] = []

    def cached(path: str, reply: Reply) -> Reply:
        if path != older or waits:
            return reply
        kept.append(reply)
        if len(kept) == 1:
            office.put("results", {**RESULT_ROW, "code": "JC-0002"})
        return kept[0]

    with _served(troubled) as url:
        _pull(url, target)
        troubled.trouble = cached
        done = _pull(url, target, waits=waits)

    assert done.applied == 1
    assert len(waits) == 1
    assert _copied(target) == _held(office)
