"""Two offices that live through one public history, one of them with secrets beside it (双生).

What is public of a history is made from a seed. Private fields, whole records that are never acknowledged, findings about
hidden items, tasks that name them, and what is withheld are drawn from another one, in the second office alone.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import PortalError
from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide, retract, review
from portal.internal.desk.orders import Order
from portal.internal.tables.filings import FilingRow
from portal.register.records import Kind
from tests import stage
from tests.conftest import Office
from tests.internal.drawing_makers import numbered
from tests.makers import AGENCY, ITEM_ROW

Row = dict[str, Any]
Move = Callable[["World", datetime], object]

_KEPT = {
    "ground": "危及公共安全", "decided_by": "示例市市场监督管理局", "decided_on": "2025-03-01",
    "review_on": "2026-02-28",
}  # fmt: skip
NEVER = {"disclosure": "不予确认", **_KEPT}
WITHHELD = {"disclosure": "不予公开", **_KEPT}
#: What the table of rules shows to nobody, of each kind.
_PRIVATE = {
    "results": ("inspector_names", "note"),
    "followups": ("handler", "note"),
    "entities": ("legal_person", "address", "risk_class", "note"),
    "draws": ("operator", "witness_names"),
    "plans": ("approver",),
    "items": ("note",),
}
PROBLEM = "发现问题已责令改正"


@dataclass
class World:
    """One office; `rng` draws its secrets, None: it has none."""

    office: Office
    rng: random.Random | None = None
    secrets: list[str] = field(default_factory=list)
    hidden_items: list[str] = field(default_factory=list)
    #: What one move of a chronicle leaves for a later one.
    notes: dict[str, str] = field(default_factory=dict)

    def put(self, kind: str, *rows: Row, now: datetime, agency: str = AGENCY) -> None:
        """File, approve and release rows with private fields; of a file that says nothing new, nothing."""
        batch = self.file(kind, *rows, now=now, agency=agency)
        if batch is not None:
            self.office.publish(batch, now=now, let_pass=True)

    def file(self, kind: str, *rows: Row, now: datetime, agency: str = AGENCY) -> int | None:
        """File rows with private fields, and leave them there."""
        return self.office.file(kind, *self._private(kind, rows), agency=agency, now=now).batch_id

    def _private(self, kind: str, rows: tuple[Row, ...]) -> list[Row]:
        """Return rows with fields that stay inside; the rows of one record agree."""
        drawn: dict[object, Row] = {}
        for row in rows:
            record = row.get("code") or row.get("identifier") or id(row)
            drawn.setdefault(record, {name: self.word() for name in _PRIVATE.get(kind, ())})
        return [row | drawn[row.get("code") or row.get("identifier") or id(row)] for row in rows]

    def word(self) -> str:
        """Return a word that stays inside: one that only the second office has, or one that only the first has."""
        return f"夜鹭{chinese(self.rng.randint(100, 999))}" if self.rng else "白鹇"

    def decide(self, kind: Kind, key: str, act: Act, now: datetime, place: str = "") -> None:
        """Decide on a record, with a second person; the reason is each office's own."""
        order = Order(
            place=place, act=act, ground=Ground.PUBLIC_SECURITY, article="第十四条",
            decided_by="示例市市场监督管理局", decided_on=date(2025, 6, 1), review_on=date(2026, 5, 29),
            reason=self.word(),
        )  # fmt: skip
        decide.decide(
            self.office.stores, kind, key, [order], by="wu", second="bao", now=now, confirmed=True
        )

    def withdraw(self, kind: Kind, key: str, now: datetime) -> None:
        """Withdraw what is public under this key of the office; public ids are others in each run."""
        public_id = self.public_id(kind, key)
        if public_id is not None:
            retract.retract(self.office.stores, kind, public_id, by="he", second="an", now=now)

    def public_id(self, kind: Kind, key: str) -> str | None:
        """Return the id of what stands in the register, None where nothing does."""
        named = sa.select(FilingRow.public_id).where(
            FilingRow.kind == kind.value, FilingRow.key == key
        )
        with Session(self.office.stores.internal) as session:
            public_id = session.scalars(named.limit(1)).one_or_none()
        found = sa.text(f'SELECT 1 FROM "{kind.value}" WHERE public_id = :id')
        with self.office.stores.register.connect() as register:
            return public_id if register.scalar(found, {"id": public_id}) else None

    def hidden_checks(self) -> list[Row]:
        """Return checks that nobody may know of, half of them of parties that nobody else names."""
        if self.rng is None:
            return []
        rows = []
        for _ in range(self.rng.randint(0, 3)):
            self.secrets.append(f"SEC-{len(self.secrets):04}")
            known = self.rng.random() < 0.5
            who = party(self.rng.randint(1, 6) if known else self.rng.randint(501, 504))
            row = {
                "code": self.secrets[-1], "inspected_on": "2025-05-20", "item_code": "SP-001",
                "outcomes": PROBLEM, "due_on": "2025-06-20", "detail": "夜鹭情况", "handling_text": "夜鹭处理",
            }  # fmt: skip
            rows.append(row | who | NEVER)
        return rows

    def beside(self, rows: list[Row]) -> list[Row]:
        """Return the findings of one check with one about a hidden item among them, with an outcome that they have."""
        if self.rng is None or not self.hidden_items or self.rng.random() < 0.4:
            return rows
        hidden = rows[0] | {
            "item_code": self.rng.choice(self.hidden_items),
            "outcomes": self.rng.choice([row["outcomes"] for row in rows]),
            "detail": f"夜鹭另查{chinese(self.rng.randint(100, 999))}",
        }
        place = self.rng.randint(0, len(rows))
        return [*rows[:place], hidden, *rows[place:]]

    def content(self) -> dict[str, list[str]]:
        """Return every row of every table but the register's random epoch, as they lie there.

        PostgreSQL tidies its pages whenever one is read, so there rows lie as the office's looking made them lie.
        """
        with self.office.stores.register.connect() as connection:
            names = sorted(set(sa.inspect(connection).get_table_names()) - {"epoch"})
            found = {
                name: [repr(tuple(row)) for row in connection.execute(sa.text(f'SELECT * FROM "{name}"'))]
                for name in names
            }  # fmt: skip
        if stage.POSTGRES:
            return {name: sorted(rows) for name, rows in found.items()}
        return found


