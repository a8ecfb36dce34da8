"""What those who keep a copy rely on: the change feed, its digests, and which dumps are retired."""

import json
from hashlib import sha256, shake_128
from pathlib import Path

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.register import digests
from portal.register.digests import Counted
from portal.register.layout import LAYOUTS
from portal.register.queries import changes, sync
from portal.register.records import Kind
from portal.register.tables.changes import ChangeRow
from portal.register.writer import open_pen
from tests.register.makers import a_public_agency, a_public_entity, a_public_result, a_public_step
from tests.register.test_history import _ACTS, START, Act, _has_parent, _record
from tests.stage import register_alone

#: A copy: body by kind and id.
Copy = dict[tuple[str, str], str]

_quietly = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _empty(migrated: Path) -> sa.Engine:
    engine = register_alone(migrated)
    with open_pen(engine, now=START) as pen:
        pen.append(a_public_agency())
    return engine


def _do(engine: sa.Engine, act: Act) -> None:
    live = {public_id for _, public_id in _held(engine)}
    with open_pen(engine, now=START) as pen:
        if act.verb == "withdraw":
            pen.withdraw(act.kind, [_record(act).id])
        elif _has_parent(act, live):
            pen.append(_record(act))


def _held(engine: sa.Engine) -> Copy:
    """Return what the register holds."""
    with Session(engine) as session:
        return {
            (kind.value, row.public_id): row.body
            for kind in Kind
            for row in session.scalars(sa.select(LAYOUTS[kind].table))
        }


def _read(engine: sa.Engine, copy: Copy, number: int, limit: int) -> int | None:
    """Apply one page to a copy; return the number to go on from, None behind the last page."""
    with Session(engine) as session:
        items = sync.after(session, number, limit)
    assert len(items) <= limit
    numbers = [item.serial for item in items]
    assert numbers == sorted(set(numbers))
    for item in items:
        assert item.serial > number
        copy.pop((item.kind, item.public_id), None)
        if item.body is not None:
            copy[item.kind, item.public_id] = item.body
    return numbers[-1] if numbers else None


def _recomputed(copy: Copy) -> dict[str, Counted]:
    """Compute count and digest of every kind from their description, as a stranger would."""
    lanes: dict[str, list[int]] = {}
    counts: dict[str, int] = {}
    for (kind, public_id), body in copy.items():
        plain = json.dumps(
            json.loads(body), sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )
        seed = f"{kind}\n{public_id}\n".encode() + sha256(plain.encode()).digest()
        element = shake_128(seed).digest(2048)
        sums = lanes.setdefault(kind, [0] * 1024)
        for place in range(1024):
            value = int.from_bytes(element[2 * place : 2 * place + 2])
            sums[place] = (sums[place] + value) % 65_536
        counts[kind] = counts.get(kind, 0) + 1
    return {
        kind: Counted(counts[kind], sha256(b"".join(lane.to_bytes(2) for lane in sums)).hexdigest())
        for kind, sums in lanes.items()
    }


@given(acts=_ACTS, limit=st.integers(1, 4))
@_quietly
def test_a_copy_made_while_publishing_goes_on_equals_the_register(
    acts: list[Act], limit: int, migrated: Path
) -> None:
    engine = _empty(migrated)
    follower: Copy = {}
    number = 0
    for act in acts:
        _do(engine, act)
        number = _read(engine, follower, number, limit) or number
    while (further := _read(engine, follower, number, limit)) is not None:
        number = further

    late: Copy = {}
    place: int | None = 0
    while place is not None:
        place = _read(engine, late, place, limit)

    assert follower == late == _held(engine)
    with Session(engine) as session:
        newest = changes.serial(session)
    assert number == newest


