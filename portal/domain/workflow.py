"""The moves a batch may make, and who may make them (批次流转、四眼原则)."""

from portal.domain.codelists import CodeList
from portal.domain.errors import FourEyesViolation, WrongState


class BatchState(CodeList):
    """批次状态."""

    FILED = "filed", "待审核", "Awaiting review"
    RETURNED = "returned", "已退回", "Returned"
    APPROVED = "approved", "已审核待发布", "Approved"
    RELEASING = "releasing", "发布中", "Being released"
    RELEASED = "released", "已发布", "Released"


class Role(CodeList):
    """角色."""

    CLERK = "clerk", "经办", "Clerk"
    REVIEWER = "reviewer", "审核", "Reviewer"
    PUBLISHER = "publisher", "发布", "Publisher"
    SECRECY = "secrecy", "保密审查", "Secrecy officer"
    ADMIN = "admin", "管理", "Administrator"


_MOVES = {
    (BatchState.FILED, "approve"): BatchState.APPROVED,
    (BatchState.FILED, "return"): BatchState.RETURNED,
    (BatchState.APPROVED, "return"): BatchState.RETURNED,
    #: Approved anew, because what the batch shows has changed since.
    (BatchState.APPROVED, "approve"): BatchState.APPROVED,
    (BatchState.RELEASING, "approve"): BatchState.RELEASING,
    (BatchState.RELEASED, "approve"): BatchState.RELEASED,
    #: Once a release has begun the register may hold the batch: it can only be finished.
    (BatchState.APPROVED, "begin"): BatchState.RELEASING,
    (BatchState.RELEASING, "begin"): BatchState.RELEASING,
    (BatchState.RELEASED, "begin"): BatchState.RELEASED,
    (BatchState.RELEASING, "release"): BatchState.RELEASED,
    #: Releasing again is allowed: it heals a crash and lets out what an embargo held back.
    (BatchState.RELEASED, "release"): BatchState.RELEASED,
}


def move(state: BatchState, action: str, *, author: str, actor: str) -> BatchState:
    """Return the state after `actor` takes `action` on `author`'s batch.

    Raises:
        WrongState: the batch is not in a state that allows it.
        FourEyesViolation: nobody reviews or releases what they filed themselves.

    """
    if actor == author:
        raise FourEyesViolation("本人提交的批次须由他人审核、发布")
    after = _MOVES.get((state, action))
    if after is None:
        verb = {"approve": "审核通过", "return": "退回", "begin": "发布", "release": "发布"}.get(
            action, action
        )
        raise WrongState(f"批次当前为“{state.zh}”，不能{verb}")
    return after
