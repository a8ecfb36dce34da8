"""A day is written in one way, whatever else stands in the register's database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from portal.public.app import create_app
from tests.conftest import Office
from tests.makers import RESULT_ROW
from tests.stage import urls

pytestmark = pytest.mark.postgres


@pytest.fixture
def turned(office: Office, data: Path) -> Iterator[None]:
    """A register whose owner has PostgreSQL write the day before the month, for whoever connects to it."""
    office.put("results", RESULT_ROW)
    name = make_url(urls(data)[0].register_url).database
    _set(office, f"ALTER DATABASE \"{name}\" SET DateStyle = 'SQL, DMY'")
    yield
    _set(office, f'ALTER DATABASE "{name}" RESET DateStyle')


def _set(office: Office, statement: str) -> None:
    engine = office.stores.register.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.usefixtures("turned")
def test_a_whole_set_says_the_days_that_the_register_holds(office: Office, data: Path) -> None:
    client = create_app(urls(data)[0]).test_client()
    with office.stores.register.connect() as connection:
        held = connection.scalar(sa.text("SELECT to_char(published_on, 'YYYY-MM-DD') FROM result"))

    told = client.get("/api/v1/results.csv").get_data(as_text=True)

    assert told.splitlines()[1].rpartition(",")[2] == held
