"""Draws the objects, stratum by stratum (section 7)."""

from collections.abc import Sequence
from typing import NamedTuple

from portal.domain.sortition.hashing import tagged
from portal.domain.sortition.model import Lists, Quota, Stratum, Subject
from portal.domain.sortition.tickets import Drum


class StratumDrawn(NamedTuple):
    """One stratum drawn; `order` holds all its eligible objects, the first `drawn_count` are drawn."""

    key: str
    frame: int
    quota: int
    order: list[Subject]

    @property
    def drawn_count(self) -> int:
        """How many are drawn."""
        return min(self.quota, len(self.order))

    @property
    def drawn(self) -> list[Subject]:
        """The drawn objects, in order."""
        return self.order[: self.drawn_count]

    @property
    def shortage(self) -> int:
        """How many the quota asks for and the stratum does not have."""
        return self.quota - self.drawn_count

    def order_hash(self) -> bytes:
        """Return what fixes the order of replacement without telling it."""
        return tagged("dsr-draw/1/order", *(subject.handle for subject in self.order))


def quota_of(quota: Quota, base: int, eligible: int) -> int:
    """Return how many are to be drawn: a ratio is "at least", so it is rounded up.

    >>> quota_of(Quota(num=1, den=5), 11, 11), quota_of(Quota(n=4), 2, 2), quota_of(Quota(), 9, 7)
    (3, 4, 7)
    """
    if quota.num is not None:
        return (base * quota.num + quota.den - 1) // quota.den
    return eligible if quota.n is None else quota.n


def draw(lists: Lists, drum: Drum) -> list[StratumDrawn]:
    """Draw every stratum, in the order of the plan."""
    members: dict[str, list[Subject]] = {stratum.key: [] for stratum in lists.plan.strata}
    for subject in lists.objects:
        members[subject.stratum].append(subject)
    return [_drawn(stratum, members[stratum.key], drum) for stratum in lists.plan.strata]


def _drawn(stratum: Stratum, members: Sequence[Subject], drum: Drum) -> StratumDrawn:
    ranked = sorted(
        (drum.ticket(subject.handle, subject.weight), subject.handle, subject)
        for subject in members
        if not subject.excluded
    )
    base = len(members) if stratum.of_frame else len(ranked)
    return StratumDrawn(
        key=stratum.key,
        frame=len(members),
        quota=quota_of(stratum.quota, base, len(ranked)),
        order=[subject for _, _, subject in ranked],
    )
