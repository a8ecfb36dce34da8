"""The whole description held against the real site, by a judge of its own, with the demonstration loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.processes import free_port, serving

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]


def test_the_site_keeps_what_the_description_promises(demo: Path, tmp_path: Path) -> None:
    port = free_port()
    with serving(demo, port):
        run = subprocess.run(
            [
                sys.executable, "-m", "schemathesis.cli", "run", f"http://127.0.0.1:{port}/api/v1/openapi.json",
                "--checks", "all", "--phases", "examples,coverage,stateful", "--max-examples", "5",
                "--workers", "2", "--no-color",
            ],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert run.returncode == 0, run.stdout[-6000:]
