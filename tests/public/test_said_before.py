"""What a check said before a hidden finding came to it stays: that it goes would tell of the finding."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from portal.domain.verdicts import Act
from portal.register.records import Kind
from tests import stage
from tests.conftest import NOW, Office, opened
from tests.makers import AGENCY, ITEM_ROW
from tests.public.twins import NEVER, PROBLEM, WITHHELD, Row, World, party

_HOUR = timedelta(hours=1)
_FINE: Row = {
    "code": "A", **party(1), "inspected_on": "2025-05-11", "item_code": "SP-001",
    "outcomes": "未发现问题", "handling_text": "现场提醒", "disclosure": "公开",
}  # fmt: skip
_PENDING = _FINE | {
    "outcomes": "发现问题待后续处理", "handling_text": "已约谈", "due_on": "2025-06-20",
}  # fmt: skip
_ORDERED = _FINE | {"outcomes": PROBLEM, "handling_text": "责令改正", "due_on": "2025-06-20"}
#: A finding of a problem beside these, about an item that nobody may know of.
_HIDDEN: Row = {"item_code": "YL-001", "outcomes": PROBLEM, "detail": "夜鹭另查"}


@pytest.fixture
def world(furnished: Path, tmp_path: Path) -> Iterator[World]:
    with opened(stage.copy(furnished, tmp_path / "one")) as stores:
        made = World(Office(stores, tmp_path / "one"), Random("secret"))
        made.put("items", {**ITEM_ROW, "code": "YL-001", "name": "夜鹭第1项", **NEVER}, now=NOW)
        yield made


def _shown(world: World) -> dict[str, Any]:
    with world.office.stores.register.connect() as register:
        [body] = register.scalars(sa.text("SELECT body FROM result"))
    found: dict[str, Any] = json.loads(body)
    return found


@pytest.mark.parametrize("row", [_FINE, _PENDING], ids=["no problem", "nothing ordered"])
@pytest.mark.parametrize("hidden", ["added", "corrected"])
def test_a_hidden_finding_changes_nothing_of_what_a_check_said(
    world: World, row: Row, hidden: str
) -> None:
    was = [row, row | _HIDDEN | {"outcomes": "未发现问题"}] if hidden == "corrected" else [row]
    world.put("results", *was, now=NOW)
    before = world.content()

    world.put("results", row, row | _HIDDEN, now=NOW + _HOUR)
    world.put("results", row | _HIDDEN | {"detail": "夜鹭再查"}, row, now=NOW + 2 * _HOUR)

    assert world.content() == before
    assert _shown(world)["handling_text"] == row["handling_text"]


def test_what_is_said_with_a_hidden_finding_for_the_first_time_goes_with_it(world: World) -> None:
    world.put("results", _FINE, now=NOW)
    said = {"handling_text": "责令停业"}

    world.put("results", _FINE | said, _FINE | said | _HIDDEN, now=NOW + _HOUR)

    assert "handling_text" not in _shown(world)


def test_an_order_goes_when_a_correction_leaves_its_problem_to_a_hidden_finding(
    world: World,
) -> None:
    world.put("results", _ORDERED, now=NOW)

    world.put("results", _ORDERED | {"outcomes": "未发现问题"}, _ORDERED | _HIDDEN, now=NOW + _HOUR)

    assert not {"handling_text", "due_on", "stated_due_on"} & _shown(world).keys()


@pytest.mark.parametrize("seen", [[_FINE], []], ids=["beside another", "alone"])
def test_what_followed_from_another_hidden_item_before_was_never_said(
    world: World, seen: list[Row]
) -> None:
    """Neither item may be named: words that stood beside the one are not said already beside the other."""
    world.put("items", {**ITEM_ROW, "code": "YL-002", "name": "夜鹭第2项", **NEVER}, now=NOW)
    other = _PENDING | {"item_code": "YL-002", "detail": "夜鹭前查"}
    told = {name: _PENDING[name] for name in ("handling_text", "due_on")}
    world.put("results", *(each | told for each in seen), other, now=NOW)

    world.put("results", _PENDING, _PENDING | _HIDDEN, now=NOW + _HOUR)

    assert not {"handling_text", "due_on", "stated_due_on"} & _shown(world).keys()


_IN_PART: Row = WITHHELD | {"disclosure": "部分公开", "hidden": "处理说明"}


@pytest.mark.parametrize("kept", [NEVER, WITHHELD, _IN_PART], ids=["never", "withheld", "in part"])
def test_what_was_kept_back_before_was_said_to_nobody(world: World, kept: Row) -> None:
    world.put("results", _FINE | kept, now=NOW)

    world.put("results", _FINE, _FINE | _HIDDEN, now=NOW + _HOUR)

    assert "handling_text" not in _shown(world)


def test_what_was_kept_back_and_opened_up_is_said(world: World) -> None:
    world.put("results", _FINE | _IN_PART, now=NOW)
    world.decide(Kind.RESULT, f"{AGENCY}/A", Act.OPEN, NOW + _HOUR, "handling_text")

    world.put("results", _FINE, _FINE | _HIDDEN, now=NOW + 2 * _HOUR)

    assert _shown(world)["handling_text"] == _FINE["handling_text"]


def test_what_is_kept_back_by_now_was_said_all_the_same(world: World) -> None:
    """Its marker stands beside a hidden finding as it stood before: that it goes would tell of the finding."""
    world.put("results", _FINE, now=NOW)
    world.decide(Kind.RESULT, f"{AGENCY}/A", Act.WITHHOLD, NOW + _HOUR, "handling_text")
    before = world.content()

    world.put("results", _FINE, _FINE | _HIDDEN, now=NOW + 2 * _HOUR)

    assert world.content() == before
    assert [each["field"] for each in _shown(world)["withheld"]] == ["handling_text"]


def test_what_was_released_too_late_to_be_read_was_not_said_before(world: World) -> None:
    late = world.office.file("results", _FINE, now=NOW).batch_id
    assert late is not None
    world.put("results", _FINE, _FINE | _HIDDEN, now=NOW + _HOUR)
    before = world.content()

    world.office.publish(late, now=NOW + 2 * _HOUR, let_pass=True)
    world.decide(Kind.ENTITY, f"uscc:{_FINE['identifier']}", Act.COARSEN, NOW + 3 * _HOUR, "region")

    assert world.content()["result"] == before["result"]
