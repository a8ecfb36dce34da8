"""Spans of days as plans write them, with their first and last day (期间)."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from portal.domain.days import FIRST_YEAR, LAST_YEAR, LONGEST, seven, tidy
from portal.domain.numerals import DASH


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days (检查期间), both ends included, with the source's wording.

    `unsure` says what somebody has to confirm, where the wording leaves something open.
    """

    text: str
    start: date
    end: date
    unsure: str | None = None


@dataclass(frozen=True, slots=True)
class _Span:
    """One end of a period, or the whole of it. `year` None: not said; `ahead`: years after the start.

    `unit` is the finest that is written: a number without one takes that of the other end. An
    "edge", 月初 or 月底, is an end only.
    """

    year: int | None
    first: tuple[int, int]
    #: Day 0 is the last of the month.
    last: tuple[int, int]
    unit: str = "day"
    ahead: int = 0
    hyphens: bool = False


_QUARTERS = {"1": 1, "2": 2, "3": 3, "4": 4, "一": 1, "二": 2, "三": 3, "四": 4}
_PARTS = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 0), "初": (1, 1), "底": (0, 0), "末": (0, 0),
          "": (1, 0)}  # fmt: skip
_YEAR = r"(?:([0-9]{4})年?度?|(次年|翌年))?"
_NAMED = re.compile(
    rf"{_YEAR}(?:第?([1-4一二三四])季度?|[Qq]([1-4])|(上半年度?)|(下半年度?)|(全年度?|年度?内|本年度?)?)"
)
_WORDED = re.compile(
    r"(?:([0-9]{4})年|(次年|翌年))?(?:([0-9]{1,2})月份?(上旬|中旬|下旬|初|底|末)?)?(?:([0-9]{1,2})[日号])?"
)
_FIGURES = re.compile(r"([0-9]{4})([-./])([0-9]{1,2})(?:\2([0-9]{1,2}))?[日号]?")
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([0-9]{1,2})([0-9]{2})?")
_MONTH_DAY = re.compile(r"([0-9]{1,2})[./]([0-9]{1,2})")
_BARE = re.compile(r"(?:[0-9]{4}年)?(?:[0-9]{1,2}月)?[0-9]{1,2}|(?:[0-9]{4}年)?第?[1-4一二三四]")
_UNITS = {"month": "月", "day": "日", "quarter": "季度"}
_CLEAR_DASH = re.compile(r"[~〜∼至到‒-―−]+")
_REMARK = re.compile(r"(?:\([^()0-9]*\)|期间|[。;])+$")
_YEAR_END = re.compile(r"(?<![0-9])年[底末]|(?<=[0-9]年)[底末]")
_BY_THE_END = re.compile(r"(?<=[底末日])[以之]?前$")
_OPEN_END = re.compile(r"(?:以?前|之前|截止|止)$|^截[至止]")
_OPEN_START = re.compile(r"(?:起|开始|以后|之后)$|^自[^至到]*$")
_HOW = "请写作“3月至11月”“第二季度”或“2023年5月10日至2023年6月30日”"


def parse_period(text: str, year: int | None) -> Period:
    """Read a span of days: `3-11月`, `第二季度`, `2022年9月—2023年3月`, `全年`.

    Args:
        text: as filed.
        year: the plan's, for a wording that names none.

    Raises:
        ValueError: it names no beginning or no end, more than one reading fits, or no year is known.

    >>> parse_period("3-11月", 2024).end
    datetime.date(2024, 11, 30)

    """
    shown = f"“{text[:40]}”"
    written = re.sub(r"\s+", "", tidy(text)) if len(text) <= LONGEST else ""
    written = _REMARK.sub("", written).removeprefix("自")
    written = _YEAR_END.sub("12月底", written)
    found = dict.fromkeys(_readings(written, year, shown))
    if len(found) == 1:
        start, end = next(iter(found))
        doubt = f"{shown}按 {start} 至 {end} 登记，请确认" if written.isdecimal() else None
        return Period(text, start, end, doubt)
    if found:
        options = " 或 ".join(f"{a} 至 {b}" if a != b else str(a) for a, b in found)
        raise ValueError(f"{shown}可能是 {options}；请写明")
    if "、" in written:
        raise ValueError(f"{shown}分成几段；请分成几个任务填写，或写明首尾")
    if _OPEN_END.search(written) and not re.search(DASH, written):
        #: 10月前 may end with September; 10月底前 may not.
        if _BY_THE_END.search(written) and (by := _by(written, year, shown)):
            doubt = f"{shown}没有写从何时开始，按 {by[0]} 至 {by[1]} 登记，请确认"
            return Period(text, *by, doubt)
        raise ValueError(f"{shown}只写了截止时间，没有写从何时开始；{_HOW}")
    if _OPEN_START.search(written):
        raise ValueError(f"{shown}只写了开始时间，没有写到何时为止；{_HOW}")
    raise ValueError(f"{shown}不是检查期间；{_HOW}")


