"""Loads the demonstration by the road everyone takes: import, review, release."""

import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from operator import itemgetter
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.workflow import BatchState, Role
from portal.internal.demo.city import recomputable
from portal.internal.demo.city.files import Step, write_city
from portal.internal.demo.letters import write_letters
from portal.internal.demo.real.steps import real_steps
from portal.internal.desk import batches, holds, notices, people, release, review, upload
from portal.internal.desk.stores import Stores
from portal.internal.desk.upload import Terms
from portal.internal.tables import ledger
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.ledger import LedgerRow
from portal.internal.tables.people import EVERY_AGENCY
from portal.kit import clock
from portal.kit.db import write_lock

PASSWORD = "mingcha-demo"  # noqa: S105 - shown on the terminal, for the demonstration only
#: Account → what it is called and may do. Clerk, reviewer and publisher are different people.
ACCOUNTS = {
    "lin": ("林（演示经办）", (Role.CLERK,)),
    "wu": ("吴（演示审核）", (Role.REVIEWER,)),
    "he": ("何（演示发布）", (Role.PUBLISHER,)),
    "an": ("安（演示发布第二人）", (Role.PUBLISHER, Role.ADMIN)),
    "bao": ("包（演示保密审查）", (Role.SECRECY,)),
}
_DONE = "demo"


def is_loaded(stores: Stores) -> bool:
    """Whether the demonstration was loaded to the end."""
    with Session(stores.internal) as session:
        return (
            session.scalar(sa.select(LedgerRow.id).where(LedgerRow.action == _DONE).limit(1))
            is not None
        )


def load(stores: Stores, *, say: Callable[[str], None]) -> None:
    """Load what is not loaded yet. Interrupted, it goes on where it stopped the next time."""
    if is_loaded(stores):
        say("演示数据已经加载过")
        return
    for name, (display, roles) in ACCOUNTS.items():
        people.add(
            stores.internal,
            name=name,
            display=display,
            agency=EVERY_AGENCY,
            roles=roles,
            password=PASSWORD,
        )
    with tempfile.TemporaryDirectory() as folder:
        acts: list[tuple[date, Callable[[Stores], None]]] = [
            (step.on, partial(_take, step=step))
            for step in [*real_steps(), *write_city(Path(folder))]
        ]
        acts = sorted([*acts, *recomputable.acts()], key=itemgetter(0))
        for number, (day, act) in enumerate(acts, 1):
            notices.release_notices(stores, by="he", now=_hour(day, 8))
            act(stores)
            if number % 20 == 0 or number == len(acts):
                say(f"正在加载演示数据 {number}/{len(acts)}")
    _let_out_lists(stores)
    notices.release_notices(stores, by="he", now=clock.utc_now())
    write_letters(stores)
    with write_lock(stores.internal) as session:
        ledger.note(session, at=clock.utc_now(), person="an", action=_DONE, batch_id=None)


def _take(stores: Stores, step: Step) -> None:
    """Import, review and release one file as if on its day."""
    morning = _hour(step.on, 9)
    done = upload.accept(
        stores,
        step.file,
        kind=step.kind,
        agency=step.agency,
        by="lin",
        now=morning,
        terms=Terms(confirmed=True),
    )
    batch_id = done.batch_id or _unfinished(stores, step)
    if batch_id is None:
        return
    with Session(stores.internal) as session:
        state = session.scalars(sa.select(BatchRow.state).where(BatchRow.id == batch_id)).one()
    if state == BatchState.FILED.value:
        _let_pass(stores, batch_id, morning)
        review.approve(stores, batch_id, by="wu", now=morning + timedelta(hours=1))
    release.release(stores, batch_id, by="he", now=morning + timedelta(hours=2))


def _hour(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), clock.CHINA).astimezone(UTC)


def _let_pass(stores: Stores, batch_id: int, now: datetime) -> None:
    """Let pass what the detectors hold in the real papers: words about secrecy, no secrets."""
    with Session(stores.internal) as session:
        batch = batches.get(session, batch_id)
        found = [
            (each.filing.id, each.find.path, each.find.kind)
            for each in holds.undecided(session, batch, clock.local_date(now))
        ]
    if found:
        holds.let_pass(
            stores, batch_id, found, reason="原文件已公开，为保密工作要求的表述，不含涉密内容",
            by="wu", second="bao", now=now,
        )  # fmt: skip


def _let_out_lists(stores: Stores) -> None:
    """Release the draws again: lists whose embargo has ended since their day become public."""
    with Session(stores.internal) as session:
        drawn = session.scalars(sa.select(BatchRow.id).where(BatchRow.kind == "draws")).all()
    for batch_id in drawn:
        release.release(stores, batch_id, by="he", now=clock.utc_now())


def _unfinished(stores: Stores, step: Step) -> int | None:
    """Return the batch an interrupted run left behind for this file."""
    with Session(stores.internal) as session:
        query = (
            sa.select(BatchRow.id)
            .where(BatchRow.kind == step.kind, BatchRow.agency == step.agency)
            .where(BatchRow.file_name == step.file.name)
            .where(BatchRow.state.in_([BatchState.FILED.value, BatchState.APPROVED.value]))
        )
        return session.scalar(query.limit(1))
