"""An index that follows the changelog equals one that is built from scratch, whatever happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.register import records as r
from portal.register.layout import LAYOUTS
from portal.register.queries import changes
from portal.register.records import Kind
from portal.register.search import subscriber
from portal.register.search.subscriber import Subscriber
from portal.register.tables.changes import VersionRow
from portal.register.writer import open_pen
from tests.register.makers import (
    a_public_agency,
    a_public_entity,
    a_public_result,
    a_public_step,
)
from tests.register.search.memory import Killed, Memory
from tests.stage import register_alone

START = datetime(2025, 1, 6, 1, 0, tzinfo=UTC)
KINDS = [
    Kind.AGENCY, Kind.ITEM, Kind.ENTITY, Kind.PLAN, Kind.DRAW, Kind.RESULT, Kind.FOLLOWUP, Kind.DOCUMENT,
    Kind.WITHHELD,
]  # fmt: skip


@dataclass(frozen=True)
class Act:
    """One thing done: put a record, withdraw one, or let the index follow (`kind` None)."""

    verb: str
    kind: Kind
    number: int
    variant: int


def acts() -> st.SearchStrategy[list[Act]]:
    verbs = st.sampled_from(["put", "put", "put", "withdraw", "follow"])
    return st.lists(
        st.builds(Act, verbs, st.sampled_from(KINDS), st.integers(0, 2), st.integers(0, 3)),
        max_size=20,
    )


def record(act: Act) -> r.Record:
    """Build record `number` of a kind; each variant tells others something else, or the same."""
    number, variant = act.number, act.variant
    agency = f"a_{number % 2}"
    makers: dict[Kind, Any] = {
        Kind.AGENCY: lambda: a_public_agency(
            id=f"a_{number}", name=f"示例市{variant // 2}号局", duties=f"职责{variant}"
        ),
        Kind.ITEM: lambda: r.PublicItem(
            id=f"i_{number}", agency_id=agency, code=f"SP-{number}", name=f"事项{variant // 2}",
            methods=("on_site",), content=f"内容{variant}",
        ),
        Kind.ENTITY: lambda: a_public_entity(
            id=f"e_{number}", name=f"示例市{variant}号店", masked=variant == 3,
            former_names=("示例市旧名店",) if variant == 1 else (),
        ),
        Kind.PLAN: lambda: r.PublicPlan(
            id=f"p_{number}", agency_id=agency, code=f"2025-{number}", name=f"计划{number}", year=2025,
            version=1, approved_on=date(2025, 3, 1), tasks=tuple(_task(number, variant)),
        ),
        Kind.DRAW: lambda: r.PublicDraw(
            id=f"d_{number}", agency_id=agency, name=f"抽取{variant}", round_no=1,
            drawn_on=date(2025, 4, 1 + variant), method="software", task_id=f"t_{number}",
            frame_count=10 - variant // 2,
        ),
        Kind.RESULT: lambda: a_public_result(
            id=f"r_{number}", agency_id=agency, entity_id=f"e_{variant % 3}", task_id=f"t_{number}",
            outcomes=("no_problem", "pending", "ordered_to_rectify", "pending")[variant : variant + 1],
        ),
        Kind.FOLLOWUP: lambda: a_public_step(
            id=f"f_{number}", agency_id=agency, result_id=f"r_{variant % 3}",
            step=("ordered", "recheck", "closed", "recheck")[variant], text=f"第{variant}步",
        ),
        Kind.DOCUMENT: lambda: r.PublicDocument(
            id=f"m_{number}", agency_id=agency, title=f"通知{variant}", kind="notice",
            issued_on=date(2025, 2, 1), summary="摘要", body=f"# 正文\n\n第**{variant}**条",
        ),
        Kind.WITHHELD: lambda: r.PublicNotice(
            id=f"w_{number}", ground="trade_secret", article="第十五条", decided_by=f"某{variant}局",
            review_on=date(2026, 1, 1),
        ),
    }  # fmt: skip
    made: r.Record = makers[act.kind]()
    return made


def _task(number: int, variant: int) -> Iterator[r.PublicTask]:
    for each in {number, (number + variant) % 3}:
        yield r.PublicTask(
            id=f"t_{each}" if each == number else f"t_{number}{each}", code=f"T{each}",
            name=f"任务{variant // 2}", object_scope="全市", task_type="undirected",
            starts_on=date(2025, 4, 1), ends_on=date(2025, 5, 1), item_ids=(f"i_{number}",),
            joint=("internal", None)[variant % 2],
        )  # fmt: skip


def has_parents(found: r.Record, live: set[str]) -> bool:
    wanted = (getattr(found, name, None) for name in ("agency_id", "entity_id", "result_id"))
    return all(each in live for each in wanted if each)


def play(engine: sa.Engine, act: Act, number: int) -> None:
    """Carry out one act in a transaction of its own; what lacks its parent is left out."""
    with Session(engine) as session:
        live = {
            public_id
            for kind in (Kind.AGENCY, Kind.ENTITY, Kind.RESULT)
            for public_id in session.scalars(sa.select(LAYOUTS[kind].table.public_id))
        }
    found = record(act)
    with open_pen(engine, now=START + timedelta(days=number)) as pen:
        if act.verb == "withdraw":
            pen.withdraw(act.kind, [found.id])
        elif has_parents(found, live):
            pen.append(found)


def _full(engine: sa.Engine) -> None:
    """Publish three records of each kind."""
    with open_pen(engine, now=START) as pen:
        for kind in KINDS:
            for number in range(3):
                pen.append(record(Act("put", kind, number, 0)))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_any_one_change_touches_every_document_that_tells_of_it(kind: Kind, migrated: Path) -> None:
    engine, followed = register_alone(migrated), Memory()
    _full(engine)
    Subscriber(engine, followed, followed).catch_up()
    acts = [Act("put", kind, 0, variant) for variant in (1, 2, 3, 0)]

    for number, act in enumerate([*acts, Act("withdraw", kind, 0, 0), acts[0]], 1):
        play(engine, act, number)
        Subscriber(engine, followed, followed).catch_up()
        fresh = Memory()
        Subscriber(engine, fresh, fresh).catch_up()
        assert followed.documents == fresh.documents, act

    assert followed.rebuilt == 1


def test_a_name_taken_back_while_the_index_was_half_written_is_in_no_document(
    migrated: Path,
) -> None:
    engine, followed, fresh = register_alone(migrated), Memory(), Memory()
    _full(engine)
    Subscriber(engine, followed, followed).catch_up()
    play(engine, Act("put", Kind.AGENCY, 0, 2), 1)
    followed.dying = True
    with pytest.raises(Killed):
        Subscriber(engine, followed, followed).catch_up()
    assert followed.torn()

    play(engine, Act("put", Kind.AGENCY, 0, 0), 2)
    with Session(engine) as session:
        #: As when less is shown than before: the version between is gone.
        session.execute(sa.delete(VersionRow).where(VersionRow.serial > 3 * len(KINDS)))
        session.commit()
    Subscriber(engine, followed, followed).catch_up()
    Subscriber(engine, fresh, fresh).catch_up()

    assert followed.documents == fresh.documents
    assert "r_0" in followed.purged
    assert not followed.torn()


@given(history=acts(), batch=st.sampled_from([1, 2, 3, 1000]))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_following_the_log_equals_building_from_scratch(
    history: list[Act], batch: int, migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriber, "BATCH", batch)
    engine, followed, fresh = register_alone(migrated), Memory(), Memory()
    _full(engine)
    Subscriber(engine, followed, followed).catch_up()

    for number, act in enumerate(history, 1):
        if act.verb == "follow":
            Subscriber(engine, followed, followed).catch_up()
        else:
            play(engine, act, number)
    Subscriber(engine, followed, followed).catch_up()
    Subscriber(engine, fresh, fresh).catch_up()

    with Session(engine) as session:
        assert followed.serial() == fresh.serial() == changes.serial(session)
    assert followed.documents == fresh.documents
    assert (followed.rebuilt, fresh.rebuilt) == (1, 1)
