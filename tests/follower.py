"""A server that follows the private PostgreSQL of the tests, made by pg_basebackup, that lives as long as its block."""

import secrets
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from tests import postgres, stage

_PORT = "5498"


@dataclass(frozen=True)
class Follower:
    """Where it listens; `data` is its directory."""

    folder: Path
    programs: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, theirs: str) -> str:
        """Return the address here of the database that `theirs` names on the server followed."""
        there = {"host": str(self.folder), "port": _PORT}
        return make_url(theirs).update_query_dict(there).render_as_string(hide_password=False)

    def do(self, statement: str) -> object:
        """Run a statement as its superuser, and return the one value it gives."""
        assert stage.POSTGRES
        engine = sa.create_engine(self.url(stage.POSTGRES), poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")  # fmt: skip
        try:
            with engine.connect() as connection:
                return connection.exec_driver_sql(statement).scalar()
        finally:
            engine.dispose()


@contextmanager
def following(*settings: str) -> Iterator[Follower]:
    """Copy the server that TEST_POSTGRES names, and follow it with `settings` (``name=value``)."""
    assert stage.POSTGRES
    programs = postgres.programs()
    assert programs
    theirs = make_url(stage.POSTGRES).query
    slot = f"f{secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory(prefix="pf-", dir=postgres.place()) as name:
        made = Follower(Path(name), programs)
        postgres.hand_over(made.folder)
        subprocess.run(
            [programs / "pg_basebackup", "-h", str(theirs["host"]), "-p", str(theirs["port"]), "-U", "postgres",
             "-D", made.data, "-R", "-X", "stream", "-C", "-S", slot, "-c", "fast"],
            user=postgres.owner(), check=True, cwd="/", timeout=120,
        )  # fmt: skip
        server = postgres.start(programs, made.folder, _PORT, *settings)
        try:
            postgres.wait(programs, made.folder, server, _PORT)
            yield made
        finally:
            server.terminate()
            server.wait()
            _drop(slot)


def _drop(slot: str) -> None:
    """Give up the place kept for a follower in the log of the server followed: others want to purge."""
    engine = sa.create_engine(str(stage.POSTGRES), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_drop_replication_slot('{slot}')")
    engine.dispose()
