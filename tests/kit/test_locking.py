"""The write transaction that sees one state of a PostgreSQL store takes its lock first, and leaves none behind."""

from typing import Any

import pytest
import sqlalchemy as sa

from portal.kit.db import ADVISORY_LOCK
from portal.kit.locking import one_state
from tests.conftest import Office


@pytest.mark.postgres
@pytest.mark.parametrize("at", ["pg_advisory_xact_lock", "pg_advisory_unlock"])
def test_a_transaction_that_is_broken_off_while_it_begins_holds_nobody_up(
    office: Office, at: str
) -> None:
    register = office.stores.register

    def break_off(*event: Any) -> None:
        if at in event[2]:
            raise RuntimeError

    sa.event.listen(register, "before_cursor_execute", break_off)
    with pytest.raises(RuntimeError), one_state(register):
        pass
    sa.event.remove(register, "before_cursor_execute", break_off)

    other = sa.create_engine(register.url)
    with other.connect() as connection:
        assert connection.scalar(sa.select(sa.func.pg_try_advisory_lock(ADVISORY_LOCK)))
    other.dispose()
    with one_state(register) as session:
        assert session.scalar(sa.text("SHOW transaction_isolation")) == "repeatable read"
