"""Every private field of every kind carries a secret of its own; none is anywhere outside.

Context: one forgotten field is a leak. Decision: a small world in which each field that the table
of rules keeps inside, and each that a decision withholds, holds a word found nowhere else; every
page in both languages and the bytes of the register are searched for all of them. Consequence: the
search must be able to fail, so it is shown to, for each field, by opening the airlock by that one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock import project as projecting
from portal.airlock import publish as publishing
from portal.airlock import redact as redacting
from portal.airlock.around import Around
from portal.airlock.project import Publishable
from portal.airlock.rules import TABLE, Action, decidable
from portal.domain.grounds import Ground
from portal.domain.parties import Entity
from portal.domain.verdicts import Act, Verdict
from portal.domain.workflow import Role
from portal.internal.desk import decide, notices, people, release, retract, review
from portal.internal.desk.orders import Order
from portal.internal.desk.stores import open_stores
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.public.app import create_app
from portal.register import records as r
from portal.register.records import Kind
from tests import stage
from tests.conftest import NOW, Office
from tests.makers import AGENCY, CREDIT_CODE, a_text
from tests.public.crawl import crawl
from tests.raw import store_bytes
from tests.stage import urls

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
KINDS = ("agency", "item", "entity", "plan", "draw", "result", "followup", "document")
#: Fields that are only not repeated: their record's own page shows the party's name and number.
_SHOWN_BY_OTHERS = {"entity_name", "identifier"}
PRIVATE = [
    (kind, name)
    for kind in KINDS
    for name, rule in TABLE[kind].items()
    if rule.open is Action.NEVER and name not in _SHOWN_BY_OTHERS
]
ROSTER = [("inspector", name) for name in ("certificate", "name", "post", "skills", "station")]
DECIDED = [(kind, name) for kind in KINDS for name in decidable(kind)]
#: What of the withheld records must not be found either.
WHOLE = [("withheld", "detail"), ("never", "detail"), ("trader", "name"), ("military", "name")]
ALL = [*PRIVATE, *ROSTER, *DECIDED, *WHOLE]
#: A running text of each kind's public record, into which the airlock is opened.
_OUTLET = {
    "agency": "duties", "item": "frequency", "entity": "industry", "plan": "name", "draw": "name",
    "result": "unit", "followup": "text", "document": "title",
}  # fmt: skip


#: A code cannot hold a word, and the industry of a party goes with its name by rule already.
_TELLING = [
    each for each in DECIDED
    if each not in {("entity", "identifiers"), ("entity", "region"), ("entity", "industry")}
]  # fmt: skip


def canary(kind: str, name: str) -> str:
    """Return the word that stands in this field alone."""
    number = ALL.index((kind, name))
    return f"隐雀{_DIGITS[number // 10]}{_DIGITS[number % 10]}鸣"


def _private(kind: str) -> dict[str, str]:
    return {name: canary(each, name) for each, name in [*PRIVATE, *DECIDED] if each == kind}


_WITHHELD = {
    "ground": "商业秘密", "decided_by": "示例市市场监督管理局", "decided_on": "2025-05-01",
    "review_on": "2026-04-01",
}  # fmt: skip


def _file_world(office: Office) -> None:
    """File one record of every kind, and what is withheld in every way there is."""
    party = {"entity_name": "示例市青禾食品有限公司", "identifier": CREDIT_CODE}
    own = _private("entity")
    check = {
        "inspected_on": "2025-05-20", "item_code": "SP-001", "item_name": "许可检查",
        "outcomes": "发现问题已责令改正", "draw_code": "C1", **party,
    }  # fmt: skip
    agency = {"code": AGENCY, "name": "示例市市场监督管理局", "level": "市级", "region": "990100"}
    office.file("agencies", agency | _private("agency"))
    office.file(
        "items",
        {"code": "SP-001", "name": "许可检查", "methods": "实地检查"} | _private("item"),
    )
    office.file("inspectors", {name: canary(kind, name) for kind, name in ROSTER})
    kept = ("name", "identifiers", "region", "industry")
    office.file(
        "entities",
        {**party, "region": "990101", "industry": "餐饮服务"}
        | {name: text for name, text in own.items() if name not in kept},
        {
            "entity_name": canary("entity", "name") + "公司", "identifier": "91990101MA00000016",
            "industry": canary("entity", "industry"),
        },
        {
            "entity_name": canary("trader", "name") + "小吃店", "identifier": "92990101MA00000024",
            "form": "个体工商户", "region": "990101003",
        },
        {
            "entity_name": canary("military", "name"), "scheme": "无编号", "form": "部队单位",
        },
    )  # fmt: skip
    task = {
        "code": "2025-SCJG", "name": "2025年度抽查计划", "year": "2025", "approved_on": "2025-03-03",
        "task_code": "R1", "task_name": "抽查", "object_scope": "食品经营者", "task_type": "不定向",
        "starts_on": "2025-04-01", "ends_on": "2025-06-30",
    }  # fmt: skip
    own = _private("plan")
    first = {name: text for name, text in own.items() if name != "adjustment_reason"}
    office.file("plans", task | first)
    office.file("plans", {**task, "version": "2", "approved_on": "2025-04-01"} | own)
    drawn = {"code": "C1", "name": "第一轮", "drawn_on": "2025-04-07", "method": "系统随机抽取"}
    office.file("draws", drawn | party | _private("draw"))
    quiet = {name: text for name, text in _private("result").items() if name != "detail"}
    office.file(
        "results",
        {**check, "code": "JC-1", "detail": canary("result", "detail"), **_private("result")},
        {**check, "code": "JC-2", "detail": canary("withheld", "detail"), "disclosure": "不予公开",
         **_WITHHELD},
        {**check, "code": "JC-3", "detail": canary("never", "detail"), "disclosure": "不予确认",
         **_WITHHELD},
        {**check, "code": "JC-4", "inspector_names": quiet["inspector_names"],
         "entity_name": canary("trader", "name") + "小吃店", "identifier": "92990101MA00000024"},
    )  # fmt: skip
    step = {"result_code": "JC-1", "step": "责令改正", "taken_on": "2025-05-20"}
    office.file("followups", step | _private("followup"))
    head = {
        "code": "w-1", "title": "实施方案", "agency": AGENCY, "kind": "实施方案",
        "issued_on": "2025-02-21", "summary": "部署工作。",
    }  # fmt: skip
    texts = _private("document")
    body = texts.pop("body")
    office.take(a_text(office.folder / "w-1.md", body, **head, **texts), "documents")


def _decide_world(office: Office) -> None:
    """Withhold by decision what the table lets people withhold."""
    order = Order(
        act=Act.WITHHOLD, ground=Ground.TRADE_SECRET, article="第九条", decided_by="示例市市场监督管理局",
        decided_on=date(2025, 6, 1), review_on=date(2026, 5, 29), reason="含商业秘密",
    )  # fmt: skip
    with Session(office.stores.internal) as session:
        rows = session.execute(sa.select(FilingRow.kind, FilingRow.key, FilingRow.body)).all()
    for kind, key, body in rows:
        fields = [name for each, name in DECIDED if each == kind and canary(each, name) in body]
        if kind == "entity" and canary("entity", "name") in body:
            fields = ["name", "industry"]
        if fields:
            decide.decide(
                office.stores, Kind(kind), key, [replace(order, place=f) for f in fields],
                by="wu", now=NOW,
            )  # fmt: skip


@dataclass(frozen=True)
class World:
    """The office of the world, and its folder."""

    office: Office
    data: Path

    def publish(self) -> None:
        """Release everything, and the notices."""
        with Session(self.office.stores.internal) as session:
            batches = session.scalars(sa.select(BatchRow.id).order_by(BatchRow.id)).all()
        for batch in batches:
            review.approve(self.office.stores, batch, by="wu", now=NOW)
            release.release(self.office.stores, batch, by="he", now=NOW)
        notices.release_notices(self.office.stores, by="he", now=NOW)

    def found(self) -> set[tuple[str, str]]:
        """Return whose canaries stand on any page, in either language, or in the register's bytes."""
        pages = crawl(create_app(urls(self.data)[0]).test_client())
        assert any("lang=en" in address for address in pages)
        outside = b"".join(repr(answer.headers).encode() + answer.body for answer in pages.values())
        outside += store_bytes(self.data)
        return {each for each in ALL if canary(*each).encode() in outside}


