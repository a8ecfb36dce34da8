"""``python -m tests.postgres COMMAND …``: run a command beside a private PostgreSQL that lives as long as it.

The server listens on a Unix socket in a temporary folder, belongs to nobody else, and forgets to sync:
it is thrown away. The command finds it in TEST_POSTGRES.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

_PORT = "5499"


def main(command: list[str]) -> int:
    """Return the exit status of `command`; 1 when no server can be had."""
    programs = _programs()
    if programs is None:
        sys.stderr.write("PostgreSQL is missing: install the package postgresql\n")
        return 1
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as name:
        folder = Path(name)
        server = _start(programs, folder)
        try:
            _wait(programs, folder, server)
            address = f"postgresql+psycopg://postgres@/?host={quote(name)}&port={_PORT}"
            return subprocess.run(
                command, env=os.environ | {"TEST_POSTGRES": address}, check=False
            ).returncode
        finally:
            server.terminate()
            server.wait()


def _programs() -> Path | None:
    """Return the folder of initdb and postgres, newest version first."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "postgres").exists()), None)


def _start(programs: Path, folder: Path) -> subprocess.Popen[bytes]:
    #: The server refuses to run as root.
    owner = "postgres" if os.geteuid() == 0 else None
    if owner:
        os.chown(folder, pwd.getpwnam(owner).pw_uid, -1)
    data = folder / "data"
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust"],
        user=owner, check=True, stdout=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    settings = (
        "listen_addresses=", f"unix_socket_directories={folder}", "fsync=off", "full_page_writes=off",
        "synchronous_commit=off", "max_connections=200", "log_min_messages=fatal",
    )  # fmt: skip
    return subprocess.Popen(
        [programs / "postgres", "-D", data, "-p", _PORT, *(f"-c{each}" for each in settings)],
        user=owner, cwd="/", stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _wait(programs: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    ready = [str(programs / "pg_isready"), "-q", "-h", str(folder), "-p", _PORT]
    while subprocess.run(ready, check=False).returncode != 0:
        if server.poll() is not None:
            raise RuntimeError("the private PostgreSQL did not start")
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
