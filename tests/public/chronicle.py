"""One public history that has something of every kind in it, move by move (公开纪事): told alike in each office."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.domain.replies import LetterKind, ReplyState
from portal.domain.verdicts import Act
from portal.internal.desk import letters, notices, scheduled
from portal.internal.desk.drawing import freezing, orders, steps
from portal.letterbox import slot
from portal.register.dumps import shelf
from portal.register.dumps.describing import Terms
from portal.register.records import Kind
from tests.internal.drawing_makers import DICE, ORDER, numbered
from tests.makers import AGENCY, ITEM_ROW, a_text
from tests.public.twins import PROBLEM, WITHHELD, Row, World, chinese, party, trader

#: The other body, of a district.
SECOND = "990101-SCJG"
FINE = "未发现问题"
_TASK: Row = {
    "code": "P0", "name": "2025年度抽查计划", "year": "2025", "version": "1", "approved_on": "2025-03-03",
    "object_scope": "食品经营者", "task_type": "不定向", "starts_on": "2025-04-01", "ends_on": "2025-06-30",
    "planned_count": 6,
}  # fmt: skip


class Chance:
    """What is drawn by chance, from a word instead: both offices draw the same after `begin` with the same."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take the place of chance."""
        self._word, self._count = "", 0
        monkeypatch.setattr(secrets, "token_bytes", self._drawn)
        monkeypatch.setattr(secrets, "token_hex", lambda size=32: self._drawn(size).hex())
        monkeypatch.setattr(secrets, "choice", self._chosen)

    def begin(self, word: str) -> None:
        """Begin anew."""
        self._word, self._count = word, 0

    def _drawn(self, size: int = 32) -> bytes:
        self._count += 1
        return hashlib.sha256(f"{self._word} {self._count}".encode()).digest()[:size]

    def _chosen(self, among: Sequence[Any]) -> Any:
        return among[self._drawn(1)[0] % len(among)]


def check(code: str, who: Row, **more: object) -> Row:
    """Return the row of a check in which nothing was found, unless `more` says otherwise."""
    row: Row = {"code": code, **who, "inspected_on": "2025-05-20", "item_code": "SP-001"}
    return row | {"outcomes": FINE} | more


def problem(code: str, who: Row, **more: object) -> Row:
    """Return the row of a check with a problem and an order."""
    return check(code, who, outcomes=PROBLEM, **{"due_on": "2025-06-20", **more})


def tasks(**more: str) -> list[Row]:
    """Return the rows of the plan."""
    first = {"task_code": "P0-R1", "task_name": "抽查一", "item_codes": "SP-001,SP-002"}
    second = {"task_code": "P0-R2", "task_name": "抽查二", "item_codes": "SP-003"}
    return [_TASK | more | first, _TASK | more | second]


def drawn(code: str, **more: object) -> Row:
    """Return what the rows of a list of the first task have in common."""
    row: Row = {
        "code": code,
        "name": f"{code}轮",
        "drawn_on": "2025-04-07",
        "method": "系统随机抽取",
    }
    return row | {"task_code": "P0-R1", "unit": "一组"} | more


def paper(world: World, code: str, title: str, now: datetime, **more: str) -> int | None:
    """File a document."""
    path = a_text(
        world.office.folder / f"{code}.md", "# 一、总体要求\n\n依法开展。", code=code, title=title, agency=AGENCY,
        kind="实施方案", issued_on="2025-02-21", summary="部署工作。", contact=world.word(), **more,
    )  # fmt: skip
    return world.office.take(path, "documents", now=now).batch_id


def post(world: World, code: str, kind: LetterKind, text: str, now: datetime) -> str:
    """Post a letter about a check; return its reference."""
    about = world.public_id(Kind.RESULT, f"{AGENCY}/{code}") or ""
    with Session(world.office.stores.letterbox) as box:
        return slot.post(box, slot.Letter(kind=kind, subject=about, text=text), now=now)


def _bodies(world: World, now: datetime) -> None:
    row: Row = {
        "code": SECOND,
        "name": "示例一区市场监督管理局",
        "level": "县级",
        "region": "990101",
    }
    world.put("agencies", row | {"parent_code": AGENCY}, now=now, agency=SECOND)
    items = ({**ITEM_ROW, "code": f"SP-00{n}", "name": f"第{chinese(n)}项"} for n in (2, 3))
    world.put("items", *items, now=now)
    world.put("items", {**ITEM_ROW, "code": "QX-1", "name": "区级检查"}, now=now, agency=SECOND)


def _library(world: World, now: datetime) -> None:
    rows = [party(n) | {"region": f"99010{n % 2 + 1}", "form": "企业"} for n in range(1, 11)]
    rows += [trader(n, world) | {"region": "990101", "form": "个体工商户"} for n in (20, 21)]
    world.put("entities", *rows, now=now)
    roster = ({"certificate": f"9901000000{n}", "name": f"示例某{n}", "regions": "990101"} for n in range(4))  # fmt: skip
    world.put("inspectors", *roster, now=now)


def _plan(world: World, now: datetime) -> None:
    world.put("plans", *tasks(), now=now)


def _lists(world: World, now: datetime) -> None:
    head = drawn("C0", frame_count=40, sample_count=4)
    world.put("draws", *(head | each for each in (party(1), party(2), party(3), trader(20, world))), now=now)  # fmt: skip
    sealed = drawn("C1", frame_count=30, sample_count=3, embargo_until="2025-06-05")
    world.put("draws", *(sealed | each for each in (party(4), party(5), party(31))), now=now)


