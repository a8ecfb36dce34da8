"""From one cell to one value. Nothing is guessed: what cannot be read says how to write it.

A parser returns the value. Where a cell words a code otherwise than the code list does, it returns
a `Reading`: the value, the wording as filed, and in `unsure` what the clerk has to confirm, if
anything. Shares and counts carry their wording themselves (`Ratio.text`, `Count.text`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from portal.domain.codelists import CodeList
from portal.domain.days import read_day
from portal.domain.measures import Count, count_or_text, ratio_or_text
from portal.domain.numerals import fold
from portal.domain.wordings import Meaning, meant
from portal.internal.sheets.cleaning import SAFE_DIGITS
from portal.internal.sheets.cleaning import BadCell as BadCell
from portal.internal.sheets.cleaning import Cell as Cell
from portal.internal.sheets.cleaning import clean as clean
from portal.internal.sheets.cleaning import is_blank_mark as is_blank_mark

Parser = Callable[[Cell], object]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading:
    """A value that the cell words in its own way. `unsure`: what the clerk has to confirm."""

    value: Any
    wording: str
    unsure: str | None = None


_LABELS = re.compile(r"[;；\n]+")
_CHOICES = re.compile(r"[;；\n|｜]+")
_CODES = re.compile(r"[;；\n、，,]+")
_NAMES = re.compile(r"[;；\n、，,]+(?![^(（]*[)）])")
#: Commas stand inside wordings too: they part a cell only where every part is known.
_COMMAS = re.compile(r"[、，,/+＋]|[和及与]")
_SPLIT_THOUSANDS = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9})(?:\.0+)?")
_BROKEN = re.compile(r"(?<=[一-鿿（）“”、])\s+(?=[一-鿿（）“”、])")
#: Figures, letters and what joins them; brackets stay as they are written.
_HALF_WIDTH = {
    ord(each) + 0xFEE0: each
    for each in "-./_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
}
_SCIENTIFIC = re.compile(r"[0-9]+(\.[0-9]+)?[Ee][+＋][0-9]+")
_YES = ("是", "通过", "yes", "true", "y", "√", "✓", "✔", "合格", "复查合格", "已通过")
_NO = ("否", "未通过", "no", "false", "n", "×", "✗", "不通过", "不合格", "复查不合格")


def text(limit: int = 2_000) -> Parser:
    """Read free text."""

    def parse(cell: Cell) -> str:
        return clean(cell, limit)

    return parse


def name(limit: int = 200) -> Parser:
    """Read a name: blanks and line ends inside it come from narrow columns, and from 李　某."""

    def parse(cell: Cell) -> str:
        found = clean(cell, limit)
        return found if found.isalnum() else " ".join(_BROKEN.sub("", found).split())

    return parse


def code(limit: int = 64) -> Parser:
    """Read a code. A number whose digits the spreadsheet may have changed is refused.

    Full width becomes half; the apostrophe by which spreadsheets mark text goes.
    """

    def parse(cell: Cell) -> str:
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            if abs(cell) >= SAFE_DIGITS:
                raise BadCell(
                    "以数字格式保存，表格软件已丢失末几位；请把该列设为“文本”格式，对照原件重新录入"
                )
            if not float(cell).is_integer():
                raise BadCell("以数字格式保存；请把该列设为“文本”格式后重新录入")
        if isinstance(cell, date | datetime | time | timedelta):
            raise BadCell("被表格软件识别成了日期；请把该列设为“文本”格式后重新录入")
        found = clean(cell, limit).lstrip("'‘’`").translate(_HALF_WIDTH)
        if _SCIENTIFIC.fullmatch(found):
            raise BadCell("是科学记数法，原编码已丢失；请把该列设为“文本”格式，对照原件重新录入")
        return found

    return parse


def codes_list(limit: int = 64, most: int = 20_000) -> Parser:
    """Read several codes, separated by semicolons, commas, 、 or line ends."""
    one = code(limit)

    def parse(cell: Cell) -> tuple[object, ...]:
        if not isinstance(cell, str):
            return (one(cell),)
        return tuple(dict.fromkeys(one(part) for part in _parts(clean(cell, most), _CODES)))

    return parse


def number(low: int = 0, high: int = 100_000_000, units: tuple[str, ...] = ()) -> Parser:
    """Read a whole number, if need be with one of these units behind it: 2023年."""

    def parse(cell: Cell) -> int:
        written = fold(clean(cell))
        for unit in units:
            written = written.removesuffix(unit).rstrip()
        match = _SPLIT_THOUSANDS.fullmatch(written)
        value = int(match[1].replace(",", "")) if match else -1
        if match is None or not low <= value <= high:
            raise BadCell(f"应为 {low} 至 {high} 之间的整数")
        return value

    return parse


def count(low: int = 0, high: int = 100_000_000) -> Parser:
    """Read a number of parties as plans word it: `20`, `10家左右`, `5-8家`."""

    def parse(cell: Cell) -> Count:
        found = _measured(cell, count_or_text, "户数")
        if found.value is None:
            return found
        if not low <= found.value <= (found.at_most or found.value) <= high:
            raise BadCell(f"应在 {low} 至 {high} 之间")
        return found

    return parse


def ratio(cell: Cell) -> object:
    """Read a share: `5%`, `≥10%`, `2%-5%`, `全覆盖`, 0.05; one in words keeps them, without a value."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and 0 < cell <= 1:
        #: A number is what a spreadsheet shows as a percentage; nobody writes 0.05 into a plan.
        share = _measured(f"{cell * 100:.10g}%", ratio_or_text, "比例")
        unsure = "“1”按100%登记，请确认" if cell == 1 else None
        return Reading(share, share.text, unsure) if unsure else share
    return _measured(cell, ratio_or_text, "比例")


