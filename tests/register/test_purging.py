"""SQLite's own deletion leaves stale copies behind; writing the file anew leaves none.

Of PostgreSQL's, `test_scouring` tells.
"""

import random
import re
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.publish import withdraw
from portal.kit.db import engine_for, read_only
from portal.register import purging
from portal.register.purging import NotPurged
from portal.register.records import Kind
from portal.register.tables.entities import EntityRow
from portal.register.writer import open_pen
from tests.raw import store_bytes
from tests.register.makers import a_public_entity

pytestmark = pytest.mark.sqlite

NOW = datetime(2025, 6, 2, tzinfo=UTC)
COUNT = 10_000
#: Of a fictitious name that no other text holds.
_NAME = re.compile("示例市残留([0-9]{6})号".encode())


def _id(number: int) -> str:
    return f"e_{number * 2_654_435_761 % 2**32:08x}"


def _fill(register: sa.Engine, count: int = COUNT) -> None:
    """Publish parties in an order that is not that of their ids, of unequal lengths: pages split."""
    random_ = random.Random(7)
    with open_pen(register, now=NOW) as pen:
        for number in range(count):
            name = f"示例市残留{number:06d}号" + "店" * random_.randrange(1, 60)
            pen.append(a_public_entity(id=_id(number), name=name))


def _left(data: Path, numbers: set[int]) -> int:
    """Count the names among `numbers` that any file of the register still holds."""
    raw = store_bytes(data)
    return len(numbers & {int(number) for number in _NAME.findall(raw)})


def test_what_secure_deletion_leaves_behind_is_gone_once_purged(
    data: Path, migrated_register: sa.Engine
) -> None:
    _fill(migrated_register)
    gone = set(random.Random(8).sample(range(COUNT), COUNT // 2))
    withdraw(migrated_register, Kind.ENTITY, [_id(number) for number in gone], now=NOW)
    assert _left(data, gone) > 0

    serial = purging.owed(migrated_register)
    purging.rewrite(migrated_register)
    purging.note(migrated_register, serial)

    kept = set(range(COUNT)) - gone
    assert (_left(data, gone), _left(data, kept)) == (0, len(kept))
    assert (serial, purging.owed(migrated_register)) == (COUNT + len(gone), 0)


def test_a_number_written_by_hand_does_not_excuse_from_purging(
    migrated_register: sa.Engine,
) -> None:
    _fill(migrated_register, 3)
    withdraw(migrated_register, Kind.ENTITY, [_id(0)], now=NOW)
    purging.note(migrated_register, 1_000_000)
    assert purging.owed(migrated_register) == 0

    withdraw(migrated_register, Kind.ENTITY, [_id(1)], now=NOW)

    assert purging.owed(migrated_register) == 5


def test_readers_go_on_while_the_file_is_written_anew(
    data: Path, migrated_register: sa.Engine
) -> None:
    _fill(migrated_register, 2_000)
    withdraw(migrated_register, Kind.ENTITY, [_id(0)], now=NOW)
    counts: list[int] = []
    begun, done = threading.Event(), threading.Event()

    def read() -> None:
        reader = engine_for(read_only(f"sqlite:///{data / 'register.db'}"))
        while not done.is_set():
            with Session(reader) as session:
                query = sa.select(sa.func.count()).select_from(EntityRow)
                counts.append(session.scalar(query) or 0)
            begun.set()
        reader.dispose()

    thread = threading.Thread(target=read)
    thread.start()
    begun.wait()
    try:
        for _ in range(5):
            purging.rewrite(migrated_register)
    finally:
        done.set()
        thread.join()

    assert set(counts) == {1_999}
    assert _left(data, {0}) == 0


def test_a_file_that_a_reader_will_not_let_go_of_stays_owed(
    data: Path, migrated_register: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(migrated_register, 100)
    withdraw(migrated_register, Kind.ENTITY, [_id(0)], now=NOW)
    reader = engine_for(read_only(f"sqlite:///{data / 'register.db'}"))
    impatient = engine_for(f"sqlite:///{data / 'register.db'}")
    sa.event.listen(
        impatient, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout = 10").close()
    )

    with Session(reader) as session:
        session.scalar(sa.select(sa.func.count()).select_from(EntityRow))
        with pytest.raises(NotPurged, match="release-due"):
            purging.rewrite(impatient)

    assert purging.owed(migrated_register) == 101
    purging.rewrite(impatient)
    assert _left(data, {0}) == 0
    reader.dispose()
    impatient.dispose()
