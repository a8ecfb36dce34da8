"""Which head a restoration states to have been the last: one that the office signed, whatever the register says."""

import json
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken
from portal.internal.desk import backup, restore
from portal.internal.desk.backup import BackupFailed, Urls
from portal.internal.desk.stores import Stores, open_stores
from portal.kit import copying
from portal.kit.db import file_of
from portal.register.proofs import restorations
from portal.register.proofs.audit import audit
from portal.register.proofs.note import Checkpoint, Signer
from portal.register.queries import log
from tests.conftest import NOW, Office, furnish
from tests.makers import ITEM_ROW
from tests.stage import urls


def _item(office: Office, code: str) -> None:
    office.put("items", {**ITEM_ROW, "code": code, "name": f"标签检查{code}"})


def _urls(data: Path) -> Urls:
    settings, internal = urls(data)
    return Urls(settings.register_url, internal, settings.letterbox_url)


def _note(stores: Stores) -> str:
    with Session(stores.register) as session:
        head = log.head(session)
    assert head is not None
    return head.note


def _restored(office: Office, data: Path, made: Path) -> tuple[Stores, dict[str, object]]:
    """Restore a backup; return the stores, and what is stated of the head that was the last."""
    for engine in (office.stores.internal, office.stores.register, office.stores.letterbox):
        engine.dispose()
    settings, internal = urls(data)
    restore.restore(settings, _urls(data), made, replacing=True, last_head=None, now=NOW)
    stores = open_stores(settings, internal)
    with Session(stores.register) as session:
        stated = restorations.all_of(session)[-1].statement
    return stores, json.loads(stated)["lost"]


def _forged(head: Checkpoint, size: int) -> str:
    """Return a head that somebody else has signed."""
    return Signer.new(head.origin).sign(Checkpoint(head.origin, size, b"x" * 32, "0" * 64).text)


@pytest.mark.parametrize("deed", ["another", "larger", "older", "none", "garbage"])
def test_who_writes_the_register_does_not_say_which_head_was_the_last(
    office: Office, data: Path, tmp_path: Path, deed: str
) -> None:
    """It is signed for ever: what it leaves out, or makes up, is what nobody would look for any more."""
    made = backup.make(office.stores, _urls(data), tmp_path / "b", release="0", now=NOW, keep=0)
    for number in range(3):
        _item(office, f"SP-1{number}")
    last = _note(office.stores)
    head = Checkpoint.of(last)
    sql, given = {
        "another": ("UPDATE checkpoint SET note = :note WHERE size = :size", head.size),
        "larger": ("INSERT INTO checkpoint (size, note) VALUES (:size, :note)", 10**6),
        "older": ("DELETE FROM checkpoint WHERE size > 3", 0),
        "none": ("DELETE FROM checkpoint", 0),
        "garbage": ("UPDATE checkpoint SET note = 'x' WHERE size = :size", head.size),
    }[deed]
    with office.stores.register.begin() as connection:
        values = {"size": given, "note": _forged(head, given)}
        connection.execute(
            sa.text(sql), {name: values[name] for name in values if f":{name}" in sql}
        )

    stores, lost = _restored(office, data, made)

    assert lost == {"root": head.root.hex(), "size": head.size}
    with Session(stores.register) as session:
        (told,) = audit(session, witness=last).faults
    assert "从备份恢复" in told
    _item(Office(stores, office.folder), "SP-20")


def test_of_a_head_that_was_signed_after_the_one_kept_beside_the_key_the_register_knows(
    office: Office, data: Path, tmp_path: Path
) -> None:
    """Killed between the two, or restored and not gone on with yet."""
    made = backup.make(office.stores, _urls(data), tmp_path / "b", release="0", now=NOW, keep=0)
    kept = (data / "log.head").read_text("utf-8")
    _item(office, "SP-10")
    head = Checkpoint.of(_note(office.stores))
    (data / "log.head").write_text(kept, "utf-8")

    stores, lost = _restored(office, data, made)
    assert lost == {"root": head.root.hex(), "size": head.size}

    head = Checkpoint.of(_note(stores))
    assert head.restored is not None
    stores, lost = _restored(Office(stores, office.folder), data, made)
    assert lost == {"root": head.root.hex(), "size": head.size}


