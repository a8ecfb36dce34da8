"""The moves of a batch, and who may make them."""

import itertools

import pytest

from portal.domain.errors import FourEyesViolation, WrongState
from portal.domain.workflow import BatchState, move

#: Every move there is.
ALLOWED = {
    (BatchState.FILED, "approve"): BatchState.APPROVED,
    (BatchState.APPROVED, "approve"): BatchState.APPROVED,
    (BatchState.RELEASING, "approve"): BatchState.RELEASING,
    (BatchState.RELEASED, "approve"): BatchState.RELEASED,
    (BatchState.FILED, "return"): BatchState.RETURNED,
    (BatchState.APPROVED, "return"): BatchState.RETURNED,
    (BatchState.APPROVED, "begin"): BatchState.RELEASING,
    (BatchState.RELEASING, "begin"): BatchState.RELEASING,
    (BatchState.RELEASED, "begin"): BatchState.RELEASED,
    (BatchState.RELEASING, "release"): BatchState.RELEASED,
    (BatchState.RELEASED, "release"): BatchState.RELEASED,
}
ACTIONS = ("approve", "return", "begin", "release", "burn")


@pytest.mark.parametrize(
    ("state", "action", "after"), [(*move, after) for move, after in ALLOWED.items()]
)
def test_a_batch_moves_on(state: BatchState, action: str, after: BatchState) -> None:
    found = move(state, action, author="lin", actor="wu")

    assert found is after


@pytest.mark.parametrize(
    ("state", "action"),
    [each for each in itertools.product(BatchState, ACTIONS) if each not in ALLOWED],
)
def test_a_batch_does_not_move_otherwise(state: BatchState, action: str) -> None:
    verb = {"approve": "审核通过", "return": "退回", "begin": "发布", "release": "发布"}.get(
        action, action
    )

    with pytest.raises(WrongState) as refused:
        move(state, action, author="lin", actor="wu")

    assert str(refused.value) == f"批次当前为“{state.zh}”，不能{verb}"


@pytest.mark.parametrize(("state", "action"), list(itertools.product(BatchState, ACTIONS)))
def test_the_author_moves_nothing(state: BatchState, action: str) -> None:
    with pytest.raises(FourEyesViolation) as refused:
        move(state, action, author="lin", actor="lin")

    assert str(refused.value) == "本人提交的批次须由他人审核、发布"
