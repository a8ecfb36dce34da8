"""Finds the names above a table: which rows they stand in, and which column of the template each means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from openpyxl.utils import get_column_letter

from portal.internal.sheets import ticks
from portal.internal.sheets.cells import Cell
from portal.internal.sheets.doors.shape import Span
from portal.internal.sheets.mapping import Profile
from portal.internal.sheets.names import Match, Name, fold, known_names, named, names_of, propose
from portal.internal.sheets.spec import Column, Sheet

#: Rows above the data that may hold titles and the header.
WITHIN = 30
#: Column names that make a row the header (or as many as there are mandatory ones, if fewer).
_ENOUGH = 3
#: A header has at most this many lines.
_DEEPEST = 3
#: Rows below a header that show which columns are ticked.
_BELOW = 5
_LONGEST_NAME = 40

Rows = Sequence[tuple[int, list[Cell]]]


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a table. `first` and `last` are its rows."""

    first: int
    last: int
    matches: list[Match] = field(default_factory=list)
    #: What each of its rows says, to know it again on the next printed page.
    texts: tuple[tuple[str, ...], ...] = ()

    @property
    def columns(self) -> dict[int, Column]:
        """Template columns by their place from the left; of columns to tick, the first."""
        first = {each[0].index for each in self.ticks.values()}
        return {
            each.index: each.column
            for each in self.matches
            if each.column is not None and (not each.ticks or each.index in first)
        }

    @property
    def ticks(self) -> dict[str, list[Match]]:
        """Columns to tick, by field."""
        found: dict[str, list[Match]] = {}
        for each in self.matches:
            if each.column is not None and each.ticks:
                found.setdefault(each.column.field, []).append(each)
        return found

    @property
    def letters(self) -> dict[str, str]:
        """The letter of each template column."""
        return {each.field: get_column_letter(index + 1) for index, each in self.columns.items()}


def find_header(
    rows: Rows, spans: Sequence[Span], sheet: Sheet, profile: Profile | None
) -> Header | None:
    """Return the header among the first rows: the first place that names enough columns.

    Without such a place, the row that looks most like one, with proposals at best.
    """
    known = known_names(sheet)
    wanted = set(profile.columns) if profile else set[str]()
    enough = min(_ENOUGH, sum(column.required for column in sheet.columns))
    texts = [[str(cell) for cell in cells] for _, cells in rows]
    places = (
        [n for n, (number, _) in enumerate(rows) if number == profile.header_row]
        if profile and profile.header_row
        else range(len(rows))
    )
    tops = {*known, *wanted, *(name.split("/")[0] for name in wanted)}
    for start in places:
        forced = profile is not None and profile.header_row is not None
        #: A title would pass for a line of the header if what stands below it counted alone.
        if not forced and not any(fold(text) in tops for text in texts[start]):
            continue
        depth, score = _deepest(rows, texts, spans, start, known=known, wanted=wanted)
        if score >= enough or forced:
            return _header(rows, texts, spans, start, depth)
    likely = _likeliest(texts)
    return None if likely is None else _header(rows, texts, spans, likely, 1)


def _deepest(
    rows: Rows,
    texts: Sequence[Sequence[str]],
    spans: Sequence[Span],
    start: int,
    *,
    known: Mapping[str, Column],
    wanted: set[str],
) -> tuple[int, int]:
    """Return how many lines the header beginning here has, and how many columns it names.

    A further line belongs to it if it says more, or stands under a merged name.
    """
    depth, best = 1, _score(_names(rows, texts, spans, start, 1), known, wanted)
    if not best[0] and not _spans_across(spans, rows[start][0]):
        return depth, best[0]
    for deeper in range(2, _DEEPEST + 1):
        if start + deeper > len(rows):
            break
        below = [cells for _, cells in rows[start + deeper : start + deeper + _BELOW]]
        names = _names(rows, texts, spans, start, deeper)
        more = _score(names, known, wanted, ticks.marked(below, len(names)) if below else {})
        if more[1] > best[1]:
            depth, best = deeper, more
    return depth, best[0]


