"""What was taken back comes back by being filed anew, and by nothing else: least of all by what nobody may know of."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from portal.airlock.around import Passage
from portal.airlock.publish import bring_in_line
from portal.domain.verdicts import Act
from portal.internal.desk import batches, release, scheduled
from portal.internal.desk.brought import is_brought, led_in
from portal.internal.desk.unchanged import again
from portal.internal.tables.filings import TYPES
from portal.kit import clock
from portal.kit.db import write_lock
from portal.register.records import Kind
from tests import stage
from tests.conftest import NOW, Office, opened
from tests.internal.drawing_makers import numbered
from tests.makers import AGENCY, ITEM_ROW
from tests.public.stories import Story
from tests.public.twins import NEVER, PROBLEM, Row, World, party, refused, secretly

_HOUR = timedelta(hours=1)
_PARTY = f"uscc:{numbered(1)}"
_CHECK = f"{AGENCY}/A"
_HIDDEN = {**ITEM_ROW, "code": "YL-001", "name": "夜鹭第1项", **NEVER}
_STEP = {"result_code": "A", "step": "行政处罚", "taken_on": "2025-05-28", "text": "罚款"}


@pytest.fixture
def world(furnished: Path, tmp_path: Path) -> Iterator[World]:
    with opened(stage.copy(furnished, tmp_path / "one")) as stores:
        yield World(Office(stores, tmp_path / "one"))


@pytest.fixture
def secretive(world: World) -> World:
    """An office with an item that nobody may know of, and a word for it in each check."""
    world.rng = Random("secret")
    world.put("items", _HIDDEN, now=NOW)
    return world


def _check(**more: str) -> Row:
    return {
        "code": "A", **party(1), "inspected_on": "2025-05-11", "item_code": "SP-001", "outcomes": PROBLEM,
        "due_on": "2025-06-20", **more,
    }  # fmt: skip


def _with_secret(row: Row) -> list[Row]:
    return [row, row | {"item_code": "YL-001", "detail": "夜鹭另查"}]


def _bodies(world: World, kind: Kind) -> list[str]:
    with world.office.stores.register.connect() as register:
        return list(register.scalars(sa.text(f'SELECT body FROM "{kind.value}"')))


def _library(region: str) -> Row:
    return party(1) | {"region": region}


def _taken_back_with_its_party(world: World) -> None:
    world.put("results", *_with_secret(_check()), now=NOW)
    world.withdraw(Kind.ENTITY, _PARTY, NOW + _HOUR)
    world.put("entities", _library("990102"), now=NOW + 2 * _HOUR)


def _published_while_its_party_was_taken_back(world: World) -> None:
    world.put("entities", _library("990101"), now=NOW)
    world.withdraw(Kind.ENTITY, _PARTY, NOW + _HOUR)
    world.put("results", *_with_secret(_check()), now=NOW + _HOUR)
    world.put("entities", _library("990102"), now=NOW + 2 * _HOUR)


def _step_taken_back_with_its_check(world: World) -> None:
    world.put("results", *_with_secret(_check()), now=NOW)
    world.put("followups", _STEP, now=NOW)
    world.withdraw(Kind.RESULT, _CHECK, NOW + _HOUR)
    world.put("results", *_with_secret(_check(handling_text="另行处理")), now=NOW + 2 * _HOUR)


def _taken_out_for_a_name_that_is_shown_again(world: World) -> None:
    world.put("entities", party(2) | {"region": "990101"}, now=NOW)
    text = f"与{party(2)['entity_name']}一并处理"
    world.put("results", *_with_secret(_check(handling_text=text)), now=NOW)
    for act in (Act.NEVER, Act.OPEN):
        world.decide(Kind.ENTITY, f"uscc:{numbered(2)}", act, NOW + _HOUR)


@pytest.mark.parametrize(
    "story",
    [
        _taken_back_with_its_party,
        _published_while_its_party_was_taken_back,
        _step_taken_back_with_its_check,
        _taken_out_for_a_name_that_is_shown_again,
    ],
)
@pytest.mark.parametrize("by", ["decision", "file"])
def test_what_is_said_of_a_hidden_item_changes_nothing(
    secretive: World, story: Callable[[World], None], by: str
) -> None:
    story(secretive)
    before = secretive.content()

    if by == "decision":
        secretive.decide(Kind.ITEM, f"{AGENCY}/YL-001", Act.NEVER, NOW + 3 * _HOUR)
    else:
        secretive.put("items", _HIDDEN | {"name": "夜鹭改名项"}, now=NOW + 3 * _HOUR)

    assert secretive.content() == before


def test_a_list_says_nothing_new_when_somebody_is_hidden_who_never_stood_in_it(
    world: World,
) -> None:
    world.put("entities", _library("990101"), party(2) | {"region": "990101"}, now=NOW)
    head = {
        "code": "C0", "name": "轮", "drawn_on": "2025-04-07", "method": "系统随机抽取", "frame_count": 43,
        "sample_count": 3,
    }  # fmt: skip
    batch = world.office.file("draws", *(head | party(each) for each in (1, 2, 530))).batch_id
    world.decide(Kind.ENTITY, f"uscc:{numbered(530)}", Act.NEVER, NOW)
    world.office.publish(batch, let_pass=True)
    world.withdraw(Kind.ENTITY, _PARTY, NOW + _HOUR)
    world.put("entities", _library("990102"), now=NOW + 2 * _HOUR)
    before = world.content()

    world.decide(Kind.ENTITY, f"uscc:{numbered(530)}", Act.NEVER, NOW + 3 * _HOUR)

    assert world.content() == before
    assert len(_bodies(world, Kind.DRAW_ENTRY)) == 2


@pytest.mark.parametrize("by", ["decision", "release"])
def test_a_check_that_went_with_its_party_stays_away_when_the_party_is_filed_anew(
    world: World, by: str
) -> None:
    world.put("entities", _library("990101"), now=NOW)
    batch = world.office.file("results", _check()).batch_id
    world.office.publish(batch)
    world.put("followups", _STEP, now=NOW)
    world.withdraw(Kind.ENTITY, _PARTY, NOW + _HOUR)
    world.put("entities", _library("990102"), now=NOW + 2 * _HOUR)

    if by == "decision":
        world.decide(Kind.ENTITY, _PARTY, Act.WITHHOLD, NOW + 3 * _HOUR, "region")
    else:
        assert batch is not None
        release.release(world.office.stores, batch, by="he", now=NOW + 3 * _HOUR)
    gone = _bodies(world, Kind.RESULT) + _bodies(world, Kind.FOLLOWUP)
    world.put("results", _check(handling_text="另行处理"), now=NOW + 4 * _HOUR)

    assert gone == []
    assert len(_bodies(world, Kind.RESULT)) == 1
    assert _bodies(world, Kind.FOLLOWUP) == []


def test_what_was_taken_back_comes_back_as_it_was_by_being_filed_anew_itself(world: World) -> None:
    """Why stands in a note, which stays inside."""
    filed = {
        Kind.ENTITY: ("entities", _library("990101")),
        Kind.RESULT: ("results", _check()),
        Kind.FOLLOWUP: ("followups", _STEP),
    }
    for sheet, row in filed.values():
        world.put(sheet, row, now=NOW)
    before = {kind: _bodies(world, kind) for kind in filed}
    world.withdraw(Kind.ENTITY, _PARTY, NOW + _HOUR)
    gone = {kind: _bodies(world, kind) for kind in filed}

    back = []
    for sheet, row in filed.values():
        why = row | {"note": "经复核应予公开"}
        world.office.put(sheet, why, now=NOW + 2 * _HOUR, let_pass=True)
        back.append([len(_bodies(world, kind)) for kind in filed])

    assert list(gone.values()) == [[], [], []]
    assert back == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    assert {kind: _bodies(world, kind) for kind in filed} == before


def test_a_step_that_went_with_its_check_stays_away_when_the_check_is_filed_anew(
    world: World,
) -> None:
    world.put("results", _check(), now=NOW)
    world.put("followups", _STEP, now=NOW)
    world.withdraw(Kind.RESULT, _CHECK, NOW + _HOUR)
    world.put("results", _check(handling_text="另行处理"), now=NOW + 2 * _HOUR)

    world.decide(Kind.RESULT, _CHECK, Act.MASK, NOW + 3 * _HOUR, "handling_text")

    assert _bodies(world, Kind.FOLLOWUP) == []


def test_a_step_goes_when_a_correction_leaves_the_problem_to_a_hidden_finding(
    secretive: World,
) -> None:
    found, hidden = _with_secret(_check())
    secretive.put("results", found, hidden, now=NOW)
    secretive.put("followups", _STEP, now=NOW)
    assert len(_bodies(secretive, Kind.FOLLOWUP)) == 1

    secretive.put("results", found | {"outcomes": "未发现问题"}, hidden, now=NOW + _HOUR)

    assert _bodies(secretive, Kind.FOLLOWUP) == []


def test_an_item_that_was_taken_back_and_is_hidden_then_leaves_checks_and_plans(
    world: World,
) -> None:
    other = {**ITEM_ROW, "code": "SP-002", "name": "消防"}
    world.put("items", other, {**ITEM_ROW, "code": "SP-003", "name": "计量"}, now=NOW)
    fine, found = _check(outcomes="未发现问题", due_on=""), _check(item_code="SP-002", due_on="")
    world.put("results", fine, found | {"detail": "灭火器过期"}, now=NOW)
    world.put("followups", _STEP, now=NOW)
    plan = {
        "code": "P0", "name": "计划", "year": "2025", "version": "1", "approved_on": "2025-03-02",
        "task_code": "P0-R1", "task_name": "查", "object_scope": "经营者", "task_type": "不定向",
        "starts_on": "2025-04-01", "ends_on": "2025-06-30", "item_codes": "SP-001,SP-002",
    }  # fmt: skip
    world.put("plans", plan, now=NOW)
    world.withdraw(Kind.ITEM, f"{AGENCY}/SP-002", NOW + _HOUR)
    item_id = _bodies(world, Kind.PLAN)[0].partition('"item_ids":')[2].count("i_")

    world.decide(Kind.ITEM, f"{AGENCY}/SP-002", Act.NEVER, NOW + 2 * _HOUR)

    check, shown = _bodies(world, Kind.RESULT)[0], _bodies(world, Kind.PLAN)[0]
    assert "消防" not in check
    assert "灭火器" not in check
    assert _bodies(world, Kind.FOLLOWUP) == []
    assert (item_id, shown.partition('"item_ids":')[2].count("i_")) == (2, 1)


def _publish_anew(world: World, now: datetime) -> None:
    """Project every released filing again, as if something had asked for it."""
    stores, today = world.office.stores, clock.local_date(now)
    with write_lock(stores.internal) as session:

        def everything() -> Iterator[Passage]:
            for kind in TYPES:
                for rows in batches.public_under(session, kind, ""):
                    mine = [row for row in rows if not is_brought(row)]
                    for _, passage in again(session, mine, today):
                        passage.gone = []
                        yield passage

        those = led_in(session, stores.register, everything(), today=today)
        bring_in_line(stores.register, those, now=now, keys=stores.log_key)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [4, 19, 25, 27])
def test_to_publish_everything_anew_would_change_nothing(
    furnished: Path, tmp_path: Path, seed: int
) -> None:
    """Whatever happened: else something that nobody may know of could bring it about, and would be told by it."""
    with opened(stage.copy(furnished, tmp_path / "one")) as stores:
        world = World(Office(stores, tmp_path / "one"))
        world.rng = Random(seed) if seed % 2 else None
        story = Story(Random(f"idem {seed}"))
        for number in range(20):
            now = NOW + timedelta(hours=9 * number)
            if world.rng:
                refused(secretly, world, now - _HOUR)
            refused(story.tell(), world, now)
            #: Lists of which the embargo is over go out by themselves.
            scheduled.carry_out(stores, now=now)
            before = world.content()

            _publish_anew(world, now)

            assert world.content() == before
