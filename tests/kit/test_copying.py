"""A store that somebody uses is known from one that only the server itself is busy with."""

import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.kit import copying
from portal.kit.db import engine_for
from tests.stage import urls

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

#: Cleaning this takes the server minutes, so slowly is it told to go about it.
_DIRTY = (
    "CREATE TABLE swept AS SELECT generate_series(1, 100000) AS number",
    "ALTER TABLE swept SET (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0)",
    "ALTER TABLE swept SET (autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)",
    "DELETE FROM swept",
    "ALTER SYSTEM SET autovacuum_naptime = 1",
    "SELECT pg_reload_conf()",
)
_SWEEPERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'autovacuum worker'
"""


def test_the_servers_own_cleaning_is_nobody_who_uses_a_store(data: Path) -> None:
    url = urls(data)[0].register_url
    assert not copying.is_open(url)
    engine = engine_for(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in _DIRTY:
            connection.exec_driver_sql(statement)
        try:
            while not connection.exec_driver_sql(_SWEEPERS).scalar_one():
                time.sleep(0.1)
        finally:
            connection.exec_driver_sql("ALTER SYSTEM RESET autovacuum_naptime")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        assert copying.is_open(url)
    engine.dispose()

    assert not copying.is_open(url)

    again = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with again.connect() as connection:
        still = connection.exec_driver_sql(_SWEEPERS).scalar_one()
    again.dispose()
    assert still == 1
