"""portal-site index: what it says and how it ends."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.public.cli import main
from tests import stage
from tests.conftest import Office
from tests.makers import RESULT_ROW


@pytest.fixture
def run(data: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    for name, value in stage.environ(data).items():
        monkeypatch.setenv(name, value)
    return CliRunner()


def _index(run: CliRunner, *words: str) -> Result:
    return run.invoke(main, ["index", *words])


def test_it_builds_then_has_nothing_to_do_then_builds_when_told(
    office: Office, run: CliRunner
) -> None:
    office.put("results", RESULT_ROW)

    told = [json.loads(_index(run, *words, "--json").stdout) for words in ((), (), ("--rebuild",))]

    assert told == [
        {"serial": 4, "documents": 4, "rebuilt": True},
        {"serial": 4, "documents": 0, "rebuilt": False},
        {"serial": 4, "documents": 4, "rebuilt": True},
    ]


def test_it_says_where_it_stands_to_people(office: Office, run: CliRunner) -> None:
    done = _index(run)

    assert (done.exit_code, done.stdout) == (0, "检索索引已重建：写入 2 篇，至变更号 2\n")


def test_an_address_of_no_engine_is_wrong_use(
    office: Office, run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_SEARCH_URL", "ftp://example.org/x")

    done = _index(run)

    assert (done.exit_code, "PORTAL_SEARCH_URL" in done.stderr) == (2, True)


@pytest.mark.enable_socket
def test_a_server_that_is_away_is_told_without_its_password(
    office: Office, run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_SEARCH_URL", "opensearch://kit:hunter2@127.0.0.1:1/mingcha")

    done = _index(run)

    told = "检索服务器 opensearch://127.0.0.1:1/mingcha 没有应答\n"
    assert (done.exit_code, done.output) == (1, told)


@pytest.mark.sqlite
def test_a_register_that_is_not_there_is_refused(run: CliRunner, data: Path) -> None:
    """About SQLite: its file is missing. A server that is away is told above."""
    (data / "register.db").unlink()

    done = _index(run)

    assert (done.exit_code, "portal-site migrate" in done.stderr) == (1, True)
