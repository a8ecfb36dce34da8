"""A backup is whole or not there; restoring one loses nothing it holds and brings back nothing taken back since."""

import dataclasses
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.takings import NotRemembered
from portal.domain.errors import LogBroken
from portal.internal.desk import backup, release, restore, retract, review, scheduled
from portal.internal.desk.backup import BackupFailed, Urls
from portal.internal.desk.stores import Stores, open_stores
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.kit import copying, migrate
from portal.kit.db import engine_for
from portal.register.proofs.audit import audit
from portal.register.proofs.note import Checkpoint, Signer
from portal.register.queries import changes
from portal.register.records import Kind
from portal.register.tables.draws import DrawEntryRow
from portal.register.tables.results import ResultRow
from tests import stage
from tests.conftest import NOW, Office
from tests.journeys.processes import BIN, environment
from tests.makers import CREDIT_CODE, RESULT_ROW, Row
from tests.raw import store_bytes
from tests.stage import urls

SECOND = {**RESULT_ROW, "code": "JG-0002", "detail": "备份之后撤下的内容"}
THIRD = {**RESULT_ROW, "code": "JG-0003"}


def _urls(data: Path) -> Urls:
    settings, internal = urls(data)
    return Urls(settings.register_url, internal, settings.letterbox_url)


def _back_up(office: Office, data: Path, folder: Path, *, keep: int = 0, minute: int = 0) -> Path:
    now = NOW + timedelta(minutes=minute)
    return backup.make(office.stores, _urls(data), folder, release="0", now=now, keep=keep)


def _close(stores: Stores) -> None:
    for engine in (stores.internal, stores.register, stores.letterbox):
        engine.dispose()


def _restore(
    data: Path, made: Path, *, replacing: bool = True, last_head: str | None = None
) -> restore.Restored:
    settings, _ = urls(data)
    return restore.restore(
        settings, _urls(data), made, replacing=replacing, last_head=last_head, now=NOW
    )


def _shown(stores: Stores) -> set[str]:
    with Session(stores.register) as session:
        return set(session.scalars(sa.select(ResultRow.public_id)))


def _id_of(stores: Stores, code: str) -> str:
    query = sa.select(FilingRow.public_id).where(FilingRow.kind == "result")
    with Session(stores.internal) as session:
        return session.scalars(query.where(FilingRow.key.contains(code))).first() or ""


def _withdraw(stores: Stores, public_id: str) -> None:
    retract.retract(stores, Kind.RESULT, public_id, by="he", second="an", now=NOW)


def _epoch(stores: Stores) -> str | None:
    with Session(stores.register) as session:
        return changes.epoch(session)


def _faults(stores: Stores, witness: str | None = None) -> list[str]:
    with Session(stores.register) as session:
        return audit(session, witness=witness).faults


def _head(stores: Stores) -> str:
    with Session(stores.register) as session:
        head = audit(session).head
    assert head is not None
    return head


def _put(office: Office, *rows: Row) -> None:
    office.put("results", *rows, let_pass=True)


def test_what_was_withdrawn_or_hidden_since_the_backup_does_not_come_back(
    office: Office, data: Path, tmp_path: Path
) -> None:
    _put(office, RESULT_ROW, SECOND, THIRD)
    first, second, third = (_id_of(office.stores, code) for code in (str(RESULT_ROW["code"]), "JG-0002", "JG-0003"))  # fmt: skip
    made = _back_up(office, data, tmp_path / "backups")
    before, epoch, head = _shown(office.stores), _epoch(office.stores), _head(office.stores)
    _withdraw(office.stores, second)
    _put(office, {**THIRD, "disclosure": "不予公开", "ground": "商业秘密", "article": "第十五条",
        "decided_by": "示例市市场监督管理局", "decided_on": "2025-05-21", "review_on": "2026-05-20"})  # fmt: skip
    witness = _head(office.stores)
    _close(office.stores)

    done = _restore(data, made)

    stores = open_stores(*urls(data))
    assert before == {first, second, third}
    assert (_shown(stores), done.withdrawn >= 2) == ({first}, True)
    assert _epoch(stores) not in (None, epoch)
    assert _faults(stores) == []
    assert _faults(stores, head) == []
    assert done.lost_size == Checkpoint.of(witness).size
    assert Checkpoint.of(_head(stores)).restored is not None
    assert "备份之后撤下的内容".encode() not in store_bytes(data)
    _close(stores)


