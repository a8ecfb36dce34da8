"""The state of a result follows from its steps and objections; nobody files it, so it cannot contradict them."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken
from portal.domain.followups import Step
from portal.domain.replies import LetterKind, ReplyState
from portal.kit.db import among
from portal.register.layout import is_problem
from portal.register.records import PublicFollowUp, PublicResult, Record, decode
from portal.register.tables.followups import FollowUpRow
from portal.register.tables.replies import ReplyRow
from portal.register.tables.results import ResultRow

_DECIDING = (Step.ORDERED.value, Step.CLOSED.value)
_HANDLED = [LetterKind.OBJECTION.value, ReplyState.HANDLING.value]


def settle(session: Session, results: Sequence[PublicResult]) -> list[Record]:
    """Return `results` with status, deadline and closing day as their published steps say, and the flag.

    Open while a problem waits for its closing step. The deadline is the latest order's, or the
    one the result itself states.
    """
    if not results:
        return []
    #: Asked by result alone: with the step beside it a database may walk every step there is.
    rows = session.execute(
        sa.select(FollowUpRow.result_id, FollowUpRow.step, FollowUpRow.body).where(
            among(session, FollowUpRow.result_id, [result.id for result in results])
        )
    )
    steps: dict[str, list[PublicFollowUp]] = defaultdict(list)
    for result_id, step, body in rows:
        if step in _DECIDING:
            steps[result_id].append(decode(body, PublicFollowUp))
    disputed = _disputed(session, [result.id for result in results])
    return [
        _settled(result, steps[result.id], disputed=result.id in disputed) for result in results
    ]


def hold(session: Session, result_ids: Sequence[str]) -> None:
    """Hold the results that are live among these against their steps and letters, before any of them is written.

    Who may write the register could put a step beside a result for a while, or take one away: the office would say of
    the result what follows, and sign it.

    Raises:
        LogBroken: a state is not what follows, or a step is of a result that is not live.

    """
    results = live(session, result_ids)
    absent = [*set(result_ids) - {result.id for result in results}]
    if settle(session, results) != results or _steps(session, absent):
        raise LogBroken(
            "抽查结果的处理状态与已公开的后续处理、来信办理不符，登记册可能被改动过；"
            "请运行 portal-site verify-log 查明原因"
        )


def live(session: Session, result_ids: Sequence[str]) -> list[PublicResult]:
    """Return the results that are live among these."""
    if not result_ids:
        return []
    query = sa.select(ResultRow.body).where(among(session, ResultRow.public_id, result_ids))
    return [decode(body, PublicResult) for body in session.scalars(query)]


def _steps(session: Session, result_ids: Sequence[str]) -> bool:
    columns = (FollowUpRow.result_id, ReplyRow.result_id) if result_ids else ()
    found = (sa.select(each).where(among(session, each, result_ids)).limit(1) for each in columns)
    return any(session.scalar(query) is not None for query in found)


def _disputed(session: Session, result_ids: Sequence[str]) -> set[str | None]:
    """Return those of the results about which an objection is being handled."""
    query = sa.select(ReplyRow.result_id, ReplyRow.kind, ReplyRow.state)
    rows = session.execute(query.where(among(session, ReplyRow.result_id, result_ids)))
    return {result_id for result_id, *each in rows if each == _HANDLED}


def _settled(
    result: PublicResult, steps: Sequence[PublicFollowUp], *, disputed: bool
) -> PublicResult:
    closed = [step.taken_on for step in steps if step.step == Step.CLOSED.value]
    orders = sorted(
        (step.taken_on, step.due_on)
        for step in steps
        if step.step == Step.ORDERED.value and step.due_on
    )
    waiting = is_problem(result) and not closed
    return msgspec.structs.replace(
        result,
        status="open" if waiting else "closed",
        due_on=orders[-1][1] if orders else result.stated_due_on,
        closed_on=max(closed) if closed else None,
        disputed=disputed,
    )
