"""The bytes of a store, read without harm to those who have it open."""

import subprocess
from pathlib import Path

import sqlalchemy as sa

from portal.kit.db import engine_for
from tests import stage


def raw_bytes(path: Path) -> bytes:
    """Return a file's bytes, read by another process.

    A process that closes any handle of an SQLite file loses its locks on it; the next one to close
    the store then cuts short what the first has mapped, which dies of it.
    """
    return subprocess.run(["cat", path], capture_output=True, check=True).stdout


def store_bytes(data: Path, store: str = "register") -> bytes:
    """Return what a store in `data` holds: the bytes of its files, or of every value in a PostgreSQL database."""
    if not stage.POSTGRES:
        found = sorted(data.glob(f"{store}.db*"))
        #: What `restore` put aside is for its operator to remove.
        return b"".join(raw_bytes(path) for path in found if ".replaced-" not in path.name)
    engine = engine_for(stage.url_of(data, store))
    values = []
    with engine.connect() as connection:
        for name in sa.inspect(connection).get_table_names():
            for row in connection.execute(sa.text(f'SELECT * FROM "{name}"')):
                values += [v if isinstance(v, bytes) else str(v).encode() for v in row]
    engine.dispose()
    return b"\0".join(values)
