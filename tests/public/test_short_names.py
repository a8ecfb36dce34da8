"""What has a name too short to be looked for in texts is told by its number in no older version either, once hidden."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from portal.domain.verdicts import Act
from portal.register.records import Kind
from tests import stage
from tests.conftest import NOW, Office, opened
from tests.makers import AGENCY, ITEM_ROW
from tests.public.twins import Row, World, party
from tests.raw import store_bytes

#: No name of a person, whatever is around it.
_NAME = "广告"
_HOUR = timedelta(hours=1)
_CHECK: Row = {
    "code": "A", **party(1), "inspected_on": "2025-05-11", "item_code": "SP-001", "outcomes": "未发现问题",
}  # fmt: skip
_PLAN: Row = {
    "code": "P", "name": "示例计划", "year": "2025", "version": "1", "approved_on": "2025-03-02", "task_code": "P-R1",
    "task_name": "抽查", "object_scope": "经营者", "task_type": "不定向", "starts_on": "2025-04-01",
    "ends_on": "2025-06-30", "item_codes": "SP-001",
}  # fmt: skip
_ADJUSTED: Row = {"version": "2", "approved_on": "2025-04-02", "adjustment_reason": "调整"}
_ITEM: Row = {**ITEM_ROW, "code": "YL", "name": _NAME}
_DRAW: Row = {
    "code": "YL", "name": _NAME, "drawn_on": "2025-04-07", "method": "系统随机抽取", "sample_count": 1, **party(1),
}  # fmt: skip


@pytest.fixture
def world(furnished: Path, tmp_path: Path) -> Iterator[World]:
    with opened(stage.copy(furnished, tmp_path / "one")) as stores:
        yield World(Office(stores, tmp_path / "one"))


@pytest.mark.parametrize(
    ("kind", "there", "before", "after"),
    [
        (Kind.ITEM, "results", [_CHECK, _CHECK | {"item_code": "YL"}], _CHECK),
        (Kind.ITEM, "plans", [_PLAN | {"item_codes": "SP-001,YL"}], _PLAN | _ADJUSTED),
        (Kind.DRAW, "results", [_CHECK | {"draw_code": "YL"}], _CHECK),
    ],
)
def test_an_older_version_names_nothing_that_is_hidden_since_by_whatever_short_name(
    world: World, kind: Kind, there: str, before: list[Row], after: Row
) -> None:
    world.put(f"{kind.value}s", _ITEM if kind is Kind.ITEM else _DRAW, now=NOW)
    world.put(there, *before, now=NOW + _HOUR)
    public_id = world.public_id(kind, f"{AGENCY}/YL")
    assert public_id
    world.put(there, after, now=NOW + 2 * _HOUR)
    assert any(public_id in row for row in world.content()["version"])

    world.decide(kind, f"{AGENCY}/YL", Act.NEVER, NOW + 3 * _HOUR)

    assert not any(public_id in row for row in world.content()["version"])
    assert _NAME.encode() not in store_bytes(world.office.folder)
