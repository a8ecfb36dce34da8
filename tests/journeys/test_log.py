"""The log across real commands: key, upgrade, two people who keep an eye on it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.kit import migrate
from portal.kit.db import engine_for
from tests.journeys.processes import (
    BIN,
    children_of,
    environment,
    free_port,
    get,
    office,
    running,
    wait_for,
)
from tests.stage import urls

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]


def _verify_log(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN / "portal-site"), "verify-log", *words], env=environment(data),
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.fixture
def copied(demo: Path, tmp_path: Path) -> Path:
    """The demonstration's stores and key, to be damaged."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("register.db", "internal.db", "letterbox.db", "log.key"):
        shutil.copy2(demo / name, folder / name)
    return folder


def test_a_store_from_before_the_log_is_upgraded_and_signed_by_one_command(copied: Path) -> None:
    migrate.downgrade("register", urls(copied)[0].register_url, "0001")
    (copied / "log.key").unlink()
    before = _verify_log(copied)

    office(copied, "migrate")

    after = _verify_log(copied)
    assert (before.returncode, after.returncode) == (1, 0), after.stderr
    assert "检查点 1 个" in after.stdout
    assert (copied / "log.key").stat().st_mode & 0o777 == 0o600


def test_who_kept_a_checkpoint_elsewhere_notices_a_register_put_back(copied: Path) -> None:
    old = copied / "register.old"
    shutil.copy2(copied / "register.db", old)
    assert _verify_log(copied, "--witness", str(copied / "seen")).returncode == 0
    engine = engine_for(urls(copied)[0].register_url)
    with engine.connect() as connection:
        public_id = connection.execute(sa.text("SELECT public_id FROM result LIMIT 1")).scalar_one()
    engine.dispose()
    office(copied, "withdraw", "results", public_id, "--by", "he", "--second", "an")
    assert _verify_log(copied, "--witness", str(copied / "seen")).returncode == 0
    for path in copied.glob("register.db*"):
        path.unlink()
    old.rename(copied / "register.db")

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
    assert note.count("\n") == 6
