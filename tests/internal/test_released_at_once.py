"""Two processes release the same batch at once, or what follows a release is refused: its state says what is public."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken, PortalError, WrongState
from portal.domain.workflow import BatchState
from portal.internal.desk import batches, decide, release, review, underway
from portal.internal.desk.batches import HalfReleased
from portal.internal.desk.binding import ContentChanged
from portal.kit.db import write_lock
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.internal.test_halfway import LATER
from tests.internal.test_narrowing import DETAIL, HIDDEN
from tests.internal.test_workflow import crash
from tests.makers import AGENCY, RESULT_ROW

_DETAIL = replace(HIDDEN, place="detail")


def _approved(office: Office) -> int:
    batch = office.file("results", {**RESULT_ROW, "detail": DETAIL}).batch_id
    assert batch is not None
    office.let_pass(batch)
    review.approve(office.stores, batch, by="wu", now=NOW)
    return batch


def _hide(office: Office) -> None:
    decide.decide(
        office.stores, Kind.RESULT, f"{AGENCY}/JC-0001", [_DETAIL], by="wu", second="bao", now=LATER, confirmed=True
    )  # fmt: skip


def _state(office: Office, batch: int) -> BatchState:
    with Session(office.stores.internal) as session:
        return batches.get(session, batch).batch_state


def _two_begin(office: Office, batch: int) -> None:
    for _ in range(2):
        release._begin(office.stores, batch, "he")


def _go_on(office: Office, batch: int, monkeypatch: Any) -> None:
    """Carry on a release that has begun."""
    with monkeypatch.context() as patch:
        patch.setattr(release, "_begin", lambda *_, **__: None)
        release.release(office.stores, batch, by="he", now=LATER)


def test_a_batch_that_two_processes_were_refused_at_once_is_not_on_its_way_out_for_ever(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could be returned no more, and kept every decision waiting."""
    batch = _approved(office)
    _hide(office)
    _two_begin(office, batch)
    for _ in range(2):
        with pytest.raises(ContentChanged):
            _go_on(office, batch, monkeypatch)

    assert _state(office, batch) is BatchState.APPROVED
    _hide(office)
    review.give_back(office.stores, batch, by="wu", now=LATER, reason="请修改")


def test_a_batch_is_not_returned_while_another_process_may_bring_it_out(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = _approved(office)
    _hide(office)
    _two_begin(office, batch)
    with pytest.raises(ContentChanged):
        _go_on(office, batch, monkeypatch)

    with pytest.raises(WrongState):
        review.give_back(office.stores, batch, by="wu", now=LATER, reason="请修改")


@pytest.mark.parametrize("is_noted", [True, False])
def test_a_batch_stays_on_its_way_out_that_one_process_was_refused_and_another_killed_that_had_published_it(
    office: Office, monkeypatch: pytest.MonkeyPatch, *, is_noted: bool
) -> None:
    """Called approved, it could have been returned while it was public, and nobody would ever have released it."""
    batch = _approved(office)
    _two_begin(office, batch)
    if not is_noted:
        #: As an earlier release left it, which kept no count.
        with write_lock(office.stores.internal) as session:
            underway.done(session, batch)
        release._begin(office.stores, batch, "he")
    with monkeypatch.context() as killed:
        killed.setattr("portal.internal.desk.release.ledger.note", crash)
        with pytest.raises(KeyboardInterrupt):
            _go_on(office, batch, killed)
    with monkeypatch.context() as patch:
        patch.setattr(release, "publish", _broken)
        with pytest.raises(LogBroken):
            _go_on(office, batch, patch)

    assert _state(office, batch) is BatchState.RELEASING
    with pytest.raises(WrongState):
        review.give_back(office.stores, batch, by="wu", now=LATER, reason="请修改")
    with pytest.raises(HalfReleased):
        _hide(office)
    release.release(office.stores, batch, by="he", now=LATER)
    _hide(office)


def _broken(*_: Any, **__: Any) -> None:
    raise LogBroken("for a moment")


def test_a_batch_that_another_process_released_meanwhile_stays_released(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Called approved, it could have been returned while it was public, and the office would have gone on with nothing."""
    batch = _approved(office)
    _two_begin(office, batch)
    _go_on(office, batch, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(release, "publish", _broken)
        with pytest.raises(LogBroken):
            _go_on(office, batch, patch)

    assert _state(office, batch) is BatchState.RELEASED
    _hide(office)


def test_a_batch_that_is_out_though_what_follows_was_refused_is_not_returned(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its records would be public, and the office know of no release of them."""
    batch = _approved(office)
    with monkeypatch.context() as patch:
        patch.setattr("portal.internal.desk.retelling.follow_batch", _broken)
        with pytest.raises(LogBroken):
            release.release(office.stores, batch, by="he", now=LATER)

    with pytest.raises(WrongState):
        review.give_back(office.stores, batch, by="wu", now=LATER, reason="请修改")
    with pytest.raises(PortalError, match="尚未完成"):
        _hide(office)
    release.release(office.stores, batch, by="he", now=LATER)
    _hide(office)
