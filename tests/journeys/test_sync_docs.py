"""The tutorial "keep a copy of everything" does what it says: each example is run as it stands."""

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from portal.kit.assets import asset
from tests.journeys.processes import BIN, environment, free_port, running, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

_BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _blocks(lang: str) -> list[tuple[str, str]]:
    text = (asset("templates") / "public" / "docs" / f"sync.{lang}.md").read_text("utf-8")
    return [(match[1], match[2]) for match in _BLOCK.finditer(text)]


def _without_remarks(blocks: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(kind, re.sub(r"  # .*", "", text)) for kind, text in blocks]


def test_both_languages_show_the_same_examples() -> None:
    assert _without_remarks(_blocks("zh")) == _without_remarks(_blocks("en"))
    assert [kind for kind, _ in _blocks("zh")] == ["sh", "sh", "python", "python", "sh"]


def test_every_example_works_as_it_stands(demo: Path, tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = environment(demo, PORT=str(port), PORTAL_SITE_URL=url, PORTAL_DUMPS=str(tmp_path / "d"))
    subprocess.run([str(BIN / "portal-site"), "dump"], env=env, check=True, timeout=120)
    work = tmp_path / "work"
    work.mkdir()
    commands = tmp_path / "bin"
    commands.mkdir()
    mirror = commands / "portal-mirror"
    mirror.write_text(
        f'#!/bin/sh\nexec {sys.executable} -c "from portal.mirror.cli import main; main()" "$@"\n'
    )
    mirror.chmod(0o755)
    reader = {
        "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}", "SITE": url,
        "PYTHONPATH": str(Path.cwd()), "LANG": "C.UTF-8",
    }  # fmt: skip

    told = []
    with running([str(BIN / "portal-site"), "serve"], env):
        wait_for(f"{url}/healthz")
        for number, (kind, text) in enumerate(_blocks("zh")):
            program = work / f"example-{number}"
            program.write_text(text, "utf-8")
            start = (
                ["bash", "-e", str(program)]
                if kind == "sh"
                else [sys.executable, str(program), url]
            )
            done = subprocess.run(
                start,
                cwd=work,
                env=reader,
                capture_output=True,
                text=True,
                check=False,
                timeout=200,
            )
            assert (done.returncode, done.stderr if kind == "python" else "") == (0, "")
            told.append(done.stdout)

    assert told[1] == "results.csv.gz True\nregister.sqlite True\n"
    assert int(told[2]) > 5000
    assert told[3] == "True\n"
    assert "in sync at" in told[4]
    assert "the copy is what was signed" in told[4]
    assert len(gzip.decompress((work / "results.csv.gz").read_bytes()).splitlines()) > 1000
