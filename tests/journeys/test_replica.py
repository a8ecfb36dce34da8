"""A site that reads a real follower of the register: it says when it is behind, and shows nothing for long that was taken back."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.internal.desk import retract, scheduled
from portal.internal.desk.stores import Stores
from portal.internal.tables.ledger import WithdrawalRow
from portal.kit import clock, config
from portal.kit.db import db
from portal.letterbox.tables import LetterRow
from portal.public.app import create_app
from portal.register import followers, purging
from portal.register.followers import NotReplayed
from portal.register.records import Kind
from portal.register.tables.results import ResultRow
from tests import stage
from tests.conftest import NOW, Office
from tests.follower import Follower, following
from tests.journeys.processes import BIN, environment, free_port, running
from tests.makers import RESULT_ROW

pytestmark = [pytest.mark.postgres, pytest.mark.enable_socket]

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def server() -> Iterator[Follower]:
    with following() as made:
        yield made


@pytest.fixture
def follower(server: Follower, monkeypatch: pytest.MonkeyPatch) -> Iterator[Follower]:
    """The follower, replaying; nobody waits long for it."""
    monkeypatch.setattr(followers, "PATIENCE", 0.3)
    yield server
    server.do("SELECT pg_wal_replay_resume()")


@pytest.fixture
def office(office: Office, follower: Follower, data: Path) -> Office:
    """An office that knows of the follower, with one public result."""
    office.put("results", RESULT_ROW)
    there = follower.url(stage.url_of(data, "register"))
    return Office(replace(office.stores, followers=(there,)), office.folder)


def _site(data: Path, register: str) -> Flask:
    return create_app(config.load(stage.environ(data) | {"PORTAL_REGISTER_URL": register}))


@pytest.fixture
def beside(office: Office, data: Path) -> Iterator[FlaskClient]:
    """A reader of the site over the follower, which holds what the register holds."""
    site = _site(data, office.stores.followers[0])
    ours = _stands(stage.url_of(data, "register"))
    _until(lambda: _stands(office.stores.followers[0]) == ours)
    followers.beat(office.stores.register)
    yield site.test_client()
    with site.app_context():
        for engine in db.engines.values():
            engine.dispose()


def _stands(url: str) -> int | None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            return connection.exec_driver_sql("SELECT max(serial) FROM change").scalar()
    except sa.exc.DBAPIError:
        return None
    finally:
        engine.dispose()


def _until(met: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until
        time.sleep(0.02)


def _later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Have the clock go by without waiting for it."""
    now = clock.utc_now
    monkeypatch.setattr(clock, "utc_now", lambda: now() + by)


def _result_of(stores: Stores) -> str:
    with Session(stores.register) as session:
        return session.scalars(sa.select(ResultRow.public_id)).one()


def _withdraw(office: Office) -> retract.Retracted:
    public_id = _result_of(office.stores)
    return retract.retract(office.stores, Kind.RESULT, public_id, by="he", second="an", now=NOW)


def _orders_left(office: Office) -> int | None:
    query = sa.select(sa.func.count()).where(WithdrawalRow.done_at.is_(None))
    with Session(office.stores.internal) as session:
        return session.scalar(query)


def test_a_site_over_a_follower_that_keeps_up_is_no_different(
    office: Office, beside: FlaskClient, data: Path
) -> None:
    ours = _site(data, stage.url_of(data, "register")).test_client()

    for address in ("/", "/results/", f"/results/{_result_of(office.stores)}", "/api/v1/results", "/readyz"):  # fmt: skip
        here, there = ours.get(address), beside.get(address)
        assert (there.status_code, there.get_data()) == (here.status_code, here.get_data())
        assert "Data-As-Of" not in there.headers