@pytest.fixture(scope="module")
def filed(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world as filed and decided on, before anything is public; to be copied."""
    folder = tmp_path_factory.mktemp("world")
    data = stage.copy(migrated, folder / "data")
    for world in _opened(data, folder):
        for name, role in (
            ("lin", Role.CLERK), ("wu", Role.REVIEWER), ("he", Role.PUBLISHER), ("an", Role.PUBLISHER),
        ):  # fmt: skip
            people.add(
                world.office.stores.internal, name=name, display=name, agency="*", roles=(role,),
                password=None,
            )  # fmt: skip
        _file_world(world.office)
        _decide_world(world.office)
    return data


@pytest.fixture
def world(filed: Path, tmp_path: Path) -> Iterator[World]:
    yield from _opened(stage.copy(filed, tmp_path / "data"), tmp_path)


def _opened(data: Path, folder: Path) -> Iterator[World]:
    stores = open_stores(*urls(data))
    yield World(Office(stores, folder), data)
    for engine in (stores.internal, stores.register, stores.letterbox):
        engine.dispose()


def test_every_private_field_is_in_the_world(world: World) -> None:
    inside = store_bytes(world.data, "internal")

    coded = {("entity", "identifiers"), ("entity", "region")}  # codes cannot hold a word
    assert {each for each in ALL if canary(*each).encode() not in inside} == coded


@pytest.mark.slow
def test_no_canary_is_anywhere_outside_before_or_after_a_withdrawal(world: World) -> None:
    world.publish()
    assert world.found() == set()
    assert "青禾食品".encode() in store_bytes(world.data)

    with Session(world.office.stores.internal) as session:
        rows = session.execute(sa.select(FilingRow.kind, FilingRow.public_id)).all()
    for kind in (Kind.RESULT, Kind.ENTITY, Kind.DRAW, Kind.DOCUMENT):
        for public_id in sorted({row.public_id for row in rows if row.kind == kind.value}):
            retract.retract(world.office.stores, kind, public_id, by="he", second="an", now=NOW)

    assert world.found() == set()
    public = store_bytes(world.data)
    assert [word for word in ("青禾食品", "实施方案", "第一轮") if word.encode() in public] == []


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), PRIVATE)
def test_the_search_finds_the_one_field_by_which_the_airlock_is_opened(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: str, name: str
) -> None:
    project = projecting.project

    def leaking(
        record: Publishable, around: Around, verdict: Verdict, mask: Callable[[str], str]
    ) -> list[r.Record]:
        first, *rest = project(record, around, verdict, mask)
        if redacting.KIND_OF[type(record)].value != kind:
            return [first, *rest]
        changes: dict[str, Any] = {_OUTLET[kind]: f"文字{getattr(record, name)}"}
        return [msgspec.structs.replace(first, **changes), *rest]

    monkeypatch.setattr(redacting, "project", leaking)
    monkeypatch.setattr(publishing, "residue", lambda *_: [])
    world.publish()

    assert world.found() == {(kind, name)}


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), _TELLING)
def test_the_search_finds_the_one_decision_that_is_not_applied(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: str, name: str
) -> None:
    verdict_of = Around.verdict

    def forgetful(around: Around, each: Kind, record: object) -> Verdict:
        found = verdict_of(around, each, record)
        if each.value != kind:
            return found
        return replace(found, fields=tuple(pair for pair in found.fields if pair[0] != name))

    monkeypatch.setattr(Around, "verdict", forgetful)
    monkeypatch.setattr(publishing, "residue", lambda *_: [])
    world.publish()

    assert world.found() == {(kind, name)}


def test_what_leaks_is_stopped_by_the_second_look_as_well(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The names of inspectors and of withheld parties do not pass even where a projection is wrong."""
    project = projecting.project

    def leaking(
        record: Publishable, around: Around, verdict: Verdict, mask: Callable[[str], str]
    ) -> list[r.Record]:
        first, *rest = project(record, around, verdict, mask)
        if isinstance(record, Entity) and isinstance(first, r.PublicEntity):
            leak = f"检查人员{canary('inspector', 'name')}"
            first = msgspec.structs.replace(first, industry=leak)
        return [first, *rest]

    monkeypatch.setattr(redacting, "project", leaking)
    with pytest.raises(Exception, match="内部登记的不公开内容"):
        world.publish()
