"""Draws the inspectors of every bundle (section 8)."""

from collections.abc import Sequence

from portal.domain.sortition.bundles import Bundle, Member, bundled
from portal.domain.sortition.model import Constraint, Inspector, Slot, Teams
from portal.domain.sortition.rosters import Roster, Wanted, wanted
from portal.domain.sortition.strata import StratumDrawn
from portal.domain.sortition.tickets import Drum


class Assignment:
    """The teams of a draw, with the loads of this moment; replacements go on from here."""

    def __init__(
        self,
        teams: Teams,
        inspectors: Sequence[Inspector],
        strata: Sequence[StratumDrawn],
        drum: Drum,
    ) -> None:
        """Bundle the drawn objects and fill every place, in order."""
        self.roster = Roster(inspectors)
        self.bundles = bundled(strata, teams.bundle)
        self._teams = teams
        self._drum = drum
        for bundle in self.bundles:
            self._fill(bundle)

    def replace(self, bundle: Bundle, place: int) -> Member:
        """Take the member in that place of the team out for good, and draw who comes in."""
        out = bundle.team[place]
        if out.inspector is not None:
            self.roster.loads[out.inspector] -= 1
            bundle.gone.add(out.inspector)
        bundle.team[place] = Member(out.slot, None, ())
        bundle.team[place] = self._place(bundle, out.slot, {})
        return bundle.team[place]

    def _fill(self, bundle: Bundle) -> None:
        tickets: dict[int, bytes] = {}
        for number, slot in enumerate(self._teams.slots):
            for _ in range(slot.n):
                bundle.team.append(self._place(bundle, number, tickets))

    def _place(self, bundle: Bundle, number: int, tickets: dict[int, bytes]) -> Member:
        """Fill one place: the first level of relaxing that has a candidate decides."""
        slot, roster = self._teams.slots[number], self.roster
        barred = bundle.members() | bundle.gone | roster.recused(bundle.objects)
        for level in range(len(self._teams.relax) + 1):
            dropped = self._teams.relax[:level]
            if free := roster.free(_wanted(slot, bundle, dropped), barred):
                taken = self._smallest(free, bundle, tickets)
                roster.loads[taken] += 1
                return Member(number, taken, tuple(each for each in dropped if each in slot.need))
        return Member(number, None, ())

    def _smallest(self, free: list[int], bundle: Bundle, tickets: dict[int, bytes]) -> int:
        """Return the candidate smallest by load (if balanced), ticket, handle."""
        loads, handles = self.roster.loads, self.roster.handles
        if self._teams.balance:
            least = min(map(loads.__getitem__, free))
            free = [place for place in free if loads[place] == least]
        unknown = [place for place in free if place not in tickets]
        ticket = self._drum.of_bundle(bundle.first)
        tickets.update(zip(unknown, map(ticket, map(handles.__getitem__, unknown)), strict=True))
        smallest = min(map(tickets.__getitem__, free))
        return min((handles[each], each) for each in free if tickets[each] == smallest)[1]


def _wanted(slot: Slot, bundle: Bundle, dropped: Sequence[Constraint]) -> Wanted:
    """What the slot asks for in this bundle, without the dropped constraints."""
    in_force = [each for each in slot.need if each not in dropped]
    pool = slot.pool.replace("{unit}", bundle.unit)
    return wanted(pool, in_force, bundle.need, bundle.regions)
