"""Random histories, told twice, with and without what nobody may know: the register is the same to the last row.

Each story is made of what is public, by a seed. The second office lives through it too and files, decides on and
withdraws things beside it that are never acknowledged; what is withheld has other content there.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide, notices, retract, review, scheduled
from portal.internal.desk.orders import Order
from portal.internal.tables.filings import FilingRow
from portal.register.proofs import entries
from portal.register.records import Kind
from tests import stage
from tests.conftest import NOW, Office, opened
from tests.internal.drawing_makers import numbered
from tests.makers import AGENCY, ITEM_ROW, RESULT_ROW

_KEPT = {
    "ground": "危及公共安全", "decided_by": "示例市市场监督管理局", "decided_on": "2025-03-01",
    "review_on": "2026-02-28",
}  # fmt: skip
_NEVER = {"disclosure": "不予确认", **_KEPT}
_WITHHELD = {"disclosure": "不予公开", **_KEPT}
_LENGTH = 14
_Row = dict[str, object]


@dataclass
class World:
    """One office; `rng` draws its secrets, None: it has none."""

    office: Office
    rng: random.Random | None
    secrets: list[str] = field(default_factory=list)

    def put(self, kind: str, *rows: _Row, now: datetime) -> None:
        """File, approve and release rows; of a file that says nothing new, nothing."""
        batch = self.office.file(kind, *rows, now=now).batch_id
        if batch is not None:
            self.office.publish(batch, now=now, let_pass=True)

    def hidden(self) -> list[_Row]:
        """Return checks that nobody may know of, half of them about parties that nobody else names."""
        if self.rng is None:
            return []
        rows = []
        for _ in range(self.rng.randint(0, 3)):
            self.secrets.append(f"SEC-{len(self.secrets):04}")
            known = self.rng.random() < 0.5
            who = _party(self.rng.randint(1, 6)) if known else _party(self.rng.randint(501, 504))
            rows.append(_check(self.secrets[-1], who, "夜鹭") | _NEVER)
        return rows

    def decide(self, kind: Kind, code: str, act: Act, place: str, now: datetime) -> None:
        order = Order(
            place=place, act=act, ground=Ground.PUBLIC_SECURITY, article="第十四条",
            decided_by="示例市市场监督管理局", decided_on=date(2025, 6, 1), review_on=date(2026, 5, 29),
            reason="理由" if self.rng is None else "另一个理由",
        )  # fmt: skip
        decide.decide(
            self.office.stores, kind, f"{AGENCY}/{code}", [order], by="wu", second="bao", now=now,
            confirmed=True,
        )  # fmt: skip

    def content(self) -> dict[str, list[str]]:
        """Return every row of every table but the register's random epoch."""
        with self.office.stores.register.connect() as connection:
            names = sorted(set(sa.inspect(connection).get_table_names()) - {"epoch"})
            return {
                name: sorted(repr(row) for row in connection.execute(sa.text(f'SELECT * FROM "{name}"')))
                for name in names
            }  # fmt: skip


_Move = Callable[[World, datetime], object]


def _party(number: int) -> _Row:
    return {"entity_name": f"示例市第{number}食品有限公司", "identifier": numbered(number)}


def _check(code: str, who: _Row, detail: str) -> _Row:
    problem = {"outcomes": "发现问题已责令改正", "due_on": "2025-06-20"}
    return {
        **RESULT_ROW,
        "code": code,
        **who,
        "detail": detail,
        "handling_text": "已处理",
        **problem,
    }


