"""What comes due by itself: ordered releases, lists after their embargo, the month's notices."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session

from portal.domain.errors import FourEyesViolation, WrongState
from portal.domain.workflow import Role
from portal.internal.cli import main
from portal.internal.desk import people, review, scheduled
from portal.internal.tables.batches import BatchRow
from portal.register.tables.draws import DrawEntryRow
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.makers import CREDIT_CODE, RESULT_ROW
from tests.stage import environ

HOUR = timedelta(hours=1)


def _count(office: Office, table: type[ResultRow | DrawEntryRow]) -> int:
    with Session(office.stores.register) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def _approved(office: Office) -> int:
    batch = office.file("results", RESULT_ROW).batch_id
    assert batch is not None
    review.approve(office.stores, batch, by="wu", now=NOW)
    return batch


def test_an_ordered_release_is_carried_out_at_its_time_and_once(office: Office) -> None:
    batch = _approved(office)
    scheduled.order(office.stores, batch, at=NOW + HOUR, by="he", now=NOW)

    assert scheduled.carry_out(office.stores, now=NOW).released == []
    assert _count(office, ResultRow) == 0
    assert scheduled.carry_out(office.stores, now=NOW + HOUR).released == [batch]
    assert scheduled.carry_out(office.stores, now=NOW + HOUR).is_nothing
    assert _count(office, ResultRow) == 1
    with Session(office.stores.internal) as session:
        assert session.get(BatchRow, batch).released_by == "he"  # type: ignore[union-attr]


def test_an_order_is_for_approved_batches_and_times_to_come(office: Office) -> None:
    waiting = office.file("results", RESULT_ROW).batch_id
    assert waiting is not None
    with pytest.raises(WrongState):
        scheduled.order(office.stores, waiting, at=NOW + HOUR, by="he", now=NOW)
    review.approve(office.stores, waiting, by="wu", now=NOW)

    with pytest.raises(WrongState):
        scheduled.order(office.stores, waiting, at=NOW, by="he", now=NOW)
    people.set_roles(office.stores.internal, "lin", (Role.CLERK, Role.PUBLISHER), by="an")
    with pytest.raises(FourEyesViolation):
        scheduled.order(office.stores, waiting, at=NOW + HOUR, by="lin", now=NOW)


def test_a_refused_release_is_told_and_not_tried_for_ever(office: Office) -> None:
    row = {**RESULT_ROW, "detail": "经理王小明在场"}
    batch = office.file("results", row).batch_id
    assert batch is not None
    review.approve(office.stores, batch, by="wu", now=NOW)
    scheduled.order(office.stores, batch, at=NOW + HOUR, by="he", now=NOW)

    [(refused, why)] = scheduled.carry_out(office.stores, now=NOW + HOUR).refused

    assert refused == batch
    assert "王小明" not in why
    assert scheduled.carry_out(office.stores, now=NOW + HOUR).refused == []


def test_a_list_goes_out_by_itself_when_its_embargo_has_ended(office: Office) -> None:
    draw = {
        "code": "2025-01", "name": "第一轮", "drawn_on": "2025-06-01", "method": "系统随机抽取",
        "embargo_until": "2025-06-10", "entity_name": "示例市青禾食品有限公司",
        "identifier": CREDIT_CODE,
    }  # fmt: skip
    office.put("draws", draw)
    assert scheduled.carry_out(office.stores, now=NOW + timedelta(days=8)).listed == []
    assert _count(office, DrawEntryRow) == 0

    done = scheduled.carry_out(office.stores, now=NOW + timedelta(days=9))

    assert len(done.listed) == 1
    assert _count(office, DrawEntryRow) == 1
    assert scheduled.carry_out(office.stores, now=NOW + timedelta(days=10)).listed == []


def test_the_command_line_orders_and_carries_out(
    office: Office, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ(data).items():
        monkeypatch.setenv(name, value)
    batch = _approved(office)
    run = CliRunner()

    ordered = run.invoke(
        main, ["release", str(batch), "--by", "he", "--at", "2999-01-01T09:00", "--json"]
    )
    due = run.invoke(main, ["release-due", "--json"])

    assert ordered.exit_code == 0, ordered.output
    assert json.loads(ordered.output)["release_at"] == "2999-01-01T09:00:00+08:00"
    assert due.exit_code == 0, due.output
    assert json.loads(due.output)["released"] == []
    assert _count(office, ResultRow) == 0
