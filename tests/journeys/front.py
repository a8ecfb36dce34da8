"""Site, downloads and a real nginx in front, with the configuration that `portal-site config nginx` prints."""

import http.client
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.processes import BIN, environment, free_port, running, wait_for

_WRAPPER = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 2;
events {{ worker_connections 4096; }}
http {{ include /etc/nginx/mime.types; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
include {folder}/mingcha.conf; }}
"""


@dataclass(frozen=True)
class Front:
    """A site behind nginx: the port readers use, the data folder, and the servers."""

    port: int
    data: Path
    site: subprocess.Popen[str]
    downloads: subprocess.Popen[str]
    nginx: subprocess.Popen[str]

    def ask(
        self, path: str, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers (names in lower case) and body of one answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return (
                answer.status,
                {k.lower(): v for k, v in answer.getheaders()},
                answer.read(),
            )
        finally:
            connection.close()


@contextmanager
def served(data: Path, folder: Path, rate: int = 5000) -> Iterator[Front]:
    """Run site, downloads and nginx over the stores of `data`, on free ports; `rate` as nginx counts readers."""
    assert shutil.which("nginx"), "nginx is missing: make test installs it"
    site_port, downloads_port, port = free_port(), free_port(), free_port()
    env = environment(
        data,
        PORT=str(site_port),
        DOWNLOADS_PORT=str(downloads_port),
        PORTAL_SITE_URL=f"http://127.0.0.1:{port}",
        PORTAL_ACCESS_LOG=str(folder / "access.log"),
    )
    made = subprocess.run(
        [BIN / "portal-site", "config", "nginx", "--rate", str(rate)],
        env=env, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    (folder / "mingcha.conf").write_text(
        made.replace("/var/cache/nginx/mingcha", str(folder / "cache")), "utf-8"
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(user + _WRAPPER.format(folder=folder), "utf-8")
    with ExitStack() as open_:
        program = str(BIN / "portal-site")
        site = open_.enter_context(running([program, "serve"], env))
        downloads = open_.enter_context(running([program, "serve", "--downloads"], env))
        for each in (site_port, downloads_port):
            wait_for(f"http://127.0.0.1:{each}/readyz")
        nginx = open_.enter_context(running(["nginx", "-c", str(folder / "nginx.conf")], env))
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield Front(port, data, site, downloads, nginx)
