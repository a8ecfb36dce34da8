"""A disk that is full: what cannot be written is refused whole, what can be read is served.

About SQLite, whose files lie on the disk that is filled; a full disk of PostgreSQL's stops the server itself.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.internal.desk import review
from portal.public.app import create_app
from portal.register.dumps import shelf
from portal.register.proofs.audit import audit
from portal.register.queries import changes
from tests import stage
from tests.conftest import NOW, Office
from tests.journeys.processes import BIN, environment
from tests.journeys.processes import office as run_office
from tests.makers import RESULT_ROW
from tests.stage import urls

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]


def approved(office: Office, begin: int, count: int) -> int:
    """File and approve results; return the number of their batch."""
    rows = [{**RESULT_ROW, "code": f"O-{begin + n:05d}"} for n in range(count)]
    batch = office.file("results", *rows).batch_id
    assert batch is not None
    review.approve(office.stores, batch, by="wu", now=NOW)
    return batch


def serial(office: Office) -> int:
    """Return how far the register is, after holding it against its log."""
    with Session(office.stores.register) as session:
        assert audit(session).faults == []
        return changes.serial(session)


@pytest.fixture
def data(furnished: Path, tmp_path: Path) -> Iterator[Path]:
    """A data folder on a disk of its own, of 48 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "none", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("needs an account that may mount a small disk")
    stage.copy(furnished, folder / "data")
    yield folder / "data"
    stage.clear(folder / "data")
    subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def _full(data: Path, room: int) -> Iterator[None]:
    """Leave `room` bytes on the disk."""
    ballast = data / "ballast"
    ballast.write_bytes(b"x" * (shutil.disk_usage(data).free - room))
    yield
    ballast.unlink()


@pytest.mark.parametrize("room", [0, 64 * 1024, 400 * 1024])
def test_on_a_full_disk_a_release_is_refused_whole_and_the_site_goes_on(
    office: Office, data: Path, room: int
) -> None:
    office.put("results", RESULT_ROW)
    batch = approved(office, 0, 400)
    before = serial(office)
    client = create_app(urls(data)[0]).test_client()

    with _full(data, room):
        refused = run_office(data, "release", str(batch), "--by", "he", check=False)
        shown = client.get("/results/").status_code
        assert serial(office) == before
    done = run_office(data, "release", str(batch), "--by", "he", "--json")

    assert (refused.returncode, refused.stdout, shown) == (1, "", 200)
    assert refused.stderr == (
        "存储无法读写（磁盘已满）；未完成的步骤没有生效，排除后再运行同一命令即可\n"
    )
    assert '"published": 400' in done.stdout
    assert serial(office) == before + 400


def test_on_a_full_disk_a_dump_is_refused_and_no_part_of_it_is_left(
    office: Office, data: Path
) -> None:
    office.put("results", RESULT_ROW)
    env = environment(data)
    argv = [str(BIN / "portal-site"), "dump"]

    with _full(data, 64 * 1024):
        refused = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
        left = [*(data / "dumps").rglob("*")] if (data / "dumps").exists() else []
    made = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)

    assert (refused.returncode, refused.stdout, "数据包未生成" in refused.stderr) == (1, "", True)
    assert {path.name for path in left if path.is_file()} <= {".lock"}
    assert made.returncode == 0
    assert len(shelf.on(data / "dumps")) == 1


def test_on_a_disk_that_cannot_be_written_a_release_is_refused_and_changes_nothing(
    office: Office, data: Path
) -> None:
    batch = approved(office, 0, 3)
    before = serial(office)
    for engine in (office.stores.internal, office.stores.register, office.stores.letterbox):
        engine.dispose()

    subprocess.run(["mount", "-o", "remount,ro", data.parent], check=True)
    refused = run_office(data, "release", str(batch), "--by", "he", check=False)
    subprocess.run(["mount", "-o", "remount,rw", data.parent], check=True)

    assert (refused.returncode, refused.stdout, "Traceback" in refused.stderr) == (1, "", False)
    assert serial(office) == before
    run_office(data, "release", str(batch), "--by", "he")
    assert serial(office) == before + 4
