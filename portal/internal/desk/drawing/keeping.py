"""A draw in the office's store: read, written, and put together as a package."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import PortalError, UnknownRecord, WrongState
from portal.domain.sortition.hashing import canonical
from portal.domain.sortition.model import SCHEME
from portal.domain.sortition.stated import replacement_digest
from portal.internal.desk.drawing.orders import Order
from portal.internal.tables.drawings import DrawingRow
from portal.internal.tables.filings import FilingRow
from portal.register.records import Kind

#: How far a draw has come.
STAGES = ("frozen", "committed", "drawn", "revealed", "void")


class Tampered(PortalError):
    """What the store holds is not what was made public; nothing more is done with it."""

    code = "tampered"


class Seed(msgspec.Struct, kw_only=True):
    """What one source said, who entered it, and pictures of it."""

    id: str
    value: str
    evidence: str | None = None
    by: str
    at: datetime
    photos: tuple[str, ...] = ()


class Swap(msgspec.Struct, kw_only=True):
    """One replacement as decided; `salt` keeps its digest from being guessed until the reveal."""

    event: dict[str, Any]
    salt: str
    digest: str
    on: date
    by: str
    second: str


class Asked(msgspec.Struct, kw_only=True):
    """A step that one person asked for and another has to confirm."""

    step: str
    terms: dict[str, Any]
    by: str
    at: datetime

    @property
    def seal(self) -> str:
        """The SHA-256 of what is asked for: a confirmation is bound to it."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()


class Progress(msgspec.Struct, kw_only=True):
    """What came after the freeze."""

    committed_by: str | None = None
    seeds: list[Seed] = []
    seeded_on: date | None = None
    drawn_by: str | None = None
    nonce: str | None = None
    sealed: str | None = None
    result_hash: str | None = None
    swaps: list[Swap] = []
    revealed_on: date | None = None
    revealed_by: str | None = None
    void_reason: str | None = None
    void_by: str | None = None
    voided_on: date | None = None
    replaced_by: str | None = None
    asked: Asked | None = None
    #: It had lost words to something hidden when a backup was restored that knows nothing of that: they stay out.
    quiet: bool = False
    #: It was void while its row was not what the last step had left: the public reads on what it read before.
    doctored: bool = False


@dataclass(slots=True)
class Frozen:
    """The lists as frozen. `openings`: handle → salt, object_id and natural key, for every object."""

    plan: dict[str, Any]
    objects: list[dict[str, Any]]
    inspectors: list[dict[str, Any]]
    earlier: dict[str, list[str]]
    openings: dict[str, dict[str, str]]
    #: Handle → salt, certificate number and name of each inspector.
    roster: dict[str, dict[str, str]]

    def packed(self) -> bytes:
        """Return it for the store."""
        parts = {name: getattr(self, name) for name in self.__slots__}
        return zlib.compress(json.dumps(parts, ensure_ascii=False).encode())


def naming(session: Session, numbers: Iterable[str]) -> set[str]:
    """Return the draws whose lists name one of these parties under its own number."""
    wanted = set(numbers)
    words = [json.dumps(each, ensure_ascii=False).encode() for each in wanted]
    found: set[str] = set()
    query = sa.select(DrawingRow.draw_id, DrawingRow.frozen)
    for draw_id, packed in session.execute(query, execution_options={"yield_per": 1}):
        text = zlib.decompress(packed)
        if any(each in text for each in words):
            named = {each.get("object_id") for each in json.loads(text)["objects"]}
            found |= {draw_id} if named & wanted else set()
    return found


