"""The roster, indexed so that candidates are found without asking every inspector (section 8)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from portal.domain.sortition.model import ANYWHERE, Constraint, Inspector, Subject

#: How many answers are kept, in multiples of the roster: memory stays linear.
_KEPT = 64
_NONE: frozenset[int] = frozenset()
#: Inspectors by what they have: places in the roster.
_Index = defaultdict[str, set[int]]


class Wanted(NamedTuple):
    """What a place asks for, apart from load, team and recusal; a set is empty where none counts."""

    pool: str
    need: frozenset[str]
    regions: frozenset[str]
    elsewhere: frozenset[str]


def wanted(
    pool: str, constraints: Iterable[Constraint], need: frozenset[str], regions: frozenset[str]
) -> Wanted:
    """Return what a place asks for under these constraints; equal questions become equal values."""
    in_force, nothing = frozenset(constraints), frozenset[str]()
    return Wanted(
        pool,
        need if Constraint.SKILL in in_force else nothing,
        regions if Constraint.REGION in in_force else nothing,
        regions if Constraint.AWAY in in_force else nothing,
    )


class Roster:
    """Inspectors by their place in the list, with their present loads (承担任务数)."""

    def __init__(self, inspectors: Sequence[Inspector]) -> None:
        """Index the roster; everyone's load is 0."""
        self.handles = [each.handle for each in inspectors]
        self.loads = [0] * len(inspectors)
        self.places = {handle: place for place, handle in enumerate(self.handles)}
        self._most = [each.max for each in inspectors]
        self._pools = _index(each.pools for each in inspectors)
        self._skilled = _index(each.skills for each in inspectors)
        self._within = _index(each.regions for each in inspectors)
        self._at_home = _index((each.home,) for each in inspectors)
        self._recusing = _index(each.recuse for each in inspectors)
        self._answers: dict[Wanted, list[int]] = {}
        self._held = 0

    def recused(self, objects: Iterable[Subject]) -> set[int]:
        """Return who must keep away from any of the objects (回避)."""
        if not self._recusing:
            return set()
        return {place for each in objects for place in self._recusing.get(each.handle.hex(), ())}

    def free(self, asked: Wanted, barred: set[int]) -> list[int]:
        """Return the candidates: who fits, has room and is not barred."""
        loads, most = self.loads, self._most
        return [
            place
            for place in self._fitting(asked)
            if loads[place] < most[place] and place not in barred
        ]

    def _fitting(self, asked: Wanted) -> list[int]:
        found = self._answers.get(asked)
        if found is None:
            found = sorted(self._found(asked))
            self._held += len(found) + 1
            if self._held > _KEPT * (len(self.handles) + 1):
                self._answers.clear()
                self._held = len(found) + 1
            self._answers[asked] = found
        return found

    def _found(self, asked: Wanted) -> set[int]:
        found = set(self._pools.get(asked.pool, _NONE))
        for skill in asked.need:
            found &= self._skilled.get(skill, _NONE)
        everywhere = found & self._within.get(ANYWHERE, _NONE)
        for region in asked.regions:
            found &= self._within.get(region, _NONE)
        found |= everywhere
        for region in asked.elsewhere:
            found -= self._at_home.get(region, _NONE)
        return found


def _index(having: Iterable[Iterable[str]]) -> _Index:
    found: _Index = defaultdict(set)
    for place, each in enumerate(having):
        for word in each:
            found[word].add(place)
    return found
