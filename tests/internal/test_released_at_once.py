"""Two processes release the same batch at once, or what follows a release is refused: its state says what is public."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken, PortalError, WrongState
from portal.domain.workflow import BatchState
from portal.internal.desk import batches, decide, release, review
from portal.internal.desk.binding import ContentChanged
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.internal.test_halfway import LATER
from tests.internal.test_narrowing import DETAIL, HIDDEN
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


def _go_on(office: Office, batch: int, before: BatchState, monkeypatch: Any) -> None:
    """Carry on a release that began when the batch was in the state `before`."""
    with monkeypatch.context() as patch:
        patch.setattr(release, "_begin", lambda *_, **__: before)
        release.release(office.stores, batch, by="he", now=LATER)


@pytest.mark.parametrize("turns", [1, -1])
def test_a_batch_that_two_processes_were_refused_at_once_is_not_on_its_way_out_for_ever(
    office: Office, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    """It could be returned no more, and kept every decision waiting."""
    batch = _approved(office)
    _hide(office)
    begun = [release._begin(office.stores, batch, "he") for _ in range(2)]
    for before in begun[::turns]:
        with pytest.raises((ContentChanged, WrongState)):
            _go_on(office, batch, before, monkeypatch)

    assert _state(office, batch) is BatchState.APPROVED
    _hide(office)
    review.give_back(office.stores, batch, by="wu", now=LATER, reason="请修改")


def test_a_batch_that_was_returned_meanwhile_stays_so(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = _approved(office)
    _hide(office)
    first, second = (release._begin(office.stores, batch, "he") for _ in range(2))
    with pytest.raises(ContentChanged):
        _go_on(office, batch, first, monkeypatch)
    review.give_back(office.stores, batch, by="wu", now=LATER, reason="请修改")
    with pytest.raises(WrongState):
        _go_on(office, batch, second, monkeypatch)

    assert _state(office, batch) is BatchState.RETURNED


def _broken(*_: Any, **__: Any) -> None:
    raise LogBroken("for a moment")


def test_a_batch_that_another_process_released_meanwhile_stays_released(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Called approved, it could have been returned while it was public, and the office would have gone on with nothing."""
    batch = _approved(office)
    first, second = (release._begin(office.stores, batch, "he") for _ in range(2))
    _go_on(office, batch, second, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(release, "publish", _broken)
        with pytest.raises(LogBroken):
            _go_on(office, batch, first, patch)

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
