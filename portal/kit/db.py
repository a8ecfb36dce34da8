"""Stores: one Flask-SQLAlchemy object, three databases, and the rules each connection obeys.

The register is the default bind; `letterbox` and `internal` are named ones. The public app does
not configure `internal`, so nothing there can reach it.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session

from portal.kit import held, in_place

LETTERBOX = "letterbox"
INTERNAL = "internal"

#: Any number will do, as long as every writer of one store asks for the same.
ADVISORY_LOCK = 7_310_221

Asking = sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]]

#: Seconds that one who writes to SQLite waits for another who does.
PATIENCE = 30
#: Seconds after which a connection to a file of SQLite is made anew at its next use, one that writes and one that only
#: reads: it goes by the structure, and the pages, that it has read once, also when somebody puts back what they changed,
#: with the mark by which it is noticed. Who writes must know; a site that began anew so often would show it.
_WRITES, _READS = 2, 60
#: Pages of a writer's transaction stay in memory, up to 64 MiB: with SQLite's two, each page of a large index
#: is written to the log and read again for nearly every record.
_ROOM = "PRAGMA cache_size = -65536"


class Model(DeclarativeBase):
    """Base of every table."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Model)

if TYPE_CHECKING:
    #: Flask-SQLAlchemy makes the real base at run time; mypy is told the plain one.
    Table = Model
else:
    Table = db.Model


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An instant: aware in Python, stored in UTC."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Store as UTC without an offset; a naive value is a programming error."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give back the offset."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


def read_only(url: str) -> str:
    """Return the URL that opens the same store for reading only, where the URL can say so.

    On SQLite the file is opened with ``mode=ro``. On PostgreSQL every transaction is made read
    only; the account decides all the same: give the public side one that may only SELECT.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        given = parsed.query.get("options", "")
        options = f"{given} -c default_transaction_read_only=on".strip()
        return parsed.update_query_dict({"options": options}).render_as_string(hide_password=False)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return url
    return f"sqlite:///file:{quote(str(Path(parsed.database).resolve()))}?mode=ro&uri=true"


def options(url: str) -> dict[str, Any]:
    """Return the engine options for `url`: values of a failed statement never reach a log."""
    parsed = make_url(url)
    found: dict[str, Any] = {"url": parsed, "hide_parameters": True}
    if parsed.get_backend_name() != "sqlite":
        return found | {"pool_pre_ping": True}
    if parsed.database and parsed.database != ":memory:":
        found["pool_recycle"] = _READS
        if "uri" not in parsed.query:
            found["pool_recycle"] = _WRITES
            #: Relative to where we were started, never to some library's idea of a folder.
            found["url"] = parsed.set(database=str(Path(parsed.database).resolve()))
    return found


def engine_for(url: str) -> sa.Engine:
    """Open a store outside an app: migrations, tests, benchmarks."""
    return sa.create_engine(**options(url))


def make_folder(url: str) -> None:
    """Make the folder of an SQLite file; other URLs need none."""
    path = file_of(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)


def file_of(url: str) -> Path | None:
    """Return the file of an SQLite store, None for other databases."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)


def pragma(engine: sa.Engine, statement: str) -> None:
    """Run one PRAGMA on an SQLite store, outside any transaction; nothing on other databases."""
    if engine.dialect.name == "sqlite":
        try:
            with closing(engine.raw_connection()) as raw:
                raw.cursor().execute(f"PRAGMA {statement}").fetchall()
        except sqlite3.OperationalError as error:
            #: As from any other way to the store: who tells people why knows these alone.
            raise sa.exc.OperationalError(statement, None, error) from None


