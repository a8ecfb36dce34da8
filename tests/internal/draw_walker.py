"""A walk through draws: parties are filed, hidden, opened and withdrawn between the steps, in words that nobody else says (漫步者)."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.grounds import Ground
from portal.domain.sortition import outcome
from portal.domain.verdicts import Act
from portal.internal.desk import decide, rehiding, retract, review
from portal.internal.desk.drawing import freezing, keeping, orders, steps
from portal.internal.desk.orders import Order
from portal.internal.tables.filings import FilingRow
from portal.kit import clock
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import DICE, ORDER, numbered
from tests.makers import AGENCY
from tests.public.twins import NEVER, WITHHELD, chinese

OTHER = "990100-B"
#: What the drum, and the papers of a draw, may say of a party; and what of it people hide.
_PLACES = ("", "", "name", "identifiers", "industry", "region")
_STAGES = ("frozen", "committed", "seeded", "drawn", "revealed")
_WORDS_OF_ORDER = ("食品经营抽查第一轮", "示例市政务公开厅", "驻局纪检监察组与机关党委各存一份")


@dataclass
class Version:
    """A party as one file says it."""

    batch: int
    name: str
    former: tuple[str, ...]
    industry: str
    is_shop: bool
    kept: set[str] = field(default_factory=set)


@dataclass
class Party:
    """A party: what was released of it since it was last withdrawn, and what people decided on it."""

    number: int
    owner: str | None = None
    name: str = ""
    versions: list[Version] = field(default_factory=list)
    decided: set[str] = field(default_factory=set)
    #: What it was called before it was withdrawn: draws that said so go on saying it unless it is hidden.
    said: set[str] = field(default_factory=set)
    newest: int = 0

    @property
    def code(self) -> str:
        """Its credit code."""
        return numbered(800 + self.number)

    @property
    def kept(self) -> set[str]:
        """What is kept back of it, `""` for all."""
        return self.decided | (self.versions[-1].kept if self.versions else set())


class DrawWalk:
    """One office, whom it draws among, and chance."""

    def __init__(self, office: Office, seed: int) -> None:
        """Begin."""
        self.office, self.chance = office, random.Random(seed)
        self.parties = [Party(number) for number in range(9)]
        self.waiting: dict[int, tuple[Party, Version, str]] = {}
        self.stages: dict[str, str] = {}
        self.shares: dict[str, str] = {}
        self.told: list[str] = []
        self.now = NOW
        #: Every word that was ever filed, and those that only the office may ever read.
        self.words: set[str] = set()
        self.never: set[str] = set()
        self._in_orders: set[str] = set()

    def allowed(self) -> set[str]:
        """Return the words and numbers that may be public."""
        return {word for party in self.parties for word in self._said(party)}

    def secret(self) -> set[str]:
        """Return what may not."""
        codes = {party.code for party in self.parties}
        return ((self.words | codes) - self.allowed()) | self.never

    def _said(self, party: Party) -> Iterator[str]:
        if "" in party.kept:
            return
        names = {name for each in party.versions for name in (each.name, *each.former)} | party.said
        if party.versions and party.versions[-1].is_shop:
            #: Its own page says a surname; what a draw was ordered with says what it says.
            yield from (names & self._in_orders if "name" not in party.kept else ())
        elif "name" not in party.kept:
            yield from names
            if "industry" not in party.kept:
                yield from (each.industry for each in party.versions)
            if party.versions and "identifiers" not in party.kept:
                yield party.code

    def _word(self, words: set[str]) -> str:
        word = f"夜鹭{chinese(10_000 + len(self.words) + len(self.never))[1:]}"
        words.add(word)
        return word

    def file(self, party: Party) -> str:
        """File a party, at times by another name, hidden, or by another body; most are released."""
        chance, before = self.chance, party.name
        if not before or chance.random() < 0.2:
            party.name = self._word(self.words)
        former = (before,) if before not in ("", party.name) and chance.random() < 0.5 else ()
        version = Version(0, party.name, former, self._word(self.words), chance.random() < 0.12)
        row: dict[str, object] = {
            "entity_name": f"示例市{party.name}食品有限公司", "identifier": party.code, "industry": version.industry,
            "region": chance.choice(["990101", "990101003", "990102"]),
            "form": "个体工商户" if version.is_shop else "企业",
            "former_names": ";".join(f"示例市{each}食品有限公司" for each in former),
        }  # fmt: skip
        row |= {
            name: self._word(self.never) for name in ("legal_person", "address", "risk_class", "note")
        }  # fmt: skip
        row |= self._kept_back(version)
        body = party.owner or chance.choice([AGENCY, OTHER])
        batch = self.office.file("entities", row, agency=body, now=self.now).batch_id
        if batch is None:
            return "nothing new"
        version.batch = batch
        self.waiting[batch] = (party, version, body)
        said = f"file {party.number} {version}"
        return said if chance.random() < 0.25 else f"{said}, {self.release(batch)}"

    def _kept_back(self, version: Version) -> dict[str, object]:
        chance, day = self.chance.random(), str(date(2025, 3, 1) + timedelta(len(self.told) // 3))
        if chance < 0.1:
            version.kept = {""}
            return {**self.chance.choice((WITHHELD, NEVER)), "decided_on": day}
        if chance < 0.2:
            version.kept = {"name"}
            told = {"disclosure": "部分公开", "hidden": "对象名称", "decided_on": day}
            return {**WITHHELD, **told}
        return {"disclosure": "公开"} if chance < 0.7 else {}

    def release(self, batch: int = 0) -> str:
        """Release what waits."""
        batch = batch or self.chance.choice([0, *self.waiting])
        if not batch:
            return "nothing waits"
        self.office.publish(batch, now=self.now, let_pass=True)
        party, version, body = self.waiting.pop(batch)
        party.owner = party.owner or body
        if batch > party.newest:
            party.versions.append(version)
            party.newest = batch
        return f"release {batch}"

    def give_back(self) -> str:
        """Return what waits."""
        batch = self.chance.choice([0, *self.waiting])
        if batch:
            review.give_back(self.office.stores, batch, by="wu", now=self.now, reason="退回")
            del self.waiting[batch]
        return f"return {batch}"

    def hide(self) -> str:
        """Decide that a party, or something of it, is kept back."""
        party, place = self.chance.choice(self.parties), self.chance.choice(_PLACES)
        act = self.chance.choice([Act.WITHHOLD, Act.NEVER]) if not place else Act.WITHHOLD
        self._decide(party, place, act)
        party.decided.add(place)
        return f"{act} {party.number} {place}"

    def open(self) -> str:
        """Decide that it is shown again."""
        kept = [(party, place) for party in self.parties for place in sorted(party.decided)]
        if not kept:
            return "nothing is kept back"
        party, place = self.chance.choice(kept)
        self._decide(party, place, Act.OPEN)
        party.decided.discard(place)
        waits = [version for other, version, _ in self.waiting.values() if other is party]
        for version in (*party.versions, *waits):
            version.kept -= {place}
        return f"open {party.number} {place}"

    def _decide(self, party: Party, place: str, act: Act) -> None:
        is_opened = act is Act.OPEN
        order = Order(
            place=place, act=act, ground=None if is_opened else Ground.PUBLIC_SECURITY,
            article="" if is_opened else "第十四条", decided_by="示例市市场监督管理局", decided_on=date(2025, 6, 1),
            review_on=None if is_opened else date(2026, 5, 29), reason="理由",
        )  # fmt: skip
        decide.decide(
            self.office.stores, Kind.ENTITY, f"uscc:{party.code}", [order], by="wu", second="bao", now=self.now,
            confirmed=True,
        )  # fmt: skip

    def withdraw(self) -> str:
        """Take a party back."""
        party = self.chance.choice(self.parties)
        filed = sa.select(FilingRow.public_id).where(FilingRow.key == f"uscc:{party.code}")
        with Session(self.office.stores.internal) as session:
            found = session.scalar(filed.limit(1))
        if not found:
            return "nothing to withdraw"
        retract.retract(self.office.stores, Kind.ENTITY, found, by="he", second="an", now=self.now)
        party.said |= {name for each in party.versions for name in (each.name, *each.former)}
        party.versions.clear()
        return f"withdraw {party.number}"

    def freeze(self) -> str:
        """Freeze a draw, at times with names in its papers, and without whom earlier ones drew."""
        chance, name = self.chance, f"shili-{len(self.stages) + 1}"
        day = clock.local_date(self.now)
        order = ORDER.replace("shili-1", name).replace("2025-06-02", str(day))
        order = order.replace("2025-07-01", str(day + timedelta(chance.randint(0, 2))))
        shown = self.allowed()
        names = sorted(party.name for party in self.parties if party.name in shown)
        for text in _WORDS_OF_ORDER:
            said = chance.choice(names) if names and chance.random() < 0.3 else ""
            company = f"示例市{said}食品有限公司" if said else ""
            order = order.replace(text, f"{company}{text}{name}")
        done = [each for each, stage in self.stages.items() if stage in ("drawn", "revealed")]
        if done and chance.random() < 0.6:
            before = json.dumps(chance.sample(done, min(len(done), 2)))
            order = order.replace("[[strata]]", f"exclude_drawn_in = {before}\n[[strata]]", 1)
        for find, more, how_often in (
            ("reveal_on", "embargo = false\nreveal_on", 0.3),
            ("reveal_on", 'withheld_quota = "all"\nreveal_on', 0.3),
            ("[[strata]]", '[[strata]]\nkey = "甲"\nquota = 1\nregions = ["990101003"]\n[[strata]]', 0.3),
        ):  # fmt: skip
            if chance.random() < how_often:
                order = order.replace(find, more, 1)
        if chance.random() < 0.3:
            left_out = chance.sample(self.parties, 2)
            order += "[leave_out]\n" + "".join(f'"{each.code}" = "closed"\n' for each in left_out)
        _, shares = freezing.freeze(self.office.stores, orders.read(order), by="lin", now=self.now)
        self._in_orders |= {word for word in names if word in order}
        self.stages[name], self.shares[name] = "frozen", shares["jj"]
        return f"freeze {name}"

    def step(self) -> str:
        """Take a draw one step on; one that is revealed has somebody replaced."""
        live = [name for name, stage in self.stages.items() if stage != "void"]
        if not live:
            return self.freeze()
        name = self.chance.choice(live)
        stage = self.stages[name]
        if stage == "revealed" or (stage == "drawn" and self.chance.random() < 0.3):
            return self._replace(name)
        self._steps(name, stage)
        self.stages[name] = _STAGES[_STAGES.index(stage) + 1]
        return f"{name} is {self.stages[name]}"

    def _steps(self, name: str, stage: str) -> None:
        stores, now = self.office.stores, self.now
        if stage == "frozen":
            steps.commit(stores, name, by="he", now=now)
        elif stage == "committed":
            with Session(stores.internal) as session:
                said = {each.id for each in keeping.load(session, name).progress.seeds}
            for source, value in {"jj": self.shares[name], "dice": DICE}.items():
                if source not in said:
                    steps.seed(
                        stores, name, source, value, evidence=None, photos=(), by="lin", now=now
                    )  # fmt: skip
        elif stage == "seeded":
            steps.draw(stores, name, by="he", now=now)
        else:
            steps.reveal(stores, name, by="he", second="an", now=now)

    def _replace(self, name: str) -> str:
        with Session(self.office.stores.internal) as session:
            drawing = keeping.load(session, name)
        found: Any = outcome.compute(drawing.package()).result["strata"]
        gone = {each.event["out"] for each in drawing.progress.swaps}
        drawn = [(each["key"], out) for each in found for out in each["drawn"] if out not in gone]
        if not drawn:
            return "nobody is left to replace"
        stratum, out = self.chance.choice(drawn)
        swap = {"type": "object", "stratum": stratum, "out": out, "reason": "closed"}
        steps.replace(self.office.stores, name, swap, by="he", second="an", now=self.now)
        return f"replace in {name}"

    def void(self) -> str:
        """Call a draw void."""
        live = [name for name, stage in self.stages.items() if stage not in ("void", "revealed")]
        if not live:
            return "nothing is drawn"
        name = self.chance.choice(live)
        steps.void(
            self.office.stores, name, reason="source_failed", unit="示例市司法局", replaced_by=None, by="he", second="an",
            now=self.now,
        )  # fmt: skip
        self.stages[name] = "void"
        return f"void {name}"

    def hide_again(self) -> str:
        """Hide again what is kept back: nothing was missed."""
        left = rehiding.carry_out_again(self.office.stores, now=self.now)
        assert left.changes == 0, "\n".join(self.told)
        return f"hide {left.names} again"