@dataclass
class Story:
    """What is public of a history; `tell` makes the next move of it."""

    rng: random.Random
    checks: list[str] = field(default_factory=list)
    items: int = 1

    def tell(self) -> _Move:
        """Return the next move."""
        choices = [self.results, self.results, self.step, self.library, self.item, self.draw]
        if self.checks:
            choices += [self.decision, self.decision, self.withdrawal, self.correction]
        return self.rng.choice([*choices, self.time])()

    def results(self) -> _Move:
        rows = []
        for _ in range(self.rng.randint(1, 3)):
            self.checks.append(f"JC-{len(self.checks):04}")
            row = _check(self.checks[-1], _party(self.rng.randint(1, 6)), "检查情况")
            rows.append(row | (_WITHHELD if self.rng.random() < 0.2 else {}))

        def move(world: World, now: datetime) -> None:
            beside = world.hidden()
            #: Not another party: a withheld check loses its notice when its party goes.
            other = {"detail": "另一种情况", "inspected_on": "2025-05-02"} if world.rng else {}
            own = [row | other if "disclosure" in row else row for row in rows]
            world.put("results", *beside[:1], *own, *beside[1:], now=now)

        return move

    def correction(self) -> _Move:
        row = _check(f"JC-{len(self.checks):04}", _party(1), f"第{self.rng.randint(1, 9)}次")
        self.checks.append(str(row["code"]))
        return lambda world, now: world.put("results", *world.hidden(), row, now=now)

    def step(self) -> _Move:
        open_ = [code for code in self.checks[-1:] if self.rng.random() < 0.9]
        rows: list[_Row] = [
            {"result_code": code, "step": "责令改正", "taken_on": "2025-05-29"} for code in open_
        ]

        def move(world: World, now: datetime) -> None:
            beside: list[_Row] = [
                {**row, "step": "行政处罚", **_NEVER} for row in rows if world.rng
            ]
            if rows:
                world.put("followups", *rows, *beside, now=now)

        return move

    def library(self) -> _Move:
        rows = [_party(each) | {"region": "990101"} for each in self.rng.sample(range(1, 9), 2)]

        def move(world: World, now: datetime) -> None:
            beside = [_party(world.rng.randint(511, 519)) | _NEVER] if world.rng else []
            world.put("entities", *beside, *rows, now=now)

        return move

    def item(self) -> _Move:
        self.items += 1
        row = {**ITEM_ROW, "code": f"SP-{self.items:03}", "name": f"第{self.items}项检查"}
        other = {
            **ITEM_ROW,
            "code": f"YL-{self.items:03}",
            "name": f"夜鹭第{self.items}项",
            **_NEVER,
        }
        return lambda world, now: world.put("items", *([other] if world.rng else []), row, now=now)

    def draw(self) -> _Move:
        head = {
            "code": f"C{self.rng.randint(1, 10**6)}", "name": "一轮", "drawn_on": "2025-04-07",
            "method": "系统随机抽取",
        }  # fmt: skip
        head |= {"embargo_until": "2025-06-05"} if self.rng.random() < 0.5 else {}
        who = [_party(each) for each in self.rng.sample(range(1, 9), 3)]

        def move(world: World, now: datetime) -> None:
            listed = [*who, _party(530)] if world.rng else who
            if world.rng:
                world.put("entities", _party(530) | _NEVER, now=now)
            counts = {"frame_count": 40 + len(listed), "sample_count": len(listed)}
            world.put("draws", *(head | counts | each for each in listed), now=now)

        return move

    def decision(self) -> _Move:
        code, whole = self.rng.choice(self.checks), self.rng.random() < 0.5
        act = self.rng.choice(
            [Act.NEVER, Act.WITHHOLD, Act.OPEN] if whole else [Act.MASK, Act.OPEN]
        )
        place = "" if whole else "handling_text"
        return lambda world, now: world.decide(Kind.RESULT, code, act, place, now)

    def withdrawal(self) -> _Move:
        """Of a check or a party, chosen by what it was filed under: public ids are others in each run."""
        checks = [(Kind.RESULT, f"{AGENCY}/{code}") for code in self.checks]
        parties = [(Kind.ENTITY, f"uscc:{numbered(each)}") for each in range(1, 7)]
        kind, key = self.rng.choice([*checks, *parties])

        def move(world: World, now: datetime) -> None:
            named = sa.select(FilingRow.public_id).where(
                FilingRow.kind == kind.value, FilingRow.key == key
            )
            with Session(world.office.stores.internal) as session:
                public_id = session.scalars(named.limit(1)).one_or_none()
            public = world.content()[kind.value]
            if public_id is not None and any(public_id in row for row in public):
                retract.retract(
                    world.office.stores, kind, public_id, by="he", second="an", now=now
                )  # fmt: skip

        return move

    def time(self) -> _Move:
        def move(world: World, now: datetime) -> None:
            notices.release_notices(world.office.stores, by="he", now=now)
            scheduled.carry_out(world.office.stores, now=now)

        return move


def _beside(world: World, now: datetime) -> None:
    """Do something that nobody may notice."""
    assert world.rng is not None
    rows = world.hidden()
    match world.rng.randint(0, 3):
        case 0 if rows:
            world.put("results", *rows, now=now)
        case 1 if rows:
            own = [row | _party(540) for row in rows]
            batch = world.office.file("results", *own, now=now).batch_id
            assert batch is not None
            review.give_back(world.office.stores, batch, by="wu", now=now, reason="退回")
        case 2:
            for code in _filed(world)[:1]:
                world.decide(Kind.RESULT, code, Act.MASK, "handling_text", now)
        case 3:
            for code in _filed(world)[-1:]:
                world.decide(Kind.RESULT, code, Act.NEVER, "", now)


def _filed(world: World) -> list[str]:
    query = sa.select(FilingRow.key).where(FilingRow.kind == "result", FilingRow.live)
    with Session(world.office.stores.internal) as session:
        keys = sorted(set(session.scalars(query)))
    return [key.partition("/")[2] for key in keys if "/SEC-" in key]


@pytest.fixture
def twins(
    furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[World, World]]:
    """Two offices with one beginning; salts come from what they cover, so that they differ by that alone."""

    def seal(text: bytes) -> tuple[bytes, bytes]:
        salt = sha256(b"twins" + text).digest()
        return salt, entries.commitment(salt, text)

    monkeypatch.setattr(entries, "seal", seal)
    with ExitStack() as stack:
        made = []
        for name in ("one", "other"):
            stores = stack.enter_context(opened(stage.copy(furnished, tmp_path / name)))
            made.append(World(Office(stores, tmp_path / name), None))
        yield made[0], made[1]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_a_random_history_leaves_no_trace_of_what_is_secret_in_it(
    twins: tuple[World, World], seed: int
) -> None:
    story = Story(random.Random(seed))
    twins[1].rng = random.Random(f"secret {seed}")
    for number in range(_LENGTH):
        now = NOW + timedelta(hours=9 * number)
        _beside(twins[1], now - timedelta(hours=1))
        move = story.tell()
        for world in twins:
            move(world, now)

        assert twins[0].content() == twins[1].content()
    assert twins[1].secrets
