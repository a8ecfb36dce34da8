"""How often something is inspected, as checklists and plans word it (频次)."""

import re
from dataclasses import dataclass
from typing import Literal

from portal.domain.numerals import DASH, NUMBER, fold, whole

Bound = Literal["exact", "at_least", "at_most", "about"]


@dataclass(frozen=True, slots=True)
class Frequency:
    """So many times in so many months (抽查频次), with the source's wording.

    `times` is the figure stated, of a range the lower one, `at_most` the upper one; `per_months` is
    None where no span is stated.
    """

    text: str
    times: int
    at_most: int | None
    per_months: int | None
    bound: Bound = "exact"


#: 2017年1次 names a year, not a span.
_MOST_SPANS = 24
#: A longer text says more than a frequency.
LONGEST = 60
_MONTHS = {"年": 12, "年度": 12, "个年度": 12, "半年": 6, "半年度": 6, "季度": 3, "季": 3, "个季度": 3,
           "月": 1, "个月": 1, "月度": 1}  # fmt: skip
_SPAN = r"(年度|个年度|年|半年度?|个?季度|季|个?月|月度)"
_FLOOR = r"不(?:得|应|能)?(?:低于|少于|小于)|至少|最少|最低|[≥≧]|>="
_CAP = r"不(?:得|应|能)?(?:超过|高于|多于|大于|超出)|至多|最多|最高|上限为?|[≤≦]|<="
_BOUND = rf"(?:({_FLOOR})|({_CAP})|(约|大约)|=)?"
_VERB = r"(?:检查|抽查|覆盖|开展|组织|实施|进行|监督|现场|入企|行政|原则上|各|随机|的|总)*"
_WHOM = r"(?:原则上|对?同一[^0-9一二三四五六七八九十两每]{1,16}?|[,;:])*"
_FIGURES = rf"({NUMBER})(?:次?{DASH}({NUMBER}))?"
_TIMES = rf"{_FIGURES}[次轮]"
_TAIL = r"(以上|以内|以下|之内|左右)?"
_PER = rf"[每在同全]?({NUMBER})?{_SPAN}(?:之?内|期间)?"
_SPAN_FIRST = re.compile(rf"{_WHOM}{_PER}{_VERB}{_BOUND}{_VERB}{_TIMES}{_TAIL}{_VERB}")
_TIMES_FIRST = re.compile(rf"{_WHOM}{_BOUND}{_TIMES}{_TAIL}[/每]({NUMBER})?{_SPAN}{_TAIL}")
_NO_SPAN = re.compile(rf"{_BOUND}{_FIGURES}[次轮]?{_TAIL}")
_ASIDE = re.compile(r"\([^()]*\)$|[。;]$")


def parse_frequency(text: str) -> Frequency | None:
    """Read a frequency: `每季度1次`, `每年不低于12次`, `1次/年`, `每两年一次`, `≥1`.

    Returns:
        None where no certain number of times is stated: `不定期`, `按计划`, a table of them.

    >>> parse_frequency("每半年至少1次")
    Frequency(text='每半年至少1次', times=1, at_most=None, per_months=6, bound='at_least')
    >>> parse_frequency("不定期") is None
    True

    """
    if len(text) > LONGEST:
        return None
    written = re.sub(r"\s+", "", _ASIDE.sub("", fold(text)))
    if match := _SPAN_FIRST.fullmatch(written):
        number, span, floor, cap, about, low, high, tail = match.groups()
    elif match := _TIMES_FIRST.fullmatch(written):
        floor, cap, about, low, high, tail, number, span, tail_behind = match.groups()
        tail = tail or tail_behind
    elif match := _NO_SPAN.fullmatch(written):
        floor, cap, about, low, high, tail = match.groups()
        number = span = None
    else:
        return None
    spans = whole(number) if number else 1
    times, most = whole(low), whole(high) if high else None
    if not times or not spans or spans > _MOST_SPANS or (high and (most is None or most < times)):
        return None
    bound = _bound(floor or tail == "以上", cap or tail in ("以内", "以下", "之内"), about or tail)
    months = spans * _MONTHS[span] if span else None
    return Frequency(text, times, times if bound == "at_most" else most, months, bound)


def _bound(floor: object, cap: object, about: object) -> Bound:
    if floor:
        return "at_least"
    if cap:
        return "at_most"
    return "about" if about else "exact"


def most_per_year(text: str) -> int | None:
    """Return how often one party may be inspected in a year, at most (频次上限).

    Without a span the year is meant. None where the wording caps nothing: `每年不低于2次`.

    >>> most_per_year("每年不超过2次"), most_per_year("2次/年"), most_per_year("每半年不超过1次")
    (2, 2, 2)

    """
    found = parse_frequency(text)
    if found is None or found.bound in ("at_least", "about"):
        return None
    months = found.per_months or 12
    times = found.at_most or found.times
    return times if months >= 12 else times * (12 // months) if 12 % months == 0 else None  # noqa: PLR2004
