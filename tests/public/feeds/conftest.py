"""A register written by the pen alone, and the site over it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.kit.db import engine_for
from portal.register.records import Kind, Record
from portal.register.writer import open_pen
from tests.stage import urls

START = datetime(2025, 6, 2, 1, 0, tzinfo=UTC)


class Desk:
    """Publishes and withdraws on the days of a month."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def put(self, *records: Record, day: int = 0) -> None:
        with open_pen(self._engine, now=START + timedelta(days=day)) as pen:
            for record in records:
                pen.append(record)

    def take(self, kind: Kind, *public_ids: str, day: int = 0) -> None:
        with open_pen(self._engine, now=START + timedelta(days=day)) as pen:
            pen.withdraw(kind, public_ids)


@pytest.fixture
def desk(data: Path) -> Iterator[Desk]:
    engine = engine_for(urls(data)[0].register_url)
    yield Desk(engine)
    engine.dispose()


Publish = Callable[..., None]
