"""An immutable view of one generation; what has not changed is taken over from the view before."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pyroaring import BitMap

from portal.register.search.index import filing
from portal.register.search.index import manifest as manifests
from portal.register.search.index.filing import Filed, Mapped
from portal.register.search.index.lexicon import bitmap
from portal.register.search.index.manifest import Manifest, Member
from portal.register.search.index.matching import Matcher
from portal.register.search.index.segment import Segment
from portal.register.search.model import Damaged

#: A writer may replace the files between our reading their list and opening them; then the list is new.
_ATTEMPTS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """One segment of a view: how it is looked up, and its documents that are there."""

    matcher: Matcher
    alive: BitMap

    @property
    def segment(self) -> Segment:
        """The segment itself."""
        return self.matcher.segment


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One generation, opened."""

    manifest: Manifest
    leaves: tuple[Leaf, ...]


def take(folder: Path, before: Snapshot | None = None) -> Snapshot:
    """Open the current generation.

    Raises:
        NoIndex: nothing was built yet.
        Damaged: a file is not what was written.

    """
    for _ in range(_ATTEMPTS):
        current = manifests.read(folder)
        try:
            return Snapshot(current, _leaves(folder, current, before))
        except FileNotFoundError:
            continue
    raise Damaged(f"files of the search index in {folder} are missing")


def _leaves(folder: Path, current: Manifest, before: Snapshot | None) -> tuple[Leaf, ...]:
    known = dict(zip(before.manifest.members, before.leaves, strict=True)) if before else {}
    opened = {member.segment: leaf.matcher for member, leaf in known.items()}
    leaves = []
    for member in current.members:
        if matcher := opened.get(member.segment):
            filing.check(folder, member.segment)
        else:
            matcher = Matcher(Segment(folder, member.segment))
        leaves.append(known.get(member) or Leaf(matcher, _alive(folder, member, matcher)))
    return tuple(leaves)


def _alive(folder: Path, member: Member, matcher: Matcher) -> BitMap:
    everything = BitMap(range(len(matcher.segment)))
    return everything - read_dead(folder, member.dead) if member.dead else everything


def read_dead(folder: Path, filed: Filed) -> BitMap:
    """Return the documents that are gone."""
    return bitmap(Mapped(folder, filed).array("dead"))


def dead_array(dead: BitMap) -> dict[str, np.ndarray[tuple[int], np.dtype[np.uint32]]]:
    """Return what is filed about documents that are gone."""
    return {"dead": np.array(dead.to_array(), dtype=np.uint32)}
