"""Bundles: drawn objects that one team inspects together (section 8)."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from portal.domain.sortition.model import WITHHELD, Constraint, Subject
from portal.domain.sortition.strata import StratumDrawn


class Member(NamedTuple):
    """One place of a team; `inspector` is a place in the roster, None where nobody fits."""

    slot: int
    inspector: int | None
    relaxed: tuple[Constraint, ...]


class Bundle:
    """Some objects of one unit and their team."""

    def __init__(self, first: Subject) -> None:
        """Open a bundle; its unit and `first` stay even if that object is replaced."""
        self.unit = first.unit
        self.first = first.handle
        self.objects = [first]
        self.team: list[Member] = []
        #: Inspectors replaced out of this team, who never come back to it.
        self.gone: set[int] = set()

    @property
    def need(self) -> frozenset[str]:
        """Every specialty that its objects ask for."""
        return frozenset(each for subject in self.objects for each in subject.need)

    @property
    def regions(self) -> frozenset[str]:
        """Every region its objects lie in."""
        return frozenset(subject.region for subject in self.objects)

    def members(self) -> set[int]:
        """Return who is in the team."""
        return {each.inspector for each in self.team if each.inspector is not None}


def bundled(strata: Iterable[StratumDrawn], size: int) -> list[Bundle]:
    """Put the drawn objects into bundles of at most `size`; withheld ones are never bundled."""
    return [
        bundle for stratum in strata if stratum.key != WITHHELD for bundle in _of(stratum, size)
    ]


def _of(stratum: StratumDrawn, size: int) -> Iterator[Bundle]:
    found: list[Bundle] = []
    open_of_unit: dict[str, Bundle] = {}
    for subject in stratum.drawn:
        bundle = open_of_unit.get(subject.unit)
        if bundle is not None and len(bundle.objects) < size:
            bundle.objects.append(subject)
            continue
        open_of_unit[subject.unit] = bundle = Bundle(subject)
        found.append(bundle)
    return iter(found)
