"""A restored backup: its draws name nobody and say nothing that they had ceased to, and nobody slips in meanwhile."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.masks import WITHHELD_NAME
from portal.domain.verdicts import Act
from portal.internal.desk import backup
from portal.internal.desk.drawing import outward, steps
from portal.internal.desk.stores import Stores, open_stores
from portal.kit.config import load
from portal.public.app import create_app
from portal.register import packages
from portal.register.proofs.audit import audit
from portal.register.records import PublicDraw, decode
from portal.register.tables.draws import DrawMemberRow, DrawRow
from tests import stage
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import ORDER, frozen, numbered, parties, sealed
from tests.internal.test_backup import _back_up, _close, _id_of, _restore, _shown
from tests.internal.test_drawing_secrecy import LATER, NUMBER, _hide, _unname, _withdraw
from tests.journeys.processes import BIN, environment
from tests.makers import RESULT_ROW
from tests.public.test_draw_secrets import _decide
from tests.raw import store_bytes
from tests.stage import environ, urls


def _draw(office: Office, until: str, text: str = ORDER) -> None:
    parties(office)
    if until == "commit":
        frozen(office, text)
        steps.commit(office.stores, "shili-1", by="he", now=NOW)
        return
    sealed(office, text)
    if until == "reveal":
        steps.reveal(office.stores, "shili-1", by="he", second="an", now=LATER)


@contextmanager
def _restored(office: Office, data: Path, made: Path) -> Iterator[Stores]:
    _close(office.stores)
    _restore(data, made)
    stores = open_stores(*urls(data))
    with Session(stores.register) as session:
        assert audit(session).faults == []
    yield stores
    with Session(stores.register) as session:
        assert audit(session).faults == []
    _close(stores)


def _public(stores: Stores) -> tuple[PublicDraw, set[str], str]:
    with Session(stores.register) as session:
        record = decode(session.scalars(sa.select(DrawRow.body)).one(), PublicDraw)
        named = set(session.scalars(sa.select(DrawMemberRow.object_id)))
        return record, named, b"".join(packages.pieces(session, record.id)).decode()


@pytest.mark.parametrize("until", ["commit", "seal", "reveal"])
@pytest.mark.parametrize("way", [_withdraw, _hide, _unname])
def test_who_lost_their_page_since_the_backup_is_named_in_no_list_or_package(
    office: Office, data: Path, tmp_path: Path, way: Callable[[Office], None], until: str
) -> None:
    _draw(office, until)
    made = _back_up(office, data, tmp_path / "backups")
    way(office)
    before, named, text = _public(office.stores)
    assert NUMBER not in named | {text}

    with _restored(office, data, made) as stores:
        assert _public(stores) == (before, named, text)
        assert NUMBER.encode() not in store_bytes(data)


@pytest.mark.parametrize("until", ["commit", "reveal"])
def test_words_that_a_draw_had_lost_stay_out_whatever_is_done_next(
    office: Office, data: Path, tmp_path: Path, until: str
) -> None:
    name = "示例市第4食品有限公司"
    _draw(office, until, ORDER.replace("食品经营抽查第一轮", f"{name}专项"))
    made = _back_up(office, data, tmp_path / "backups")
    _decide(office, numbered(4), Act.NEVER)
    proved = _public(office.stores)[1]

    with _restored(office, data, made) as stores:
        outward.sync(stores, "shili-1", now=LATER)
        record, named, text = _public(stores)
        assert (record.name, record.plan, text, named) == (WITHHELD_NAME, None, "", proved)
        assert name.encode() not in store_bytes(data)
        client = create_app(load(environ(data))).test_client()
        for address in (f"/draws/{record.id}", f"/draws/{record.id}?lang=en", "/draws/"):
            assert (client.get(address).status_code, name in client.get(address).text) == (
                200,
                False,
            )
        answer: Any = client.get(f"/api/v1/draws/{record.id}/inclusion?identifier={numbered(5)}")
        assert answer.json["data"]["proof"]


def test_a_draw_that_only_named_fewer_keeps_its_title_and_its_package(
    office: Office, data: Path, tmp_path: Path
) -> None:
    _draw(office, "reveal")
    made = _back_up(office, data, tmp_path / "backups")
    _withdraw(office)
    with _restored(office, data, made) as stores:
        record, _, text = _public(stores)
        assert record.name == "食品经营抽查第一轮"
        assert json.loads(text)["claimed"]["result_hash"] == record.result_hash


def test_a_withdrawal_that_comes_while_a_backup_is_restored_is_refused_and_not_lost(
    office: Office, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had been told "done", and the record was public again a moment later."""
    office.put("results", RESULT_ROW)
    public_id = _id_of(office.stores, str(RESULT_ROW["code"]))
    made = _back_up(office, data, tmp_path / "backups")
    _close(office.stores)
    rivals: list[subprocess.Popen[str]] = []
    put_files = backup.put_files

    def meanwhile(*words: Any) -> None:
        rivals.append(
            subprocess.Popen(
                [str(BIN / "portal-office"), "withdraw", "results", public_id, "--by", "he", "--second", "an"],
                env=environment(data), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
        )  # fmt: skip
        until = time.monotonic() + (3 if stage.POSTGRES else 60)
        while not _has_open(rivals[0].pid, data / "internal.db") and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.5)
        put_files(*words)

    monkeypatch.setattr(backup, "put_files", meanwhile)
    _restore(data, made)

    told = rivals[0].communicate()
    stores = open_stores(*urls(data))
    assert (rivals[0].returncode, _shown(stores)) in ((1, {public_id}), (0, set())), told
    _close(stores)


def _has_open(pid: int, path: Path) -> bool:
    """Whether a process has a file open; it opens and closes others meanwhile."""
    with suppress(OSError):
        handles = list(Path(f"/proc/{pid}/fd").iterdir())
        return any(os.path.realpath(each) == str(path) for each in handles)
    return False
