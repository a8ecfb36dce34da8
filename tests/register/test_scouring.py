"""On PostgreSQL a deleted text lies in tables, indexes, statistics and log; once purged, nowhere in the server's directory."""

import random
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.publish import withdraw
from portal.kit.db import engine_for, read_only
from portal.register import purging, scouring
from portal.register.purging import NotPurged
from portal.register.records import Kind
from portal.register.tables.entities import EntityRow
from portal.register.writer import open_pen
from tests.register.makers import a_public_entity
from tests.stage import urls

pytestmark = pytest.mark.postgres

NOW = datetime(2025, 6, 2, tzinfo=UTC)
COUNT = 2_000


@pytest.fixture
def canary() -> str:
    """A word that no other text of the server holds."""
    return f"示例市残留{random.SystemRandom().randrange(10**9):09d}字"


def _id(number: int) -> str:
    return f"e_{number * 2_654_435_761 % 2**32:08x}"


def _fill(register: sa.Engine, canary: str, count: int = COUNT) -> None:
    with open_pen(register, now=NOW) as pen:
        for number in range(count):
            pen.append(a_public_entity(id=_id(number), name=f"{canary}{number:06d}号"))


def _left(register: sa.Engine, canary: str) -> dict[int, set[str]]:
    """Return which of the names are anywhere in the server's directory, each with the folders it is in."""
    with register.connect() as connection:
        folder = Path(connection.exec_driver_sql("SHOW data_directory").scalar_one())
    lines = subprocess.run(
        ["grep", "-rao", f"{canary}[0-9]*", folder],
        check=False, capture_output=True, env={"LC_ALL": "C.UTF-8"},
    ).stdout  # fmt: skip
    found: dict[int, set[str]] = {}
    for place, number in re.findall(rb"([^\n]*):[^\n]*?([0-9]{6})(?:\n|$)", lines):
        above = Path(place.decode()).relative_to(folder).parts[0]
        found.setdefault(int(number), set()).add(above)
    return found


def test_no_byte_of_a_withdrawn_text_is_left_in_the_servers_directory(
    migrated_register: sa.Engine, canary: str
) -> None:
    _fill(migrated_register, canary)
    with migrated_register.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
    gone = set(range(0, COUNT, 2))
    withdraw(migrated_register, Kind.ENTITY, [_id(number) for number in sorted(gone)], now=NOW)
    with migrated_register.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("CHECKPOINT")
    before = _left(migrated_register, canary)
    assert (set(before), set.union(*before.values())) == (set(range(COUNT)), {"base", "pg_wal"})

    purging.rewrite(migrated_register)

    assert set(_left(migrated_register, canary)) == set(range(COUNT)) - gone


def test_what_statistics_sampled_goes_as_well(migrated_register: sa.Engine, canary: str) -> None:
    _fill(migrated_register, canary, 200)
    with migrated_register.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
    assert _sampled(migrated_register, canary) > 0
    withdraw(migrated_register, Kind.ENTITY, [_id(number) for number in range(200)], now=NOW)

    purging.rewrite(migrated_register)

    assert (_sampled(migrated_register, canary), _left(migrated_register, canary)) == (0, {})


def test_a_text_is_kept_for_whoever_still_reads_it_and_stays_owed(
    migrated_register: sa.Engine, data: Path, canary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(migrated_register, canary, 20)
    monkeypatch.setattr(scouring, "PATIENCE", 0.2)
    reader = engine_for(read_only(urls(data)[0].register_url))
    isolated = reader.execution_options(isolation_level="REPEATABLE READ")
    query = sa.select(sa.func.count()).select_from(EntityRow)

    with Session(isolated) as session:
        session.scalar(query)
        withdraw(migrated_register, Kind.ENTITY, [_id(0)], now=NOW)
        with pytest.raises(NotPurged, match=r"长时间读取.*release-due"):
            purging.rewrite(migrated_register)
        assert session.scalar(query) == 20

    assert purging.owed(migrated_register) == 21
    purging.rewrite(migrated_register)
    assert set(_left(migrated_register, canary)) == set(range(1, 20))
    reader.dispose()


def test_a_text_also_waits_for_whoever_still_writes_in_another_database_of_the_server(
    migrated_register: sa.Engine, canary: str
) -> None:
    _fill(migrated_register, canary, 20)
    withdraw(migrated_register, Kind.ENTITY, [_id(0)], now=NOW)
    elsewhere = sa.create_engine(
        migrated_register.url.set(database="postgres"), poolclass=sa.NullPool
    )
    writing = elsewhere.connect()
    writing.exec_driver_sql("SELECT pg_current_xact_id()")
    ended = Timer(1.0, writing.close)
    ended.start()

    purging.rewrite(migrated_register)

    ended.join()
    assert set(_left(migrated_register, canary)) == set(range(1, 20))


def test_an_account_without_the_rights_is_told_before_anything_is_done(
    migrated_register: sa.Engine, canary: str
) -> None:
    _fill(migrated_register, canary, 20)
    with _account(migrated_register) as url:
        engine = engine_for(url)
        with pytest.raises(NotPurged, match="账户不是登记册数据库的所有者"):
            purging.rewrite(engine)
        engine.dispose()


@contextmanager
def _account(register: sa.Engine) -> Iterator[str]:
    """An account that may do nothing but connect."""
    name = f"clerk_{random.SystemRandom().randrange(10**9)}"
    owner = register.execution_options(isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN")
        yield register.url.set(username=name).render_as_string(hide_password=False)
        connection.exec_driver_sql(f"DROP ROLE {name}")


def _sampled(register: sa.Engine, canary: str) -> int:
    """Count the columns whose statistics quote the canary."""
    quoted = sa.text(
        "SELECT count(*) FROM pg_stats WHERE (most_common_vals::text || histogram_bounds::text) LIKE :like"
        " OR most_common_vals::text LIKE :like OR histogram_bounds::text LIKE :like"
    )
    with register.connect() as connection:
        return int(connection.execute(quoted, {"like": f"%{canary}%"}).scalar_one())
