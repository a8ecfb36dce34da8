"""Applies the events that changed a draw afterwards; who comes in is computed (section 10)."""

from collections.abc import Sequence

from portal.domain.sortition.bundles import Bundle
from portal.domain.sortition.faults import Code, Fault, demand
from portal.domain.sortition.model import Event, MemberEvent, ObjectEvent, Subject
from portal.domain.sortition.strata import StratumDrawn
from portal.domain.sortition.teams import Assignment

#: One row of what came of the events.
Row = dict[str, object]


class _Standing:
    """Which objects of one stratum are live, and who comes next."""

    def __init__(self, stratum: StratumDrawn) -> None:
        self.live = {subject.handle for subject in stratum.drawn}
        self._next = iter(stratum.order[stratum.drawn_count :])

    def replace(self, out: bytes) -> Subject | None:
        demand(out in self.live, Code.REPLACE)
        self.live.remove(out)
        came = next(self._next, None)
        if came is not None:
            self.live.add(came.handle)
        return came


class _Ledger:
    """The draw as it stands after the events so far."""

    def __init__(self, strata: Sequence[StratumDrawn], assignment: Assignment | None) -> None:
        self._strata = {stratum.key: _Standing(stratum) for stratum in strata}
        self._assignment = assignment
        self._bundles = assignment.bundles if assignment else []
        self._holding: dict[bytes, Bundle] = {
            subject.handle: bundle for bundle in self._bundles for subject in bundle.objects
        }

    def object_out(self, event: ObjectEvent) -> Row:
        standing = self._strata.get(event.stratum)
        if standing is None:
            raise Fault(Code.REPLACE)
        came = standing.replace(event.out)
        if event.out in self._holding:
            self._swap(self._holding.pop(event.out), event.out, came)
        return {
            "type": "object",
            "stratum": event.stratum,
            "out": event.out.hex(),
            "in": came.handle.hex() if came else "",
            "reason": event.reason,
        }

    def _swap(self, bundle: Bundle, out: bytes, came: Subject | None) -> None:
        place = next(at for at, each in enumerate(bundle.objects) if each.handle == out)
        bundle.objects[place : place + 1] = [came] if came else []
        if came:
            self._holding[came.handle] = bundle

    def member_out(self, event: MemberEvent) -> Row:
        if self._assignment is None or event.bundle >= len(self._bundles):
            raise Fault(Code.REPLACE)
        bundle, roster = self._bundles[event.bundle], self._assignment.roster
        out = roster.places.get(event.out)
        places = [
            at
            for at, each in enumerate(bundle.team)
            if each.slot == event.slot and each.inspector == out
        ]
        demand(out is not None and places != [], Code.REPLACE)
        came = self._assignment.replace(bundle, places[0])
        return {
            "type": "member",
            "bundle": event.bundle,
            "slot": event.slot,
            "out": event.out.hex(),
            "in": "" if came.inspector is None else roster.handles[came.inspector].hex(),
            "relaxed": [each.value for each in came.relaxed],
            "reason": event.reason,
        }


def replay(
    events: Sequence[Event], strata: Sequence[StratumDrawn], assignment: Assignment | None
) -> list[Row]:
    """Apply the events in order; the assignment's teams and loads change. Raises E_REPLACE."""
    ledger = _Ledger(strata, assignment)
    return [
        {"n": number}
        | (ledger.object_out(event) if isinstance(event, ObjectEvent) else ledger.member_out(event))
        for number, event in enumerate(events, start=1)
    ]
