"""What was public and is taken back leaves nothing by which one could tell what it had said.

Two offices publish the same records with other contents, and take them back alike: what is left of the register, the
numbers of its rows and the sizes of the files of the search index are the same. Only hashes with salts that are gone differ.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.domain.verdicts import Act
from portal.register.records import Kind
from portal.register.search import keeping
from tests import stage
from tests.conftest import NOW, Office, opened
from tests.makers import AGENCY, ITEM_ROW, a_text
from tests.public.twins import PROBLEM, Row, World, chinese, party

#: Hashes over the salted leaves, and sums over them.
_SALTED = {"leaf", "tile", "checkpoint", "digest", "epoch"}
_FINE = "未发现问题"
Told = Callable[[World, random.Random, datetime], object]


def _number(rng: random.Random) -> str:
    return chinese(rng.randint(10**5, 10**6 - 1))


def _check(world: World, rng: random.Random, now: datetime) -> None:
    """Of a party of its own world, with one to three items, in a plan and a draw or not, with steps or without."""
    head: Row = {
        "code": "D",
        **party(len(world.office.folder.name)),
        "inspected_on": f"2025-05-{rng.randint(10, 28)}",
    }
    head |= rng.choice([{}, {"task_code": "P0-R1"}, {"draw_code": "C0"}])
    items = rng.sample(["SP-001", "SP-002", "SP-003"], rng.randint(1, 3))
    rows = [
        head | {"item_code": item, "detail": f"详{_number(rng)}", "outcomes": _FINE}
        for item in items
    ]
    if rng.random() < 0.5:
        rows = [row | {"outcomes": PROBLEM, "due_on": "2025-06-20"} for row in rows]
    world.put("results", *rows, now=now)


def _party(world: World, rng: random.Random, now: datetime) -> None:
    row = party(600) | {
        "entity_name": f"示例市{_number(rng)}公司", "region": rng.choice(["990101", "990102", "990101003"]),
        "former_names": f"示例市{_number(rng)}厂", "industry": rng.choice(["餐饮", "零售"]),
    }  # fmt: skip
    world.put("entities", row, now=now)


def _item(world: World, rng: random.Random, now: datetime) -> None:
    of_class = rng.choice(["一般检查事项", "重点检查事项"])
    row = {**ITEM_ROW, "code": "DI", "name": f"旧项{_number(rng)}", "item_class": of_class}
    world.put("items", row, now=now)


def _plan(world: World, rng: random.Random, now: datetime) -> None:
    head = {
        "code": "DP", "name": f"旧计划{_number(rng)}", "year": rng.choice(["2024", "2025"]), "version": "1",
        "approved_on": "2025-03-02", "object_scope": "经营者", "task_type": "不定向",
    }  # fmt: skip
    tasks = [
        head | {
            "task_code": f"DP-R{number}", "task_name": f"查{_number(rng)}", "starts_on": "2025-04-01",
            "ends_on": "2025-06-30", "item_codes": rng.choice(["SP-001", "SP-002,SP-003"]),
            "planned_count": rng.randint(1, 99),
        }
        for number in range(rng.randint(1, 3))
    ]  # fmt: skip
    world.put("plans", *tasks, now=now)


def _draw(world: World, rng: random.Random, now: datetime) -> None:
    """Of the same two parties: of each the log tells an id, made of both and a secret."""
    head = {
        "code": "DC", "name": f"旧轮{_number(rng)}", "drawn_on": "2025-04-10",
        "method": "系统随机抽取", "unit": rng.choice(["一组", "二组"]), "frame_count": rng.randint(30, 50),
        "sample_count": 2,
    }  # fmt: skip
    world.put("draws", *(head | party(each) for each in (1, 2)), now=now)


def _document(world: World, rng: random.Random, now: datetime) -> None:
    path = a_text(
        world.office.folder / "d.md", f"正文{_number(rng)}", code="D", title=f"方案{_number(rng)}",
        number=f"示办〔2025〕{rng.randint(1, 99)}号", agency=AGENCY, kind="实施方案",
        issued_on=f"2025-02-{rng.randint(10, 28)}", summary=f"述{_number(rng)}",
    )  # fmt: skip
    batch = world.office.take(path, "documents", now=now).batch_id
    world.office.publish(batch, now=now, let_pass=True)


def _text_of_a_check(world: World, rng: random.Random, now: datetime) -> None:
    row = {
        "code": "D", **party(1), "inspected_on": "2025-05-11", "item_code": "SP-001", "outcomes": PROBLEM,
        "due_on": "2025-06-20", "handling_text": f"理{_number(rng)}",
    }  # fmt: skip
    world.put("results", row, now=now)


def _name_of_a_party(world: World, rng: random.Random, now: datetime) -> None:
    row = party(600) | {"entity_name": f"示例市{_number(rng)}公司", "region": "990101", "former_names": f"示例市{_number(rng)}厂"}  # fmt: skip
    world.put("entities", row, now=now)
    check = {
        "code": "D", **row, "inspected_on": "2025-05-11", "item_code": "SP-001", "outcomes": _FINE,
    }  # fmt: skip
    del check["region"], check["former_names"]
    world.put("results", check, now=now)


@pytest.fixture
def worlds(furnished: Path, tmp_path: Path) -> Iterator[list[World]]:
    """Two offices with five parties, three items, a plan, a draw and a check between which all happens."""
    with ExitStack() as stack:
        made = []
        for name in ("one", "other"):
            stores = stack.enter_context(opened(stage.copy(furnished, tmp_path / name)))
            made.append(World(Office(stores, tmp_path / name)))
        for world in made:
            items = ({**ITEM_ROW, "code": f"SP-00{n}", "name": f"第{chinese(n)}项"} for n in (2, 3))
            world.put("items", *items, now=NOW)
            world.put("entities", *(party(n) | {"region": "990101"} for n in range(1, 6)), now=NOW)
            plan = {
                "code": "P0", "name": "计划", "year": "2025", "version": "1", "approved_on": "2025-03-02",
                "task_code": "P0-R1", "task_name": "查", "object_scope": "经营者", "task_type": "不定向",
                "starts_on": "2025-04-01", "ends_on": "2025-06-30", "item_codes": "SP-001",
            }  # fmt: skip
            world.put("plans", plan, now=NOW)
            draw = {
                "code": "C0",
                "name": "轮",
                "drawn_on": "2025-04-07",
                "method": "系统随机抽取",
                "frame_count": 9,
            }
            world.put("draws", draw | party(1) | {"sample_count": 1}, now=NOW)
        yield made


def _bystander(worlds: list[World], number: int, now: datetime) -> None:
    row = party(1 + number % 3) | {
        "code": f"JC-{number}", "inspected_on": f"2025-05-{10 + number}", "item_code": f"SP-00{1 + number % 3}",
        "outcomes": PROBLEM, "due_on": "2025-06-20", "task_code": "P0-R1",
    }  # fmt: skip
    for world in worlds:
        world.put("results", row, now=now)


def _numbered(world: World) -> dict[str, list[int]]:
    """Return the numbers of the rows of each table that numbers them."""
    found = {}
    with world.office.stores.register.connect() as register:
        for name in sorted(sa.inspect(register).get_table_names()):
            made = register.scalar(
                sa.text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": name}
            )
            if "WITHOUT ROWID" not in str(made):
                found[name] = list(
                    register.scalars(sa.text(f'SELECT rowid FROM "{name}" ORDER BY 1'))
                )
    return found


def _left(world: World) -> dict[str, object]:
    """Return what is left: rows without hashes, numbers of rows, files of the index by kind and size."""
    keeping.catch_up(world.office.stores.register, world.office.stores.index)
    rows = {name: sorted(rows) for name, rows in world.content().items() if name not in _SALTED}
    folder = world.office.folder / "search"
    files = Counter((each.suffix, each.stat().st_size) for each in folder.iterdir())
    return {"rows": rows, "numbers": _numbered(world), "files": files}


_TAKEN = {
    "check": (_check, Kind.RESULT, f"{AGENCY}/D"),
    "party": (_party, Kind.ENTITY, f"uscc:{party(600)['identifier']}"),
    "item": (_item, Kind.ITEM, f"{AGENCY}/DI"),
    "plan": (_plan, Kind.PLAN, f"{AGENCY}/DP"),
    "draw": (_draw, Kind.DRAW, f"{AGENCY}/DC"),
    "document": (_document, Kind.DOCUMENT, f"{AGENCY}/D"),
}
_PARTS = {
    "text": (_text_of_a_check, Kind.RESULT, f"{AGENCY}/D", "handling_text", Act.MASK),
    "name": (
        _name_of_a_party,
        Kind.ENTITY,
        f"uscc:{party(600)['identifier']}",
        "name",
        Act.WITHHOLD,
    ),
}


@pytest.mark.slow
@pytest.mark.sqlite
@pytest.mark.parametrize("amended", [False, True])
@pytest.mark.parametrize(
    ("what", "how"),
    [
        *((what, "withdrawn") for what in _TAKEN),
        #: Of a plan only words can be kept back.
        *((what, "never acknowledged") for what in _TAKEN if what != "plan"),
    ],
)
def test_a_record_that_is_taken_back_tells_nothing_of_what_it_said(
    worlds: list[World], what: str, how: str, *, amended: bool
) -> None:
    tell, kind, key = _TAKEN[what]
    _live(worlds, tell, amended=amended)
    now = NOW + timedelta(days=1)
    for world in worlds:
        if how == "withdrawn":
            world.withdraw(kind, key, now)
        else:
            world.decide(kind, key, Act.NEVER, now)
    _bystander(worlds, 3, now)

    assert _left(worlds[0]) == _left(worlds[1])


@pytest.mark.slow
@pytest.mark.sqlite
@pytest.mark.parametrize("amended", [False, True])
@pytest.mark.parametrize("what", _PARTS)
def test_a_field_that_is_hidden_later_tells_nothing_of_what_it_said(
    worlds: list[World], what: str, *, amended: bool
) -> None:
    tell, kind, key, place, act = _PARTS[what]
    _live(worlds, tell, amended=amended)
    now = NOW + timedelta(days=1)
    for world in worlds:
        world.decide(kind, key, act, now, place)
    _bystander(worlds, 3, now)

    assert _left(worlds[0]) == _left(worlds[1])


def _live(worlds: list[World], tell: Told, *, amended: bool) -> None:
    """Let both publish a record of their own between others, and say otherwise where `amended`."""
    secrets = [random.Random(f"content {number}") for number in (1, 2)]
    _bystander(worlds, 1, NOW)
    for _ in range(2 if amended else 1):
        for world, rng in zip(worlds, secrets, strict=True):
            tell(world, rng, NOW)
            keeping.catch_up(world.office.stores.register, world.office.stores.index)
        _bystander(worlds, 2, NOW)
    before = [_left(world) for world in worlds]
    assert before[0] != before[1]