def _checks(world: World, now: datetime) -> None:
    head: Row = {"task_code": "P0-R1", "draw_code": "C0"}
    world.put(
        "results",
        check("JC-0001", party(1), **head),
        problem("JC-0002", party(2), detail="标签不全", handling_text="责令改正处理", **head),
        check("JC-0003", party(3), detail="见表", **head),
        problem("JC-0004", party(4), due_on="2025-06-01", handling_text="另行处理情形"),
        check("JC-0005", party(5)),
        problem("JC-0006", trader(20, world)),
        check("JC-0007", party(41)),
        now=now,
    )
    steps: tuple[Row, ...] = (
        {"result_code": "JC-0002", "step": "责令改正", "taken_on": "2025-05-21", "due_on": "2025-06-20"},
        {"result_code": "JC-0006", "step": "行政处罚", "taken_on": "2025-05-28", "text": "罚款处理"},
    )  # fmt: skip
    world.put("followups", *steps, now=now)


def _paper(world: World, now: datetime) -> None:
    world.office.publish(paper(world, "d-1", "2025年实施方案", now), now=now, let_pass=True)


def _dump(world: World, now: datetime) -> None:
    del now
    stores = world.office.stores
    terms = Terms("https://mingcha.example", "明察", "https://creativecommons.org/licenses/by/4.0/")
    shelf.cut(stores.register, stores.dumps, terms, stores.log_key.signer(may_make=False))


def _letters(world: World, now: datetime) -> None:
    world.notes["objection"] = post(world, "JC-0002", LetterKind.OBJECTION, "请复核该结果。", now)
    world.notes["reply"] = post(world, "JC-0001", LetterKind.REPLY, "我公司已经改正。", now)
    letters.collect(world.office.stores, now=now)
    letters.take_up(world.office.stores, world.notes["objection"], by="wu", now=now)


def _answers(world: World, now: datetime) -> None:
    stores = world.office.stores
    for name, outcome, statement in (
        ("objection", ReplyState.REFUSED, ""), ("reply", ReplyState.ACCEPTED, "我公司已改正。"),
    ):  # fmt: skip
        reference = world.notes[name]
        letters.propose(
            stores, reference, outcome=outcome, decision="经复核。", statement=statement, by="wu", now=now
        )  # fmt: skip
        letters.release(stores, reference, by="he", now=now)


def _corrections(world: World, now: datetime) -> None:
    found = problem("JC-0003", party(3), draw_code="C0", detail="更正后")
    world.put("results", found, now=now)
    world.put("plans", *tasks(version="2", approved_on="2025-04-01", adjustment_reason="因故"), now=now)  # fmt: skip


def _withheld(world: World, now: datetime) -> None:
    kept = [problem(f"JC-01{n:02}", party(6 + n % 4), detail=world.word()) for n in range(7)]
    world.put("results", *(row | WITHHELD for row in kept), now=now)


def _time(world: World, now: datetime) -> None:
    notices.release_notices(world.office.stores, by="he", now=now)
    scheduled.carry_out(world.office.stores, now=now)


def _masked(world: World, now: datetime) -> None:
    world.decide(Kind.RESULT, f"{AGENCY}/JC-0004", Act.MASK, now, "handling_text")


def _of_the_second(world: World, now: datetime) -> None:
    rows = [check("Q-1", party(1)), problem("Q-2", party(51))]
    world.put("results", *(row | {"item_code": "QX-1"} for row in rows), now=now, agency=SECOND)


def _withdrawn(world: World, now: datetime) -> None:
    world.withdraw(Kind.RESULT, f"{AGENCY}/JC-0005", now)


def _renamed(world: World, now: datetime) -> None:
    row = party(9) | {"former_names": party(9)["entity_name"], "region": "990102", "form": "企业"}
    world.put("entities", row | {"entity_name": "示例市新九食品有限公司"}, now=now)


def _hidden(world: World, now: datetime) -> None:
    world.decide(Kind.ENTITY, f"uscc:{numbered(10)}", Act.NEVER, now)
    world.decide(Kind.RESULT, f"{AGENCY}/JC-0007", Act.WITHHOLD, now)


def _committed(world: World, now: datetime) -> None:
    order = orders.read(ORDER.replace("2025-06-02", "2025-06-05"))
    world.notes["share"] = freezing.freeze(world.office.stores, order, by="lin", now=now)[1]["jj"]
    steps.commit(world.office.stores, "shili-1", by="he", now=now)


def _sealed(world: World, now: datetime) -> None:
    for source, value in (("jj", world.notes["share"]), ("dice", DICE)):
        steps.seed(
            world.office.stores, "shili-1", source, value, evidence=None, photos=(), by="lin", now=now
        )  # fmt: skip
    steps.draw(world.office.stores, "shili-1", by="he", now=now)


def _revealed(world: World, now: datetime) -> None:
    later = now + timedelta(days=35)
    steps.reveal(world.office.stores, "shili-1", by="he", second="an", now=later)


def _anew(world: World, now: datetime) -> None:
    world.put("results", check("JC-0005", party(5), detail="重新公示"), now=now)
    world.put("items", {**ITEM_ROW, "code": "SP-003", "name": "第三项", "content": "另"}, now=now)


CHRONICLE: tuple[Callable[[World, datetime], object], ...] = (
    _bodies, _library, _plan, _lists, _checks, _paper, _dump, _letters, _corrections, _withheld, _time, _masked, _dump,
    _answers, _of_the_second, _withdrawn, _time, _renamed, _hidden, _committed, _dump, _sealed, _anew, _time,
    _revealed, _dump,
)  # fmt: skip
