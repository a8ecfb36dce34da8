"""What the office takes back is out of the search index before anybody is told "done"."""

import fcntl
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Ids
from portal.domain.errors import Residue
from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide, release, retract, review, scheduled
from portal.internal.desk.forgetting import NotForgotten, forget, is_owed
from portal.internal.desk.orders import Order
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import WithdrawalRow
from portal.internal.tables.settings import ID_KEY, secret
from portal.kit import db
from portal.register import purging
from portal.register.queries import changes
from portal.register.records import Kind
from portal.register.search import keeping
from portal.register.search.index import manifest
from portal.register.search.model import Query, Term
from portal.register.search.opening import open_engine
from portal.register.writer import open_pen
from tests.conftest import NOW, Office
from tests.internal.test_narrowing import PLAN
from tests.makers import AGENCY, ITEM_ROW, RESULT_ROW, Row
from tests.raw import store_bytes

#: Two characters of a fictitious name that no other record holds, as the index would keep them.
NAME = "示例市貔貅食品有限公司"
RARE = "貔貅"
ROW = {**RESULT_ROW, "entity_name": NAME, "detail": "貔貅门店未公示许可证"}


def _id_of(office: Office, kind: str) -> str:
    with Session(office.stores.internal) as session:
        return session.scalars(
            sa.select(FilingRow.public_id).where(FilingRow.kind == kind).order_by(FilingRow.id.desc())
        ).first() or ""  # fmt: skip


def _bytes(data: Path) -> bytes:
    return b"".join(path.read_bytes() for path in (data / "search").iterdir())


def _holds(data: Path, text: str) -> bool:
    content = _bytes(data)
    return any(text.encode(code) in content for code in ("utf-8", "utf-16-le", "utf-16-be"))


def _total(office: Office, text: str) -> int:
    return open_engine(office.stores.index.url).search(Query(groups=((Term(text),),))).total


@pytest.fixture
def indexed(office: Office) -> Office:
    """An office with a record that the index holds."""
    office.put("results", ROW)
    keeping.catch_up(office.stores.register, office.stores.index)
    return office


def test_a_withdrawn_party_is_in_no_file_of_the_index(indexed: Office, data: Path) -> None:
    assert (_total(indexed, RARE), _holds(data, RARE)) == (2, True)

    retract.retract(
        indexed.stores, Kind.ENTITY, _id_of(indexed, "entity"), by="he", second="an", now=NOW
    )

    with Session(indexed.stores.register) as session:
        assert open_engine(indexed.stores.index.url).serial() == changes.serial(session)
    assert (_total(indexed, RARE), _holds(data, RARE)) == (0, False)


def test_words_of_an_older_version_go_with_the_record(indexed: Office, data: Path) -> None:
    indexed.put("results", {**ROW, "detail": "门店已补办"})
    keeping.catch_up(indexed.stores.register, indexed.stores.index)

    retract.retract(
        indexed.stores, Kind.ENTITY, _id_of(indexed, "entity"), by="he", second="an", now=NOW
    )

    assert not _holds(data, RARE)


def test_words_taken_up_by_what_names_the_record_no_more_go_too(office: Office, data: Path) -> None:
    """The task was adjusted and has the item no more: only the bytes of its old document tell the name."""
    office.put("items", ITEM_ROW, {**ITEM_ROW, "code": "SP-002", "name": f"{RARE}检查"})
    keeping.catch_up(office.stores.register, office.stores.index)
    office.put("plans", PLAN)
    office.put("results", {**RESULT_ROW, "code": "JC-0002"})
    keeping.catch_up(office.stores.register, office.stores.index)
    adjusted = {**PLAN, "version": "2", "item_codes": "SP-001", "adjustment_reason": "调整"}
    office.put("plans", adjusted)
    keeping.catch_up(office.stores.register, office.stores.index)
    before = _holds(data, RARE)

    retract.retract(office.stores, Kind.ITEM, _id_of(office, "item"), by="he", second="an", now=NOW)

    assert (before, _total(office, RARE), _holds(data, RARE)) == (True, 0, False)


def test_a_release_that_hides_more_purges_as_well(indexed: Office, data: Path) -> None:
    hidden = {
        **ROW,
        "disclosure": "不予公开", "ground": "商业秘密", "decided_by": "示例市市场监督管理局",
        "decided_on": "2025-05-21", "review_on": "2026-05-20",
    }  # fmt: skip

    assert (_total(indexed, "门店未公示"), _holds(data, "门店未公示")) == (1, True)

    indexed.put("results", hidden)

    assert (_total(indexed, "门店未公示"), _holds(data, "门店未公示")) == (0, False)


def test_without_an_index_nothing_is_built(office: Office, data: Path) -> None:
    office.put("results", ROW)

    retract.retract(
        office.stores, Kind.ENTITY, _id_of(office, "entity"), by="he", second="an", now=NOW
    )

    assert not (data / "search" / "CURRENT").exists()


