"""No number in any list that feeds walk tells what a withdrawn record said."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.airlock.publish import withdraw
from portal.kit import migrate
from portal.kit.db import engine_for
from portal.register import purging
from portal.register.layout import LAYOUTS
from portal.register.records import Kind, PublicFinding, PublicResult
from portal.register.writer import open_pen
from tests import stage
from tests.register.makers import a_public_agency, a_public_entity, a_public_result

NOW = datetime(2025, 6, 2, tzinfo=UTC)
#: Lists that records leave, and how they were numbered once.
_FORGETTING = "scope LIKE '%:%' AND scope NOT LIKE 'a:%' OR scope = 'problems'"

#: Tables from which no row goes with a record.
_STAY = {
    "alembic_version",
    "change",
    "checkpoint",
    "digest",
    "epoch",
    "leaf",
    "log_key",
    "purge",
    "restoration",
    "retirement",
    "tally",
    "tile",
}


def _tell(register: sa.Engine, withdrawn: PublicResult) -> None:
    """Publish a check between others, withdraw it, and publish one more."""
    with open_pen(register, now=NOW) as pen:
        pen.append(a_public_agency())
        for number in (1, 2):
            pen.append(a_public_entity(id=f"e_{number}", name=f"示例市第{number}公司"))
        for each in (a_public_result(id="r_2"), withdrawn, _check("r_3", 1), _check("r_4", 2)):
            pen.append(each)
    withdraw(register, Kind.RESULT, [withdrawn.id], now=NOW + timedelta(days=1))
    with open_pen(register, now=NOW + timedelta(days=2)) as pen:
        pen.append(_check("r_5", 1))


def _check(public_id: str, number: int, outcome: str = "ordered_to_rectify") -> PublicResult:
    finding = PublicFinding(item_name=f"第{number}项", outcomes=(outcome,), item_id=f"i_{number}")
    return a_public_result(id=public_id, entity_id=f"e_{number}", findings=(finding,))


def _events(register: sa.Engine) -> list[str]:
    with register.connect() as connection:
        query = sa.text("SELECT scope, position, serial, kind, event FROM event ORDER BY 1, 2")
        return [repr(tuple(row)) for row in connection.execute(query)]


def test_the_lists_do_not_tell_whom_a_withdrawn_check_was_about_nor_what_it_found(
    migrated: Path, tmp_path: Path
) -> None:
    """Two registers that differ in it alone: its party, its item, its outcome; whoever has a copy of either reads one thing."""
    told = []
    for number, outcome in ((1, "ordered_to_rectify"), (2, "no_problem")):
        register = stage.register_alone(stage.copy(migrated, tmp_path / str(number)))
        _tell(register, _check("r_1", number, outcome))
        told.append(_events(register))
        register.dispose()

    assert told[0] == told[1]


@pytest.mark.sqlite
def test_no_table_keeps_the_numbers_of_rows_that_went_with_it(
    migrated_register: sa.Engine,
) -> None:
    """SQLite keeps the numbers of rows when it writes its file anew: how many are missing is how much a record had."""
    query = sa.text(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND rtrim(sql, char(10)) NOT LIKE '%WITHOUT ROWID'"
    )
    with migrated_register.connect() as connection:
        numbered = set(connection.scalars(query))

    #: The log names every row that is missing here: one for each record, one for each version of it that stood.
    assert numbered == {each.table.__tablename__ for each in LAYOUTS.values()} | {"version"} | _STAY


def test_a_register_that_numbered_them_is_upgraded_and_written_anew(
    data: Path, migrated_register: sa.Engine
) -> None:
    _tell(migrated_register, _check("r_1", 1))
    purging.note(migrated_register, purging.owed(migrated_register))
    after = _events(migrated_register)
    url = stage.urls(data)[0].register_url
    migrated_register.dispose()
    migrate.downgrade("register", url, "0018")
    register = engine_for(url)
    rank = "(SELECT count(*) FROM event AS own WHERE own.scope = event.scope AND own.serial <= event.serial)"
    with register.begin() as connection:
        connection.execute(sa.text(f"UPDATE event SET position = -{rank} WHERE {_FORGETTING}"))
        connection.execute(sa.text("UPDATE event SET position = -position WHERE position < 0"))
    assert _events(register) != after
    register.dispose()

    migrate.upgrade("register", url)

    register = engine_for(url)
    assert _events(register) == after
    assert purging.owed(register) > 0
    register.dispose()


def test_a_register_that_kept_the_region_of_a_party_that_is_gone_is_upgraded_and_written_anew(
    data: Path, migrated_register: sa.Engine
) -> None:
    with open_pen(migrated_register, now=NOW) as pen:
        pen.append(a_public_agency())
        for number in (1, 2):
            pen.append(a_public_entity(id=f"e_{number}", name=f"第{number}公司", region="990100"))
    withdraw(migrated_register, Kind.ENTITY, ["e_2"], now=NOW + timedelta(days=1))
    purging.note(migrated_register, purging.owed(migrated_register))
    after = _events(migrated_register)
    assert any("'g:" in each and "'entity'" in each for each in after)
    url = stage.urls(data)[0].register_url
    migrated_register.dispose()
    migrate.downgrade("register", url, "0022")
    register = engine_for(url)
    with register.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO event (scope, position, serial, kind, event) SELECT 'g:990100', serial, serial, kind, event"
                " FROM event WHERE scope = '' AND kind = 'entity' AND event IN ('gone', 'withdrawn')"
            )
        )
    assert len(_events(register)) == len(after) + 2
    register.dispose()

    migrate.upgrade("register", url)

    register = engine_for(url)
    assert _events(register) == after
    assert purging.owed(register) > 0
    register.dispose()
