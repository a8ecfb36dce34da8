"""The CSV lines of a selection, put together by the database from what was made at publication."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit.db import among
from portal.register.columns.lines import MARK, mark
from portal.register.columns.rows import Reader, Stored
from portal.register.selecting.model import Around, Selection
from portal.register.selecting.statement import Compiled

_CHUNK = 1_000
_END = "\r\n"


def streamed(
    session: Session, selection: Selection, reader: Reader, around: Around
) -> Iterator[str] | None:
    """Yield the CSV of a selection, some thousand rows at a time, in the order of its walk.

    None where lines alone cannot answer: for a past day, for rows inside others, or where a
    condition has to be tested row by row.
    """
    if selection.as_of is not None or reader.dataset.inside is not None:
        return None
    compiled = Compiled(selection, around)
    if compiled.tests or compiled.way.direct:
        return None
    return _chunks(session, compiled, reader)


def _chunks(session: Session, compiled: Compiled, reader: Reader) -> Iterator[str]:
    table: Any = compiled.listing.table
    made = sa.func.substr(table.line, 1, MARK) == mark(reader.dataset.word)
    query = sa.select(
        sa.case((made, _whole(session, table, reader))),
        sa.case((made, None), else_=table.public_id),
    ).where(*compiled.conditions.values())
    bare = session.get_bind().dialect.name == "sqlite"
    result: Any = session.connection().execute(
        compiled.way.order.behind(query, None), execution_options={"stream_results": not bare}
    )
    with result:
        #: SQLite streams by itself: bare tuples, as the library's rows take as long as the reading.
        take = result.cursor.fetchmany if bare else result.fetchmany
        while rows := take(_CHUNK):
            absent = [public_id for _, public_id in rows if public_id is not None]
            if absent:
                late = _late(session, table, reader, absent)
                yield "".join(late[public_id] if line is None else line for line, public_id in rows)
            else:
                yield "".join([line for line, _ in rows])


def _whole(session: Session, table: Any, reader: Reader) -> Any:  # noqa: ANN401 - tables and SQL of any dataset
    """Return the SQL of a whole line."""
    text: Any = table.public_id
    if reader.page is not None:
        before, after = reader.page
        text = text + f",{before}" + table.public_id + f"{after},"
    else:
        text = text + ","
    text = text + sa.func.substr(table.line, MARK + 1)
    for column in (table.version, table.serial):
        text = text + "," + sa.cast(column, sa.String)
    return text + "," + _written(session, table.published_on) + _END


def _written(session: Session, day: Any) -> Any:  # noqa: ANN401 - as above
    """Return the SQL of a day as text: PostgreSQL casts it as the owner of a database sets for whoever connects."""
    if session.get_bind().dialect.name == "postgresql":
        return sa.func.to_char(day, "YYYY-MM-DD")
    return sa.cast(day, sa.String)


def _late(session: Session, table: Any, reader: Reader, ids: list[str]) -> dict[str, str]:  # noqa: ANN401
    """Make the lines of rows that have none, or one of an older release."""
    rows = session.execute(
        sa.select(
            table.public_id, table.serial, table.version, table.published_on, table.body
        ).where(among(session, table.public_id, ids))
    )
    found = {}
    for public_id, serial, version, day, body in rows:
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator=_END)
        stored = Stored(public_id, serial, version, str(day), body)
        writer.writerows(map(reader.cells, reader.rows(stored)))
        found[public_id] = buffer.getvalue()
    return found
