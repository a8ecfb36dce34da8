"""Commands given a number or a place that cannot be: one line and an exit status, never a traceback."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from portal.internal import faults
from portal.internal.cli import main
from portal.kit.db import pragma
from portal.mirror import cli
from portal.mirror.errors import Unreachable
from portal.mirror.source import Source
from tests.stage import environ as environ_of

TOO_MANY = "9" * 20


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    ("command", "status", "told"),
    [
        (["review", TOO_MANY, "--by", "wu", "--approve"], 2, "not in the range"),
        (["release", TOO_MANY, "--by", "he"], 2, "not in the range"),
        (["confirm", TOO_MANY, "--by", "bao"], 2, "not in the range"),
        (["let-pass", TOO_MANY], 2, "not in the range"),
        (["blank", "results", "{folder}/none/x.xlsx"], 1, "文件无法读写"),
        (["verify-ledger", "--witness", "{folder}/none/x"], 1, "文件无法读写"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    data: Path, tmp_path: Path, command: list[str], status: int, told: str
) -> None:
    given = [each.format(folder=tmp_path) for each in command]

    done = CliRunner().invoke(main, given, env=environ_of(data))

    assert (done.exit_code, type(done.exception)) == (status, SystemExit)
    assert told in done.output


@pytest.mark.parametrize("url", ["http://[::1", "ftp://a", "http://127.0.0.1/示例"])
def test_an_address_that_is_none_is_told_by_the_mirror(url: str) -> None:
    with pytest.raises(Unreachable, match="not an http address"):
        Source(url)


def test_a_pragma_that_finds_no_room_is_told_like_any_other_statement(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/store.db")

    with pytest.raises(sa.exc.OperationalError) as refused:
        pragma(engine, "journal_mode = ;")

    assert isinstance(refused.value, faults.FAULTS)
    assert "syntax error" in faults.raw(refused.value)


def test_a_copy_that_cannot_be_written_is_told_by_the_mirror(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(cli, "pull_all", full)

    done = CliRunner().invoke(cli.main, ["pull", "http://127.0.0.1:1", str(tmp_path / "copy.db")])

    assert (done.exit_code, type(done.exception)) == (2, SystemExit)
    assert "database or disk is full" in done.output
