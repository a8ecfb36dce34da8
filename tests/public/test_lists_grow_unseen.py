"""Who comes to the list of a draw, or leaves it, and is shown to nobody changes no figure of the draw."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from portal.domain.verdicts import Act
from portal.internal.desk import scheduled
from portal.register.records import Kind
from tests import stage
from tests.conftest import NOW, Office, opened
from tests.internal.drawing_makers import numbered
from tests.public.twins import NEVER, WITHHELD, Row, World, party

_HOUR = timedelta(hours=1)
_HEAD: Row = {"code": "C0", "name": "轮", "drawn_on": "2025-04-07", "method": "系统随机抽取"}
_FRAME: Row = {"frame_count": 43}
_SHARE: Row = {"ratio": "5%"}


@pytest.fixture
def world(furnished: Path, tmp_path: Path) -> Iterator[World]:
    with opened(stage.copy(furnished, tmp_path / "one")) as stores:
        made = World(Office(stores, tmp_path / "one"), Random("secret"))
        open_, hidden = [party(1), party(2)], [party(each) | NEVER for each in (530, 531)]
        made.put("entities", *open_, *hidden, now=NOW)
        yield made


def _list(*numbers: int, **stated: object) -> list[Row]:
    return [_HEAD | {"sample_count": len(numbers)} | stated | party(each) for each in numbers]


def _frame(world: World) -> list[int]:
    with world.office.stores.register.connect() as register:
        bodies = register.scalars(sa.text("SELECT body FROM draw"))
        return [json.loads(each)["frame_count"] for each in bodies]


@pytest.mark.parametrize("stated", [_FRAME, _SHARE])
@pytest.mark.parametrize(
    ("first", "then"),
    [((1, 2), (1, 530, 2)), ((1, 2, 530), (1, 2)), ((1, 2, 530), (531, 1, 2, 530))],
)
def test_a_figure_stays_while_the_list_that_is_shown_does(
    world: World, stated: Row, first: tuple[int, ...], then: tuple[int, ...]
) -> None:
    world.put("draws", *_list(*first, **stated), now=NOW)
    before = world.content()

    world.put("draws", *_list(*then, **stated), now=NOW + _HOUR)
    world.put("draws", *_list(*reversed(then), **stated), now=NOW + 2 * _HOUR)

    assert world.content() == before


def test_figures_follow_whom_the_list_shows_and_what_is_stated(world: World) -> None:
    world.put("draws", *_list(1, 2, **_FRAME), now=NOW)
    world.put("draws", *_list(1, 2, 530, **_FRAME), now=NOW + _HOUR)
    shown = [_frame(world)]

    world.decide(Kind.ENTITY, f"uscc:{numbered(2)}", Act.NEVER, NOW + 2 * _HOUR)
    shown.append(_frame(world))
    world.put("draws", *_list(1, 2, 530, frame_count=50), now=NOW + 3 * _HOUR)
    shown.append(_frame(world))

    assert shown == [[43], [42], [48]]


@pytest.mark.parametrize("way", ["overtaken", "withdrawn"])
def test_a_figure_follows_no_list_that_never_came_out(world: World, way: str) -> None:
    """One was released after a later one, or after the draw was withdrawn: nobody saw it, nor what it counted."""
    if way == "withdrawn":
        world.put("draws", *_list(1, 2, frame_count=50), now=NOW)
    unseen = world.office.file("draws", *_list(1, 2, 530, **_FRAME), now=NOW).batch_id
    assert unseen is not None
    if way == "overtaken":
        world.put("draws", *_list(1, 2, **_FRAME), now=NOW + _HOUR)
    else:
        world.withdraw(Kind.DRAW, "990100-SCJG/C0", NOW + _HOUR)

    world.office.publish(unseen, now=NOW + 2 * _HOUR, let_pass=True)
    world.put("draws", *_list(1, 2, remark="更正", **_FRAME), now=NOW + 3 * _HOUR)

    assert _frame(world) == [43]


@pytest.mark.parametrize("act", ["hide", "open", "file", "withdraw"])
@pytest.mark.parametrize("again", [(1, 2, 3), (1, 530, 2, 3)])
def test_a_list_under_embargo_does_not_tell_that_somebody_on_it_is_hidden_or_opened(
    world: World, act: str, again: tuple[int, ...]
) -> None:
    """Neither at once nor when something else is said of the draw: figures and digest follow once the list is out."""
    world.put("entities", party(3) | {"region": "990101"}, now=NOW)
    who = f"uscc:{numbered(3)}"
    if act == "open":
        world.decide(Kind.ENTITY, who, Act.WITHHOLD, NOW)
    elif act == "file":
        world.put("entities", party(3) | WITHHELD, now=NOW)
    sealed: Row = {"embargo_until": "2025-06-20", **_FRAME}
    world.put("draws", *_list(1, 2, 3, **sealed), now=NOW)
    before = _figures(world)

    if act == "hide":
        world.decide(Kind.ENTITY, who, Act.WITHHOLD, NOW + _HOUR)
    elif act == "open":
        world.decide(Kind.ENTITY, who, Act.OPEN, NOW + _HOUR)
    elif act == "file":
        world.put(
            "entities", party(3) | {"region": "990101", "disclosure": "公开"}, now=NOW + _HOUR
        )
    else:
        world.withdraw(Kind.ENTITY, who, NOW + _HOUR)
    at_once = _figures(world)
    world.put("draws", *_list(*again, remark="更正", **sealed), now=NOW + 2 * _HOUR)

    assert (at_once, _figures(world)) == (before, before)
    scheduled.carry_out(world.office.stores, now=NOW + 30 * 24 * _HOUR)
    assert _figures(world) != before


def test_a_list_put_under_embargo_after_it_came_out_is_opened_by_no_older_version(
    world: World,
) -> None:
    """What opens its digest would let every list of these parties be tried against it."""
    world.put("draws", *_list(1, 2, **_FRAME), now=NOW)

    world.put("draws", *_list(1, 2, embargo_until="2025-06-20", **_FRAME), now=NOW + _HOUR)

    told = "".join(world.content()["draw"] + world.content()["version"])
    assert "list_digest" in told
    assert "list_nonce" not in told
    assert world.content()["draw_entry"] == []


def _figures(world: World) -> list[object]:
    with world.office.stores.register.connect() as register:
        bodies = [json.loads(each) for each in register.scalars(sa.text("SELECT body FROM draw"))]
    return [
        [each.get(name) for name in ("frame_count", "sample_count", "list_digest")]
        for each in bodies
    ]
