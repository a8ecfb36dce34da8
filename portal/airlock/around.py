"""What a projection needs besides the record: ids, the day, the parties, what was withdrawn."""

from dataclasses import dataclass, field
from datetime import date

from portal.domain.parties import Entity
from portal.domain.results import Result
from portal.kit.ids import public_id
from portal.register import records as r
from portal.register.records import PREFIX, TASK_PREFIX, Kind


@dataclass(frozen=True, slots=True)
class Ids:
    """Turns natural keys into public ids with the office's key."""

    key: bytes

    def of(self, kind: Kind, natural_key: str) -> str:
        """Return the public id of a record."""
        return public_id(PREFIX[kind], natural_key, self.key)

    def task(self, agency_code: str, code: str) -> str:
        """Return the public id of a task."""
        return public_id(TASK_PREFIX, f"{agency_code}/{code}", self.key)

    def notice(self, kind: Kind, natural_key: str) -> str:
        """Return the id of the notice that stands for a withheld record."""
        return public_id(PREFIX[Kind.WITHHELD], f"{kind}:{natural_key}", self.key)


@dataclass(slots=True)
class Passage:
    """What one record becomes: public records, and ids that must not be public (any more)."""

    records: list[r.Record] = field(default_factory=list)
    gone: list[tuple[Kind, str]] = field(default_factory=list)
    #: Id of the draw whose whole list `records` holds: entries not among them go.
    whole_list: str | None = None
    #: Texts the office knows and the public may not read; none may stand in the records.
    secrets: tuple[str, ...] = ()
    #: Whether the records concern a person, so that names and dwellings are looked for too.
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Around:
    """What a record's projection depends on besides itself."""

    ids: Ids
    today: date
    #: Parties by natural key, for draws, results and steps.
    parties: dict[str, Entity]
    #: Party key of the check a step belongs to, by the check's natural key; likewise its class.
    checks: dict[str, Result] = field(default_factory=dict)
    #: Natural keys of parties and checks that were withdrawn: nothing about them is published.
    withdrawn: frozenset[str] = frozenset()
    #: Natural keys of items that are not shown: neither their names nor their ids may be.
    hidden_items: frozenset[str] = frozenset()
    #: Nonces of draw lists by the draw's natural key.
    nonces: dict[str, str] = field(default_factory=dict)
