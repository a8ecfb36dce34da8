"""The nodes of the tree as they are kept: rows of up to 256 hashes (C2SP tlog-tiles).

A tile of level L holds nodes of height 8·L; the seven heights between are computed from it. So n
leaves cost n·(1 + 1/255) hashes of room, an append touches one tile in 255 of 256 cases, and a
proof reads at most two tiles of each level: six of them at ten million leaves.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken
from portal.domain.merkle import HEIGHT, WIDTH, folded
from portal.register.tables.log import TileRow

_BYTES = 32
_FULL = WIDTH * _BYTES

#: Level, number, hashes.
Tile = tuple[int, int, bytes]


class Growing:
    """The right edge of the tree while leaves are appended; full tiles are handed out once."""

    def __init__(self, size: int = 0, edge: dict[int, bytes] | None = None) -> None:
        """Go on from `size` leaves; `edge` is the unfinished tile of each level that has one."""
        self.size = size
        self._edge = {level: bytearray(hashes) for level, hashes in (edge or {}).items()}
        self._full: list[Tile] = []
        self._touched: set[int] = set()

    def add(self, leaf: bytes) -> None:
        """Append the hash of one leaf."""
        self.size += 1
        level = 0
        while True:
            tile = self._edge.setdefault(level, bytearray())
            tile += leaf
            self._touched.add(level)
            if len(tile) < _FULL:
                return
            hashes = bytes(tile)
            self._full.append((level, (self.size >> HEIGHT * (level + 1)) - 1, hashes))
            tile.clear()
            leaf = folded(hashes)
            level += 1

    def full(self) -> list[Tile]:
        """Return the tiles that were completed since the last call."""
        taken, self._full = self._full, []
        return taken

    def edges(self) -> Iterator[Tile]:
        """Yield the unfinished tiles that have changed since the last call."""
        for level in sorted(self._touched):
            if self._edge[level]:
                yield level, self.size >> HEIGHT * (level + 1), bytes(self._edge[level])
        self._touched.clear()


class KeptNodes:
    """Reads nodes from the register; each tile at most once."""

    def __init__(self, session: Session) -> None:
        """Begin with nothing read."""
        self._session = session
        self._tiles: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """Return the hash over leaves from ``index << level`` on, ``1 << level`` of them.

        Raises:
            LogBroken: the register does not hold it.

        """
        kept, below = divmod(level, HEIGHT)
        number, offset = divmod(index << below, WIDTH)
        hashes = self._tile(kept, number)
        found = hashes[offset * _BYTES : (offset + (1 << below)) * _BYTES]
        if len(found) != _BYTES << below:
            raise LogBroken(f"日志缺少节点：第 {kept} 层第 {number} 块")
        return folded(found)

    def _tile(self, level: int, number: int) -> bytes:
        if (level, number) not in self._tiles:
            self._tiles[level, number] = (
                self._session.scalar(
                    sa.select(TileRow.hashes).where(
                        TileRow.level == level, TileRow.number == number
                    )
                )
                or b""
            )
        return self._tiles[level, number]


def resumed(session: Session, size: int) -> Growing:
    """Return the tree of `size` leaves, ready to grow.

    Raises:
        LogBroken: an unfinished tile is missing or too short.

    """
    edge = {}
    level = 0
    while count := size >> HEIGHT * level:
        number, width = divmod(count, WIDTH)
        if width:
            hashes = session.scalar(
                sa.select(TileRow.hashes).where(TileRow.level == level, TileRow.number == number)
            )
            if hashes is None or len(hashes) != width * _BYTES:
                raise LogBroken(f"日志与变更记录不符：第 {level} 层第 {number} 块")
            edge[level] = hashes
        level += 1
    return Growing(size, edge)
