"""A draw package as typed values: plan, objects, inspectors, commit, seed and events (section 3)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

SCHEME = "dsr-draw/1"
#: The stratum of objects of which nothing but the count is public (section 7.4).
WITHHELD = "WITHHELD"
ANYWHERE = "*"

#: A JSON object as it was read.
Json = Mapping[str, object]


class SourceKind(StrEnum):
    """Where a part of the seed comes from (section 6)."""

    DICE10 = "dice10"
    DICE6 = "dice6"
    SHARE = "share"
    DRAND = "drand"
    NIST = "nist"
    LOTTERY = "lottery"


class Constraint(StrEnum):
    """What a slot may ask of an inspector beyond the pool (section 8)."""

    SKILL = "skill"
    REGION = "region"
    AWAY = "away"


class Source(NamedTuple):
    """One source of the seed; `ref` names the exact event or the holder."""

    id: str
    kind: SourceKind
    ref: str


class Quota(NamedTuple):
    """How many to draw: ``num/den`` of the stratum, or `n`, or (neither) all."""

    num: int | None = None
    den: int = 1
    n: int | None = None


class Stratum(NamedTuple):
    """One layer of the population (层), drawn by its own quota."""

    key: str
    quota: Quota
    of_frame: bool


class Slot(NamedTuple):
    """One kind of place in a team, `n` times."""

    pool: str
    n: int
    need: tuple[Constraint, ...]


class Teams(NamedTuple):
    """How inspectors are drawn."""

    bundle: int
    balance: bool
    slots: tuple[Slot, ...]
    relax: tuple[Constraint, ...]


class Plan(NamedTuple):
    """What is to be drawn and how (抽取方案); `written` is the JSON that is hashed."""

    draw_id: str
    descriptions: tuple[str, ...]
    strata: tuple[Stratum, ...]
    by_balls: bool
    sources: tuple[Source, ...]
    exclude_drawn_in: tuple[str, ...]
    embargo: bool
    teams: Teams | None
    written: Json


class Subject(NamedTuple):
    """One inspection object (检查对象). Handles and salts are 32 raw bytes.

    A masked one has no salt and no id; a withheld one has its handle and stratum only.
    """

    handle: bytes
    stratum: str
    unit: str = ""
    region: str = ""
    need: tuple[str, ...] = ()
    weight: int = 1
    excluded: str = ""
    salt: bytes | None = None
    object_id: str | None = None

    @property
    def is_withheld(self) -> bool:
        """Whether nothing but its existence is public."""
        return self.stratum == WITHHELD


class Inspector(NamedTuple):
    """One inspector (执法检查人员); salt and id in audit copies only."""

    handle: bytes
    pools: tuple[str, ...]
    skills: tuple[str, ...]
    regions: tuple[str, ...]
    home: str
    max: int
    recuse: tuple[str, ...]
    salt: bytes | None = None
    inspector_id: str | None = None


class Commit(NamedTuple):
    """What was fixed before the seed (section 5); `written` is the JSON that is hashed."""

    draw_id: str
    plan_hash: str
    objects_root: str
    objects_count: int
    inspectors_root: str
    inspectors_count: int
    shares: tuple[tuple[str, str], ...]
    written: Json


class SeedValue(NamedTuple):
    """What one source said."""

    id: str
    value: str
    evidence: str | None = None


class ObjectEvent(NamedTuple):
    """A drawn object goes out, the next of the order comes in (section 10)."""

    stratum: str
    out: bytes
    reason: str


class MemberEvent(NamedTuple):
    """A member of a team goes out; bundle and slot count from 0 (section 10)."""

    bundle: int
    slot: int
    out: bytes
    reason: str


Event = ObjectEvent | MemberEvent


class Lists(NamedTuple):
    """What the commit fixes: plan, population, roster, and who was drawn in earlier rounds."""

    plan: Plan
    objects: list[Subject]
    inspectors: list[Inspector]
    earlier: Mapping[str, tuple[str, ...]]


class Package(NamedTuple):
    """A whole package (抽取数据包)."""

    lists: Lists
    commit: Commit
    seed_values: tuple[SeedValue, ...]
    replacements: tuple[Event, ...]
    claimed: str | None
