"""Tables that tick: one column for each outcome or item, and a mark in those that hold (打勾表)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from portal.domain.wordings import meant
from portal.internal.sheets.cells import BadCell, Cell, Reading
from portal.internal.sheets.names import Match, Name, named
from portal.internal.sheets.spec import Column, Sheet
from portal.internal.sheets.strip import Special, Strip, shown

#: How a column looks that holds ticks, and one that might but has none yet.
TICKED, UNTICKED = "ticked", "unticked"
_YES = frozenset({"√", "✓", "✔", "☑", "是", "v", "V", "y", "Y", "yes", "YES", "有", "●", "■", "勾"})
_NO = frozenset(
    {"", "□", "☐", "○", "×", "✗", "✘", "否", "无", "/", "-", "—", "——", "n", "N", "no", "NO"}
)
#: A single column of ticks beside no other is as likely a remark.
_FEWEST = 2
#: One filled cell in so many may be a remark.
_REMARKS = 3


def is_ticked(cell: Cell) -> bool | None:
    """Whether a cell holds a tick, or stands for none; None where it is neither.

    >>> is_ticked("√"), is_ticked("□"), is_ticked("详见附件")
    (True, False, None)
    """
    text = shown(cell)
    return True if text in _YES else False if text in _NO else None


def look_of(cells: Sequence[Cell]) -> str | None:
    """Return how a column with these cells looks: `TICKED`, `UNTICKED` or neither.

    A remark here and there where a tick belongs is a fault of the cell, not another sort of column.
    """
    found = Counter(is_ticked(cell) for cell in cells if cell != "")
    if found[None] * _REMARKS > found.total():
        return None
    return TICKED if found[True] else UNTICKED


def marked(rows: Sequence[Sequence[Cell]], width: int) -> dict[int, str]:
    """Return the columns of some rows that look as if one ticked there."""
    looks = {
        index: look_of([cells[index] for cells in rows if index < len(cells)])
        for index in range(width)
    }
    return {index: look for index, look in looks.items() if look is not None}


def find(
    open_names: Sequence[tuple[int, Name]],
    columns: Sequence[Column],
    known: Mapping[str, Column],
    looks: Mapping[int, str],
) -> list[Match]:
    """Return the columns to tick among those that have no meaning yet, all for one of `columns`.

    A name that is a code's own wording is beyond doubt; one that is near to it, or stands for itself
    under the merged name of a column, is proposed.
    """
    groups: dict[str, list[Match]] = {}
    for index, name in open_names:
        if looks.get(index) in (TICKED, UNTICKED) and (
            match := _match(index, name, columns, known)
        ):
            groups.setdefault(match.column.field if match.column else "", []).append(match)
    return [
        match
        for group in groups.values()
        if len(group) >= _FEWEST and any(looks[match.index] == TICKED for match in group)
        for match in group
    ]


def _match(
    index: int, name: Name, columns: Sequence[Column], known: Mapping[str, Column]
) -> Match | None:
    own = own_name(name)
    above = named(Name(name.parts[0], name.parts[:1]), known) if len(name.parts) > 1 else None
    if above is not None and above.codes is None:
        reason = f"是“{above.title}”下的打勾列"
        fits = above in columns
        return Match(index, name, above, "proposed", reason, ticks=own) if fits else None
    found = [
        (column, meaning)
        for column in columns
        if column.codes is not None and above in (None, column)
        if (meaning := meant(column.codes, own))
    ]
    if not found:
        return None
    column, meaning = found[0]
    if meaning.sure and (meaning.exact or len(found) == 1):
        return Match(index, name, column, "named", ticks=meaning.code.zh)
    source = f"（{meaning.source}）" if meaning.source else ""
    reason = f"是打勾列，按“{meaning.code.zh}”归类{source}"
    return Match(index, name, column, "proposed", reason, ticks=meaning.code.zh)


def own_name(name: Name) -> str:
    """Return the lowest line of a column's name, as it is written."""
    return name.text.rpartition("/")[2] if len(name.parts) > 1 else name.text


class TickStrip(Strip):
    """Reads the ticks of several columns as the cells of one."""

    def __init__(self, column: Column, boxes: Sequence[Match]) -> None:
        """Read `column` by the ticks in these columns of the table."""
        super().__init__(column, dates="ymd", words={})
        self._boxes = boxes

    def take(self, table: Sequence[Sequence[Cell]], _: int) -> list[Any]:
        """Read the ticks of every row of a table given by columns."""
        rows = zip(*(map(shown, table[box.index]) for box in self._boxes), strict=True)
        return [self[row] for row in rows]

    def _cell(self, key: Any) -> Any:  # noqa: ANN401
        return key

    def _read(self, cell: Any) -> Any:  # noqa: ANN401
        ticked = []
        for box, text in zip(self._boxes, cell, strict=True):
            tick = is_ticked(text)
            if tick is None:
                what = f"列“{box.name.text}”应打√或留空，填的是“{text[:20]}”；请改正"
                return Special(fault=what, at=box.index)
            if tick:
                ticked.append(box)
        return self._together(ticked) if ticked else None

    def _together(self, ticked: Sequence[Match]) -> Any:  # noqa: ANN401
        try:
            value: Any = self.column.parse("；".join(box.ticks for box in ticked))
        except BadCell as error:
            names = "”“".join(own_name(box.name) for box in ticked)
            what = f"同时勾选了“{names}”，只能勾选一项；请改正" if len(ticked) > 1 else str(error)
            return Special(fault=what, at=ticked[-1].index)
        if isinstance(value, Reading):
            value = value.value
        own = [own_name(box.name) for box in ticked]
        if self.column.wording and own != [box.ticks for box in ticked]:
            return Special(value, wording="；".join(own))
        return value


def of_target(sheet: Sheet, target: str) -> tuple[Column, str]:
    """Return the column that a profile's target names, and what a tick stands for, "" for a plain one."""
    field, _, ticks = target.partition("=")
    return sheet.column(field), ticks


def target_of(match: Match) -> str:
    """Return what a profile says of a column: the field, and what a tick in it stands for."""
    if match.column is None:
        return ""
    return f"{match.column.field}={match.ticks}" if match.ticks else match.column.field