def _put_back_before_a_restoration(
    office: Office, data: Path, tmp_path: Path
) -> tuple[Stores, str]:
    """Restore a backup, and put the register in place that it replaced; also return the head signed last."""
    made = backup.make(office.stores, _urls(data), tmp_path / "b", release="0", now=NOW, keep=0)
    _item(office, "SP-10")
    copying.take(_urls(data).register, before := tmp_path / "before")
    stores, _ = _restored(office, data, made)
    kept = (data / "log.head").read_text("utf-8")
    assert kept == _note(stores)
    stores.register.dispose()
    _put_in_place(_urls(data).register, before)
    return stores, kept


def test_the_register_as_it_was_before_a_restoration_is_not_gone_on_from(
    office: Office, data: Path, tmp_path: Path
) -> None:
    """The restoration's own head is the last that was signed, though nothing was released since."""
    stores, _ = _put_back_before_a_restoration(office, data, tmp_path)

    with pytest.raises(LogBroken, match="没有与私钥放在一起的检查点"):
        _item(Office(stores, office.folder), "SP-11")


def test_nor_is_it_when_it_was_given_the_restorations_own_head(
    office: Office, data: Path, tmp_path: Path
) -> None:
    """It holds as many entries and more, so that head is of it: and the next one signed would state no restoration."""
    stores, kept = _put_back_before_a_restoration(office, data, tmp_path)
    with stores.register.begin() as connection:
        put = sa.text("UPDATE checkpoint SET note = :note WHERE size = :size")
        connection.execute(put, {"note": kept, "size": Checkpoint.of(kept).size})

    with pytest.raises(LogBroken, match="没有与私钥放在一起的检查点"):
        _item(Office(stores, office.folder), "SP-11")


@pytest.mark.parametrize(
    "deed", ["number = 2", "number = 2, size = 1, lost_size = NULL", "number = 2, lost = 'x'"]
)
def test_an_older_register_is_not_gone_on_with_because_its_restoration_reads_as_a_later_one(
    office: Office, data: Path, tmp_path: Path, deed: str
) -> None:
    """Heads sign what is stated, and not the columns beside it that say which entries were lost."""
    made = backup.make(office.stores, _urls(data), tmp_path / "b", release="0", now=NOW, keep=0)
    _item(office, "SP-10")
    stores, _ = _restored(office, data, made)
    copying.take(_urls(data).register, older := tmp_path / "older")
    _item(Office(stores, office.folder), "SP-11")
    stores.register.dispose()
    _put_in_place(_urls(data).register, older)
    with stores.register.begin() as connection:
        connection.execute(sa.text(f"UPDATE restoration SET {deed}"))

    with pytest.raises(LogBroken, match="不是上次签署的那一份"):
        _item(Office(stores, office.folder), "SP-12")


def test_a_backup_of_nothing_published_is_not_put_in_place_of_what_was(
    data: Path, tmp_path: Path
) -> None:
    """No head could state that restoration, and the office could publish nothing after it."""
    settings, internal = urls(data)
    stores = open_stores(settings, internal)
    made = backup.make(stores, _urls(data), tmp_path / "b", release="0", now=NOW, keep=0)
    office = furnish(stores, tmp_path)
    head = _note(stores)

    with pytest.raises(BackupFailed, match="还没有公布过任何内容"):
        _restored(office, data, made)
    assert _note(stores) == head

    (data / "log.head").rename(data / "log.head.kept")
    stores, lost = _restored(office, data, made)
    assert lost == {"root": Checkpoint.of(head).root.hex(), "size": Checkpoint.of(head).size}
    furnish(stores, tmp_path)


def _put_in_place(url: str, copy: Path) -> None:
    path = file_of(url)
    if path is None:
        copying.put_back(url, copy)
        return
    for each in path.parent.glob(f"{path.name}-*"):
        each.unlink()
    shutil.copy(copy, path)
