"""The process in which a file is opened: what it may take, how it ends, that nothing is left of it."""

import gc
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import portal
from portal.internal.sheets.doors import keeper
from portal.internal.sheets.limits import Limits
from tests.internal.door_makers import a_2003, a_file, opened, refusal

ROWS = 60_000
MEND = "请删除多余内容、拆分，或用表格软件另存为新的 .xlsx 后再导入"


@pytest.fixture(scope="module")
def long_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table that is not read in one go."""
    lines = "".join(f"{n},示例市第{n}家企业有限公司,未发现问题\n" for n in range(ROWS))
    return a_file(tmp_path_factory.mktemp("long") / "long.csv", lines)


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    gc.collect()
    before = open_files()
    yield
    gc.collect()
    assert children() == []
    #: What an earlier test left to the collector may close meanwhile; nothing of ours is open.
    assert open_files() - before == set()


def open_files() -> set[tuple[str, str]]:
    """Return number and target of everything that this process has open."""
    found = set()
    for link in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            found.add((link.name, str(link.readlink())))
    return found


def children() -> list[int]:
    """Return the processes we started that are not gone, dead ones nobody asked after included."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text()
        except OSError:
            continue
        if int(status.rpartition(")")[2].split()[1]) == os.getpid():
            found.append(int(folder.name))
    return found


def test_rows_come_while_the_file_is_still_being_read(long_csv: Path) -> None:
    source = opened(long_csv)

    first = next(source.rows)

    assert first == (1, ["0", "示例市第0家企业有限公司", "未发现问题"])
    assert len(children()) == 1
    assert sum(1 for _ in source.rows) == ROWS - 1
    assert children() == []
    assert list(source.rows) == []


def test_letting_go_of_a_table_ends_the_process(long_csv: Path) -> None:
    begun, unbegun = opened(long_csv), opened(long_csv)
    next(begun.rows)
    assert len(children()) == 2

    del begun, unbegun

    assert children() == []


def test_a_table_can_be_closed_before_its_end(long_csv: Path) -> None:
    source = opened(long_csv)
    next(source.rows)

    source.close()
    source.close()

    assert children() == []


def test_a_refusal_ends_the_process(tmp_path: Path) -> None:
    assert refusal(a_file(tmp_path / "a.csv", '1,"2\n')) == (
        "第 1 行附近不是合法的 CSV（引号不配对）；请检查引号，或另存为 .xlsx"
    )


def test_a_fault_of_the_file_is_told_after_the_rows_above_it(tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.csv", "1,2\n" * 3_000 + '3,"4\n')

    source = opened(path)

    assert [number for number, _ in zip(range(3_000), source.rows, strict=False)][-1] == 2_999
    source.close()


def test_a_process_that_wants_more_memory_than_the_limit_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    os.truncate(path, 60 * 2**20)

    assert refusal(path, limits=Limits(memory_mb=64)) == (f"读取所需内存超过上限 64 MB；{MEND}")


def test_a_process_that_works_longer_than_the_limit_is_ended(tmp_path: Path) -> None:
    path = a_2003(tmp_path / "a.xml", "<Row/>" * 5_000_000)

    told = refusal(path, limits=Limits(seconds=1))

    assert told == f"读取用时超过上限 1 秒（或内存不足）；{MEND}"


def test_a_process_that_falls_over_says_which_memory_it_had(
    long_csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "_MODULE", "portal.internal.sheets.doors.nowhere")

    assert refusal(long_csv) == (
        f"读取中途异常终止（内存上限 1024 MB）；文件可能已损坏或过大，{MEND}"
    )


def test_the_process_is_told_nothing_of_the_stores(
    long_csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_INTERNAL_URL", "postgresql://desk")
    source = opened(long_csv)
    [child] = children()

    environment = Path(f"/proc/{child}/environ").read_text()

    assert "PORTAL_" not in environment
    source.close()


def test_the_process_starts_soon(tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.csv", "1,2\n")
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        assert list(opened(path).rows) == [(1, ["1", "2"])]
        times.append(time.perf_counter() - begun)

    assert min(times) < 0.3


def test_an_installed_copy_opens_files_from_any_directory(tmp_path: Path) -> None:
    """The process imports the very package that started it, whatever lies in the directory."""
    source = Path(portal.__file__).parent
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    shutil.copytree(source, site / "portal", ignore=shutil.ignore_patterns("__pycache__"))
    elsewhere.mkdir()
    a_file(elsewhere / "msgspec.py", "raise RuntimeError('taken from the directory')")
    table = a_file(elsewhere / "a.csv", "1,2\n")
    probe = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from portal.internal.sheets import sources\n"
        "assert sources.__file__.startswith(sys.argv[1])\n"
        "print(list(sources.open_table(Path(sys.argv[2]), 'a', 'a').rows))\n"
    )

    done = subprocess.run(
        [sys.executable, "-P", "-W", "error::ResourceWarning", "-c", probe, str(site), str(table)],
        cwd=elsewhere,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.stderr == ""
    assert done.stdout == "[(1, ['1', '2'])]\n"


def test_the_end_of_the_program_is_the_end_of_the_process(long_csv: Path) -> None:
    probe = (
        "import sys\n"
        "from pathlib import Path\n"
        "from portal.internal.sheets.sources import open_table\n"
        "kept = open_table(Path(sys.argv[1]), 'a', 'a')\n"
        "print(next(kept.rows)[0])\n"
    )

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", probe, str(long_csv)],
        cwd=keeper._ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.stdout, done.stderr, done.returncode) == ("1\n", "", 0)
