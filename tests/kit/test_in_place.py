"""A store is read and written to as it lies in its place: nothing that lay there for a moment is kept."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.kit import db
from portal.kit.db import write_lock
from tests.kit.test_db import METADATA, NOTES, notes


def test_a_file_that_another_took_the_place_of_is_not_written_to(tmp_path: Path) -> None:
    """Whoever waited while a backup was restored would write into what nobody reads any more."""
    path = tmp_path / "a.db"
    path.touch()
    engine = db.engine_for(f"sqlite:///{path}")
    with write_lock(engine) as session:
        session.execute(sa.text("CREATE TABLE t (x INTEGER)"))
    other = db.engine_for(f"sqlite:///{tmp_path / 'b.db'}")
    with write_lock(other) as session:
        session.execute(sa.text("CREATE TABLE t (x INTEGER)"))
    other.dispose()
    (tmp_path / "b.db").replace(path)

    with pytest.raises(sa.exc.OperationalError, match="replaced"), write_lock(engine):
        pass
    engine.dispose()
    with write_lock(engine) as session:
        session.execute(sa.text("INSERT INTO t VALUES (1)"))
    engine.dispose()


def test_a_file_that_another_took_the_place_of_is_not_read_on(tmp_path: Path) -> None:
    """Else a site shows for as long as it runs what lay there for a moment, and every command looks at the other."""
    texts = {}
    for name in ("故事 1.db", "2.db"):
        made = db.engine_for(f"sqlite:///{tmp_path / name}")
        METADATA.create_all(made)
        with write_lock(made) as session:
            session.execute(sa.insert(NOTES).values(id=1, text=name))
        made.dispose()
    place = tmp_path / "故事 1.db"
    reader = db.engine_for(db.read_only(f"sqlite:///{place}"))
    texts["before"] = notes(reader)
    (tmp_path / "2.db").replace(place)
    texts["after"] = notes(reader)
    reader.dispose()

    assert texts == {"before": ["故事 1.db"], "after": ["2.db"]}


#: Writes to a store by hand, and keeps it open until it is told to end.
_BY_HAND = """
import sqlite3, sys
store = sqlite3.connect(sys.argv[1])
store.execute("INSERT INTO note (id, text) VALUES (?, ?)", sys.argv[2:])
store.commit()
print("done", flush=True)
sys.stdin.read()
"""


@contextmanager
def by_hand(path: Path, number: int, text: str) -> Iterator[None]:
    """Have another process add a line, which stays in the log as long as that process has the store open."""
    argv = [sys.executable, "-c", _BY_HAND, str(path), str(number), text]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"done\n"
        yield


def _log(path: Path) -> None:
    for end in ("-wal", "-shm"):
        Path(f"{path}{end}").rename(path.with_name(f"taken{end}"))


def _index(path: Path) -> None:
    Path(f"{path}-shm").rename(path.with_name("taken"))


def _file(path: Path) -> None:
    path.rename(path.with_name("other.db"))
    path.symlink_to(path.with_name("other.db"))


@pytest.mark.parametrize(
    ("parted", "left"), [(_log, ["后来"]), (_index, ["改动", "后来"]), (_file, ["后来"])]
)
def test_a_log_that_was_taken_from_its_file_is_not_read_on(
    tmp_path: Path, parted: Callable[[Path], None], left: list[str]
) -> None:
    """Else a site shows a change that lies in it, or none that came since, and every command reads the file without."""
    path = tmp_path / "故事.db"
    made = db.engine_for(f"sqlite:///{path}")
    db.pragma(made, "journal_mode = WAL")
    METADATA.create_all(made)
    made.dispose()
    reader, writer = (
        db.engine_for(db.read_only(f"sqlite:///{path}")),
        db.engine_for(f"sqlite:///{path}"),
    )
    with by_hand(path, 1, "改动"):
        before = notes(reader)
        with writer.connect():
            pass
        parted(path)
        with by_hand(path, 2, "后来"):
            with pytest.raises(sa.exc.OperationalError, match="replaced"), write_lock(writer):
                pass
            #: While another of the process has the one of before open, SQLite gives that to whoever connects anew.
            with pytest.raises(sa.exc.OperationalError, match="replaced"):
                notes(reader)
            writer.dispose()
            after = notes(reader)
            reader.dispose()

    assert (before, after) == (["改动"], left)


@pytest.mark.parametrize("who", ["_READS", "_WRITES"])
def test_a_structure_that_was_there_for_a_moment_is_not_read_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """Its number put back with it, whoever had read it would go by it for as long as they run, and nobody else."""
    monkeypatch.setattr(db, who, 1)
    path = tmp_path / "故事.db"
    made = db.engine_for(f"sqlite:///{path}")
    METADATA.create_all(made)
    with write_lock(made) as session:
        session.execute(sa.insert(NOTES).values(id=1, text="真"))
    made.dispose()
    url = f"sqlite:///{path}"
    reader = db.engine_for(db.read_only(url) if who == "_READS" else url)
    hand = sqlite3.connect(path, isolation_level=None)
    hand.executescript(
        "PRAGMA writable_schema = ON; BEGIN;"
        "UPDATE sqlite_master SET name = 'kept', tbl_name = 'kept', sql = replace(sql, 'TABLE note', 'TABLE kept');"
        "INSERT INTO sqlite_master VALUES ('view', 'note', 'note', 0,"
        " 'CREATE VIEW note AS SELECT id, at, ''falsch'' AS text, above FROM kept');"
        "PRAGMA schema_version = 77; COMMIT;"
    )
    meanwhile = notes(reader)
    hand.executescript(
        "BEGIN; DELETE FROM sqlite_master WHERE type = 'view';"
        "UPDATE sqlite_master SET name = 'note', tbl_name = 'note', sql = replace(sql, 'TABLE kept', 'TABLE note');"
        "PRAGMA schema_version = 77; COMMIT;"
    )
    hand.close()
    time.sleep(1.5)
    after = notes(reader)
    reader.dispose()

    assert (meanwhile, after) == (["falsch"], ["真"])
