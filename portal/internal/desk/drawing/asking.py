"""Steps of a draw that two people decide: one asks in their own session, another confirms in theirs (双人办理)."""

from datetime import datetime
from typing import Any

from portal.domain.errors import FourEyesViolation, UnknownRecord, WrongState
from portal.domain.sortition import outcome
from portal.domain.workflow import Role
from portal.internal.desk import people
from portal.internal.desk.drawing import keeping, noted, steps
from portal.internal.desk.drawing.keeping import Asked, Drawing
from portal.internal.desk.stores import Stores
from portal.internal.tables import ledger
from portal.kit.db import write_lock

#: What can be asked for, and the stages at which it comes.
STEPS = {
    "replace": ("替换", ("drawn", "revealed")),
    "reveal": ("揭示", ("drawn", "revealed")),
    "void": ("作废", ("frozen", "committed", "drawn")),
}


def ask(
    stores: Stores, draw_id: str, step: str, terms: dict[str, Any], *, by: str, now: datetime
) -> None:
    """Write down what somebody asks for; nothing happens until another person confirms it.

    Raises:
        WrongState: it does not come now, or something else is asked for already.
        NotAllowed, UnknownRecord, Fault: nothing was written.

    """
    with write_lock(stores.internal) as session:
        drawing = keeping.load(session, draw_id)
        people.require(session, by, Role.PUBLISHER, drawing.row.agency)
        word, stages = STEPS[step]
        drawing.require(*stages)
        if drawing.progress.asked is not None:
            raise WrongState("已有一项待第二人确认，请先确认或者撤销")
        _try(drawing, step, terms)
        drawing.progress.asked = Asked(step=step, terms=terms, by=by, at=now)
        drawing.save()
        seal = drawing.progress.asked.seal
        noted.note_asked(session, draw_id, word, seal, by=by, now=now)


def confirm(stores: Stores, draw_id: str, *, by: str, now: datetime, seen: str) -> str:
    """Carry out what another person asked for and this one saw: `seen` is its seal. Return what it was.

    Raises:
        FourEyesViolation: by whoever asked.
        WrongState: something else is asked for by now. All else is raised by the step itself, and it stays asked for.

    """
    with write_lock(stores.internal) as session:
        asked = _asked(keeping.load(session, draw_id))
        if asked.by == by:
            raise FourEyesViolation("须由提出者以外的另一人确认")
        word = STEPS[asked.step][0]
        if not noted.is_asked(session, draw_id, word, asked.seal, by=asked.by, at=asked.at):
            raise WrongState("台账中没有这一提出，不能确认；请撤销后由提出者重新提出")
        if asked.seal != seen:
            raise WrongState("所提事项已有变动，请重新查看后再确认")
    #: The step looks once more, in its own transaction: meanwhile it may have been taken back.
    pair: dict[str, Any] = {"by": asked.by, "second": by, "now": now, "asked": asked}
    if asked.step == "replace":
        steps.replace(stores, draw_id, asked.terms, **pair)
    elif asked.step == "reveal":
        steps.reveal(stores, draw_id, **pair)
    else:
        steps.void(stores, draw_id, **asked.terms, **pair)
    _forget(stores, draw_id, asked)
    return word


def decline(stores: Stores, draw_id: str, *, by: str, now: datetime) -> None:
    """Take back what is asked for, by whoever may publish."""
    with write_lock(stores.internal) as session:
        drawing = keeping.load(session, draw_id)
        people.require(session, by, Role.PUBLISHER, drawing.row.agency)
        word = STEPS[_asked(drawing).step][0]
        drawing.progress.asked = None
        drawing.save()
        ledger.note(
            session, at=now, person=by, action=noted.DECLINE, batch_id=None,
            detail=f"抽取 {draw_id}：撤销提出的{word}",
        )  # fmt: skip


def _asked(drawing: Drawing) -> Asked:
    if drawing.progress.asked is None:
        raise UnknownRecord("没有待确认的事项")
    return drawing.progress.asked


def _try(drawing: Drawing, step: str, terms: dict[str, Any]) -> None:
    """Refuse at once what can never be carried out."""
    if step == "replace":
        value = drawing.package()
        outcome.compute(value | {"replacements": [*value["replacements"], terms]})
    if step == "void":
        steps.check_reason(terms["reason"])


def _forget(stores: Stores, draw_id: str, asked: Asked) -> None:
    with write_lock(stores.internal) as session:
        drawing = keeping.load(session, draw_id)
        if drawing.progress.asked == asked:
            drawing.progress.asked = None
            drawing.save()
