"""Names are looked up where PostgreSQL itself keeps them, whatever the owner of a database has set for all who connect."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.proofs.audit import audit
from tests.register.test_served import _FUNCTION, register

__all__ = ["register"]

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("aside", ["TABLE pg_trigger (tgrelid oid)", "DOMAIN text AS varchar(3)"])
def test_what_is_called_like_something_of_the_servers_own_misleads_nobody(
    register: sa.Engine, aside: str
) -> None:
    """The owner of a database may have everybody look there first."""
    with register.begin() as connection:
        connection.exec_driver_sql(_FUNCTION)
        connection.exec_driver_sql(
            "CREATE TRIGGER t BEFORE DELETE ON entity EXECUTE FUNCTION quiet()"
        )
        connection.exec_driver_sql(f"CREATE {aside}")
        connection.exec_driver_sql(
            f'ALTER DATABASE "{register.url.database}" SET search_path = public, pg_catalog'
        )
    register.dispose()
    with Session(register) as session:
        assert {"entity：设有触发器", "函数 quiet：不属于登记册"} <= set(audit(session).faults)