def test_the_log_says_what_became_of_a_head_that_was_lost(
    office: Office, data: Path, tmp_path: Path
) -> None:
    made = _back_up(office, data, tmp_path / "backups")
    _put(office, RESULT_ROW)
    witness = _head(office.stores)
    _close(office.stores)
    _restore(data, made)

    stores = open_stores(*urls(data))
    (told,) = _faults(stores, witness)
    assert "从备份恢复" in told
    assert "恢复说明第1号" in told
    _close(stores)

    #: The same old backup again: the first restoration is not forgotten, and a newer head is still explained.
    _restore(data, made)
    stores = open_stores(*urls(data))
    assert (Checkpoint.of(_head(stores)).restored or "").split()[0] == "2"
    (told,) = _faults(stores, witness)
    assert "恢复说明第1号" in told
    with stores.register.begin() as connection:
        connection.execute(sa.text("DELETE FROM restoration WHERE number = 1"))
    assert "恢复说明与最新检查点所签的不符" in _faults(stores)
    _close(stores)


def test_nothing_filed_before_can_be_released_past_the_list(
    office: Office, data: Path, tmp_path: Path
) -> None:
    batch = office.file("results", SECOND).batch_id
    made = _back_up(office, data, tmp_path / "backups")
    office.publish(batch, let_pass=True)
    _withdraw(office.stores, _id_of(office.stores, "JG-0002"))
    _close(office.stores)
    _restore(data, made)

    again = Office(open_stores(*urls(data)), tmp_path)
    again.publish(batch, let_pass=True)
    assert _shown(again.stores) == set()
    _close(again.stores)


def test_a_store_in_use_or_in_the_way_is_not_replaced(
    office: Office, data: Path, tmp_path: Path
) -> None:
    made = _back_up(office, data, tmp_path / "backups")
    with pytest.raises(BackupFailed, match="正被其他进程使用"):
        _restore(data, made)
    _close(office.stores)
    with pytest.raises(BackupFailed, match="--replace"):
        _restore(data, made, replacing=False)
    assert _restore(data, made).withdrawn == 0


def test_a_damaged_backup_is_refused_and_a_lost_list_as_well(
    office: Office, data: Path, tmp_path: Path
) -> None:
    _put(office, SECOND)
    _withdraw(office.stores, _id_of(office.stores, "JG-0002"))
    made = _back_up(office, data, tmp_path / "backups")
    _close(office.stores)
    list_ = data / "withdrawals.jsonl"
    kept = list_.read_bytes()
    list_.unlink()
    with pytest.raises(NotRemembered, match="PORTAL_WITHDRAWALS"):
        _restore(data, made)
    list_.write_bytes(kept)
    (kept_office,) = made.glob("internal.*")
    with kept_office.open("ab") as file:
        file.write(b"x")
    with pytest.raises(BackupFailed, match=kept_office.name):
        _restore(data, made)


def test_a_list_that_ends_earlier_than_it_did_is_refused(
    office: Office, data: Path, tmp_path: Path
) -> None:
    """A copy of it from after the backup: what was withdrawn later came back, and a restoration was stated no more."""
    _put(office, RESULT_ROW, SECOND)
    second = _id_of(office.stores, "JG-0002")
    made = _back_up(office, data, tmp_path / "backups")
    list_ = data / "withdrawals.jsonl"
    begun = list_.read_bytes()
    _withdraw(office.stores, second)
    _close(office.stores)
    held = [list_.read_bytes()]
    _restore(data, made)
    held.append(list_.read_bytes())

    for content in (begun, held[0]):
        list_.write_bytes(content)
        with pytest.raises(NotRemembered, match="不完整"):
            _restore(data, made)
    list_.write_bytes(held[1])
    _restore(data, made)

    stores = open_stores(*urls(data))
    assert second not in _shown(stores)
    assert (Checkpoint.of(_head(stores)).restored or "").startswith("2 ")
    _close(stores)


