"""What a projection needs besides the record: ids, the day, the parties, what was withdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from portal.airlock.known import KnownSecrets
from portal.domain.draws import Draw
from portal.domain.parties import Entity
from portal.domain.results import Result
from portal.domain.verdicts import UNTOUCHED, Verdict, filed
from portal.kit.ids import public_id
from portal.register import records as r
from portal.register.prefixes import PREFIX, TASK_PREFIX
from portal.register.records import Kind


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


@dataclass(frozen=True, slots=True)
class Cleared:
    """A find that may pass: its place, its kind, and the SHA-256 of the very text it is in."""

    path: str
    kind: str
    digest: str


#: Kind and natural key of a record.
Name = tuple[Kind, str]


@dataclass(slots=True)
class Passage:
    """What one record becomes: public records, and ids that must not be public (any more)."""

    records: list[r.Record] = field(default_factory=list)
    #: What the monthly notices will say of it, where the record is withheld with one.
    notice: r.PublicNotice | None = None
    gone: list[tuple[Kind, str]] = field(default_factory=list)
    #: Id of the draw whose whole list `records` holds: entries not among them go.
    whole_list: str | None = None
    #: Whether it is a draw with a list under embargo that was released likewise: its figures and digest stay.
    is_sealed: bool = False
    #: Texts the office knows and the public may not read; none may stand in the records.
    secrets: tuple[str, ...] = ()
    #: The records once more, as they would be if files that wait were let out: so a reviewer saw them, where one did.
    cautious: Sequence[r.Record] = ()
    #: Whether it was released before, and something else asks for it now.
    is_again: bool = False
    #: Whether the records tell of what is hidden elsewhere: they do so no longer, or they go.
    telling: bool = False
    #: Whether something that nobody sees asked for it: what is not public does not become so by that.
    only_if_public: bool = False
    #: Records whose older versions tell of what is hidden: those versions go.
    stale: Mapping[Kind, Sequence[str]] = field(default_factory=dict)
    #: Ids of items and the draw that the record was filed with and does not name, because they are hidden.
    left_out: frozenset[str] = frozenset()
    #: Fields that a decision is on, and whether it leaves nothing of them: no older version may say what they said before.
    kept_back: Mapping[str, bool] = field(default_factory=dict)
    #: Places that are empty because all that stood there is hidden: nobody files them so, and the emptiness would tell.
    emptied: tuple[str, ...] = ()
    #: Whether the records concern a person, so that names and dwellings are looked for too.
    personal: bool = False
    #: What the office knows about others and nobody may read here.
    known: KnownSecrets | None = None
    #: Whose texts these are, of records that do not say.
    agency_id: str | None = None
    #: Finds that a person has looked at and let pass.
    cleared: frozenset[Cleared] = frozenset()


@dataclass(frozen=True, slots=True)
class Around:
    """What a record's projection depends on besides itself."""

    ids: Ids
    today: date
    #: Parties by natural key, for draws, results and steps.
    parties: dict[str, Entity]
    #: Party key of the check a step belongs to, by the check's natural key; likewise its class.
    checks: dict[str, Result] = field(default_factory=dict)
    #: Parties and checks whose batches were returned, as filed there: what leans on them is not shown, and stands as
    #: it did. Nobody outside may notice the return, nor may it keep others from being hidden.
    returned: Mapping[str, Entity | Result] = field(default_factory=dict)
    #: Natural keys of parties and checks that were withdrawn: nothing about them is published.
    withdrawn: frozenset[str] = frozenset()
    #: Natural keys of items that are not shown: neither their names nor their ids may be.
    hidden_items: frozenset[str] = frozenset()
    #: Natural keys of draws that are not shown.
    hidden_draws: frozenset[str] = frozenset()
    #: Nonces of draw lists by the draw's natural key.
    nonces: dict[str, str] = field(default_factory=dict)
    #: Every filing of the parties whose names are not shown, by natural key: what they were called tells of them too.
    as_ever_filed: Mapping[str, Sequence[Entity]] = field(default_factory=dict)
    #: Every released filing of the checks that are shown without what follows from a hidden finding, by natural key.
    said_before: Mapping[str, Sequence[Result]] = field(default_factory=dict)
    #: Every released filing of the draws, by natural key, the first one first.
    drawn_before: Mapping[str, Sequence[Draw]] = field(default_factory=dict)
    #: What the office decided, joined with what was filed; records not among them stand as filed.
    verdicts: Mapping[Name, Verdict] = field(default_factory=dict)
    #: Finds that may pass, by record.
    cleared: Mapping[Name, frozenset[Cleared]] = field(default_factory=dict)
    #: Names that an item was filed with while it was kept back, and the one that it is shown by, by natural key.
    renamed_items: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    known: KnownSecrets | None = None
    #: What else is taken out of texts that are masked: files that wait keep it back.
    waiting: KnownSecrets | None = None

    def party(self, key: str) -> Entity | None:
        """Return a party as it stands, or as it was returned."""
        found = self.parties.get(key, self.returned.get(key))
        return found if isinstance(found, Entity) else None

    def check(self, key: str) -> Result | None:
        """Return a check as it stands, or as it was returned."""
        found = self.checks.get(key, self.returned.get(key))
        return found if isinstance(found, Result) else None

    def verdict(self, kind: Kind, record: object) -> Verdict:
        """Return how a record stands after every decision about it."""
        found = self.verdicts.get((kind, getattr(record, "key")))  # noqa: B009
        if found is not None:
            return found
        decision = getattr(record, "decision", None)
        return filed(decision) if decision else UNTOUCHED
