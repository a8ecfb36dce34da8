"""Days as official papers and foreign registers write them (日期). Nothing is guessed."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone

from portal.domain.numerals import DASH, NUMBER, fold, whole, year_figures

#: Order of the figures in a date that ends in its year.
ORDERS = ("ymd", "mdy", "dmy")
FIRST_YEAR, LAST_YEAR = 1900, 2100
#: A longer text is no date.
LONGEST = 60

_PLAIN = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_CHINA = timezone(timedelta(hours=8))
#: Day 0 of a spreadsheet's serial numbers, and the numbers that give the years 1980 to 2060.
_SERIAL_ZERO, _SERIALS = date(1899, 12, 30), range(29_221, 58_806)

_SPACED = re.compile(r"\s*([-‐-―−./年月日号])\s*")
_NUMERAL = re.compile(rf"(?<![0-9]){NUMBER}(?=[年月日号])|(?<=月){NUMBER}$")
_WEEKDAY = re.compile(
    r"[(\s]*(?:星期|周)[一二三四五六日天][)\s]*$|^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+",
    re.IGNORECASE,
)
_HOUR, _SIXTY = "(?:[01]?[0-9]|2[0-3])", "[0-5]?[0-9]"
_ZONE = "Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9]"
_CLOCK = re.compile(
    rf"(?:T|\s+)({_HOUR}:{_SIXTY}(?::{_SIXTY}(?:\.[0-9]+)?)?)\s*({_ZONE}|[AP]\.?M\.?)?$"
    rf"|(?:\s+|(?<=[日号]))(?:(?:上午|下午|中午|晚上?|凌晨)\s*)?"
    rf"(?:{_HOUR}[:时点](?:{_SIXTY}(?::{_SIXTY}|分(?:{_SIXTY}秒)?)?)?)?$",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(
    r"([0-9]{4})(?:([-‐-―−./])([0-9]{1,2})\2([0-9]{1,2})[.日号]?|年([0-9]{1,2})月([0-9]{1,2})[日号]?)"
)
_COMPACT = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})(?:(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9])?"
)
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"([A-Za-z]{3,9})\.?"
_NAMED = re.compile(
    rf"([0-9]{{1,2}})(?:st|nd|rd|th)?[\s-]+{_MONTH},?[\s-]+([0-9]{{4}})"
    rf"|{_MONTH}\s+([0-9]{{1,2}})(?:st|nd|rd|th)?,?\s+([0-9]{{4}})"
)
_FULL_NAMES = ("january", "february", "march", "april", "may", "june", "july", "august",
               "september", "october", "november", "december")  # fmt: skip

_A_PERIOD = re.compile(rf"[0-9年月日号./-]*[0-9年月日号]{DASH}[0-9年月日号./-]+")
_MONTH_ONLY = re.compile(
    r"[0-9]{4}(?:年[0-9]{1,2}(?:月份?[上中下]?[旬初底末中]?)?|[-./][0-9]{1,2})"
    r"|(?:19|20)[0-9]{2}(?:0?[1-9]|1[0-2])"
)
_YEAR_ONLY = re.compile(r"(?:19|20)[0-9]{2}年?度?")
_NO_YEAR = re.compile(r"[0-9]{1,2}(?:月[0-9]{1,2}[日号]?|[-./][0-9]{1,2})")
_SHORT_YEAR = re.compile(
    r"'?[0-9]{2}(?:年[0-9]{1,2}月[0-9]{1,2}[日号]?|([-./])[0-9]{1,2}\1[0-9]{1,2})"
    r"|[0-9]{1,2}([-/.])[0-9]{1,2}\2[0-9]{2}"
    rf"|[0-9]{{1,2}}[\s-]+{_MONTH}[\s-]+'?[0-9]{{2}}"
)  # fmt: skip


#: 自2025年4月1日起施行 names a day no less.
_SINCE = re.compile(r"^自(?=.*起)|起(?:施行|实施|执行|生效)?$")


def read_day(text: str, order: str = "ymd") -> date:
    """Read one day, with or without a time of day behind it.

    Args:
        text: as filed.
        order: one of `ORDERS`; counts where the year stands last and the months have no names.

    Raises:
        ValueError: what the text is instead, and how to write it.

    >>> read_day("二〇二三年五月二十日"), read_day("05/20/2023", "mdy")
    (datetime.date(2023, 5, 20), datetime.date(2023, 5, 20))

    """
    if match := _PLAIN.fullmatch(text):
        return _make(text, match.groups())
    if len(text) > LONGEST:
        raise ValueError(_what_it_is("", text))
    written = tidy(text)
    bare = _SINCE.sub("", _CLOCK.sub("", _WEEKDAY.sub("", written)).rstrip("。"))
    found = _figures(bare, order)
    if found is None:
        raise ValueError(_what_it_is(bare, text))
    day = _make(text, found)
    return _in_china(day, _CLOCK.search(written), text)


def tidy(text: str) -> str:
    """Return a date or period in half width and figures, without blanks around its separators."""
    written = _SPACED.sub(r"\1", year_figures(fold(text)))
    return _NUMERAL.sub(lambda match: str(_or(whole(match[0]), match[0])), written)


def _or(number: int | None, text: str) -> int | str:
    return text if number is None else number


def _figures(text: str, order: str) -> tuple[str | int, ...] | None:
    """Return year, month and day as written, or None."""
    if match := _YEAR_FIRST.fullmatch(text):
        return tuple(match[at] for at in ((1, 3, 4) if match[2] else (1, 5, 6)))
    if match := _COMPACT.fullmatch(text):
        return match.groups()
    if match := _NAMED.fullmatch(text):
        day, name, year = match.groups()[:3] if match[1] else (match[5], match[4], match[6])
        month = name.lower()
        if month in _FULL_NAMES or month in _MONTHS or month == "sept":
            return year, _MONTHS.index(month[:3]) + 1, day
    if order != "ymd" and (match := _YEAR_LAST.fullmatch(text)):
        first, second = match[1], match[3]
        if int(first if order == "mdy" else second) > 12:  # noqa: PLR2004
            words = "月、日、年" if order == "mdy" else "日、月、年"
            raise ValueError(f"“{text}”按{words}的顺序没有这个月份；请核对该列日期的顺序")
        return (match[4], first, second) if order == "mdy" else (match[4], second, first)
    return None


def _make(text: str, figures: tuple[str | int, ...]) -> date:
    year, month, day = map(int, figures)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"“{text[:40]}”的年份应在{FIRST_YEAR}至{LAST_YEAR}之间，请核对")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"“{text[:40]}”不是实际存在的日期，请核对") from None


def _in_china(day: date, clock: re.Match[str] | None, text: str) -> date:
    """Return the day, unless its clock is of a zone where it may be another day than in China."""
    zone = clock and clock[2]
    if not (clock and zone) or zone[0] not in "Zz+-":
        return day
    hour, minute = clock[1].split(":")[:2]
    moment = datetime.fromisoformat(f"{day}T{hour:>02}:{minute:>02}{zone.upper()}")
    here = moment.astimezone(_CHINA).date()
    if here != day:
        raise ValueError(
            f"“{text[:40]}”是另一时区的时刻，在北京时间是 {here}；请改为不带时区的日期"
        )
    return day


def _what_it_is(bare: str, text: str) -> str:
    """Say what stands there instead of a day."""
    shown = f"“{text[:40]}”"
    if _SHORT_YEAR.fullmatch(bare):
        return f"{shown}的年份只有两位；请写四位年份，例如 2023-02-28"
    if _MONTH_ONLY.fullmatch(bare):
        return f"{shown}只到月份；请填写具体日期，例如 2023-02-28"
    if _YEAR_ONLY.fullmatch(bare):
        return f"{shown}只到年份；请填写具体日期，例如 2023-02-28"
    if match := re.fullmatch(r"([0-9]{5,9})(?:\.[0-9]+)?", bare):
        return _number(match[1], shown)
    if _NO_YEAR.fullmatch(bare):
        return f"{shown}没有年份；请写作 2023-02-28 或 2023年2月28日"
    if _YEAR_LAST.fullmatch(bare):
        return f"{shown}的月和日分不清先后；请写作 2023-02-28，或在映射方案中用 dates 注明顺序"
    if _A_PERIOD.fullmatch(bare):
        return f"{shown}是一段时间；请填写完成之日"
    return f"{shown}不是日期；请写作 2023-02-28 或 2023年2月28日"


def _number(digits: str, shown: str) -> str:
    if int(digits) in _SERIALS:
        meant = _SERIAL_ZERO + timedelta(days=int(digits))
        return (
            f"{shown}不是日期，可能是表格软件的日期序号（{meant}）；请把该列设为日期格式后核对，"
            "或写作 2023-02-28"
        )
    if readings := [str(each) for each in seven(digits)]:
        return f"{shown}位数不足，可能是 {' 或 '.join(readings)}；请写作 2023-02-28"
    return f"{shown}不是日期；请写作 2023-02-28 或 2023年2月28日"


def seven(digits: str) -> Iterator[date]:
    """Yield the days that seven figures such as 2022111 may stand for: one nought was left out."""
    if not re.fullmatch(r"(?:19|20)[0-9]{5}", digits):
        return
    for cut in (5, 6):
        month, day = digits[4:cut], digits[cut:]
        if month[0] != "0" and (day[0] != "0" or len(day) > 1):
            try:
                yield date(int(digits[:4]), int(month), int(day))
            except ValueError:
                continue