@given(acts=_ACTS)
@_quietly
def test_the_checkpoint_is_what_a_stranger_computes_from_a_copy(
    acts: list[Act], migrated: Path
) -> None:
    engine = _empty(migrated)
    for act in acts:
        _do(engine, act)

    with Session(engine) as session:
        found = sync.checkpoint(session)

    own = _recomputed(_held(engine))
    assert {kind: each for kind, each in found.kinds.items() if each.count} == own
    assert digests.together(found.kinds, "") == digests.together(own, "")
    assert all(each.digest == digests.digest(0) for each in found.kinds.values() if not each.count)


@given(acts=_ACTS)
@_quietly
def test_a_dump_is_retired_by_the_withdrawal_of_anything_it_holds(
    acts: list[Act], migrated: Path
) -> None:
    engine = _empty(migrated)
    dumps: dict[int, Copy] = {}
    for act in acts:
        _do(engine, act)
        with Session(engine) as session:
            dumps[changes.serial(session)] = _held(engine)

    with Session(engine) as session:
        gone = session.execute(
            sa.select(ChangeRow.serial, ChangeRow.kind, ChangeRow.public_id).where(
                ChangeRow.op == "withdraw"
            )
        ).all()
        for serial, held in dumps.items():
            retired = sync.is_retired(session, serial)
            holds_it = any(w.serial > serial and (w.kind, w.public_id) in held for w in gone)
            assert retired or not holds_it
            assert not retired or any(w.serial > serial for w in gone)


def test_a_withdrawal_leaves_dumps_alone_that_never_held_the_record(
    migrated_register: sa.Engine,
) -> None:
    with open_pen(migrated_register, now=START) as pen:
        pen.append(a_public_agency())
        pen.append(a_public_entity())
    before = pen.serial
    with open_pen(migrated_register, now=START) as pen:
        pen.append(a_public_result())
    between = pen.serial

    with open_pen(migrated_register, now=START) as pen:
        pen.withdraw(Kind.RESULT, ["r_1"])

    with Session(migrated_register) as session:
        assert [sync.is_retired(session, n) for n in (before, between, pen.serial)] == [
            False,
            True,
            False,
        ]


def test_an_amendment_that_hides_more_retires_dumps_and_an_ordinary_one_does_not(
    migrated_register: sa.Engine,
) -> None:
    with open_pen(migrated_register, now=START) as pen:
        pen.append(a_public_entity())
    first = pen.serial
    with open_pen(migrated_register, now=START) as pen:
        pen.append(a_public_entity(name="示例市青禾食品集团有限公司"))
    with Session(migrated_register) as session:
        assert not sync.is_retired(session, first)

    with open_pen(migrated_register, now=START) as pen:
        pen.append(a_public_entity(name="示例市＊＊＊", form="sole_trader", masked=True))

    with Session(migrated_register) as session:
        assert [sync.is_retired(session, n) for n in (first, pen.serial)] == [True, False]


def test_a_tombstone_says_nothing_but_that_the_record_is_gone(
    migrated_register: sa.Engine,
) -> None:
    with open_pen(migrated_register, now=START) as pen:
        for record in (a_public_agency(), a_public_entity(), a_public_result(), a_public_step()):
            pen.append(record)
    with open_pen(migrated_register, now=START) as pen:
        pen.withdraw(Kind.RESULT, ["r_1"])

    with Session(migrated_register) as session:
        items = sync.after(session, 0, 100)

    gone = [(item.kind, item.public_id, item.body) for item in items if item.body is None]
    assert gone == [("followup", "f_1", None), ("result", "r_1", None)]


@given(st.lists(st.binary(max_size=8), max_size=6), st.binary(max_size=8))
def test_an_element_put_in_and_taken_out_leaves_no_trace(texts: list[bytes], one: bytes) -> None:
    elements = [digests.element("result", str(n), text) for n, text in enumerate(texts)]
    there = 0
    for element in elements:
        there = digests.plus(there, element)
    backwards = 0
    for element in reversed(elements):
        backwards = digests.plus(backwards, element)
    extra = digests.element("item", "i", one)

    assert there == backwards
    assert digests.minus(digests.plus(there, extra), extra) == there
    assert digests.plus(there, extra) != there
