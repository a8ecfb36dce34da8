"""Handles, leaves and roots: what commits to a list without showing it (section 4)."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Literal

from portal.domain.merkle import Frontier, Kept, leaf_hash
from portal.domain.sortition.hashing import canonical, tagged
from portal.domain.sortition.model import Inspector, Subject

_by_handle = attrgetter("handle")


def handle(kind: Literal["object", "inspector"], draw_id: str, salt: bytes, own_id: str) -> bytes:
    """Return the handle of an object or inspector; `salt` is 32 fresh random bytes each draw."""
    return tagged("dsr-draw/1/handle", kind, draw_id, salt, own_id)


def leaf(entry: Subject | Inspector) -> bytes:
    """Return the bytes that are hashed into the tree for one entry."""
    if isinstance(entry, Inspector):
        return canonical(
            {
                "handle": entry.handle.hex(),
                "home": entry.home,
                "max": entry.max,
                "pools": entry.pools,
                "recuse": entry.recuse,
                "regions": entry.regions,
                "skills": entry.skills,
            }
        )
    if entry.is_withheld:
        return canonical({"handle": entry.handle.hex(), "stratum": entry.stratum})
    return canonical(
        {
            "excluded": entry.excluded,
            "handle": entry.handle.hex(),
            "need": entry.need,
            "region": entry.region,
            "stratum": entry.stratum,
            "unit": entry.unit,
            "weight": entry.weight,
        }
    )


def root(entries: Iterable[Subject | Inspector]) -> bytes:
    """Return the root over the entries, ordered by handle."""
    tree = Frontier()
    for entry in sorted(entries, key=_by_handle):
        tree.add(leaf_hash(leaf(entry)))
    return tree.root()


class Inclusions:
    """Proofs that an object was in the drum (section 4.4), for everyone whether drawn or not."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        """Build the tree once; every proof afterwards is O(log n)."""
        ordered = sorted(subjects, key=_by_handle)
        self._places = {each.handle: place for place, each in enumerate(ordered)}
        self._tree = Kept([leaf_hash(leaf(each)) for each in ordered])
        self.root = self._tree.root()
        self.size = self._tree.size

    def path(self, subject: bytes) -> tuple[int, list[bytes]]:
        """Return the place of a handle in the tree and its RFC 9162 path.

        Raises:
            KeyError: no such handle.

        """
        place = self._places[subject]
        return place, self._tree.inclusion_path(place)
