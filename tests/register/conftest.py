"""A register of one's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.kit.db import engine_for
from tests.stage import urls


@pytest.fixture
def migrated_register(data: Path) -> Iterator[sa.Engine]:
    engine = engine_for(urls(data)[0].register_url)
    yield engine
    engine.dispose()
