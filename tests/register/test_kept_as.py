"""A value that SQLite keeps as another kind than was declared is found, though it compares as equal to the right one."""

import pytest
import sqlalchemy as sa

from tests.register.test_served import _faults, register

__all__ = ["register"]

pytestmark = pytest.mark.sqlite


def _as_declared(table: str, was: str, becomes: str) -> tuple[str, ...]:
    return (
        "PRAGMA writable_schema = ON",
        f"UPDATE sqlite_master SET sql = replace(sql, '{was}', '{becomes}') WHERE name = '{table}'",
        "PRAGMA writable_schema = RESET",
    )


@pytest.mark.parametrize(
    ("table", "declared"),
    [("event", "serial INTEGER"), ("event", "position INTEGER"), ("tally", "count INTEGER")],
)
def test_a_whole_number_kept_with_a_point_is_told(
    register: sa.Engine, table: str, declared: str
) -> None:
    """Pages that count with it broke, or showed it so."""
    name = declared.partition(" ")[0]
    found = _faults(
        register,
        *_as_declared(table, declared, f"{name} BLOB"),
        f"UPDATE {table} SET {name} = CAST({name} AS REAL)",
        *_as_declared(table, f"{name} BLOB", declared),
    )
    assert found == [f"{table}：有值的存储类型与所定的列类型不符"]


def test_a_text_kept_as_bytes_is_told(register: sa.Engine) -> None:
    """No answer could be written that says it."""
    found = _faults(register, "UPDATE epoch SET value = CAST(value AS BLOB)")
    assert found == ["epoch：有值的存储类型与所定的列类型不符"]
