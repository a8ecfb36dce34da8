"""Column names as tables write them, and what they may mean (列名)."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from portal.internal.sheets.spec import Column, Sheet

_BLANK = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+")
#: Remarks in brackets that do not change what a column holds.
_HARMLESS = re.compile(
    r"[(\[](必填|选填|可选|全称|户|家|个|人|次|年月日|年/月/日|名称|盖章|公章|单位[::]?户|可多选|多选|"
    r"yyyy-mm-dd|见附件|如有)[)\]]$",
    re.IGNORECASE,
)
_LIKE_ENOUGH = 0.6
_SHORTEST_PART = 2
_ALIKE = 0.85


def fold(text: str) -> str:
    """Return a name without what makes no difference: width, blanks, line ends, marks of duty."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", text)).strip("*:").casefold()


@dataclass(frozen=True, slots=True)
class Name:
    """The header of one column. `full` is unique in its table; `parts` are its lines, top first.

    Both are folded, to be looked up; `text` is what the clerk reads.
    """

    full: str
    parts: tuple[str, ...]
    text: str = ""

    def readings(self) -> tuple[str, ...]:
        """Return what to look up, the most telling first: 抽查项目/抽查类别 may be 抽查类别."""
        found = [self.full, "".join(self.parts), self.parts[-1]] if self.parts else []
        bare = [_HARMLESS.sub("", each) for each in found]
        return tuple(dict.fromkeys(each for each in (*found, *bare) if each))


@dataclass(frozen=True, slots=True)
class Match:
    """What one column of a table is. `column` is None where it is only kept as filed."""

    index: int
    name: Name
    column: Column | None
    #: "named", "profile", "proposed" or "" where nothing fits.
    how: str = ""
    reason: str = ""
    #: What a tick in it stands for, where it is one of several columns to tick.
    ticks: str = ""


def names_of(rows: Sequence[Sequence[str]]) -> list[Name]:
    """Return one name for each column under one to three rows of headers; "" where there is none.

    A second column of the same name gets #2 behind it, and so on.
    """
    seen: dict[str, int] = {}
    found = []
    for parts in zip(*rows, strict=True):
        lines = {fold(part): _tidy(part) for part in parts if fold(part)}
        full, text = "/".join(lines), "/".join(lines.values())
        if full:
            seen[full] = seen.get(full, 0) + 1
            again = f"#{seen[full]}" if seen[full] > 1 else ""
            full, text = full + again, text + again
        found.append(Name(full, tuple(lines), text))
    return found


def _tidy(text: str) -> str:
    """Return a name as it is read: without line ends, and without the blanks that spread it."""
    folded = fold(text)
    return " ".join(text.split()) if folded.isascii() else _BLANK.sub("", text).strip("*＊")


def known_names(sheet: Sheet) -> dict[str, Column]:
    """Return the column of every title, field name and synonym."""
    return {fold(name): column for column in sheet.columns for name in column.headers()}


def named(name: Name, known: Mapping[str, Column]) -> Column | None:
    """Return the column that a name stands for beyond doubt."""
    return next((known[each] for each in name.readings() if each in known), None)


def propose(
    open_names: Sequence[tuple[int, Name]],
    columns: Sequence[Column],
    looks: Mapping[int, str],
) -> list[Match]:
    """Propose a column for each name, each column at most once, with the reason.

    `looks` says of a column of the table what field its content looks like, where it is plain.
    """
    ranked = sorted(
        (
            (*_likeness(name, column, looks.get(index)), index, name, column)
            for index, name in open_names
            for column in columns
        ),
        key=lambda each: (-each[0], each[2]),
    )
    found: dict[int, Match] = {}
    taken: set[str] = set()
    for likeness, reason, index, name, column in ranked:
        if likeness < _LIKE_ENOUGH or index in found or column.field in taken:
            continue
        taken.add(column.field)
        found[index] = Match(index, name, column, "proposed", reason)
    return list(found.values())


def _likeness(name: Name, column: Column, look: str | None) -> tuple[float, str]:
    """Return how much a name speaks for a column, 0 to 1, and why."""
    hints = {fold(hint) for hint in column.hints}
    for reading in name.readings():
        if reading in hints:
            return 0.95, f"常用来表示“{column.title}”"
    if look == column.field:
        return 0.9, f"内容都像“{column.title}”"
    best, reason = 0.0, ""
    for other in map(fold, column.headers()):
        for reading in name.readings():
            if other.isascii() or reading.isascii():
                #: Letters that happen to agree, as in SCORE and disclosure, mean nothing.
                share = SequenceMatcher(None, other, reading).ratio()
                share = share if share >= _ALIKE else 0.0
            elif min(len(other), len(reading)) >= _SHORTEST_PART and (
                other in reading or reading in other
            ):
                share = 0.6 + 0.3 * min(len(other), len(reading)) / max(len(other), len(reading))
            else:
                share = SequenceMatcher(None, other, reading).ratio()
            if share > best:
                best, reason = share, f"与“{other}”相近"
    return best, reason
