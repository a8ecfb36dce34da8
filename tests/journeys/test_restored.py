"""Any history, backed up at any moment and restored: nothing withheld shown, nothing lost that the backup held."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.desk import backup, restore, retract
from portal.internal.desk.backup import Urls
from portal.internal.desk.stores import Stores, open_stores
from portal.internal.tables.filings import FilingRow
from portal.kit.db import db
from portal.public.app import create_app
from portal.register.proofs.audit import audit
from portal.register.queries import changes
from portal.register.records import Kind
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.makers import RESULT_ROW, Row
from tests.raw import store_bytes
from tests.stage import urls

pytestmark = pytest.mark.slow

CODES = ("JG-0001", "JG-0002", "JG-0003")
HIDDEN = {
    "disclosure": "不予公开", "ground": "商业秘密", "article": "第十五条",
    "decided_by": "示例市市场监督管理局", "decided_on": "2025-05-21", "review_on": "2026-05-20",
}  # fmt: skip


@dataclass
class Backup:
    """One backup, what the register showed then (words by code), and which codes were taken back since."""

    folder: Path
    shown: dict[str, str]
    taken: set[str] = field(default_factory=set)


@dataclass
class History:
    """Acts at random on a few records; `shown` is what the public must see now."""

    office: Office
    data: Path
    folder: Path
    random_: random.Random
    shown: dict[str, str] = field(default_factory=dict)
    backups: list[Backup] = field(default_factory=list)
    #: Words that are public no more, and must not be again.
    withheld: set[str] = field(default_factory=set)
    step: int = 0

    def act(self) -> None:
        """Do one thing."""
        self.step += 1
        code = self.random_.choice(CODES)
        choices = [self._correct, self._back_up] + [self._withdraw, self._hide] * (
            code in self.shown
        )
        self.random_.choice(choices)(code)

    def _now(self) -> timedelta:
        return timedelta(minutes=self.step)

    def _row(self, code: str, words: str) -> Row:
        return {**RESULT_ROW, "code": code, "detail": words, "disclosure": "公开"}

    def _correct(self, code: str) -> None:
        words = f"第{self.step:04d}步的检查情况"
        self.office.put("results", self._row(code, words), now=NOW + self._now(), let_pass=True)
        self.shown[code] = words

    def _withdraw(self, code: str) -> None:
        public_id = id_of(self.office.stores, code)
        retract.retract(
            self.office.stores, Kind.RESULT, public_id, by="he", second="an", now=NOW + self._now()
        )
        self._gone(code)

    def _hide(self, code: str) -> None:
        row = {**self._row(code, self.shown[code]), **HIDDEN}
        self.office.put("results", row, now=NOW + self._now(), let_pass=True)
        self._gone(code)

    def _gone(self, code: str) -> None:
        self.withheld.add(self.shown.pop(code))
        for each in self.backups:
            each.taken.add(code)

    def _back_up(self, code: str) -> None:
        del code
        self.back_up()

    def back_up(self) -> None:
        """Make a backup now."""
        self.step += 1
        made = backup.make(
            self.office.stores, store_urls(self.data), self.folder, release="0",
            now=NOW + self._now(), keep=0,
        )  # fmt: skip
        self.backups.append(Backup(made, dict(self.shown)))


def store_urls(data: Path) -> Urls:
    settings, internal = urls(data)
    return Urls(settings.register_url, internal, settings.letterbox_url)


def id_of(stores: Stores, code: str) -> str:
    query = sa.select(FilingRow.public_id).where(
        FilingRow.kind == "result", FilingRow.key.contains(code)
    )
    with Session(stores.internal) as session:
        return session.scalars(query).first() or ""


def bodies(stores: Stores) -> dict[str, str]:
    """Return the bodies of the public results, by public id."""
    with Session(stores.register) as session:
        rows = session.execute(sa.select(ResultRow.public_id, ResultRow.body))
        return {row.public_id: row.body for row in rows}


def epoch(stores: Stores) -> str | None:
    with Session(stores.register) as session:
        return changes.epoch(session)


def close(stores: Stores) -> None:
    for engine in (stores.internal, stores.register, stores.letterbox):
        engine.dispose()


@pytest.mark.parametrize("seed", range(4))
def test_any_backup_of_any_history_restored_shows_what_it_held_without_what_was_taken_back(
    office: Office, data: Path, tmp_path: Path, seed: int
) -> None:
    history = History(office, data, tmp_path / "backups", random.Random(seed))
    for _ in range(12):
        history.act()
    history.back_up()
    ids = {code: id_of(office.stores, code) for code in CODES}
    lives = {epoch(office.stores)}
    close(office.stores)
    chosen = history.random_.sample(history.backups, min(2, len(history.backups)))

    for number, each in enumerate(chosen, 1):
        settings, internal = urls(data)
        restore.restore(
            settings, store_urls(data), each.folder, replacing=True, last_head=None,
            now=NOW + timedelta(days=number),
        )  # fmt: skip
        stores = open_stores(settings, internal)
        found = bodies(stores)
        kept = {code: words for code, words in each.shown.items() if code not in each.taken}
        assert set(found) == {ids[code] for code in kept}
        assert all(words in found[ids[code]] for code, words in kept.items())
        with Session(stores.register) as session:
            assert audit(session).faults == []
        raw = store_bytes(data)
        assert [words for words in history.withheld if words.encode() in raw] == []
        app = create_app(settings)
        client = app.test_client()
        for code, public_id in ids.items():
            if public_id:
                shown = client.get(f"/results/{public_id}").status_code == 200
                assert shown == (code in kept)
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()
        assert epoch(stores) not in lives
        lives.add(epoch(stores))
        close(stores)
