"""What a narrow question costs does not grow with what it is not about, whatever stands beside it.

Counted in instructions of SQLite, which PostgreSQL has no like of.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from portal.kit.db import db, engine_for
from portal.public.app import create_app
from portal.register.records import PublicIdentifier, Record
from portal.register.writer import open_pen
from tests.register.makers import (
    a_public_agency,
    a_public_entity,
    a_public_result,
    a_public_step,
)
from tests.stage import urls

pytestmark = pytest.mark.sqlite

NOW = datetime(2025, 6, 2, 1, tzinfo=UTC)
FIRST = date(2024, 1, 1)
#: Each leaves few rows; all others are true of many, and of few or none together.
NARROW = (
    "results?entity=e_1", "results?entity=e_1&status=overdue", "results?entity=e_1&problems=true",
    "results?entity=e_1&outcome=ordered_to_rectify", "results?entity=e_1&outcome=unreachable",
    "results?entity=e_1&item=i_1", "results?entity=e_1&late=true", "results?entity=e_1&year=2024",
    "results?draw=d_1&problems=true", "results?task=t_1&status=open", "results?region=999999&late=true",
    "results?region=999999&problems=true", "findings?entity=e_1&outcome=ordered_to_rectify",
    "followups?result=r_1&step=ordered", "entities?identifier=91990101MA0000001X",
)  # fmt: skip


def _parties(numbers: range) -> Iterator[Record]:
    for n in numbers:
        code = (PublicIdentifier(scheme="uscc", value=f"91990101MA{n:08}"),)
        yield a_public_entity(id=f"e_{n}", name=f"示例市{n}店", identifiers=code)
    for n in numbers:
        day = FIRST + timedelta(days=n * 7 % 400)
        yield a_public_result(
            ("ordered_to_rectify",), id=f"r_{n}", entity_id=f"e_{n}", inspected_on=day
        )
    for n in numbers:
        yield a_public_step(id=f"f_{n}", result_id=f"r_{n}", due_on=date(2025, 7, 1))


def _publish(register: sa.Engine, records: Iterator[Record]) -> None:
    with open_pen(register, now=NOW) as pen:
        for record in records:
            pen.append(record)


def test_a_narrow_question_costs_the_same_beside_ten_times_as_much(data: Path) -> None:
    settings = urls(data)[0]
    register = engine_for(settings.register_url)
    _publish(register, iter([a_public_agency()]))
    _publish(register, _parties(range(150)))
    few = _costs(settings)
    for start in range(150, 1500, 450):
        _publish(register, _parties(range(start, start + 450)))
    register.dispose()

    many = _costs(settings)

    assert {each: cost for each, cost in many.items() if cost > few[each] + 300} == {}
    assert min(few.values()) > 0


def _costs(settings: Any) -> dict[str, int]:
    """Return the steps of SQLite's machine that each question takes."""
    app, steps = create_app(settings), [0]

    def count() -> int:
        steps[0] += 1
        return 0

    with app.app_context():
        engine = db.engine
        engine.dispose()

        @sa.event.listens_for(engine, "connect")
        def listen(connection: Any, record: object) -> None:
            del record
            connection.set_progress_handler(count, 1)

    client, found = app.test_client(), {}
    for each in NARROW:
        client.get(f"/api/v1/{each}")
        before = steps[0]
        assert client.get(f"/api/v1/{each}", headers={"Accept": "*/*, x-once/1"}).status_code == 200
        found[each] = steps[0] - before
    engine.dispose()
    return found