@pytest.mark.parametrize("is_begun_anew", [False, True])
def test_a_list_that_was_lost_since_is_missed_though_nothing_stood_in_it_at_the_backup(
    office: Office, data: Path, tmp_path: Path, *, is_begun_anew: bool
) -> None:
    _put(office, RESULT_ROW, SECOND)
    made = _back_up(office, data, tmp_path / "backups")
    _withdraw(office.stores, _id_of(office.stores, "JG-0002"))
    (data / "withdrawals.jsonl").unlink()
    if is_begun_anew:
        _withdraw(office.stores, _id_of(office.stores, str(RESULT_ROW["code"])))
    _close(office.stores)

    with pytest.raises(NotRemembered, match="PORTAL_WITHDRAWALS"):
        _restore(data, made)


def test_a_lost_register_is_restored_beside_a_head_that_somebody_kept(
    office: Office, data: Path, tmp_path: Path
) -> None:
    made = _back_up(office, data, tmp_path / "backups")
    _put(office, RESULT_ROW)
    witness = _head(office.stores)
    _close(office.stores)
    stage.lose(data)
    (data / "log.key").unlink()

    done = _restore(data, made, replacing=False, last_head=witness)

    assert done.lost_size == Checkpoint.of(witness).size
    stores = open_stores(*urls(data))
    assert _faults(stores) == []
    Office(stores, tmp_path).put("results", RESULT_ROW)
    assert len(_shown(stores)) == 1
    _close(stores)


def test_backups_hold_no_deleted_byte_are_the_owners_alone_and_only_the_newest_stay(
    office: Office, data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    made = [_back_up(office, data, folder, keep=2, minute=n) for n in range(3)]

    assert sorted(folder.glob("2*")) == made[1:]
    assert {path.stat().st_mode & 0o077 for path in folder.rglob("*") if path.name != ".lock"} == {
        0
    }
    assert backup.read(made[2]).serial == 2
    (folder / ".growing-killed").mkdir()
    _back_up(office, data, folder, minute=9)
    assert list(folder.glob(".growing-*")) == []


def test_the_backup_just_made_stays_though_the_clock_was_set_back(
    office: Office, data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    made = [_back_up(office, data, folder, keep=2, minute=minute) for minute in (30, 40, 10)]

    assert sorted(folder.glob("2*")) == [made[2], made[1]]


def test_without_room_or_a_list_to_write_to_it_is_said_and_nothing_is_changed(
    office: Office, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=4096))
    with pytest.raises(BackupFailed, match="空间不足"):
        _back_up(office, data, tmp_path / "backups")
    assert list((tmp_path / "backups").glob("2*")) == []
    _put(office, SECOND)
    public_id = _id_of(office.stores, "JG-0002")
    key = dataclasses.replace(office.stores.log_key, takings=tmp_path)
    with pytest.raises(NotRemembered, match="无法写入"):
        _withdraw(dataclasses.replace(office.stores, log_key=key), public_id)
    assert _shown(office.stores) == {public_id}


def test_both_commands_say_what_they_did(office: Office, data: Path, tmp_path: Path) -> None:
    _put(office, RESULT_ROW)
    _close(office.stores)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(BIN / "portal-office"), *words], env=environment(data), check=False,
            capture_output=True, text=True,
        )  # fmt: skip

    told = run("backup", str(tmp_path / "backups"))
    assert told.returncode == 0, told.stderr
    (made,) = (tmp_path / "backups").glob("2*")
    assert run("restore", str(made)).returncode == 1
    assert "再次撤下 0 条" in run("restore", str(made), "--replace").stdout
    engine = engine_for(_urls(data).register)
    with Session(engine) as session:
        assert audit(session).faults == []
    engine.dispose()


