"""The command that recomputes a draw: one line, offline, without settings."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.domain.sortition.outcome import compute
from portal.domain.sortition.stated import Stated
from portal.public.cli import main
from tests.domain.sortition import appendix, statements
from tests.domain.sortition.whole import whole


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


def _beside(folder: Path, record: object) -> Result:
    """Recompute a package beside what was published of a draw."""
    package, published = folder / "package.json", folder / "record.json"
    package.write_text(json.dumps(whole()), "utf-8")
    published.write_bytes(record if isinstance(record, bytes) else json.dumps(record).encode())
    return CliRunner().invoke(main, ["recompute", str(package), "--record", str(published)])


def test_beside_its_record_a_package_is_compared_with_what_was_published(tmp_path: Path) -> None:
    found = compute(whole())
    said = statements.true(whole(), found)
    line = found.written() + b"\n"

    same = _beside(tmp_path, {"data": statements.record(said)})
    assert (same.exit_code, same.stdout_bytes) == (0, line)
    assert same.stderr.splitlines() == [
        "承诺：与公布的一致", "密封摘要：与公布的一致", "结果：与公布的一致", "替换：与公布的一致",
    ]  # fmt: skip

    other = _beside(tmp_path, {"data": statements.record(said._replace(sealed=statements.WRONG))})
    assert (other.exit_code, other.stdout_bytes) == (3, line)
    assert other.stderr.splitlines()[1] == "密封摘要：与公布的不一致"

    early = said._replace(nonce=None, result_hash=None, replacements=[])
    before = _beside(tmp_path, {"data": statements.record(early)})
    assert (before.exit_code, before.stdout_bytes) == (0, line)
    assert before.stderr.splitlines()[1:] == [
        f"{name}：没有公布，无从核对" for name in ("密封摘要", "结果", "替换")
    ]


@pytest.mark.parametrize(
    "record",
    [
        {}, [], {"data": {"id": "d_1"}}, {"data": {"sealed": "x"}},
        b"", b'{"data": {"commitment": "\xff"}}', b'{"data": {"x": ' + b"[" * 100_000,
        {"data": statements.record(Stated(None, None, "ab\n", None, []))},
    ],
)  # fmt: skip
def test_what_is_no_record_of_a_draw_is_told_before_anything_is_computed(
    tmp_path: Path, record: object
) -> None:
    done = _beside(tmp_path, record)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        f"文件 {tmp_path / 'record.json'} 不是抽取记录；请保存 /api/v1/draws/编号 的回答\n"
    )


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
