"""What was ordered otherwise while the office carries out what has come due is not carried out as it was ordered before."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken, PortalError, WrongState
from portal.domain.workflow import BatchState
from portal.internal.desk import release, retract, review, scheduled
from portal.internal.tables.batches import BatchRow
from portal.register.proofs.audit import audit
from portal.register.records import Kind
from portal.register.tables.changes import VersionRow
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.makers import RESULT_ROW

HOUR = timedelta(hours=1)


def _due(office: Office, **row: str) -> int:
    batch = office.file("results", {**RESULT_ROW, **row}).batch_id
    assert batch is not None
    review.approve(office.stores, batch, by="wu", now=NOW)
    scheduled.order(office.stores, batch, at=NOW + HOUR, by="he", now=NOW)
    return batch


def _before(name: str, monkeypatch: pytest.MonkeyPatch, step: Callable[[], Any]) -> None:
    """Have another process take a step right before the office calls this."""
    true = getattr(scheduled, name)

    def call(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(scheduled, name, true)
        step()
        return true(*given, **named)

    monkeypatch.setattr(scheduled, name, call)


def _batch(office: Office, batch: int) -> BatchRow:
    with Session(office.stores.internal) as session:
        return session.get_one(BatchRow, batch)


@pytest.mark.parametrize("at", [None, NOW + 3 * HOUR])
def test_a_release_whose_order_was_taken_back_or_put_off_meanwhile_does_not_go_out(
    office: Office, monkeypatch: pytest.MonkeyPatch, at: datetime | None
) -> None:
    """While the one before it is released, which may take minutes, its publisher is told that it is put off."""
    batch, now = _due(office), NOW + HOUR
    _before(
        "release_only", monkeypatch,
        lambda: scheduled.order(office.stores, batch, at=at, by="he", now=now),
    )  # fmt: skip

    done = scheduled.carry_out(office.stores, now=now)

    assert (done.released, done.refused) == ([], [])
    assert _batch(office, batch).batch_state is BatchState.APPROVED
    assert _batch(office, batch).release_at == at
    later = scheduled.carry_out(office.stores, now=NOW + 3 * HOUR).released
    assert later == ([batch] if at else [])


def test_a_refusal_leaves_what_was_ordered_after_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, now = _due(office, detail="经理王小明在场"), NOW + HOUR
    true = release.release_only

    def refused(*given: Any, **named: Any) -> None:
        try:
            true(*given, **named)
        except PortalError:
            scheduled.order(office.stores, batch, at=NOW + 3 * HOUR, by="he", now=now)
            raise

    monkeypatch.setattr(scheduled, "release_only", refused)
    scheduled.carry_out(office.stores, now=now)

    assert _batch(office, batch).release_at == NOW + 3 * HOUR
    monkeypatch.setattr(scheduled, "release_only", true)
    [(again, _)] = scheduled.carry_out(office.stores, now=NOW + 3 * HOUR).refused
    assert again == batch


@pytest.mark.parametrize("by_itself", [True, False])
def test_what_was_filed_anew_comes_out_behind_the_order_that_took_it_back(
    office: Office, monkeypatch: pytest.MonkeyPatch, *, by_itself: bool
) -> None:
    """Released before that is carried out, it was taken back by it, or left the words taken back in an older version."""
    office.put("results", {**RESULT_ROW, "detail": "鸊鷉"})
    with Session(office.stores.register) as session:
        check = session.scalars(sa.select(ResultRow.public_id)).one()
    true = retract._carry_out
    batches: list[int | None] = []

    def anew(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(retract, "_carry_out", true)
        row = {**RESULT_ROW, "note": "更正后重新公开", "detail": "已更正"}
        batches.append(office.file("results", row).batch_id)
        with pytest.raises(WrongState, match="撤回尚未执行完毕"):
            office.publish(batches[0])
        if by_itself:
            raise LogBroken("for a moment")
        return true(*given, **named)

    monkeypatch.setattr(retract, "_carry_out", anew)
    with pytest.raises(LogBroken) if by_itself else nullcontext():
        retract.retract(office.stores, Kind.RESULT, check, by="he", second="an", now=NOW)
    done = scheduled.carry_out(office.stores, now=NOW + HOUR)
    assert len(done.withdrawals) == by_itself
    office.publish(batches[0])

    with Session(office.stores.register) as session:
        assert session.scalars(sa.select(ResultRow.public_id)).all() == [check]
        assert session.scalars(sa.select(VersionRow.public_id)).all() == []
        assert audit(session).faults == []
