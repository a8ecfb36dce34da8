"""Drafts a mapping profile for a table: what is certain, what is proposed, what is left (起草映射方案)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from portal.internal.sheets.header import Header, match_columns
from portal.internal.sheets.layout import Layout
from portal.internal.sheets.limits import Limits
from portal.internal.sheets.mapping import Profile, write_profile
from portal.internal.sheets.proposing import propose
from portal.internal.sheets.report import Unreadable
from portal.internal.sheets.sources import open_table
from portal.internal.sheets.spec import Sheet
from portal.internal.sheets.strip import shown
from portal.internal.sheets.ticks import target_of


@dataclass(frozen=True, slots=True)
class Drafted:
    """A profile in the making. `reasons` and `samples` are by source column."""

    profile: Profile
    reasons: Mapping[str, str] = field(default_factory=dict)
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Titles of mandatory columns that no column of the table answers to.
    missing: tuple[str, ...] = ()
    #: Why order of dates, wordings and patterns are proposed; a sentence each.
    because: tuple[str, ...] = ()


def look(
    path: Path, sheet: Sheet, wanted: str | None, limits: Limits, *, header_row: int | None = None
) -> Drafted:
    """Draft a profile for the table in `path`; `header_row` is where its header stands, if anybody says.

    Raises:
        Unreadable: the file cannot be read, or no row of it looks like a header.

    """
    source = open_table(path, sheet.title, path.name, wanted=wanted, limits=limits)
    given = Profile(kind=sheet.kind, header_row=header_row) if header_row else None
    layout = Layout(source, sheet, lambda _: given)
    if layout.header is None:
        raise Unreadable("找不到像表头的行；请在方案中用 header_row 写明表头所在的行号")
    header = match_columns(layout.header, sheet, None, filled=set(), looks=layout.looks())
    taken: set[str] = set()
    columns: dict[str, str] = {}
    for match in header.matches:
        if not match.name.full:
            continue
        #: Of two columns that mean the same, the second is left for the clerk.
        fresh = match.column is not None and (match.ticks or match.column.field not in taken)
        columns[match.name.text] = target_of(match) if fresh else ""
        if match.column:
            taken.add(match.column.field)
    samples = _samples(layout, header)
    found = propose(layout, header, sheet)
    for name in found.dropped:
        taken.discard(columns[name])
        columns[name] = ""
    fill = {name: text for name, text in found.fill.items() if name not in taken}
    return Drafted(
        Profile(
            kind=sheet.kind, columns=columns, sheet=wanted, header_row=header_row,
            dates=found.dates, fill=fill, values=found.values,
        ),
        {
            match.name.text: match.reason
            for match in header.matches
            if match.reason and match.name.text not in found.dropped
        },
        samples,
        tuple(c.title for c in sheet.columns if c.required and c.field not in {*taken, *fill}),
        tuple(found.reasons),
    )  # fmt: skip


def _samples(layout: Layout, header: Header) -> dict[str, tuple[str, ...]]:
    rows = [cells for _, cells in layout.first_rows()]
    found = {}
    for match in header.matches:
        texts = (shown(cells[match.index]) for cells in rows if match.index < len(cells))
        found[match.name.text] = tuple(dict.fromkeys(text for text in texts if text))[:3]
    return found


def draft(path: Path, sheet: Sheet, wanted: str | None, limits: Limits) -> str:
    """Return the draft as the text of a profile, with its reasons and what is still missing."""
    drafted = look(path, sheet, wanted, limits)
    remarks = {
        name: f"待确认：{drafted.reasons[name]}" if name in drafted.reasons
        else "未对应，按原样留存" if not target else ""
        for name, target in drafted.profile.columns.items()
    }  # fmt: skip
    text = write_profile(drafted.profile, sheet, remarks)
    text += "".join(f"# 待确认：{reason}\n" for reason in drafted.because)
    if drafted.missing:
        lines = "\n".join(f'# "{title}" = ""' for title in drafted.missing)
        where = "写进上面的 [fill] 一节" if drafted.profile.fill else "去掉行首的 #"
        head = "" if drafted.profile.fill else "# [fill]\n"
        text += f"\n# 模板必填而表中没有的列，请{where}并写明内容，或导入时用 --set 给出\n{head}{lines}\n"
    return text
