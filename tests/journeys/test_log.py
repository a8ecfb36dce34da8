"""The log across real commands: key, upgrade, two people who keep an eye on it."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit import migrate
from portal.kit.db import engine_for
from portal.register.tables.results import ResultRow
from tests import stage
from tests.conftest import Office
from tests.journeys.processes import (
    BIN,
    children_of,
    environment,
    free_port,
    get,
    running,
    wait_for,
)
from tests.journeys.processes import office as run
from tests.makers import RESULT_ROW
from tests.stage import urls

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]


def _verify_log(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN / "portal-site"), "verify-log", *words], env=environment(data),
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.fixture
def copied(demo: Path, tmp_path: Path) -> Iterator[Path]:
    """The demonstration's stores and key, to be damaged."""
    folder = stage.copy(demo, tmp_path / "data")
    yield folder
    stage.clear(folder)


def test_a_store_from_before_the_log_is_upgraded_and_signed_by_one_command(
    office: Office, data: Path
) -> None:
    """It holds what there was then: no letters, no draws that can be recomputed; some of it withdrawn."""
    office.put("results", RESULT_ROW, {**RESULT_ROW, "code": "JC-0002"})
    with Session(office.stores.register) as session:
        gone = session.scalars(sa.select(ResultRow.public_id)).first()
    run(data, "withdraw", "results", str(gone), "--by", "he", "--second", "an")
    office.stores.register.dispose()
    migrate.downgrade("register", urls(data)[0].register_url, "0001")
    for name in ("log.key", "log.head"):
        (data / name).unlink()
    before = _verify_log(data)

    run(data, "migrate")

    after = _verify_log(data)
    assert (before.returncode, after.returncode) == (1, 0), after.stderr
    assert "检查点 1 个" in after.stdout
    assert (data / "log.key").stat().st_mode & 0o777 == 0o600


def test_who_kept_a_checkpoint_elsewhere_notices_a_register_put_back(
    copied: Path, demo: Path
) -> None:
    assert _verify_log(copied, "--witness", str(copied / "seen")).returncode == 0
    engine = engine_for(urls(copied)[0].register_url)
    with engine.connect() as connection:
        public_id = connection.execute(sa.text("SELECT public_id FROM result LIMIT 1")).scalar_one()
    engine.dispose()
    run(copied, "withdraw", "results", public_id, "--by", "he", "--second", "an")
    assert _verify_log(copied, "--witness", str(copied / "seen")).returncode == 0
    stage.exchange(demo, copied, "register")

    alone = _verify_log(copied)
    witnessed = _verify_log(copied, "--witness", str(copied / "seen"))

    assert alone.returncode == 0
    assert witnessed.returncode == 1
    assert "见证文件中的检查点" in witnessed.stderr


def test_the_serving_site_is_not_told_where_the_key_lies(copied: Path) -> None:
    elsewhere = copied / "safe" / "log.key"
    elsewhere.parent.mkdir()
    (copied / "log.key").rename(elsewhere)
    port = free_port()
    env = environment(copied, PORT=str(port), PORTAL_LOG_KEY=str(elsewhere))

    with running([str(BIN / "portal-site"), "serve"], env) as process:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        told = [
            Path(f"/proc/{pid}/environ").read_bytes()
            for pid in (process.pid, *children_of(process.pid))
        ]
        status, note = get(f"http://127.0.0.1:{port}/log/checkpoint")

    assert [name for name in told if os.fsencode(elsewhere) in name] == []
    assert status == 200
    assert note.count("\n") == 8
