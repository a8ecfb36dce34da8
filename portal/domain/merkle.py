"""The Merkle tree of RFC 9162 (SHA-256): root, inclusion and consistency proofs, their verification.

Nothing is stored here. `Nodes` gives the hash of a perfect subtree: ``nodes(level, index)`` covers
the leaves from ``index << level`` on, ``1 << level`` of them. Every hash asked for is one of those,
so whoever keeps them answers any question in O(log n) reads.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

Nodes = Callable[[int, int], bytes]

EMPTY_ROOT = sha256(b"").digest()
#: Levels that one kept row of hashes (a tile) stands for, and the hashes in a full one.
HEIGHT = 8
WIDTH = 1 << HEIGHT
_HASH = 32


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf (RFC 9162, 2.1.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 9162, 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def root(size: int, nodes: Nodes) -> bytes:
    """Return the root of the tree over the first `size` leaves."""
    return _range(0, size, nodes) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """Return the proof that leaf `index` is in the tree of `size` leaves (RFC 9162, 2.1.3.1).

    Raises:
        ValueError: there is no such leaf.

    """
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_range(middle, end, nodes))
            end = middle
        else:
            path.append(_range(begin, middle, nodes))
            begin = middle
    return path[::-1]


def consistency_path(first: int, second: int, nodes: Nodes) -> list[bytes]:
    """Return the proof that the tree of `second` leaves continues that of `first` (2.1.4.1).

    Raises:
        ValueError: unless ``0 < first <= second``.

    """
    if not 0 < first <= second:
        raise ValueError("sizes")
    path: list[bytes] = []
    begin, end = 0, second
    while first < end:
        middle = begin + _split(end - begin)
        if first <= middle:
            path.append(_range(middle, end, nodes))
            end = middle
        else:
            path.append(_range(begin, middle, nodes))
            begin = middle
    if begin:
        path.append(_range(begin, end, nodes))
    return path[::-1]


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Whether `path` proves that `leaf` (a hash) is number `index` under the root (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for each in path:
        if not last:
            return False
        if place & 1 or place == last:
            found = node_hash(each, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, each)
        place, last = place >> 1, last >> 1
    return not last and found == expected


def is_consistent(
    first: int, second: int, path: Sequence[bytes], first_root: bytes, second_root: bytes
) -> bool:
    """Whether `path` proves that the second tree begins with the whole first one (2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    proof = list(path)
    if not first & (first - 1):
        proof.insert(0, first_root)
    if not proof:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = proof[0]
    for each in proof[1:]:
        if not last:
            return False
        if place & 1 or place == last:
            old, new = node_hash(each, old), node_hash(each, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, each)
        place, last = place >> 1, last >> 1
    return not last and old == first_root and new == second_root


class Frontier:
    """A growing tree of which only the right edge is kept: leaves in, roots out, O(log n) memory."""

    def __init__(self) -> None:
        """Begin with no leaf."""
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Append the hash of one leaf."""
        self.size += 1
        filled = self.size
        while not filled & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            filled >>= 1
        self._peaks.append(leaf)

    def root(self) -> bytes:
        """Return the root over everything added so far."""
        return _joined(self._peaks)


class Kept:
    """A tree of which every node is kept, for many proofs over one finished list."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        """Hash the tree over `leaves` (hashes): twice their number of nodes."""
        self.size = len(leaves)
        self._levels = [leaves]
        while len(below := self._levels[-1]) > 1:
            pairs = zip(below[::2], below[1::2], strict=False)
            self._levels.append([node_hash(left, right) for left, right in pairs])

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of one perfect subtree, as `Nodes` asks for it."""
        return self._levels[level][index]

    def root(self) -> bytes:
        """Return the root over all leaves."""
        return root(self.size, self.node)

    def inclusion_path(self, index: int) -> list[bytes]:
        """Return the proof that leaf `index` is in the tree (RFC 9162, 2.1.3.1)."""
        return inclusion_path(index, self.size, self.node)


def _split(width: int) -> int:
    """Return the largest power of two below `width`."""
    return 1 << (width - 1).bit_length() - 1


def _range(begin: int, end: int, nodes: Nodes) -> bytes:
    """Return the hash over leaves `begin` to `end`, where `begin` is where a subtree begins."""
    peaks = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        peaks.append(nodes(level, begin >> level))
        begin += 1 << level
    return _joined(peaks)


def _joined(peaks: Sequence[bytes]) -> bytes:
    """Return the root over perfect subtrees given from the largest to the smallest."""
    if not peaks:
        return EMPTY_ROOT
    found = peaks[-1]
    for each in reversed(peaks[:-1]):
        found = node_hash(each, found)
    return found


def folded(hashes: bytes) -> bytes:
    """Return the root of the perfect tree over hashes that stand side by side."""
    row = [hashes[at : at + _HASH] for at in range(0, len(hashes), _HASH)]
    while len(row) > 1:
        row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]
