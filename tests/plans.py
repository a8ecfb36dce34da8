"""What a statement costs as the database plans it: tables read whole, and sorts that no index spares."""

from collections.abc import Container, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

#: On a few rows PostgreSQL reads everything and sorts, indexed or not: it is asked what it does where it need not.
_ONLY_BY_INDEX = ("enable_seqscan", "enable_bitmapscan", "enable_sort", "enable_mergejoin")


@contextmanager
def recorded(engine: sa.Engine) -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements that are asked meanwhile, each with its parameters, or the first of many."""
    found: list[tuple[str, Any]] = []

    def note(*event: Any) -> None:
        _, _, statement, parameters, _, many = event
        found.append((statement, parameters[0] if many and parameters else parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def costly(
    connection: sa.Connection, statement: str, parameters: Any, small: Container[str]
) -> set[str]:
    """Return the steps that read a whole table, but for those in `small`, or that sort."""
    if connection.dialect.name == "postgresql":
        return set(_postgresql(connection, statement, parameters, small))
    return set(_sqlite(connection, statement, parameters, small))


def _sqlite(
    connection: sa.Connection, statement: str, parameters: Any, small: Container[str]
) -> Iterator[str]:
    for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
        detail = str(step[3])
        scanned = detail.removeprefix("SCAN ").split(" ")[0]
        if detail.startswith("SCAN") and "INDEX" not in detail and scanned not in small:
            yield detail
        if "TEMP B-TREE FOR ORDER BY" in detail:
            yield detail


def _postgresql(
    connection: sa.Connection, statement: str, parameters: Any, small: Container[str]
) -> Iterator[str]:
    for name in _ONLY_BY_INDEX:
        connection.exec_driver_sql(f"SET LOCAL {name} = off")
    ((found,),) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
    for node in _nodes(found[0]["Plan"]):
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] not in small:
            yield f"Seq Scan {node['Relation Name']} {node.get('Filter', '')}"
        #: An incremental one sorts among what an index keeps in order: the tasks of one plan.
        if node["Node Type"] == "Sort":
            yield f"Sort {node['Sort Key']}"


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes(each)
