"""The command that recomputes a draw: one line, offline, without settings."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.domain.sortition.outcome import compute
from portal.public.cli import main
from tests.domain.sortition import appendix


def _run(path: Path) -> Result:
    return CliRunner().invoke(main, ["recompute", str(path)])


def test_a_good_package_prints_its_outcome_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "package.json"
    path.write_text(json.dumps(appendix.package()), "utf-8")

    done = _run(path)

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout_bytes == compute(appendix.package()).written() + b"\n"


def test_a_forged_package_prints_the_code_of_the_rule_it_breaks(tmp_path: Path) -> None:
    path = tmp_path / "package.json"
    path.write_text(
        json.dumps(appendix.package() | {"claimed": {"result_hash": "0" * 64}}), "utf-8"
    )

    done = _run(path)

    assert (done.exit_code, done.stdout, done.stderr) == (1, '{"error":"E_RESULT"}\n', "")


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_what_cannot_be_read_is_told_beside_the_output(tmp_path: Path, name: str) -> None:
    done = _run(tmp_path / name)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"文件 {tmp_path / name} 无法读取\n"


@pytest.mark.slow
def test_neither_settings_nor_stores_nor_a_network_are_needed(tmp_path: Path) -> None:
    path = tmp_path / "package.json"
    path.write_text(json.dumps(appendix.package()), "utf-8")
    barred = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise RuntimeError('network')\n"
        "socket.socket.connect = refuse\n"
        "from portal.public.cli import main\n"
        f"main(['recompute', {str(path)!r}])"
    )
    environment = {"PATH": os.environ["PATH"], "PORTAL_UNKNOWN": "x", "LC_ALL": "C"}

    done = subprocess.run(
        [sys.executable, "-c", barred], cwd=tmp_path, capture_output=True, check=False, timeout=60,
        env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == compute(appendix.package()).written() + b"\n"
    assert [each.name for each in tmp_path.iterdir()] == ["package.json"]
