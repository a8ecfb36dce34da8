"""One store as one file, and back: SQLite by VACUUM INTO, PostgreSQL by pg_dump and pg_restore."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from portal.kit.db import engine_for, file_of


class CopyFailed(Exception):
    """A store cannot be copied or put back; the message says why."""


def suffix(url: str) -> str:
    """Return how the file of a copy ends."""
    return ".db" if file_of(url) else ".dump"


def take(url: str, target: Path) -> None:
    """Copy the store at `url`, as it is at one moment, to the new file `target`; others go on meanwhile.

    VACUUM INTO copies what the store says, not what its pages remember: no deleted byte comes along.

    Raises:
        CopyFailed: no room, no such program, or the store cannot be read.

    """
    source = file_of(url)
    try:
        if source is None:
            _run("pg_dump", url, "--format=custom", f"--file={target}")
        else:
            _vacuum_into(source, target)
    except (sqlite3.Error, OSError) as error:
        raise CopyFailed(f"{target.stem}：{error}") from error
    target.chmod(0o600)
    sync(target)


def put_back(url: str, source: Path) -> None:
    """Make the PostgreSQL store at `url` what the copy `source` says, in one transaction.

    Raises:
        CopyFailed: no such program, or the database refused.

    """
    _run("pg_restore", url, "--clean", "--if-exists", "--no-owner", "--no-privileges",
         "--single-transaction", "--exit-on-error", str(source))  # fmt: skip


def is_open(url: str) -> bool:
    """Whether another process has the store at `url` open.

    SQLite leaves its write-ahead log only when it is alone with the file; the log is merged by that.
    """
    path = file_of(url)
    if path is None:
        return _others(url) > 0
    if not path.exists():
        return False
    connection = sqlite3.connect(path, timeout=1, isolation_level=None)
    try:
        (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            return True
        raise CopyFailed(f"{path}：{error}") from error
    finally:
        connection.close()
    return bool(mode != "delete")


@contextmanager
def alone(url: str) -> Iterator[bool]:
    """Keep everybody else out of the SQLite store at `url` meanwhile; say whether nobody is in it.

    A PostgreSQL store keeps others waiting by itself while it is replaced.
    """
    path = file_of(url)
    if path is None or not path.exists():
        yield True
        return
    connection = sqlite3.connect(path, timeout=1, isolation_level=None)
    try:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise CopyFailed(f"{path}：{error}") from error
            yield False
        else:
            yield True
    finally:
        connection.close()


def copy(source: Path, target: Path) -> None:
    """Copy a file for its owner alone to read, from the first byte on, whatever stops us."""
    target.unlink(missing_ok=True)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as to, source.open("rb") as file:
        shutil.copyfileobj(file, to)


def hand_out(content: bytes, target: Path) -> None:
    """Write a file for its owner alone to read, also where one lies there that others may: it is one person's."""
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(handle, 0o600)
        file.write(content)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _vacuum_into(source: Path, target: Path) -> None:
    connection = sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=30)
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    finally:
        connection.close()


def _others(url: str) -> int:
    engine = engine_for(url)
    try:
        with engine.connect() as connection:
            #: The server's own workers, which clean up after us, are nobody.
            query = sa.text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND usesysid IS NOT NULL"
            )
            return int(connection.scalar(query) or 0)
    finally:
        engine.dispose()


def _run(program: str, url: str, *words: str) -> None:
    """Run a program of PostgreSQL's; the password goes by the environment, where no list of processes shows it."""
    found = shutil.which(program)
    if found is None:
        raise CopyFailed(
            f"找不到程序 {program}；请安装 PostgreSQL 客户端（Debian 软件包 postgresql-client）"
        )
    parsed = make_url(url)
    environ = dict(os.environ) | ({"PGPASSWORD": str(parsed.password)} if parsed.password else {})
    plain = parsed.set(drivername="postgresql", password=None).render_as_string()
    done = subprocess.run(  # noqa: S603
        [found, f"--dbname={plain}", *words],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CopyFailed(f"{program} 未能完成：{done.stderr.strip().splitlines()[-1:]}")
