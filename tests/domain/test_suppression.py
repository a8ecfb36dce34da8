"""Published counts: none is small, none is lost, and none of the small ones can be worked out."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.suppression import SMALLEST, Cell, Group, merged

CELLS = st.dictionaries(
    st.tuples(st.sampled_from("甲乙丙丁戊"), st.integers(2023, 2026)),
    st.integers(1, 12),
    max_size=12,
)


def _covers(group: Group, cells: dict[Cell, int], groups: tuple[Group, ...]) -> list[Cell]:
    """Return the cells a reader knows to be in a group, who knows every cell's body and year."""
    if group.body is not None:
        return [(group.body, group.first_year)]
    alone = {(g.body, g.first_year) for g in groups if g.body is not None}
    return [
        cell
        for cell in cells
        if cell not in alone and group.first_year <= cell[1] <= group.last_year
    ]


@given(CELLS)
def test_no_published_count_is_small_and_together_they_are_all(cells: dict[Cell, int]) -> None:
    groups = merged(cells)

    assert all(group.count >= SMALLEST for group in groups)
    assert all(
        group.body is None or cells[group.body, group.first_year] == group.count for group in groups
    )
    total = sum(cells.values())
    hidden = total - sum(group.count for group in groups)
    assert hidden == 0 or (not groups and (total < SMALLEST or len(cells) == 1))


@given(CELLS)
def test_no_small_count_follows_from_the_published_ones(cells: dict[Cell, int]) -> None:
    """Linear algebra: no combination of the table and any sum of it is one small cell alone."""
    groups = merged(cells)
    order = sorted(cells)
    rows = [[Fraction(cell in _covers(group, cells, groups)) for cell in order] for group in groups]
    by_year = {
        year: [g for g in groups if (g.first_year, g.last_year) == (year, year)]
        for _, year in order
    }
    for same in [*by_year.values(), list(groups)]:
        members = {cell for group in same for cell in _covers(group, cells, groups)}
        rows.append([Fraction(cell in members) for cell in order])

    solved = _reduced(rows)
    alone = [order[row.index(Fraction(1))] for row in solved if sum(map(bool, row)) == 1]
    assert [cell for cell in alone if cells[cell] < SMALLEST] == []


@given(CELLS)
def test_a_table_of_large_counts_is_published_as_it_is(cells: dict[Cell, int]) -> None:
    large = {cell: count + SMALLEST for cell, count in cells.items()}

    assert {(g.body, g.first_year): g.count for g in merged(large)} == large


def _reduced(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    """Return the reduced row echelon form."""
    rows = [row[:] for row in rows]
    done = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((n for n in range(done, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        rows[done] = [value / rows[done][column] for value in rows[done]]
        for n, row in enumerate(rows):
            if n != done and row[column]:
                rows[n] = [a - row[column] * b for a, b in zip(row, rows[done], strict=True)]
        done += 1
    return rows[:done]
