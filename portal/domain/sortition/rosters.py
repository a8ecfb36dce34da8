"""The roster, indexed so that candidates are found without asking every inspector (section 8)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from portal.domain.sortition.hashing import prefixed
from portal.domain.sortition.model import ANYWHERE, Constraint, Inspector, Subject

#: How many answers are kept, in multiples of the roster: memory stays linear.
_KEPT = 64


class Wanted(NamedTuple):
    """What a place asks for, apart from load, team and recusal."""

    pool: str
    constraints: tuple[Constraint, ...]
    need: frozenset[str]
    regions: frozenset[str]


class _Profile(NamedTuple):
    """What inspectors who are alike have."""

    skills: frozenset[str]
    regions: frozenset[str]
    home: str

    def fits(self, wanted: Wanted) -> bool:
        return all(self._meets(constraint, wanted) for constraint in wanted.constraints)

    def _meets(self, constraint: Constraint, wanted: Wanted) -> bool:
        match constraint:
            case Constraint.SKILL:
                return wanted.need <= self.skills
            case Constraint.REGION:
                return ANYWHERE in self.regions or wanted.regions <= self.regions
            case Constraint.AWAY:
                return self.home not in wanted.regions


class Roster:
    """Inspectors by their place in the list, with their present loads (承担任务数)."""

    def __init__(self, inspectors: Sequence[Inspector]) -> None:
        """Index the roster; everyone's load is 0."""
        self.handles = [each.handle for each in inspectors]
        self.loads = [0] * len(inspectors)
        self.places = {handle: place for place, handle in enumerate(self.handles)}
        self.written = [prefixed(handle) for handle in self.handles]
        self._most = [each.max for each in inspectors]
        self._recusing: dict[str, list[int]] = defaultdict(list)
        self._pools: dict[str, dict[_Profile, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._answers: dict[Wanted, list[int]] = {}
        self._held = 0
        for place, each in enumerate(inspectors):
            profile = _Profile(frozenset(each.skills), frozenset(each.regions), each.home)
            for pool in each.pools:
                self._pools[pool][profile].append(place)
            for subject in each.recuse:
                self._recusing[subject].append(place)

    def recused(self, objects: Iterable[Subject]) -> set[int]:
        """Return who must keep away from any of the objects (回避)."""
        if not self._recusing:
            return set()
        return {place for each in objects for place in self._recusing.get(each.handle.hex(), ())}

    def free(self, wanted: Wanted, barred: set[int]) -> list[int]:
        """Return the candidates: who fits, has room and is not barred."""
        loads, most = self.loads, self._most
        fitting = self._fitting(wanted)
        return [place for place in fitting if loads[place] < most[place] and place not in barred]

    def _fitting(self, wanted: Wanted) -> list[int]:
        found = self._answers.get(wanted)
        if found is None:
            profiles = self._pools.get(wanted.pool, {})
            found = [
                place
                for profile, places in profiles.items()
                if profile.fits(wanted)
                for place in places
            ]
            self._keep(wanted, found)
        return found

    def _keep(self, wanted: Wanted, found: list[int]) -> None:
        self._held += len(found) + 1
        if self._held > _KEPT * (len(self.handles) + 1):
            self._answers.clear()
            self._held = len(found) + 1
        self._answers[wanted] = found