def _measured(cell: Cell, parse: Callable[[str], T], what: str) -> T:
    if isinstance(cell, date | datetime | time | timedelta):
        raise BadCell(
            f"被表格软件识别成了日期，不是{what}；请把该列设为“文本”格式，对照原件重新录入"
        )
    written = f"{cell:.12g}" if isinstance(cell, float) else clean(cell)
    try:
        return parse(written)
    except ValueError as error:
        raise BadCell(f"“{written[:40]}”不是{what}；{error}") from None


def day(cell: Cell) -> date:
    """Read a date: a date cell, or text in any of the usual forms."""
    return _day(cell, "ymd")


def day_in(order: str) -> Parser:
    """Read dates in which the year may stand last; `order` is ymd, mdy or dmy."""

    def parse(cell: Cell) -> date:
        return _day(cell, order)

    return parse


def _day(cell: Cell, order: str) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, time | timedelta):
        raise BadCell("只有时刻，没有日期；请写作 2023-02-28")
    try:
        return read_day(clean(cell), order)
    except BadCell:
        raise
    except ValueError as error:
        raise BadCell(str(error)) from None


def choice(codes: type[CodeList]) -> Parser:
    """Read one member of a code list, by its wording or code, or by a wording known to mean it."""

    def parse(cell: Cell) -> object:
        wording = clean(cell)
        found = meant(codes, wording)
        if found is None:
            raise BadCell(_unlisted(codes, wording))
        return found.code if found.exact else Reading(found.code, wording, _doubt(wording, found))

    return parse


def choices(codes: type[CodeList]) -> Parser:
    """Read several members of a code list, separated by semicolons, or by commas where that is plain."""

    def parse(cell: Cell) -> object:
        wording = clean(cell)
        whole = meant(codes, wording)
        found = {wording: whole} if whole else dict(_meanings(codes, wording))
        value = tuple(dict.fromkeys(each.code for each in found.values()))
        if all(each.exact for each in found.values()):
            return value
        doubts = [doubt for part, each in found.items() if (doubt := _doubt(part, each))]
        return Reading(value, wording, "；".join(doubts) or None)

    return parse


def _meanings(codes: type[CodeList], wording: str) -> Iterator[tuple[str, Meaning]]:
    """Yield every part of a cell with what it means."""
    for part in _parts(wording, _CHOICES):
        pieces = [part]
        if meant(codes, part) is None:
            pieces = [piece.strip() for piece in _COMMAS.split(part) if piece.strip()]
        for piece in pieces:
            found = meant(codes, piece)
            if found is None:
                raise BadCell(_unlisted(codes, part))
            yield piece, found


def _unlisted(codes: type[CodeList], wording: str) -> str:
    return f"“{wording[:40]}”不在代码表中；可填：{'；'.join(each.zh for each in codes)}"


def _doubt(wording: str, found: Meaning) -> str | None:
    if found.sure:
        return None
    return f"“{wording[:40]}”按“{found.code.zh}”归类（{found.source}），请确认"


def labels(cell: Cell) -> tuple[str, ...]:
    """Read several texts, separated by semicolons."""
    return tuple(dict.fromkeys(split(cell)))


def names_list(cell: Cell) -> tuple[str, ...]:
    """Read several names of bodies, separated by semicolons, commas or 、 outside of brackets."""
    return tuple(dict.fromkeys(_parts(clean(cell), _NAMES)))


def split(cell: Cell) -> list[str]:
    """Split a cell at semicolons and line ends.

    Raises:
        BadCell: there is nothing between the semicolons.

    """
    return _parts(clean(cell), _LABELS)


def _parts(text: str, separator: re.Pattern[str]) -> list[str]:
    parts = [part.strip() for part in separator.split(text) if part.strip()]
    if not parts:
        raise BadCell("只有分隔符，没有内容；请填写或清空")
    return parts


def yes_no(cell: Cell) -> bool:
    """Read 是 / 否."""
    found = clean(cell).lower()
    if found in _YES:
        return True
    if found in _NO:
        return False
    raise BadCell("应填“是”或“否”")