def _score(
    names: Sequence[Name],
    known: Mapping[str, Column],
    wanted: set[str],
    marked: Mapping[int, str] | None = None,
) -> tuple[int, int]:
    """Return how many columns are named, and how many of them differ.

    Two columns of one name want a further line of the header, which tells them apart; so do
    columns to tick under one name, where those below hold nothing else (`marked`).
    """
    promised = {name.full for name in names if name.full in wanted}
    found = [named(name, known) for name in names if name.full not in wanted]
    plain = [column.field for column in found if column is not None]
    if marked and ticks.TICKED in marked.values():
        plain += [
            name.full
            for index, name in enumerate(names)
            if index in marked and len(name.parts) > 1 and name.parts[0] in known
        ]
    return len(promised) + len(plain), 2 * len(promised) + len(set(plain))


def _spans_across(spans: Sequence[Span], row: int) -> bool:
    return any(top <= row <= bottom and right > left for top, left, bottom, right in spans)


def _header(
    rows: Rows, texts: Sequence[Sequence[str]], spans: Sequence[Span], start: int, depth: int
) -> Header:
    names = _names(rows, texts, spans, start, depth)
    return Header(
        rows[start][0],
        rows[start + depth - 1][0],
        [Match(index, name, None) for index, name in enumerate(names)],
        tuple(tuple(map(fold, texts[start + n])) for n in range(depth)),
    )


def _names(
    rows: Rows, texts: Sequence[Sequence[str]], spans: Sequence[Span], start: int, depth: int
) -> list[Name]:
    """Return the names under `depth` lines of headers, a merged name standing over each of its columns."""
    width = max(len(texts[start + n]) for n in range(depth))
    lines = [[*texts[start + n], *[""] * (width - len(texts[start + n]))] for n in range(depth)]
    for n, line in enumerate(lines):
        _spread(line, spans, rows[start + n][0])
    if depth > 1 and not _spans_across(spans, rows[start][0]):
        _inherit(lines)
    return names_of(lines)


def _spread(line: list[str], spans: Sequence[Span], row: int) -> None:
    for top, left, _, right in spans:
        if top == row and left <= len(line):
            for column in range(left, min(right, len(line))):
                line[column] = line[left - 1]


def _inherit(lines: list[list[str]]) -> None:
    """Without merged cells to tell, a blank above a lower name goes on with the name to its left."""
    for upper, lower in pairwise(lines):
        for index in range(1, len(upper)):
            if not upper[index] and lower[index] and (lower[index - 1] or not upper[index - 1]):
                upper[index] = upper[index - 1]


def _likeliest(texts: Sequence[Sequence[str]]) -> int | None:
    """Return the first row that is full of short, different words."""
    widest = max((sum(map(bool, line)) for line in texts), default=0)
    for index, line in enumerate(texts[:-1]):
        words = [text for text in line if text]
        if (
            len(words) >= max(2, widest * 2 // 3)
            and len(set(words)) == len(words)
            and all(len(text) <= _LONGEST_NAME and not text[:1].isdigit() for text in words)
        ):
            return index
    return None


def match_columns(
    header: Header,
    sheet: Sheet,
    profile: Profile | None,
    *,
    filled: set[str],
    looks: Mapping[int, str],
) -> Header:
    """Return the header with what each column means: by profile, by name, or proposed.

    `filled` are fields that the profile or the command line gives; nothing is proposed for them.
    """
    known = known_names(sheet)
    found: dict[int, Match] = {}
    for each in header.matches:
        if profile and each.name.full in profile.columns:
            target = profile.columns[each.name.full]
            column, tick = ticks.of_target(sheet, target) if target else (None, "")
            found[each.index] = Match(each.index, each.name, column, "profile", ticks=tick)
    settled = {match.column.field for match in found.values() if match.column}
    for each in header.matches:
        if each.index in found or not each.name.full:
            continue
        column = named(each.name, known)
        #: What the profile settles otherwise is not claimed again by a name.
        if column is not None and (profile is None or column.field not in settled):
            found[each.index] = Match(each.index, each.name, column, "named")
    taken = {match.column.field for match in found.values() if match.column} | filled
    left = [(each.index, each.name) for each in header.matches if each.index not in found]
    open_columns = [column for column in sheet.columns if column.field not in taken]
    tickable = ticks.find(left, open_columns, known, looks)
    found |= {match.index: match for match in tickable}
    ticked = {match.column.field for match in tickable if match.column}
    left = [each for each in left if each[0] not in found]
    open_columns = [column for column in open_columns if column.field not in ticked]
    for match in propose([each for each in left if each[1].full], open_columns, looks):
        found[match.index] = match
    matches = [found.get(each.index, each) for each in header.matches]
    return Header(header.first, header.last, matches, header.texts)
