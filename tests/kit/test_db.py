"""What every connection to a store obeys."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import Session

from portal.kit import db
from portal.kit.db import UtcDateTime, write_lock

METADATA = sa.MetaData()
NOTES = sa.Table(
    "note",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", UtcDateTime),
    sa.Column("text", sa.String),
    sa.Column("above", sa.ForeignKey("note.id")),
)
NOON = datetime(2025, 6, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / '库 100%.db'}"


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    made = db.engine_for(url)
    METADATA.create_all(made)
    yield made
    made.dispose()


def notes(engine: sa.Engine) -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(sa.select(NOTES.c.text).order_by(NOTES.c.id)))


# -- instants -----------------------------------------------------------------------------------


def test_a_naive_instant_is_refused(engine: sa.Engine) -> None:
    with pytest.raises(StatementError, match="naive datetime"), write_lock(engine) as session:
        session.execute(sa.insert(NOTES).values(id=1, at=datetime(2025, 6, 2, 12, 0)))

    assert notes(engine) == []


@pytest.mark.parametrize("given", [NOON, NOON.astimezone(timezone(timedelta(hours=8))), None])
def test_an_instant_comes_back_aware_and_in_utc(engine: sa.Engine, given: datetime | None) -> None:
    with write_lock(engine) as session:
        session.execute(sa.insert(NOTES).values(id=1, at=given))

    with Session(engine) as session:
        found = session.scalar(sa.select(NOTES.c.at))
    assert found == given
    assert found is None or found.tzinfo is UTC


# -- settings of a connection -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [("secure_delete", 1), ("foreign_keys", 1), ("synchronous", 2), ("busy_timeout", 30_000)],
)
def test_every_connection_is_set_up(engine: sa.Engine, name: str, value: int) -> None:
    with engine.connect() as connection:
        found = connection.exec_driver_sql(f"PRAGMA {name}").scalar()

    assert found == value


def test_a_deleted_text_is_gone_from_the_file(engine: sa.Engine, tmp_path: Path) -> None:
    with write_lock(engine) as session:
        session.execute(sa.insert(NOTES).values(id=1, text="金丝雀" * 50))
    with write_lock(engine) as session:
        session.execute(sa.delete(NOTES))

    left = [path for path in tmp_path.iterdir() if "金丝雀".encode() in path.read_bytes()]

    assert left == []


def test_a_dangling_reference_is_refused(engine: sa.Engine) -> None:
    with pytest.raises(IntegrityError), write_lock(engine) as session:
        session.execute(sa.insert(NOTES).values(id=1, above=404))


def test_a_failed_statement_does_not_tell_its_values(engine: sa.Engine) -> None:
    """Messages end up in logs."""
    with pytest.raises(IntegrityError) as failed, write_lock(engine) as session:
        session.execute(sa.insert(NOTES).values(id=1, text="金丝雀", above=404))

    assert "金丝雀" not in str(failed.value)


# -- the lock -----------------------------------------------------------------------------------


def test_what_is_written_under_the_lock_is_committed(engine: sa.Engine) -> None:
    with write_lock(engine) as session:
        session.execute(sa.insert(NOTES).values(id=1, text="一"))

    assert notes(engine) == ["一"]


def test_a_failure_under_the_lock_undoes_everything(engine: sa.Engine) -> None:
    twice = [{"id": 1, "text": "一"}, {"id": 1, "text": "二"}]

    with pytest.raises(IntegrityError), write_lock(engine) as session:
        session.execute(sa.insert(NOTES), twice)

    assert notes(engine) == []


def test_two_writers_take_turns(engine: sa.Engine) -> None:
    """The second reads its number only after the first has committed."""
    inside, leave = threading.Event(), threading.Event()

    def first() -> None:
        with write_lock(engine) as session:
            number = next_number(session)
            inside.set()
            leave.wait(10)
            session.execute(sa.insert(NOTES).values(id=number, text="先"))

    def second() -> None:
        inside.wait(10)
        threading.Timer(0.2, leave.set).start()
        with write_lock(engine) as session:
            session.execute(sa.insert(NOTES).values(id=next_number(session), text="后"))

    writers = [threading.Thread(target=each) for each in (first, second)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(20)

    assert notes(engine) == ["先", "后"]


def next_number(session: Session) -> int:
    return (session.scalar(sa.select(sa.func.max(NOTES.c.id))) or 0) + 1


def test_a_reader_sees_one_state_throughout(engine: sa.Engine) -> None:
    db.pragma(engine, "journal_mode = WAL")
    with Session(engine) as reader:
        before = reader.scalar(sa.select(sa.func.count()).select_from(NOTES))
        with write_lock(engine) as session:
            session.execute(sa.insert(NOTES).values(id=1, text="一"))

        after = reader.scalar(sa.select(sa.func.count()).select_from(NOTES))

    assert (before, after) == (0, 0)
    assert notes(engine) == ["一"]


@pytest.mark.sqlite
def test_a_store_that_cannot_be_opened_is_told_like_any_other_that_cannot_be_read(
    tmp_path: Path,
) -> None:
    """As `migrate` finds it on a disk without room for the index of the write-ahead log."""
    engine = db.engine_for(f"sqlite:///{tmp_path / 'none' / 'store.db'}")

    with pytest.raises(OperationalError, match="unable to open"):
        db.pragma(engine, "journal_mode = WAL")


# -- addresses ----------------------------------------------------------------------------------


def test_a_store_opened_for_reading_cannot_be_written(engine: sa.Engine, url: str) -> None:
    reading = db.engine_for(db.read_only(url))

    with pytest.raises(OperationalError, match="readonly"), Session(reading) as session:
        session.execute(sa.insert(NOTES).values(id=1))

    reading.dispose()
    assert notes(engine) == []


def test_on_a_server_every_transaction_of_the_public_side_is_read_only() -> None:
    url = "postgresql+psycopg://site@db.example/register"

    assert db.read_only(url) == f"{url}?options=-c+default_transaction_read_only%3Don"
    assert db.read_only(f"{url}?options=-c+x%3D1") == (
        f"{url}?options=-c+x%3D1+-c+default_transaction_read_only%3Don"
    )


def test_a_relative_file_is_found_from_where_we_were_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    db.make_folder("sqlite:///deep/er/register.db")

    assert db.options("sqlite:///deep/er/register.db")["url"].database == str(
        tmp_path / "deep" / "er" / "register.db"
    )
    assert (tmp_path / "deep" / "er").is_dir()