def test_a_follower_that_is_a_minute_behind_says_up_to_when_it_knows(
    office: Office, beside: FlaskClient, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = beside.get("/results/")
    reached = follower.do("SELECT pg_last_xact_replay_timestamp()")
    assert isinstance(reached, datetime)
    follower.do("SELECT pg_wal_replay_pause()")
    office.put("results", {**RESULT_ROW, "code": "JC-2", "entity_name": "示例市后来食品有限公司"})
    _later(monkeypatch, MINUTE)

    page = beside.get("/results/", headers={"If-None-Match": fresh.headers["ETag"]})
    told = beside.get("/api/v1/results")

    at = reached.astimezone(clock.CHINA).replace(second=0, microsecond=0)
    assert page.status_code == 200  # what was kept did not say that it is behind
    assert f"数据截至{at.year}年{at.month}月{at.day}日 {at:%H:%M}；" in page.get_data(as_text=True)
    assert "后来食品" not in page.get_data(as_text=True)
    assert told.headers["Data-As-Of"] == page.headers["Data-As-Of"] == at.isoformat()
    assert beside.get("/readyz").text.endswith(f" as_of={at.isoformat()}\n")
    english = beside.get("/results/?lang=en").get_data(as_text=True)
    assert f"Data as of {at.day} {at:%B} {at.year} {at:%H:%M}" in english


def test_a_withdrawal_is_done_when_no_follower_shows_it(
    office: Office, beside: FlaskClient
) -> None:
    address = f"/results/{_result_of(office.stores)}"
    assert beside.get(address).status_code == 200

    _withdraw(office)

    assert beside.get(address).status_code == 410
    assert (_orders_left(office), purging.owed(office.stores.register)) == (0, 0)


def test_who_withdraws_is_told_of_a_follower_that_still_shows_it(
    office: Office, beside: FlaskClient, follower: Follower
) -> None:
    address = f"/results/{_result_of(office.stores)}"
    follower.do("SELECT pg_wal_replay_pause()")

    with pytest.raises(NotReplayed, match=r"只读副本 .*:5498（尚未跟上） 可能仍在显示"):
        _withdraw(office)
    assert beside.get(address).status_code == 200
    assert purging.owed(office.stores.register) == 0  # our own files wait for nobody
    with pytest.raises(NotReplayed):
        scheduled.carry_out(office.stores, now=NOW)
    assert _orders_left(office) == 1

    follower.do("SELECT pg_wal_replay_resume()")
    _until(lambda: beside.get(address).status_code == 410)
    scheduled.carry_out(office.stores, now=NOW)

    assert _orders_left(office) == 0


def test_a_follower_that_hears_nothing_stops_before_it_shows_for_long_what_was_taken_back(
    office: Office, beside: FlaskClient, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/results/{_result_of(office.stores)}"
    kept = beside.get(address).headers["ETag"]
    follower.do("SELECT pg_wal_replay_pause()")
    with pytest.raises(NotReplayed):
        _withdraw(office)
    _later(monkeypatch, 5 * MINUTE + MINUTE)

    page = beside.get(address)
    unchanged = beside.get(address, headers={"If-None-Match": kept})
    told = beside.get("/api/v1/results")
    ready = beside.get("/readyz")

    assert [each.status_code for each in (page, unchanged, told, ready)] == [503] * 4
    assert (page.headers["Retry-After"], told.headers["Retry-After"]) == ("30", "30")
    assert "为免显示此后已撤下的内容，暂停提供" in page.get_data(as_text=True)
    assert told.get_json()["type"].endswith("/docs/errors#unavailable")
    assert ready.text.startswith("behind serial=")
    assert [beside.get(each).status_code for each in ("/healthz", "/robots.txt")] == [200, 200]


def test_who_withdraws_is_told_of_a_follower_that_does_not_answer(
    office: Office, tmp_path: Path
) -> None:
    nowhere = f"postgresql+psycopg://postgres@/register?host={tmp_path}&port=5497"
    alone = Office(replace(office.stores, followers=(nowhere,)), office.folder)

    with pytest.raises(NotReplayed, match="没有应答"):
        _withdraw(alone)


def test_a_letter_is_taken_in_by_a_site_over_a_follower(
    office: Office, beside: FlaskClient, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/replies/new?about={_result_of(office.stores)}"
    follower.do("SELECT pg_wal_replay_pause()")
    _later(monkeypatch, MINUTE)

    sent = beside.post(address, data={"kind": "error", "text": "所列事项有误。"})

    assert (sent.status_code, "数据截至" in sent.get_data(as_text=True)) == (201, True)
    with Session(office.stores.letterbox) as session:
        assert session.scalars(sa.select(LetterRow.text)).all() == ["所列事项有误。"]


def test_while_the_office_serves_a_follower_knows_the_time_though_nothing_is_published(
    office: Office, follower: Follower, data: Path
) -> None:
    def told() -> object:
        return follower.do("SELECT pg_last_xact_replay_timestamp()")

    replicas = {"PORTAL_REPLICAS": office.stores.followers[0], "OFFICE_PORT": str(free_port())}
    before = _stands(stage.url_of(data, "register"))
    with running([str(BIN / "portal-office"), "serve"], environment(data, **replicas)):
        seen = {told()}
        _until(lambda: seen.add(told()) or len(seen) > 3, 60)  # type: ignore[func-returns-value]

    assert _stands(stage.url_of(data, "register")) == before