def snapshot(engine: sa.Engine) -> Session:
    """Open a session that sees one state of a store for as long as it lives; SQLite gives that by itself."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    return Session(engine)


@contextmanager
def write_lock(engine: sa.Engine) -> Iterator[Session]:
    """Open the one write transaction a store allows at a time; commit it, or undo it all.

    Serials taken inside commit in their own order, because nobody else can take one meanwhile:
    SQLite by BEGIN IMMEDIATE, PostgreSQL by an advisory lock held to the end.
    """
    with Session(engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")) as session:
        with session.begin():
            connection = session.connection()
            if engine.dialect.name == "sqlite":
                in_place.require(connection)
                connection.exec_driver_sql(_ROOM)
                yield session
                return
            session.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))
            with held.by(connection):
                yield session


@sa.event.listens_for(sa.Engine, "connect")
def _on_connect(connection: Any, record: Any) -> None:  # noqa: ANN401
    """Set what each SQLite connection must have; the defaults depend on how SQLite was built."""
    #: A copy may lie in any other database.
    if type(connection).__module__.startswith("psycopg"):
        _look_up_plainly(connection)
    if type(connection).__module__ != "sqlite3":
        return
    #: We say BEGIN ourselves (below); the driver would otherwise start late and never IMMEDIATE.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
    cursor.execute("PRAGMA foreign_keys = ON")
    #: Without it a deleted text stays readable in the file's free pages.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()
    in_place.note(connection, record)


def _look_up_plainly(connection: Any) -> None:  # noqa: ANN401
    """Have PostgreSQL look names up as it does by itself, its own catalogs and types first.

    The owner of a database may set otherwise for whoever connects to it: a table of one's own called pg_trigger then says
    that there is no trigger, and a type of one's own called text cuts short what is looked for.
    """
    ((path,),) = connection.execute("SHOW search_path").fetchall()
    if "pg_catalog" in path.lower():
        connection.execute('SET search_path = "$user", public')
    connection.commit()


@sa.event.listens_for(sa.Engine, "begin")
def _on_begin(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def among(
    session: Session, column: InstrumentedAttribute[Any], values: Iterable[str]
) -> sa.ColumnElement[bool]:
    """Return the condition that `column` is one of `values`, handed over as one parameter.

    A thousand parameters make a thousand-fold longer statement, new to the database every time.
    """
    dialect = session.get_bind(clause=sa.select(column)).dialect.name
    return in_packed(column, sa.bindparam(None, packed(values, dialect), unique=True), dialect)


def in_packed(
    column: sa.ColumnElement[Any] | InstrumentedAttribute[Any],
    parameter: sa.BindParameter[Any],
    dialect: str,
) -> sa.ColumnElement[bool]:
    """Return the condition that `column` is one of the values that `parameter` holds `packed`.

    A statement of it is the same however many values there are: it can be made once and kept.
    """
    if dialect != "sqlite":
        return column == sa.any_(sa.type_coerce(parameter, postgresql.ARRAY(sa.Text)))
    return column.in_(sa.select(_unpacked(parameter)))


def whole(session: Session, statement: Asking) -> list[Sequence[Any]]:
    """Return all rows of a statement whose columns are texts, whole numbers and days, in no order.

    Days are texts on SQLite and days on PostgreSQL.
    """
    dialect = session.get_bind().dialect.name
    return gathered(session.connection().execute(together(statement, dialect)), dialect)


def together(statement: Asking, dialect: str, names: Sequence[str] | None = None) -> Asking:
    """Return the statement whose result `gathered` reads; `names` of its columns spare looking for them each time.

    SQLite gives all rows as one: Python's driver lets go of the interpreter for each row, and gets it back
    behind whatever other thread has taken it, which a page of a thousand rows would do a thousand times.
    """
    if dialect != "sqlite":
        return statement
    if names is not None:
        each: sa.ColumnElement[str] = sa.literal_column(
            f"json_group_array(json_array({', '.join(names)}))"
        )
        return sa.select(each).select_from(statement.subquery())
    return sa.select(sa.func.json_group_array(sa.func.json_array(*statement.subquery().c)))


def gathered(result: sa.Result[*tuple[Any, ...]], dialect: str) -> list[Sequence[Any]]:
    """Return the rows that a statement of `together` found."""
    if dialect != "sqlite":
        return list(result)
    found: list[Sequence[Any]] = msgspec.json.decode(result.scalar_one())
    return found


def packed(values: Iterable[str], dialect: str) -> list[str] | str:
    """Return several values as one parameter for `in_packed`."""
    return list(values) if dialect != "sqlite" else msgspec.json.encode(list(values)).decode()


def each_of(session: Session, values: Iterable[str]) -> sa.ColumnElement[str]:
    """Return the column of a table of these values, handed over as one parameter."""
    if session.get_bind().dialect.name != "sqlite":
        array = sa.literal(list(values), postgresql.ARRAY(sa.Text))
        return sa.func.unnest(array).column_valued("value")
    return _unpacked(sa.literal(packed(values, "sqlite")))


def _unpacked(parameter: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    each = sa.func.json_each(parameter).table_valued(sa.column("value", sa.String))
    return each.c.value
