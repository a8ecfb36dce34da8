"""Laws that hold for any history of publishing, amending and withdrawing."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.register import records as r
from portal.register.layout import LAYOUTS, hides_more
from portal.register.parts import Withheld
from portal.register.queries import changes
from portal.register.records import Kind, decode
from portal.register.tables.changes import ChangeRow, TallyRow, VersionRow
from portal.register.tables.results import OutcomeRow
from portal.register.tables.rows import RecordRow
from portal.register.writer import open_pen
from tests.register.makers import a_public_agency, a_public_entity, a_public_result, a_public_step
from tests.stage import register_alone

START = datetime(2025, 1, 6, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Act:
    """One thing done to the register: put a record, or withdraw one."""

    verb: str
    kind: Kind
    number: int
    variant: int


_ACTS = st.lists(
    st.builds(
        Act,
        st.sampled_from(["put", "put", "put", "withdraw"]),
        st.sampled_from([Kind.ENTITY, Kind.RESULT, Kind.FOLLOWUP]),
        st.integers(0, 3),
        st.integers(0, 2),
    ),
    max_size=25,
)


def _record(act: Act) -> r.Record:
    number = act.number
    if act.kind is Kind.ENTITY:
        return a_public_entity(id=f"e_{number}", name=f"示例市{act.variant}号企业")
    if act.kind is Kind.RESULT:
        outcome = ("no_problem", "ordered_to_rectify", "pending")[act.variant]
        return a_public_result(id=f"r_{number}", entity_id=f"e_{number}", outcomes=(outcome,))
    step = ("ordered", "recheck", "closed")[act.variant]
    return a_public_step(id=f"f_{number}", result_id=f"r_{number}", step=step)


def _has_parent(act: Act, live: set[str]) -> bool:
    parent = {Kind.RESULT: f"e_{act.number}", Kind.FOLLOWUP: f"r_{act.number}"}.get(act.kind)
    return parent is None or parent in live


def _play(engine: sa.Engine, acts: list[Act]) -> None:
    """Carry out a history, one transaction an act; what lacks its parent is left out."""
    with open_pen(engine, now=START) as pen:
        pen.append(a_public_agency())
    for number, act in enumerate(acts, 1):
        with Session(engine) as session:
            live = {
                i
                for kind in (Kind.ENTITY, Kind.RESULT)
                for i in session.scalars(sa.select(LAYOUTS[kind].table.public_id))
            }
        with open_pen(engine, now=START + timedelta(days=number)) as pen:
            if act.verb == "withdraw":
                pen.withdraw(act.kind, [_record(act).id])
            elif _has_parent(act, live):
                pen.append(_record(act))


@given(acts=_ACTS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_replaying_the_log_equals_the_register(acts: list[Act], migrated: Path) -> None:
    engine = register_alone(migrated)
    _play(engine, acts)

    with Session(engine) as session:
        log = session.execute(sa.select(ChangeRow).order_by(ChangeRow.serial)).scalars().all()
        replayed: dict[tuple[str, str], int] = {}
        for change in log:
            key = (change.kind, change.public_id)
            if change.op == "withdraw":
                replayed.pop(key)
            else:
                assert (key in replayed) == (change.op == "amend")
                replayed[key] = change.serial
        live = {
            (kind.value, row.public_id): row
            for kind, layout in LAYOUTS.items()
            for row in session.scalars(sa.select(layout.table))
        }

        assert [change.serial for change in log] == list(range(1, len(log) + 1))
        assert replayed == {key: row.serial for key, row in live.items()}
        assert changes.serial(session) == len(log)
        _check_tallies(session, live)
        _check_states(session, live)
        _check_satellites(session, live)


def _check_tallies(session: Session, live: dict[tuple[str, str], RecordRow]) -> None:
    """The kept counts equal the counted ones."""
    counted: Counter[str] = Counter(kind for kind, _ in live)
    for (kind, _), row in live.items():
        if kind == "result":
            result = decode(row.body, r.PublicResult)
            counted["result.problem"] += any(
                "no_problem" not in f.outcomes for f in result.findings
            )
            counted["result.open"] += result.status == "open"
    kept = session.execute(sa.select(TallyRow.what, TallyRow.count).where(TallyRow.scope == ""))
    assert {row[0]: row[1] for row in kept if row[1]} == {k: v for k, v in counted.items() if v}


def _check_states(session: Session, live: dict[tuple[str, str], RecordRow]) -> None:
    """A problem is open exactly while no closing step is public."""
    closed = {
        decode(row.body, r.PublicFollowUp).result_id
        for (kind, _), row in live.items()
        if kind == "followup" and decode(row.body, r.PublicFollowUp).step == "closed"
    }
    for (kind, public_id), row in live.items():
        if kind == "result":
            result = decode(row.body, r.PublicResult)
            problem = "no_problem" not in result.findings[0].outcomes
            assert result.status == ("open" if problem and public_id not in closed else "closed")
            assert getattr(row, "status", None) == result.status


def _check_satellites(session: Session, live: dict[tuple[str, str], RecordRow]) -> None:
    """No derived row and no old version outlives its record."""
    results = {public_id for kind, public_id in live if kind == "result"}
    assert set(session.scalars(sa.select(OutcomeRow.result_id))) == results
    known = {public_id for _, public_id in live}
    assert set(session.scalars(sa.select(VersionRow.public_id))) <= known


def test_an_equal_record_uses_no_serial(migrated_register: sa.Engine) -> None:
    with open_pen(migrated_register, now=START) as pen:
        pen.append(a_public_agency())

    with open_pen(migrated_register, now=START + timedelta(days=9)) as pen:
        pen.append(a_public_agency())

    assert (pen.serial, +pen.counts) == (1, {"same": 1})


def test_an_error_inside_the_pen_leaves_nothing_behind(migrated_register: sa.Engine) -> None:
    def interrupted() -> None:
        with open_pen(migrated_register, now=START) as pen:
            pen.append(a_public_agency())
            pen.flush()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    with Session(migrated_register) as session:
        assert changes.serial(session) == 0
        assert changes.tallies(session) == {}


@pytest.mark.parametrize("digest", [None, "ab" * 32])
def test_a_draw_with_a_field_withheld_later_leaves_no_older_version(digest: str | None) -> None:
    """Whether the draw has a package or not, and though its digest stays."""
    facts = {"id": "d_1", "agency_id": "a_1", "name": "抽取", "round_no": 1, "drawn_on": START.date(),
             "method": "software", "scheme": "dsr-draw/1", "package_sha256": digest}  # fmt: skip
    kept_back = Withheld("supervised_by", "public_security", "第十四条")
    open_one = r.PublicDraw(**facts, supervised_by="示例局")  # type: ignore[arg-type]
    closed = r.PublicDraw(**facts, withheld=(kept_back,))  # type: ignore[arg-type]

    assert hides_more(open_one, closed)
    assert not hides_more(open_one, open_one)
