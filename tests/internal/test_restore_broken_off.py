"""A restoration killed between two stores lets out nothing that was taken back since the backup; run again, it is done."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken
from portal.internal.desk import renewing, retract, review, scheduled, upgrading
from portal.internal.desk.backup import BackupFailed
from portal.internal.desk.stores import Stores, open_stores
from portal.kit import copying
from portal.register.proofs.audit import audit
from portal.register.records import Kind
from tests.airlock.hands import id_of
from tests.conftest import NOW, Office
from tests.internal.test_backup import _back_up, _close, _restore, _shown, _urls
from tests.internal.test_renewing import TERMS
from tests.makers import ITEM_ROW, RESULT_ROW
from tests.stage import urls

_LATER = NOW + timedelta(hours=2)


def _killed(data: Path, made: Path, *, postgres: bool) -> None:
    """Have a process of its own restore, which ends at once when the register, or what follows it, is to be replaced."""
    child = os.fork()
    if child:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        return
    put_back, replace = copying.put_back, Path.replace

    def put(url: str, source: Path) -> None:
        if url == _urls(data).register:
            os._exit(9)
        put_back(url, source)

    def switch(path: Path, target: Path) -> Path:
        if Path(target).name == "internal.db":
            os._exit(9)
        return replace(path, target)

    if postgres:
        copying.put_back = put
    else:
        Path.replace = switch  # type: ignore[method-assign, assignment]
    try:
        _restore(data, made)
    finally:
        os._exit(1)


@pytest.mark.parametrize(
    "postgres",
    [
        pytest.param(True, marks=pytest.mark.postgres),
        pytest.param(False, marks=pytest.mark.sqlite),
    ],
)
def test_nothing_goes_out_by_itself_from_stores_of_two_moments(
    office: Office, data: Path, tmp_path: Path, *, postgres: bool
) -> None:
    batch = office.file("results", RESULT_ROW).batch_id
    assert batch is not None
    review.approve(office.stores, batch, by="wu", now=NOW)
    scheduled.order(office.stores, batch, at=NOW + timedelta(hours=1), by="he", now=NOW)
    made = _back_up(office, data, tmp_path / "backups")
    scheduled.order(office.stores, batch, at=None, by="he", now=NOW)
    gone = id_of(office, "JC-0001")
    retract.retract(office.stores, Kind.RESULT, gone, by="he", second="an", now=NOW)
    office.put("items", {**ITEM_ROW, "code": "SP-009", "name": "备份之后的事项"})
    _close(office.stores)

    _killed(data, made, postgres=postgres)
    stores = open_stores(*urls(data))
    if postgres:
        with pytest.raises(LogBroken, match="中途被打断"):
            scheduled.carry_out(stores, now=_LATER)
        assert not _shown(stores)
    with pytest.raises(LogBroken, match="中途被打断"):
        Office(stores, tmp_path).put("items", {**ITEM_ROW, "code": "SP-010", "name": "其间的事项"})
    with pytest.raises(LogBroken, match="中途被打断"):
        _back_up(Office(stores, tmp_path), data, tmp_path / "backups")
    _close(stores)

    _restore(data, made)
    stores = open_stores(*urls(data))
    assert not scheduled.carry_out(stores, now=_LATER).released
    Office(stores, tmp_path).put("items", {**ITEM_ROW, "code": "SP-011", "name": "其后的事项"})
    assert not _shown(stores)
    _agrees(stores)
    _close(stores)


def _agrees(stores: Stores) -> None:
    with Session(stores.register) as session:
        assert audit(session).faults == []


def test_a_restoration_that_replaces_nothing_leaves_the_office_at_work(
    office: Office, data: Path, tmp_path: Path
) -> None:
    made = _back_up(office, data, tmp_path / "backups")
    _close(office.stores)
    for each in made.glob("register.*"):
        each.write_bytes(b"")
    with pytest.raises(BackupFailed):
        _restore(data, made)

    stores = open_stores(*urls(data))
    Office(stores, tmp_path).put("items", {**ITEM_ROW, "code": "SP-009", "name": "其后的事项"})
    _agrees(stores)
    _close(stores)


@pytest.mark.parametrize(
    "postgres",
    [
        pytest.param(True, marks=pytest.mark.postgres),
        pytest.param(False, marks=pytest.mark.sqlite),
    ],
)
def test_no_head_is_signed_and_no_key_handed_over_with_stores_of_two_moments(
    office: Office, data: Path, tmp_path: Path, *, postgres: bool
) -> None:
    made = _back_up(office, data, tmp_path / "backups")
    office.put("items", {**ITEM_ROW, "code": "SP-009", "name": "备份之后的事项"})
    _close(office.stores)
    _killed(data, made, postgres=postgres)
    kept = {each: each.read_bytes() for each in data.glob("log.*")}

    settings, internal = urls(data)
    stores = open_stores(settings, internal)
    with pytest.raises(LogBroken, match="中途被打断"):
        renewing.renew(stores, TERMS, by="he", second="an", now=_LATER)
    with pytest.raises(LogBroken, match="中途被打断"):
        upgrading.upgrade(settings, internal, say=print)
    assert {each: each.read_bytes() for each in data.glob("log.*")} == kept
    _close(stores)

    _restore(data, made)
    stores = upgrading.upgrade(settings, internal, say=print)
    renewing.renew(stores, TERMS, by="he", second="an", now=_LATER)
    _agrees(stores)
    _close(stores)
