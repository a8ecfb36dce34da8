"""Counts that may be published without giving away a small one (统计数据的小单元合并)."""

from collections.abc import Mapping
from dataclasses import dataclass

#: A count below this could point at single records (airlock design, row 14).
SMALLEST = 5

Cell = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Group:
    """One published count: of one body in one year, or of several put together (`body` None)."""

    first_year: int
    last_year: int
    body: str | None
    count: int


def merged(cells: Mapping[Cell, int]) -> tuple[Group, ...]:
    """Return the counts by body and year, the small ones put together with others.

    Small cells of a year become one; where they are still too few, the smallest of the others of
    that year goes with them, and then the next year. Every cell is in exactly one group, and
    nothing besides the groups is ever published: no sum of some of them, no second table. Empty
    where all together are too few.

    >>> merged({("甲", 2025): 7, ("乙", 2025): 2, ("丙", 2025): 6})
    (Group(first_year=2025, last_year=2025, body='甲', count=7), Group(first_year=2025, last_year=2025, body=None, count=8))
    """
    alone: list[Cell] = []
    pools: list[list[Cell]] = []
    carried: list[Cell] = []
    for year in sorted({year for _, year in cells}):
        mine = sorted((cell for cell in cells if cell[1] == year), key=lambda c: (cells[c], c))
        pool = carried + [cell for cell in mine if 0 < cells[cell] < SMALLEST]
        large = [cell for cell in mine if cells[cell] >= SMALLEST]
        while pool and large and not _hides(pool, cells):
            pool.append(large.pop(0))
        alone += large
        carried = []
        if _hides(pool, cells):
            pools.append(pool)
        else:
            carried = pool
    while carried and not _hides(carried, cells) and (alone or pools):
        carried += pools.pop() if pools else [alone.pop()]
    if _hides(carried, cells):
        pools.append(carried)
    groups = [Group(year, year, body, cells[body, year]) for body, year in alone]
    groups += [_pooled(pool, cells) for pool in pools]
    return tuple(
        sorted(groups, key=lambda g: (-g.last_year, -g.first_year, g.body is None, g.body))
    )


def _hides(pool: list[Cell], cells: Mapping[Cell, int]) -> bool:
    return len(pool) > 1 and sum(cells[cell] for cell in pool) >= SMALLEST


def _pooled(pool: list[Cell], cells: Mapping[Cell, int]) -> Group:
    years = [year for _, year in pool]
    return Group(min(years), max(years), None, sum(cells[cell] for cell in pool))