def test_what_a_restoration_lays_ready_is_its_owners_alone_wherever_it_is_killed(
    office: Office, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The office's store and key, and a register with what was taken back since, had been there for all to read."""
    made = _back_up(office, data, tmp_path / "backups")
    _close(office.stores)
    (data / "log.key").unlink()
    seen: dict[str, set[int]] = {}
    before = os.umask(0o022)

    def look(deed: Callable[..., Any]) -> Callable[..., Any]:
        def looked(*words: Any, **named: Any) -> Any:
            for path in data.glob(".restoring-*"):
                seen.setdefault(path.name, set()).add(path.stat().st_mode & 0o777)
            return deed(*words, **named)

        return looked

    monkeypatch.setattr("shutil.copyfileobj", look(shutil.copyfileobj))
    monkeypatch.setattr("shutil.copyfile", look(shutil.copyfile))
    for place, name in ((migrate, "upgrade"), (restore, "reinstate"), (copying, "sync")):
        monkeypatch.setattr(place, name, look(getattr(place, name)))
    _restore(data, made)
    os.umask(before)

    assert {".restoring-log.key"} <= seen.keys()
    assert stage.POSTGRES or {".restoring-internal.db", ".restoring-register.db"} <= seen.keys()
    assert {name: modes for name, modes in seen.items() if modes != {0o600}} == {}


def test_nothing_goes_out_by_itself_that_was_ordered_before_a_backup_was_restored(
    office: Office, data: Path, tmp_path: Path
) -> None:
    """An order taken back since, or a decision on whom a list names, is lost with what came after the backup."""
    draw = {
        "code": "2025-01", "name": "第一轮", "drawn_on": "2025-06-01", "method": "系统随机抽取",
        "embargo_until": "2025-06-10", "entity_name": "示例市青禾食品有限公司", "identifier": CREDIT_CODE,
    }  # fmt: skip
    office.put("draws", draw)
    listed = office.file("results", SECOND).batch_id
    assert listed is not None
    review.approve(office.stores, listed, by="wu", now=NOW)
    scheduled.order(office.stores, listed, at=NOW + timedelta(hours=1), by="he", now=NOW)
    made = _back_up(office, data, tmp_path / "backups")
    scheduled.order(office.stores, listed, at=None, by="he", now=NOW)
    _close(office.stores)
    _restore(data, made)

    stores, later = open_stores(*urls(data)), NOW + timedelta(days=20)
    done = scheduled.carry_out(stores, now=later)
    assert (done.released, done.listed, _shown(stores)) == ([], [], set())
    with Session(stores.internal) as session:
        batch = session.scalars(sa.select(BatchRow.id).where(BatchRow.kind == "draws")).one()
    release.release(stores, batch, by="he", now=later)
    with Session(stores.register) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(DrawEntryRow)) == 1
    _close(stores)


def _sealed(made: Path, **facts: object) -> None:
    """Write the manifest of a backup anew, as if it had always been so."""
    path = made / backup.MANIFEST
    told = json.loads(path.read_bytes()) | {"files": backup.digests(made)} | facts
    path.write_text(json.dumps(told), "utf-8")


def test_a_backup_that_says_it_is_older_than_it_is_explains_nothing_away(
    office: Office, data: Path, tmp_path: Path
) -> None:
    """The restoration would state what the manifest says: that all was lost, to every witness of whatever was written anew."""
    made = _back_up(office, data, tmp_path / "backups")
    _sealed(made, serial=1)
    _close(office.stores)

    with pytest.raises(BackupFailed, match="变更号"):
        _restore(data, made)


def test_a_backup_with_another_key_is_refused_while_there_is_one_here(
    office: Office, data: Path, tmp_path: Path
) -> None:
    made = _back_up(office, data, tmp_path / "backups")
    (made / "log.key").write_text(Signer.new("mingcha.example/log").text, "utf-8")
    _sealed(made)
    _close(office.stores)

    with pytest.raises(BackupFailed, match="日志私钥"):
        _restore(data, made)


@pytest.mark.sqlite
def test_a_backup_written_anew_under_another_head_is_refused(
    office: Office, data: Path, tmp_path: Path
) -> None:
    """Its tree may be any; only who holds the key has signed the one that was."""
    made = _back_up(office, data, tmp_path / "backups")
    _close(office.stores)
    (file,) = made.glob("register*")
    engine = engine_for(f"sqlite:///{file}")
    with engine.begin() as connection:
        note = connection.exec_driver_sql("SELECT note FROM checkpoint").scalars().all()[-1]
        forged = Signer.new("mingcha.example/log").sign(Checkpoint.of(note).text)
        connection.execute(
            sa.text("UPDATE checkpoint SET note = :new WHERE note = :old"),
            {"new": forged, "old": note},
        )
    engine.dispose()
    for each in made.glob("register*-*"):
        each.unlink()
    _sealed(made)

    with pytest.raises(LogBroken, match="不是本机私钥所签"):
        _restore(data, made)
