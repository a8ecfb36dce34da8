"""The order of a draw as the office writes it: TOML, checked before anything is frozen (抽取任务单)."""

import tomllib
from datetime import date
from typing import Any

import msgspec

from portal.domain.errors import PortalError
from portal.domain.parties import EntityKind


class BadOrder(PortalError):
    """The order cannot be carried out; the message says which key and why."""

    code = "bad_order"


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of an order's parts."""


class Pool(_Part, frozen=True, kw_only=True):
    """Who is in the drum (抽取范围): each list narrows, an empty one does not."""

    libraries: tuple[EntityKind, ...] = tuple(EntityKind)
    regions: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


class Stratum(_Part, frozen=True, kw_only=True):
    """One stratum with its quota: ``"20%"``, a number of parties, or ``"all"``. The first that fits counts."""

    key: str
    quota: str | int
    base: str = "frame"
    libraries: tuple[EntityKind, ...] = ()
    regions: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()


class SeedSource(_Part, frozen=True, kw_only=True):
    """One source of the seed; `commitment` where the holder of a share made it without the office."""

    id: str
    kind: str
    ref: str
    commitment: str | None = None


class Slot(_Part, frozen=True, kw_only=True):
    """Places of a team that are filled from one pool."""

    pool: str
    n: int
    need: tuple[str, ...] = ()


class TeamRule(_Part, frozen=True, kw_only=True):
    """How inspectors are drawn: objects to a team, places, what may be relaxed."""

    bundle: int
    slots: tuple[Slot, ...] = ()
    balance: bool = True
    relax: tuple[str, ...] = ()
    most: int = 10_000


class Present(_Part, frozen=True, kw_only=True):
    """Somebody who stands by: the name stays inside."""

    role: str
    unit: str
    name: str = ""


class Order(_Part, frozen=True, kw_only=True):
    """Everything that is decided before the lists are frozen."""

    draw_id: str
    agency: str
    title: str
    round: int = 1
    task: str | None = None
    document: str = ""
    basis: str = ""
    place: str | None = None
    unit: str
    draw_on: date
    reveal_on: date
    embargo: bool = True
    preset: str | None = None
    strata: tuple[Stratum, ...] = ()
    withheld_quota: str | int = "20%"
    sources: tuple[SeedSource, ...] = ()
    exclude_drawn_in: tuple[str, ...] = ()
    pool: Pool = Pool()
    teams: TeamRule | None = None
    present: tuple[Present, ...] = ()
    #: Certificate number → numbers of parties that this inspector must not inspect (回避).
    recuse: dict[str, tuple[str, ...]] = {}
    #: Number of a party → why it cannot be drawn, such as ``closed``.
    leave_out: dict[str, str] = {}
    #: Parties are in the drum, or sorted into strata, by risk, and may be seen to be.
    risk_is_public: bool = False
    #: Stations, skills and regions of the inspectors on file may stand in the package.
    roster_is_public: bool = False


def read(text: str) -> Order:
    """Return the order in a TOML text.

    Raises:
        BadOrder: it is none, or contradicts itself.

    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadOrder(f"任务单有误：{error}") from None
    return made(found)


def made(parts: dict[str, Any]) -> Order:
    """Return the order made of these parts.

    Raises:
        BadOrder: one is wrong, or they contradict each other.

    """
    try:
        order = msgspec.convert(parts, Order)
    except msgspec.ValidationError as error:
        raise BadOrder(f"任务单有误：{error}") from None
    return check(order)


def check(order: Order) -> Order:
    """Return the order if its parts agree.

    Raises:
        BadOrder: they do not.

    """
    if order.reveal_on < order.draw_on:
        raise BadOrder("reveal_on 不得早于 draw_on")
    sorting = order.pool.risks, *(each.risks for each in order.strata)
    if any(sorting) and not order.risk_is_public:
        raise BadOrder(
            "按风险分层，或者按风险划定抽取范围，会使每户的风险等级随名单公开；"
            "确认可以公开的，写 risk_is_public = true"
        )
    roles = {each.role for each in order.present}
    if missing := {"主持人", "摇号人员", "现场监督人员"} - roles:
        raise BadOrder(f"present 中缺少：{'、'.join(sorted(missing))}")
    return order


def quota(stated: str | int, key: str) -> dict[str, Any]:
    """Return a quota as a plan states it.

    Raises:
        BadOrder: it is none.

    """
    if stated == "all":
        return {"kind": "all"}
    if isinstance(stated, int) and stated >= 0:
        return {"kind": "count", "n": stated}
    if isinstance(stated, str) and stated.endswith("%") and stated[:-1].isdecimal():
        return {"kind": "ratio", "num": int(stated[:-1]), "den": 100}
    raise BadOrder(f"层“{key}”的 quota 应为“20%”、户数或“all”")
