"""What publishing costs as the register grows: as much for a page of records as at the beginning.

Counted in instructions of SQLite, which PostgreSQL has no like of.
"""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from portal.register.records import Kind, Record
from portal.register.writer import open_pen
from tests.register.makers import a_public_agency, a_public_entity, a_public_result, a_public_step

pytestmark = pytest.mark.sqlite

NOW = datetime(2025, 6, 2, 1, tzinfo=UTC)
EACH, PAGES = 200, 6


def _page(number: int) -> list[Record]:
    """Return parties, checks with problems, and an order after each."""
    ids = range(number * EACH, (number + 1) * EACH)
    return [
        *(a_public_entity(id=f"e_{n}", name=f"示例市{n}店") for n in ids),
        *(a_public_result(("ordered_to_rectify",), id=f"r_{n}", entity_id=f"e_{n}") for n in ids),
        *(
            a_public_step(id=f"f_{n}", result_id=f"r_{n}", due_on=date(2025, 7, 1)) for n in ids
        ),
    ]  # fmt: skip


def _steps(engine: sa.Engine) -> list[int]:
    """Have the hundreds of steps counted that SQLite's machine takes from now on."""
    counted = [0]

    def count() -> int:
        counted[0] += 1
        return 0

    @sa.event.listens_for(engine, "connect")
    def listen(connection: Any, record: object) -> None:
        connection.set_progress_handler(count, 100)

    engine.dispose()
    return counted


def test_a_page_of_records_costs_the_same_however_many_there_are(
    migrated_register: sa.Engine,
) -> None:
    engine = migrated_register
    counted, costs = _steps(engine), []
    with open_pen(engine, now=NOW) as pen:
        pen.append(a_public_agency())
    for number in range(PAGES):
        before = counted[0]
        with open_pen(engine, now=NOW) as pen:
            for record in _page(number):
                pen.append(record)
        costs.append(counted[0] - before)
    withdrawn = []
    for number in (0, PAGES - 1):
        before = counted[0]
        with open_pen(engine, now=NOW) as pen:
            pen.withdraw(
                Kind.FOLLOWUP, [f"f_{n}" for n in range(number * EACH, number * EACH + 50)]
            )
        withdrawn.append(counted[0] - before)

    assert min(costs) > 100
    assert costs[-1] < 1.02 * costs[1], costs
    assert withdrawn[1] < 1.05 * withdrawn[0], withdrawn
