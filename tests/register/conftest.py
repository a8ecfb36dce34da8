"""A register of one's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.kit.db import engine_for


@pytest.fixture
def migrated_register(data: Path) -> Iterator[sa.Engine]:
    engine = engine_for(f"sqlite:///{data / 'register.db'}")
    yield engine
    engine.dispose()
