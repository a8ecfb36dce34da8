"""Whom a store cannot be shut to is named, and nothing is half shut."""

import random
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.kit import closing
from portal.kit.db import engine_for
from tests.stage import urls


@pytest.mark.postgres
def test_who_reads_whatever_is_shut_is_named_and_nothing_is_changed(data: Path) -> None:
    url = urls(data)[0].register_url
    engine = engine_for(url)
    name = f"reader_{random.SystemRandom().randrange(10**9)}"
    others = sa.text("SELECT has_schema_privilege('pg_monitor', 'public', 'USAGE')")
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {name}")
        connection.exec_driver_sql(f"GRANT pg_read_all_data TO {name}")
        connection.exec_driver_sql(f"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {name}")
    try:
        with pytest.raises(closing.NotShut, match=name):
            closing.shut(url)
        with engine.connect() as connection:
            assert connection.scalar(others)
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP OWNED BY {name}")
            connection.exec_driver_sql(f"DROP ROLE {name}")
        engine.dispose()


@pytest.mark.sqlite
def test_a_file_has_no_readers_to_shut_out(data: Path) -> None:
    assert not closing.shut(urls(data)[0].register_url)
