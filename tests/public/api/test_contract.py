"""The whole description held against the real site, by a judge of its own, with the demonstration loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.processes import BIN, environment, free_port, running, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]


def test_the_site_keeps_what_the_description_promises(demo: Path, tmp_path: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    server = [
        sys.executable, "-m", "gunicorn", "portal.public.app:create_app()", "--bind", f"127.0.0.1:{port}",
        "--worker-class", "gthread", "--threads", "4", "--no-control-socket", "--log-level", "critical",
    ]  # fmt: skip
    with running(server, environment(demo, PORTAL_SITE_URL=address)):
        wait_for(f"{address}/healthz")
        run = subprocess.run(
            [
                str(BIN / "schemathesis"), "run", f"{address}/api/v1/openapi.json", "--checks", "all",
                "--phases", "examples,coverage,stateful", "--max-examples", "5", "--workers", "2",
                "--continue-on-failure", "--no-color", "--seed", "1",
            ],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert run.returncode == 0, run.stdout.partition("= FAILURES =")[2][:6000] or run.stdout
