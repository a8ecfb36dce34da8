"""``python -m tests.postgres COMMAND …``: run a command beside a private PostgreSQL that lives as long as it.

The server listens on a Unix socket in a temporary folder, belongs to nobody else, and forgets to sync:
it is thrown away. Every test makes three databases of a thousand files, so the folder lies in memory where there is
room. The command finds the server in TEST_POSTGRES.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

_PORT = "5499"
_MEMORY = Path("/dev/shm")
_ROOM = 4 << 30


def main(command: list[str]) -> int:
    """Return the exit status of `command`; 1 when no server can be had."""
    found = programs()
    if found is None:
        sys.stderr.write("PostgreSQL is missing: install the package postgresql\n")
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="pg-", dir=place()) as name:
        folder = Path(name)
        make(found, folder)
        server = start(found, folder)
        try:
            wait(found, folder, server)
            environ = os.environ | {"TEST_POSTGRES": address(folder)}
            return subprocess.run(command, env=environ, check=False).returncode
        finally:
            #: At once, whoever is still connected: a test that was killed leaves its servers behind.
            server.send_signal(signal.SIGINT)
            server.wait()


def programs() -> Path | None:
    """Return the folder of initdb and postgres, newest version first."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "postgres").exists()), None)


def place() -> Path:
    """Return where the server's folder goes: a path short enough for a socket, in memory if that has four GiB free."""
    free = shutil.disk_usage(_MEMORY).free if _MEMORY.is_dir() else 0
    return _MEMORY if free >= _ROOM else Path("/tmp")


def address(folder: Path) -> str:
    """Return the URL of the server whose socket is in `folder`."""
    return f"postgresql+psycopg://postgres@/postgres?host={quote(str(folder))}&port={_PORT}"


def make(programs: Path, folder: Path) -> None:
    """Make an empty server in `folder`."""
    hand_over(folder)
    subprocess.run(
        [programs / "initdb", "-D", folder / "data", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust"],
        user=owner(), check=True, stdout=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip


def start(programs: Path, folder: Path, port: str = _PORT, *more: str) -> subprocess.Popen[bytes]:
    """Start the server in `folder`; `more` are settings of its own."""
    settings = (
        "listen_addresses=", f"unix_socket_directories={folder}", "fsync=off", "full_page_writes=off",
        "synchronous_commit=off", "max_connections=200", "log_min_messages=fatal", *more,
    )  # fmt: skip
    return subprocess.Popen(
        [programs / "postgres", "-D", folder / "data", "-p", port, *(f"-c{each}" for each in settings)],
        user=owner(), cwd="/", stderr=subprocess.DEVNULL,
    )  # fmt: skip


def hand_over(folder: Path) -> None:
    """Give `folder` to whose the server is."""
    if owner():
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)


def owner() -> str | None:
    """Return whose the server is: it refuses to run as root."""
    return "postgres" if os.geteuid() == 0 else None


def wait(programs: Path, folder: Path, server: subprocess.Popen[bytes], port: str = _PORT) -> None:
    """Wait until the server answers."""
    ready = [str(programs / "pg_isready"), "-q", "-h", str(folder), "-p", port]
    while subprocess.run(ready, check=False).returncode != 0:
        if server.poll() is not None:
            raise RuntimeError("the private PostgreSQL did not start")
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
