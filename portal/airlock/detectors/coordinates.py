"""Geographic positions within China, in decimals, degrees, or metres on a map sheet."""

import re
from collections.abc import Iterator

from portal.airlock.detectors import kinds
from portal.airlock.detectors.fold import squeeze

_DECIMAL = r"(?<![\d.])\d(?:\s?\d){0,2}\s?\.\s?\d(?:\s?\d){2,14}(?!\s?\d)"
_BETWEEN = r"(?:\s?(?:°|度)?\s?[NSEWnsew北南东西]?(?:纬|经)?(?:度)?[\s,，;；、/|:：=]{1,4}(?:[NSEWnsew]\s?|[北东]?[纬经]度?|lat|lng|lon|latitude|longitude)?[\s:：=为]{0,3})"
#: A measurement has a unit behind it, or a third value beside it.
_MEASURED = (
    r"(?!\s?(?:mg|μg|ug|ng|g|kg|%|‰|元|万|亿|吨|m(?![a-z])|cm|mm|μm|L|ml|mL|dB|倍|MPa|kPa|Pa|℃|°C|kW|分))"
    r"(?!\s?[,，;；、/]\s?\d{1,3}\.\d)"
)
_PAIR = re.compile(rf"(?<!\d[,，;；、/])({_DECIMAL}){_BETWEEN}({_DECIMAL}){_MEASURED}")
_LABELLED = re.compile(
    r"(?:东经|北纬|经度|纬度|经纬度|坐标|定位|GPS|gps|lng|lat|lon|longitude|latitude)"
    r"[\s:：=为约()（）点\"']{0,4}(?:[NE东北][经纬]?)?\s?(\d{1,3}\s?\.\s?\d(?:\s?\d){1,14})(?!\d)"
)
_DEGREES = r"\d{1,3}\s?(?:°|度)\s?\d{1,2}(?:\.\d{1,8})?\s?(?:[′'’‘]|分)"
_SECONDS = r"\s?\d{1,2}(?:\.\d{1,8})?\s?(?:[″\"”“]|[′'’]{2}|秒)"
_DMS = re.compile(
    rf"(?<!\d)(?:{_DEGREES}{_SECONDS}|(?<=[NE经纬度:])\s?{_DEGREES}|{_DEGREES}(?=\s?[NE]))"
)
_SHEET = re.compile(
    r"[XYxy]\s?[=:：]\s?(\d{6,8}\.\d{1,4})[\s,，;；、]{1,3}[XYxy]\s?[=:：]\s?(\d{6,8}\.\d{1,4})"
)


def coordinates(text: str) -> Iterator[tuple[str, int, int]]:
    """Two numbers in 73-136 and 3-54 with three decimals; degrees and minutes; 经度 or 纬度."""
    for match in _PAIR.finditer(text):
        one, other = float(squeeze_point(match[1])), float(squeeze_point(match[2]))
        if (_is_longitude(one) and _is_latitude(other)) or (
            _is_latitude(one) and _is_longitude(other)
        ):
            yield kinds.LOCATION, *match.span()
    for match in _LABELLED.finditer(text):
        degrees = float(squeeze_point(match[1]))
        if _is_longitude(degrees) or _is_latitude(degrees):
            yield kinds.LOCATION, *match.span(1)
    for pattern in (_DMS, _SHEET):
        for match in pattern.finditer(text):
            yield kinds.LOCATION, *match.span()


def squeeze_point(number: str) -> str:
    """Return a decimal number without blanks; its point is no separator."""
    whole, _, decimals = number.partition(".")
    return f"{squeeze(whole)}.{squeeze(decimals)}"


def _is_longitude(value: float) -> bool:
    return 73 <= value <= 136  # noqa: PLR2004 - China lies between these


def _is_latitude(value: float) -> bool:
    return 3 <= value <= 54  # noqa: PLR2004
