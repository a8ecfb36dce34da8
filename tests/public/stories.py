"""What is public of a random history: moves that any office may make (公开情节)."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from portal.domain.verdicts import Act
from portal.internal.desk import notices, scheduled
from portal.register.records import Kind
from tests.internal.drawing_makers import numbered
from tests.makers import AGENCY, ITEM_ROW
from tests.public.twins import NEVER, PROBLEM, WITHHELD, Move, Row, World, chinese, party, trader

_FINE = "未发现问题"
#: Numbers from here on are sole traders'.
_TRADERS = 20


@dataclass
class Story:
    """What is public of a history; `tell` makes the next move of it."""

    rng: random.Random
    checks: dict[str, int] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    items: list[str] = field(default_factory=lambda: ["SP-001"])
    plans: dict[str, int] = field(default_factory=dict)
    draws: dict[str, Row] = field(default_factory=dict)
    _said: int = 0

    def tell(self) -> Move:
        """Return the next move."""
        choices = [self._results, self._results, self._library, self._item, self._draw, self._plan]
        if self.checks:
            choices += [self._step, self._decision, self._decision, self._withdrawal]
            choices += [self._correction, self._correction]
        return self.rng.choice([*choices, self._time])()

    def _text(self, about: str) -> str:
        self._said += 1
        return f"{about}{chinese(self._said)}"

    def _who(self, number: int) -> Callable[[World], Row]:
        return lambda world: trader(number, world) if number >= _TRADERS else party(number)

    def _check(self, code: str) -> Callable[[World], list[Row]]:
        """Return the rows of a check of one to three items."""
        who = self._who(self.checks[code])
        head: Row = {
            "code": code,
            "inspected_on": f"2025-05-{self.rng.randint(10, 28)}",
            "handling_text": self._text("处理"),
            "disclosure": "公开",
        }
        if self.plans and self.rng.random() < 0.3:
            head["task_code"] = f"{self.rng.choice(sorted(self.plans))}-R1"
        count = min(len(self.items), self.rng.randint(1, 3))
        rows: list[Row] = [
            {
                "item_code": item,
                "outcomes": self.rng.choice([PROBLEM, _FINE]),
                "detail": self._text("情况"),
            }
            for item in self.rng.sample(self.items, count)
        ]
        if any(row["outcomes"] == PROBLEM for row in rows):
            head["due_on"] = "2025-06-20"
        return lambda world: world.beside([head | who(world) | row for row in rows])

    def _results(self) -> Move:
        told = []
        for _ in range(self.rng.randint(1, 3)):
            code = f"JC-{len(self.checks):04}"
            self.checks[code] = self.rng.choice([1, 2, 3, 4, 5, 6, 20, 21, 22])
            made = self._check(code)
            if self.rng.random() < 0.15:
                self.withheld.add(code)
                made = self._kept_back(made)
            told.append(made)

        def move(world: World, now: datetime) -> None:
            beside = world.hidden_checks()
            own = [row for made in told for row in made(world)]
            world.put("results", *beside[:1], *own, *beside[1:], now=now)

        return move

    def _kept_back(self, made: Callable[[World], list[Row]]) -> Callable[[World], list[Row]]:
        """Not of another party: a withheld check loses its notice when its party goes."""
        return lambda world: [
            row | WITHHELD | ({"detail": "夜鹭", "inspected_on": "2025-05-02"} if world.rng else {})
            for row in made(world)
        ]

    def _correction(self) -> Move:
        made = self._check(self.rng.choice(sorted(self.checks)))
        return lambda world, now: world.put(
            "results", *world.hidden_checks(), *made(world), now=now
        )

    def _step(self) -> Move:
        step = self.rng.choice(["责令改正", "行政处罚"])
        row: Row = {
            "result_code": self.rng.choice(sorted(self.checks)[-4:]), "step": step,
            "taken_on": f"2025-05-{self.rng.randint(28, 31)}", "text": self._text("步骤"),
        }  # fmt: skip
        if step == "责令改正":
            row["due_on"] = "2025-06-25"

        def move(world: World, now: datetime) -> None:
            other = row | {"step": "移送其他部门", "text": "夜鹭移送", **NEVER}
            other.pop("due_on", None)
            world.put("followups", row, *([other] if world.rng else []), now=now)

        return move

    def _library(self) -> Move:
        rows = []
        for number in self.rng.sample([1, 2, 3, 4, 5, 6, 7, 8, 20, 21, 23], 2):
            row = {"region": self.rng.choice(["990101", "990102"]), "disclosure": "公开"}
            row["form"] = "个体工商户" if number >= _TRADERS else "企业"
            rows.append((self._who(number), row | (WITHHELD if self.rng.random() < 0.12 else {})))

        def move(world: World, now: datetime) -> None:
            beside = [party(world.rng.randint(511, 519)) | NEVER] if world.rng else []
            world.put("entities", *beside, *(who(world) | row for who, row in rows), now=now)

        return move

    def _item(self) -> Move:
        code = f"SP-{len(self.items) + 1:03}"
        self.items.append(code)
        row = {**ITEM_ROW, "code": code, "name": f"第{chinese(len(self.items))}项检查"}

        def move(world: World, now: datetime) -> None:
            other = []
            if world.rng:
                hidden = f"YL-{world.rng.randint(1, 4):03}"
                world.hidden_items = sorted({*world.hidden_items, hidden})
                other = [{**ITEM_ROW, "code": hidden, "name": f"夜鹭第{hidden[-1]}项", **NEVER}]
            world.put("items", *other, row, now=now)

        return move

    def _plan(self) -> Move:
        """Of a new plan, or of one adjusted; tasks name hidden items too."""
        adjusted = bool(self.plans) and self.rng.random() < 0.6
        code = self.rng.choice(sorted(self.plans)) if adjusted else f"P{len(self.plans)}"
        version = self.plans[code] = self.plans.get(code, 0) + 1
        head: Row = {
            "code": code, "name": f"计划{code}", "year": "2025", "version": str(version),
            "approved_on": f"2025-03-{version:02}",
        }  # fmt: skip
        head |= {"adjustment_reason": self._text("调整")} if version > 1 else {}
        tasks = [
            {
                "task_code": f"{code}-R{number}", "task_name": f"抽查{number}", "object_scope": "食品经营者",
                "task_type": "不定向", "starts_on": "2025-04-01", "ends_on": "2025-06-30",
                "item_codes": self.rng.sample(self.items, min(len(self.items), self.rng.randint(1, 3))),
            }
            for number in range(1, self.rng.randint(2, 4))
        ]  # fmt: skip

        def move(world: World, now: datetime) -> None:
            rows = []
            for task in tasks:
                items = list(task["item_codes"])
                if world.rng and world.hidden_items:
                    place = world.rng.randint(0, len(items))
                    items.insert(place, world.rng.choice(world.hidden_items))
                rows.append(head | task | {"item_codes": ",".join(items)})
            world.put("plans", *rows, now=now)

        return move

    def _draw(self) -> Move:
        """Of a new draw, or of one told anew."""
        again = bool(self.draws) and self.rng.random() < 0.4
        code = self.rng.choice(sorted(self.draws)) if again else f"C{len(self.draws)}"
        head = self.draws.setdefault(
            code, {"code": code, "drawn_on": "2025-04-07", "method": "系统随机抽取", "unit": "一组"}
            | ({"embargo_until": f"2025-06-{self.rng.randint(3, 12):02}"} if self.rng.random() < 0.5 else {}),
        )  # fmt: skip
        name = self._text("轮次")
        who = [self._who(each) for each in self.rng.sample([1, 2, 3, 4, 5, 6, 7, 8, 20, 21, 24], 3)]

        def move(world: World, now: datetime) -> None:
            listed = [each(world) for each in who]
            if world.rng:
                for number in world.rng.sample([530, 531, 532], world.rng.randint(0, 2)):
                    world.put("entities", party(number) | NEVER, now=now)
                    listed.insert(world.rng.randint(0, len(listed)), party(number))
            counts = {"frame_count": 40 + len(listed), "sample_count": len(listed)}
            world.put("draws", *(head | {"name": name} | counts | each for each in listed), now=now)

        return move

    def _decision(self) -> Move:
        code = self.rng.choice(sorted(self.checks))
        #: What is withheld already has another text in each world: it stays inside, or nothing is known of it.
        whole = [Act.NEVER] if code in self.withheld else [Act.NEVER, Act.WITHHOLD, Act.OPEN]
        part = [Act.MASK] if code in self.withheld else [Act.MASK, Act.OPEN]
        number = self.rng.choice([1, 2, 3, 4, 5, 6, 20, 21])
        of_party = f"uscc:{numbered(number, '92') if number >= _TRADERS else numbered(number)}"
        kind, key, place, acts = self.rng.choice(
            [
                (Kind.RESULT, f"{AGENCY}/{code}", "", whole),
                (Kind.RESULT, f"{AGENCY}/{code}", "handling_text", part),
                (Kind.ITEM, f"{AGENCY}/{self.items[-1]}", "", [Act.NEVER, Act.WITHHOLD, Act.OPEN]),
                (Kind.ENTITY, of_party, "", [Act.NEVER, Act.WITHHOLD, Act.OPEN]),
                (Kind.ENTITY, of_party, "name", [Act.WITHHOLD, Act.OPEN]),
            ]
        )
        act = self.rng.choice(acts)

        def move(world: World, now: datetime) -> None:
            if kind is not Kind.ENTITY or world.public_id(kind, key):
                world.decide(kind, key, act, now, place)

        return move

    def _withdrawal(self) -> Move:
        number = self.rng.randint(1, 6)
        kind, key = self.rng.choice(
            [
                *((Kind.RESULT, f"{AGENCY}/{code}") for code in self.checks),
                *((Kind.PLAN, f"{AGENCY}/{code}") for code in self.plans),
                *((Kind.DRAW, f"{AGENCY}/{code}") for code in self.draws),
                (Kind.ENTITY, f"uscc:{numbered(number)}"),
                (Kind.ENTITY, f"uscc:{numbered(20, '92')}"),
                (Kind.ITEM, f"{AGENCY}/{self.items[-1]}"),
            ]
        )
        return lambda world, now: world.withdraw(kind, key, now)

    def _time(self) -> Move:
        def move(world: World, now: datetime) -> None:
            notices.release_notices(world.office.stores, by="he", now=now)
            scheduled.carry_out(world.office.stores, now=now)

        return move
