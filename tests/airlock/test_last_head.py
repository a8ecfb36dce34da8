"""The office keeps the last head that it signed, so that an older register in place of the newer one is noticed."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from portal.airlock.seal import KeyFile
from portal.domain.errors import LogBroken
from portal.internal.desk import backup
from portal.internal.desk.stores import hold_log, sign_log
from portal.public.cli import main
from portal.register.proofs import heads, restorations
from portal.register.proofs.note import Checkpoint, Signer
from portal.register.proofs.restorations import Restoration
from tests import stage
from tests.conftest import NOW, Office
from tests.makers import ITEM_ROW
from tests.public.twins import NEVER
from tests.stage import urls


def _size(data: Path) -> int:
    return Checkpoint.of((data / "log.head").read_text("utf-8")).size


def _put_back(office: Office, source: Path, data: Path) -> None:
    office.stores.register.dispose()
    stage.exchange(source, data, "register")


@pytest.fixture
def older(office: Office, data: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the stores from before the last release."""
    for engine in (office.stores.internal, office.stores.register, office.stores.letterbox):
        engine.dispose()
    copied = stage.copy(data, tmp_path / "older")
    office.put("items", {**ITEM_ROW, "code": "SP-002", "name": "标签检查"})
    yield copied
    stage.clear(copied)


def test_the_last_head_lies_beside_the_key(older: Path, office: Office, data: Path) -> None:
    assert older.exists()
    assert _size(data) == 3
    assert (data / "log.head").stat().st_mode & 0o777 == 0o600
    hold_log(office.stores)


def test_a_backup_of_an_older_register_pushes_out_none_of_the_newer_one(
    older: Path, office: Office, data: Path, tmp_path: Path
) -> None:
    settings, internal = urls(data)
    of = backup.Urls(settings.register_url, internal, settings.letterbox_url)
    folder = tmp_path / "backups"
    whole = backup.make(office.stores, of, folder, release="0", now=NOW, keep=1)
    _put_back(office, older, data)

    with pytest.raises(LogBroken, match="较早的备份都留着"):
        backup.make(office.stores, of, folder, release="0", now=NOW + timedelta(minutes=1), keep=1)

    assert backup.read(whole).serial == 3
    assert len(list(folder.glob("2*"))) == 2


def test_the_last_head_is_not_written_anew_for_what_nobody_may_know_of(
    office: Office, data: Path
) -> None:
    """Whoever may look at the folder sees when it was written last."""
    before = (data / "log.head").stat()

    office.put("items", {**ITEM_ROW, "code": "YL-001", "name": "夜鹭检查", **NEVER})

    after = (data / "log.head").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_an_older_register_put_back_by_hand_is_not_gone_on_with(
    older: Path, office: Office, data: Path
) -> None:
    _put_back(office, older, data)

    for deed in (
        lambda: hold_log(office.stores),
        lambda: sign_log(office.stores),
        lambda: office.put("items", {**ITEM_ROW, "code": "SP-003", "name": "计量检查"}),
    ):
        with pytest.raises(LogBroken, match="不是上次签署的那一份"):
            deed()
    assert _size(data) == 3


def test_no_dump_is_made_of_it_either(
    older: Path, office: Office, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it makes of a register that lay there for a moment would be offered, signed, in the place of the last."""
    for name, value in stage.environ(data).items():
        monkeypatch.setenv(name, value)
    for engine in (office.stores.internal, office.stores.register, office.stores.letterbox):
        engine.dispose()
    newer = stage.copy(data, tmp_path / "newer")
    made = CliRunner().invoke(main, ["dump"]).stdout.strip()
    _put_back(office, older, data)

    refused = CliRunner().invoke(main, ["dump"])

    assert (refused.exit_code, "log.head" in refused.stderr) == (1, True)
    _put_back(office, newer, data)
    assert made in CliRunner().invoke(main, ["dump", "--verify"]).stdout
    stage.clear(newer)


def test_nor_is_an_empty_one(older: Path, migrated: Path, office: Office, data: Path) -> None:
    assert older.exists()
    _put_back(office, migrated, data)

    with pytest.raises(LogBroken, match="不是上次签署的那一份"):
        sign_log(office.stores)


def test_a_crash_before_it_was_kept_stops_nothing(older: Path, office: Office, data: Path) -> None:
    assert older.exists()
    head = (data / "log.head").read_text("utf-8")
    office.put("items", {**ITEM_ROW, "code": "SP-003", "name": "计量检查"})
    (data / "log.head").write_text(head, "utf-8")

    office.put("items", {**ITEM_ROW, "code": "SP-004", "name": "价格检查"})

    assert _size(data) == 5


def test_a_damaged_one_says_how_to_mend_it(office: Office, data: Path) -> None:
    (data / "log.head").write_text("?", "utf-8")

    with pytest.raises(LogBroken, match=r"log\.head 不是检查点"):
        office.put("items", {**ITEM_ROW, "code": "SP-003", "name": "计量检查"})


def _said_to_be_restored(office: Office, *, size: int, lost: str) -> None:
    """State in the register, by hand and without the key, that it was restored from a backup."""
    with Session(office.stores.register) as session:
        number = len(restorations.all_of(session)) + 1
        session.add(restorations._row(number, Restoration(size, lost, NOW)))
        session.commit()


def test_an_older_register_is_not_gone_on_with_because_a_row_says_that_it_was_restored(
    older: Path, office: Office, data: Path
) -> None:
    """The office had believed it, and signed it: what was withdrawn since would have been public again, unseen."""
    last = (data / "log.head").read_text("utf-8")
    _put_back(office, older, data)
    _said_to_be_restored(office, size=2, lost=last)

    for deed in (
        lambda: hold_log(office.stores),
        lambda: sign_log(office.stores),
        lambda: office.put("items", {**ITEM_ROW, "code": "SP-003", "name": "计量检查"}),
    ):
        with pytest.raises(LogBroken):
            deed()
    assert (data / "log.head").read_text("utf-8") == last


@pytest.mark.parametrize("forged", [False, True])
def test_a_restoration_that_nobody_carried_out_is_never_signed(
    office: Office, data: Path, *, forged: bool
) -> None:
    """Signed, it would explain away to every witness whatever is written anew later."""
    last = (data / "log.head").read_text("utf-8")
    _said_to_be_restored(office, size=1, lost=last)
    if forged:
        with Session(office.stores.register) as session:
            row = heads.last(session)
            assert row is not None
            head = replace(Checkpoint.of(row.note), restored=restorations.digest(session))
            row.note = Signer.new(head.origin).sign(head.text)
            session.commit()

    with pytest.raises(LogBroken):
        office.put("items", {**ITEM_ROW, "code": "SP-003", "name": "计量检查"})
    assert (data / "log.head").read_text("utf-8") == last


def test_a_release_beside_an_upgrade_is_not_forgotten_again(
    office: Office, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upgrade signs nothing new, and keeps the head that it found; the release comes before it has."""
    keep_head = KeyFile.keep_head
    row = {**ITEM_ROW, "code": "SP-002", "name": "标签检查"}
    batch = office.file("items", row).batch_id
    releasing = threading.Thread(target=lambda: office.publish(batch))

    def slowly(keys: KeyFile, note: str) -> None:
        monkeypatch.undo()
        releasing.start()
        releasing.join(2)
        keep_head(keys, note)

    monkeypatch.setattr(KeyFile, "keep_head", slowly)
    sign_log(office.stores)
    releasing.join()

    with Session(office.stores.register) as session:
        newest = heads.last(session)
    assert newest is not None
    assert _size(data) == newest.size