def test_what_a_first_index_left_that_was_never_done_goes_with_the_record(
    indexed: Office, data: Path
) -> None:
    """As whoever built it leaves it, killed before there was a first generation: texts that no list names."""
    (data / "search" / manifest.CURRENT).unlink()
    assert _holds(data, RARE)

    retract.retract(
        indexed.stores, Kind.ENTITY, _id_of(indexed, "entity"), by="he", second="an", now=NOW
    )

    assert not _holds(data, RARE)


def test_a_purge_that_a_crash_prevented_is_carried_out_by_what_comes_next(
    office: Office, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.put("results", ROW)
    stores, real = office.stores, purging.rewrite
    party = _id_of(office, "entity")

    with monkeypatch.context() as crash:
        crash.setattr(purging, "rewrite", _killed)
        with pytest.raises(KeyboardInterrupt):
            retract.retract(stores, Kind.ENTITY, party, by="he", second="an", now=NOW)
    assert purging.owed(stores.register) > 0

    seen: list[int] = []

    def counted(engine: sa.Engine) -> None:
        seen.append(purging.owed(engine))
        real(engine)

    monkeypatch.setattr(purging, "rewrite", counted)
    scheduled.carry_out(stores, now=NOW)
    scheduled.carry_out(stores, now=NOW)
    assert (len(seen), purging.owed(stores.register)) == (1, 0)
    assert RARE.encode() not in store_bytes(data)


def test_a_decision_that_hides_more_is_carried_through_to_every_file(
    indexed: Office, data: Path
) -> None:
    stores = indexed.stores
    order = Order(
        place="detail", act=Act.WITHHOLD, ground=Ground.TRADE_SECRET, article="第十五条", reason="演示",
        decided_by="示例市市场监督管理局", decided_on=date(2025, 5, 21), review_on=date(2026, 5, 20),
    )  # fmt: skip
    with Session(stores.internal) as session:
        kind, key = decide.key_of(session, _id_of(indexed, "result"))

    decide.decide(stores, kind, key, [order], by="wu", now=NOW)

    assert (purging.owed(stores.register), _holds(data, "门店未公示")) == (0, False)


def _killed(engine: sa.Engine) -> None:
    del engine
    raise KeyboardInterrupt


def test_an_index_that_another_process_keeps_is_said_plainly_and_done_later(
    indexed: Office, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PATIENCE", 0.1)
    party = _id_of(indexed, "entity")

    with (data / "search.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(NotForgotten, match="portal-site index"):
            retract.retract(indexed.stores, Kind.ENTITY, party, by="he", second="an", now=NOW)

    with Session(indexed.stores.internal) as session:
        of_party = sa.select(WithdrawalRow.done_at).where(WithdrawalRow.kind == "entity")
        assert session.scalars(of_party).all() == [None]
    keeping.catch_up(indexed.stores.register, indexed.stores.index)
    assert not _holds(data, RARE)


@pytest.mark.enable_socket
def test_while_the_search_server_is_away_nobody_is_told_done_and_it_stays_owed(
    office: Office,
) -> None:
    office.put("results", ROW)
    #: Nobody listens on the first port of this machine.
    away = keeping.Place.of(
        "opensearch://kit:hunter2@127.0.0.1:1/mingcha", office.stores.index.lock.parent
    )
    stores = replace(office.stores, index=away)
    with open_pen(stores.register, now=NOW) as pen:
        pen.withdraw(Kind.RESULT, [_id_of(office, "result")])

    with pytest.raises(NotForgotten, match=r"没有应答.*尚未清除") as caught:
        forget(stores)

    assert "hunter2" not in str(caught.value)
    assert purging.owed(stores.register)


def _goes_last(office: Office, rows: Sequence[Row]) -> int:
    """Return which of these checks is written last: they go by their public ids."""
    with Session(office.stores.internal) as session:
        ids = Ids(secret(session, ID_KEY))
    return max(range(len(rows)), key=lambda n: ids.of(Kind.RESULT, f"{AGENCY}/{rows[n]['code']}"))


@pytest.mark.sqlite
def test_nothing_of_a_release_that_was_refused_is_left_in_any_file(
    office: Office, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What does not fit into memory is written to the log before it is committed, and stays there when it is undone."""
    monkeypatch.setattr(db, "_ROOM", "PRAGMA cache_size = 20")
    rows = [{**RESULT_ROW, "code": f"JC-{n:04}", "detail": f"貔貅门店第{n}处"} for n in range(1200)]
    rows[_goes_last(office, rows)]["detail"] = "由示例夜鹭子负责"
    batch = office.file("results", *rows).batch_id
    assert batch is not None
    review.approve(office.stores, batch, by="wu", now=NOW)
    office.put("inspectors", {"certificate": "99010000001", "name": "示例夜鹭子"})

    with pytest.raises(Residue):
        release.release_only(office.stores, batch, by="he", now=NOW)
    assert RARE.encode() in store_bytes(data)
    assert is_owed(office.stores)
    with pytest.raises(Residue):
        release.release(office.stores, batch, by="he", now=NOW)
    assert RARE.encode() not in store_bytes(data)
    assert not is_owed(office.stores)
