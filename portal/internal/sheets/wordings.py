"""Words in the columns of code lists that are not the list's own, to be mapped by the clerk (用语)."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from portal.internal.sheets.header import Header, match_columns
from portal.internal.sheets.layout import Layout
from portal.internal.sheets.limits import Limits
from portal.internal.sheets.mapping import Profile
from portal.internal.sheets.sources import open_table
from portal.internal.sheets.spec import Column, Sheet
from portal.internal.sheets.strip import Special, Strip, shown

#: Rows looked through, and wordings told for one column.
_ROWS, _MOST = 5_000, 20


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of the source in a column, and what the reader has to say of it."""

    column: Column
    text: str
    remark: str


def foreign_wordings(
    path: Path, sheet: Sheet, profile: Profile, wanted: str | None, limits: Limits
) -> list[Wording]:
    """Return the wordings that are on no code list, or only taken to be, by column.

    What `profile` itself says of wordings is not heeded: those are among them.

    Raises:
        Unreadable: the file cannot be read.

    """
    source = open_table(path, sheet.title, path.name, wanted=wanted, limits=limits)
    layout = Layout(source, sheet, lambda _: profile)
    if layout.header is None:
        return []
    layout.header = match_columns(layout.header, sheet, profile, filled=set(), looks={})
    strips = list(_strips(layout.header, sheet, profile))
    found: dict[str, dict[str, Wording]] = {}
    for _, cells in islice(layout.rows(_hush) if strips else (), _ROWS):
        for index, strip in strips:
            value = strip.read([cells[index]])[0] if index < len(cells) else None
            if isinstance(value, Special) and (remark := value.fault or value.unsure):
                of_column = found.setdefault(strip.column.field, {})
                if len(of_column) < _MOST:
                    text = shown(cells[index])
                    of_column.setdefault(text, Wording(strip.column, text, remark))
    source.close()
    return [each for of_column in found.values() for each in of_column.values()]


def _hush(*_: object) -> None:
    """Tell nobody: what else is to be said of the table, the check says."""


def _strips(header: Header, sheet: Sheet, profile: Profile) -> Iterator[tuple[int, Strip]]:
    for match in header.matches:
        target = profile.columns.get(match.name.full, "")
        column = sheet.column(target) if target and "=" not in target else None
        if column is not None and column.codes is not None:
            yield match.index, Strip(column, dates=profile.dates, words={})
