"""``python -m tests.opensearch COMMAND …``: run a command beside a private OpenSearch that lives as long as it.

OPENSEARCH_HOME is the folder of an installed server (2.4 or later). It listens on a free port of this
machine only, has its configuration, files and logs in a temporary folder, and is not root. The command finds
its address in TEST_OPENSEARCH and its files in TEST_OPENSEARCH_FILES.
"""

import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

#: Seconds that it may take to start, and to stop.
_START, _STOP = 180, 30
_TAIL = 4000


def main(command: list[str]) -> int:
    """Return the exit status of `command`; 1 when no server can be had."""
    home = Path(os.environ.get("OPENSEARCH_HOME") or "/nowhere")
    if not (home / "bin" / "opensearch").exists():
        sys.stderr.write(
            "OpenSearch is missing, its engine was NOT tested: set OPENSEARCH_HOME to the folder of a server\n"
        )
        return 1
    with tempfile.TemporaryDirectory(prefix="opensearch-", dir="/tmp") as name:
        folder, port = Path(name), _free_port()
        server = _start(home, folder, port)
        try:
            _wait(server, folder, port)
            found = {
                "TEST_OPENSEARCH": f"opensearch://127.0.0.1:{port}",
                "TEST_OPENSEARCH_FILES": str(folder / "data"),
            }
            return subprocess.run(command, env=os.environ | found, check=False).returncode
        finally:
            _stop(server)


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def _start(home: Path, folder: Path, port: int) -> subprocess.Popen[bytes]:
    shutil.copytree(home / "config", folder / "config")
    for each in ("data", "logs", "tmp"):
        (folder / each).mkdir()
    settings = {
        "discovery.type": "single-node", "network.host": "127.0.0.1", "http.port": port,
        "transport.port": _free_port(), "path.data": folder / "data", "path.logs": folder / "logs",
        #: A full disk of the machine is none of the tests' business.
        "cluster.routing.allocation.disk.threshold_enabled": "false",
    }  # fmt: skip
    if (home / "plugins" / "opensearch-security").exists():
        settings["plugins.security.disabled"] = "true"
    #: The server refuses to run as root.
    owner = "nobody" if os.geteuid() == 0 else None
    if owner:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, pwd.getpwnam(owner).pw_uid, -1)
    with (folder / "logs" / "out").open("wb") as out:
        return subprocess.Popen(
            [home / "bin" / "opensearch", *(f"-E{name}={value}" for name, value in settings.items())],
            user=owner, cwd=folder, env=os.environ | _surroundings(home, folder),
            stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip


def _surroundings(home: Path, folder: Path) -> dict[str, str]:
    found = {
        "OPENSEARCH_PATH_CONF": str(folder / "config"),
        "OPENSEARCH_TMPDIR": str(folder / "tmp"),
        "OPENSEARCH_JAVA_OPTS": "-Xms1g -Xmx1g",
        "HOME": str(folder),
    }
    java = shutil.which("java")
    if java and not (home / "jdk").exists():
        found["OPENSEARCH_JAVA_HOME"] = str(Path(java).resolve().parents[1])
    return found


def _wait(server: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    until = time.monotonic() + _START
    while not _is_ready(port):
        if server.poll() is not None or time.monotonic() > until:
            told = (folder / "logs" / "out").read_text("utf-8", "replace")[-_TAIL:]
            raise RuntimeError(f"the private OpenSearch did not start:\n{told}")
        time.sleep(0.5)


def _is_ready(port: int) -> bool:
    address = f"http://127.0.0.1:{port}/_cluster/health"
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(json.load(answer)["status"] != "red")
    except (OSError, urllib.error.URLError):
        return False


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(_STOP)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