def _by(text: str, year: int | None, shown: str) -> tuple[date, date] | None:
    """Read 10月底前, which says when to be done, as from the beginning of that year."""
    span = _span(re.sub(r"^截[至止]", "", _OPEN_END.sub("", text)))
    until = (span.year or year) if span and not span.ahead else None
    if span is None or until is None:
        return None
    return date(until, 1, 1), _make(until, span.last, shown)


def _readings(text: str, year: int | None, shown: str) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of every reading of the whole text."""
    for digits in [text] if text.isdecimal() else []:
        yield from ((day, day) for day in seven(digits))
    span = _span(text)
    if span and span.unit != "edge":
        yield _days(span, span, year, shown)
    for dash in list(_CLEAR_DASH.finditer(text)) or re.finditer(DASH, text):
        left, right = text[: dash.start()], text[dash.end() :]
        pair = _ends(left, right)
        if pair:
            yield _days(*pair, year, shown)


def _ends(left: str, right: str) -> tuple[_Span, _Span] | None:
    """Return both ends of a range; one that lacks its unit or its month takes the other's."""
    right = _BY_THE_END.sub("", right)
    first, last = _span(left), _span(right)
    if first is None and last and not last.hyphens and _BARE.fullmatch(left):
        first = _span(left + _UNITS.get(last.unit, ""))
    if last is None and first and not first.hyphens and _BARE.fullmatch(right):
        last = _span(right + _UNITS.get(first.unit, ""))
    if first is None:
        first = _month_day(left)
    if last is None and first is not None and first.unit == "day":
        last = _month_day(right)
    return (first, last) if first and last else None


def _month_day(text: str) -> _Span | None:
    """Read 5.10 as a day of a year that is said elsewhere."""
    match = _MONTH_DAY.fullmatch(text)
    at = (int(match[1]), int(match[2])) if match else (0, 0)
    return _Span(None, at, at) if match else None


def _span(text: str) -> _Span | None:
    """Read one end of a range, or a span that has a name."""
    if match := _FIGURES.fullmatch(text):
        return _figures(match[1], match[3], match[4], hyphens=match[2] == "-")
    if match := _COMPACT.fullmatch(text):
        if len(text) == len("20230520") or not match[3]:
            return _figures(match[1], match[2], match[3])
        return None
    if not text:
        return None
    if match := _NAMED.fullmatch(text):
        return _named(match)
    if match := _WORDED.fullmatch(text):
        year, month, day = match[1], match[3], match[5]
        if not (month or day) or (day and match[4]):
            return None
        ahead, known = int(bool(match[2])), int(year) if year else None
        if day:
            at = int(month or 0), int(day)
            return _Span(known, at, at, ahead=ahead)
        begin, end = _PARTS[match[4] or ""]
        unit = "month" if not match[4] else "day" if match[4].endswith("旬") else "edge"
        return _Span(known, (int(month), begin), (int(month), end), unit, ahead)
    return None


def _figures(year: str, month: str, day: str | None, *, hyphens: bool = False) -> _Span:
    at = int(month)
    if day:
        return _Span(int(year), (at, int(day)), (at, int(day)), hyphens=hyphens)
    return _Span(int(year), (at, 1), (at, 0), "month", hyphens=hyphens)


def _named(match: re.Match[str]) -> _Span:
    year, ahead = match[1], int(bool(match[2]))
    first, last = 1, 12
    if quarter := _QUARTERS.get(match[3] or match[4] or ""):
        first, last = 3 * quarter - 2, 3 * quarter
    elif match[5]:
        last = 6
    elif match[6]:
        first = 7
    unit = "year" if (first, last) == (1, 12) else "quarter"
    return _Span(int(year) if year else None, (first, 1), (last, 0), unit, ahead)


def _days(left: _Span, right: _Span, year: int | None, shown: str) -> tuple[date, date]:
    """Return the first day of one span and the last of the other."""
    begin = left.year or right.year or year
    if left.ahead:
        raise ValueError(f"{shown}没有写明开始的年份；{_HOW}")
    if begin is None:
        raise ValueError(f"{shown}没有写年份，所在的计划也没有年度；请写明年份")
    until = right.year or begin + right.ahead
    last = right.last if right.last[0] else (left.first[0], right.last[1])
    start, end = _make(begin, left.first, shown), _make(until, last, shown)
    if end < start:
        raise ValueError(f"{shown}的截止时间早于开始时间；跨年度的请两端都写明年份")
    return start, end


def _make(year: int, at: tuple[int, int], shown: str) -> date:
    month, day = at
    if not FIRST_YEAR <= year <= LAST_YEAR or not 1 <= month <= 12:  # noqa: PLR2004
        raise ValueError(f"{shown}不是实际存在的期间，请核对")
    try:
        return date(year, month, day or calendar.monthrange(year, month)[1])
    except ValueError:
        raise ValueError(f"{shown}不是实际存在的期间，请核对") from None


def first_of_month(day: date) -> date:
    """Return the first day of the month of `day`."""
    return day.replace(day=1)


def last_of_month(day: date) -> date:
    """Return the last day of the month of `day`.

    >>> last_of_month(date(2024, 2, 5))
    datetime.date(2024, 2, 29)
    """
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