def chinese(number: int) -> str:
    """Return a number in Chinese digits: long Arabic ones are held by the detectors."""
    return "".join("零一二三四五六七八九"[int(each)] for each in str(number))


def party(number: int) -> Row:
    """Return how a row names a company of the demonstration."""
    return {
        "entity_name": f"示例市第{chinese(number)}食品有限公司",
        "identifier": numbered(number),
    }


def trader(number: int, world: World) -> Row:
    """Return how a row names a sole trader, whose name is masked to the same whatever it is."""
    kind = "夜鹭" if world.rng else "白鹇"
    return {
        "entity_name": f"示例市{kind}{chinese(number)}小吃店",
        "identifier": numbered(number, "92"),
    }


def secretly(world: World, now: datetime) -> None:
    """Do something that nobody may notice."""
    assert world.rng is not None
    rows = world.hidden_checks()
    filed = _hidden(world)
    match world.rng.randint(0, 6):
        case 0 if rows:
            world.put("results", *rows, now=now)
        case 1 if rows:
            _give_back(world, "results", [row | party(540) for row in rows], now)
        case 2 if filed:
            world.decide(Kind.RESULT, filed[0], Act.MASK, now, "handling_text")
        case 3 if filed:
            world.decide(Kind.RESULT, filed[-1], Act.NEVER, now)
        case 4:
            who = party(world.rng.randint(501, 532)) | NEVER
            world.put("entities", who | {"entity_name": "示例市夜鹭食品有限公司"}, now=now)
        case 5:
            who = party(world.rng.randint(1, 8)) | {"disclosure": "公开", "region": "990103"}
            _give_back(world, "entities", [who | {"entity_name": "示例市夜鹭改名公司"}], now)
        case 6:
            world.put(
                "items", {**ITEM_ROW, "code": "YL-001", "name": "夜鹭第1项", **NEVER}, now=now
            )
            world.hidden_items = sorted({*world.hidden_items, "YL-001"})


def _give_back(world: World, kind: str, rows: list[Row], now: datetime) -> None:
    batch = world.office.file(kind, *rows, now=now).batch_id
    if batch is not None:
        review.give_back(world.office.stores, batch, by="wu", now=now, reason="退回")


def _hidden(world: World) -> list[str]:
    query = sa.select(FilingRow.key).where(FilingRow.kind == "result", FilingRow.live)
    with Session(world.office.stores.internal) as session:
        return [key for key in sorted(set(session.scalars(query))) if "/SEC-" in key]


def refused(move: Move, world: World, now: datetime) -> str | None:
    """Make a move; return by which rule the office refused it, None where it did not."""
    try:
        move(world, now)
    except PortalError as error:
        return type(error).__name__
    return None