@dataclass(slots=True)
class Drawing:
    """One draw, unpacked. Change it and `save`."""

    row: DrawingRow
    order: Order
    frozen: Frozen
    commit: dict[str, Any]
    progress: Progress

    @property
    def key(self) -> str:
        """The natural key of its record."""
        return f"{self.row.agency}/{self.row.draw_id}"

    def package(self) -> dict[str, Any]:
        """Return the package as the office has it: open objects opened, whatever is public by now.

        Raises:
            Tampered: a replacement is not the one of its digest, which the log states; nobody outside has its salt before the reveal.

        """
        for number, each in enumerate(self.progress.swaps, 1):
            salt = bytes.fromhex(each.salt)
            if replacement_digest(salt, self.row.draw_id, number, each.event).hex() != each.digest:
                raise Tampered("办公端所存的替换与已公布的摘要不符；不得继续")
        return {
            "scheme": SCHEME,
            "draw_id": self.row.draw_id,
            "plan": self.frozen.plan,
            "objects": self.frozen.objects,
            "inspectors": self.frozen.inspectors,
            "commit": self.commit,
            "seed_values": [_value(each) for each in self._in_order()],
            "earlier": self.frozen.earlier,
            "replacements": [each.event for each in self.progress.swaps],
        }

    def waiting(self) -> list[str]:
        """Return the ids of the sources that have not spoken yet."""
        said = {each.id for each in self.progress.seeds}
        return [each["id"] for each in self.frozen.plan["sources"] if each["id"] not in said]

    def require(self, *stages: str) -> None:
        """Refuse what does not come now.

        Raises:
            WrongState: the draw is elsewhere on its road.

        """
        if self.row.stage not in stages:
            raise WrongState(f"抽取 {self.row.draw_id} 现为“{self.row.stage}”，不能办理此事")

    def require_asked(self, asked: Asked | None) -> None:
        """Refuse to carry out what was asked for, where it was taken back since somebody confirmed it.

        Raises:
            WrongState: nothing is asked for any more, or something else.

        """
        if asked is not None and self.progress.asked != asked:
            raise WrongState("所提事项已撤销或者已有变动，请重新查看后再确认")

    def save(self, stage: str | None = None) -> None:
        """Write the progress back; the caller commits."""
        self.row.stage = stage or self.row.stage
        self.row.progress = msgspec.json.encode(self.progress).decode()

    def _in_order(self) -> list[Seed]:
        said = {each.id: each for each in self.progress.seeds}
        return [said[each["id"]] for each in self.frozen.plan["sources"] if each["id"] in said]


def _value(seed: Seed) -> dict[str, str]:
    return {"id": seed.id, "value": seed.value} | (
        {"evidence": seed.evidence} if seed.evidence else {}
    )


def sealed_before(session: Session, plan: Mapping[str, Any]) -> list[str]:
    """Return the earlier rounds of a plan whose lists are sealed still: how many each left out would tell of them."""
    earlier = plan["exclude_drawn_in"]
    return [each for each in earlier if load(session, each).row.stage != "revealed"]


def load(session: Session, draw_id: str) -> Drawing:
    """Return one draw.

    Raises:
        UnknownRecord: there is none.

    """
    row = session.get(DrawingRow, draw_id)
    if row is None:
        raise UnknownRecord(f"没有编号为 {draw_id} 的抽取")
    return Drawing(
        row,
        msgspec.json.decode(row.terms, type=Order),
        Frozen(**json.loads(zlib.decompress(row.frozen))),
        json.loads(row.commitment),
        msgspec.json.decode(row.progress, type=Progress),
    )


def add(session: Session, order: Order, frozen: Frozen, commit: dict[str, Any], *, by: str, now: datetime) -> Drawing:  # fmt: skip
    """Put a new draw into the store.

    Raises:
        WrongState: its number was used, in a file too, or another draw of this task and round is live.

    """
    slot = f"{order.agency}/{order.task or order.title}/{order.round}"
    taken = sa.select(DrawingRow.draw_id).where(
        sa.or_(DrawingRow.live_slot == slot, DrawingRow.draw_id == order.draw_id)
    )
    if found := session.scalar(taken):
        raise WrongState(
            f"同一任务、同一轮次或同一编号已有抽取 {found}；须先将其作废，编号不得再用"
        )
    filed = sa.select(FilingRow.id).where(
        FilingRow.kind == Kind.DRAW.value, FilingRow.key == f"{order.agency}/{order.draw_id}"
    )
    if session.scalar(filed.limit(1)) is not None:
        #: Both would be one record, and neither could go on from what the other said.
        raise WrongState(f"已有填报的抽取 {order.draw_id}；请另取编号")
    row = DrawingRow(
        draw_id=order.draw_id, agency=order.agency, live_slot=slot, stage="frozen",
        terms=msgspec.json.encode(order).decode(), frozen=frozen.packed(),
        commitment=canonical(commit).decode(), progress="{}", frozen_by=by, frozen_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return load(session, order.draw_id)


def listed(session: Session) -> list[DrawingRow]:
    """Return the newest draws, without their lists."""
    query = sa.select(DrawingRow).options(sa.orm.defer(DrawingRow.frozen))
    return list(session.scalars(query.order_by(DrawingRow.frozen_at.desc()).limit(200)))
