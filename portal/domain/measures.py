"""Shares and counts as plans state them: the wording kept, the number beside it."""

import re
from dataclasses import dataclass
from decimal import Decimal

from portal.domain.numerals import DASH, NUMBER, fold, whole


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share to draw (抽查比例), with 0 < value <= 1 the least of it.

    `value` is None where the wording has no lower bound in figures; `at_least` when the paper says
    so; `at_most` is the upper end of a range, or the cap.
    """

    text: str
    value: Decimal | None
    at_least: bool = False
    at_most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """A number of parties (户数). `value` is the figure stated, of a range the lower one; None for words.

    `exact` means that the figure says all that the wording says. `at_most` is the upper end of a
    range, or the cap.
    """

    text: str
    value: int | None
    exact: bool = True
    at_most: int | None = None


#: A longer text is no measure.
LONGEST = 80
_FLOOR = r"不(?:得|应|能)?(?:低于|少于|小于|得低于|得少于)|至少|最低|最少|大于等于|[≥≧⩾>]=?|>="
_ABOVE = r"高于|多于|大于|超过"
_CAP = r"不(?:得|应|能)?(?:超过|高于|多于|大于|超出)|至多|最多|最高|小于等于|[≤≦⩽<]=?|<="
_ABOUT = r"大约|约|接近|近"
_LEAD = rf"(?:({_FLOOR}|{_ABOVE})|({_CAP})|(?:{_ABOUT}))?\s*"
_TAIL = r"\s*(?:(?:及|或|\(含\))?(以上|以内|以下|之内)|左右|上下)?"

_SHARE = r"(?:[0-9]+(?:\.[0-9]+)?\s*[%‰]|[百千万]分之(?:[零一二两三四五六七八九十]{1,5}|[0-9]+(?:\.[0-9]+)?))"
_PER = {"%": 100, "‰": 1000, "百": 100, "千": 1000, "万": 10_000}
_FRAME = re.compile(
    r"(?:按照?|依照|原则上|抽查比例|比例|为|[::]|\s)*(.+?)(?:的?(?:抽查|抽取)?(?:比例|比率)?(?:进行|随机)?(?:抽查|抽取|检查)?)?"
)
_ONE_SHARE = re.compile(rf"{_LEAD}({_SHARE}){_TAIL}")
_TWO_SHARES = re.compile(
    rf"(?:{_ABOUT})?\s*({_SHARE}|[0-9]+(?:\.[0-9]+)?){DASH}({_SHARE})(?:左右)?"
)
_ALL = r"(?:100\s*%|百分之百|百分百)"
_FULL = re.compile(rf"{_ALL}?\s*(?:全面?覆盖|全部|全数)\s*\(?{_ALL}?\)?(?:检查|抽查)?|{_ALL}")
_REMARK = re.compile(r"\([^()%‰比例]*\)[。;]?$|[。;]$")
_HOW_SHARE = "应写作“5%”“≥10%”“不低于3%”“全覆盖”或0至1之间的小数"
_WORDS = re.compile(r"[一-鿿].*[一-鿿]", re.DOTALL)


class OutOfRange(ValueError):
    """A share of nothing, or of more than everything."""


def parse_ratio(text: str) -> Ratio:
    """Read a share as plans write it: `5%`, `≥10%`, `2%-5%`, `千分之五`, `全覆盖`, `0.25`.

    Raises:
        ValueError: anything else; `OutOfRange` for anything outside 0 < r <= 1.

    >>> parse_ratio("≥10%")
    Ratio(text='≥10%', value=Decimal('0.1'), at_least=True, at_most=None)
    >>> parse_ratio("全覆盖").value
    Decimal('1')

    """
    folded = _REMARK.sub("", fold(text)).strip() if len(text) <= LONGEST else ""
    if _FULL.fullmatch(folded):
        return Ratio(text, Decimal(1))
    if re.fullmatch(r"[01](\.[0-9]+)?", folded):
        return Ratio(text, _within(Decimal(folded)))
    framed = _FRAME.fullmatch(folded)
    core = framed[1].strip() if framed else ""
    if match := _ONE_SHARE.fullmatch(core):
        return _bounded(text, match)
    if match := _TWO_SHARES.fullmatch(core):
        high = _share(match[2])
        sign = match[2][-1] if match[2][-1] in "%‰" else "%"
        low = _share(match[1] if match[1][-1] in "%‰" or "分" in match[1] else match[1] + sign)
        if low > high:
            raise ValueError(f"范围的下限大于上限；{_HOW_SHARE}")
        return Ratio(text, low, at_most=high)
    raise ValueError(_HOW_SHARE)


def ratio_or_text(text: str) -> Ratio:
    """Read a share, or keep the words of one that states no certain number: `按风险等级确定`.

    Raises:
        ValueError: a wrong number, a number of parties, or nothing but figures and signs.

    >>> ratio_or_text("按风险等级确定")
    Ratio(text='按风险等级确定', value=None, at_least=False, at_most=None)

    """
    try:
        return parse_ratio(text)
    except OutOfRange:
        raise
    except ValueError:
        if _WORDS.search(text) and not _ONE_COUNT.fullmatch(_ASIDE.sub("", fold(text))):
            return Ratio(text, None)
        raise


def _bounded(text: str, match: re.Match[str]) -> Ratio:
    floor, cap, figure, tail = match.groups()
    value = _share(figure)
    if (floor or cap) and tail:
        raise ValueError(_HOW_SHARE)
    if cap or tail in ("以内", "以下", "之内"):
        return Ratio(text, None, at_most=value)
    return Ratio(text, value, at_least=bool(floor or tail))


def _share(figure: str) -> Decimal:
    if "分之" in figure:
        words = figure[3:]
        number = whole(words)
        return _within((Decimal(words) if number is None else Decimal(number)) / _PER[figure[0]])
    return _within(Decimal(figure[:-1].strip()) / _PER[figure[-1]])


def _within(value: Decimal) -> Decimal:
    if not 0 < value <= 1:
        raise OutOfRange("比例应大于0且不超过100%")
    return value.normalize()


_UNIT = r"(?:户次|家次|批次|户|家|个|所|人|名|座|处|台|艘|辆|批|件|间|项|组|份|条)?"
_PARTY_UNITS = ("", "户", "家", "个", "所")
_NOUN = r"(?:企业|单位|市场主体|经营主体|经营者|主体|对象|商户|门店|场所|机构|项目|样品)?"
_FIGURE = rf"(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]{{1,9}}(?:\.0+)?|{NUMBER})"
_ONE_COUNT = re.compile(
    rf"{_LEAD}({_FIGURE})\s*([余多])?\s*({_UNIT})({_NOUN})([余多])?(?:\s*(?:(?:及|或)?(以上|以内|以下|之内)|(左右|上下)))?"
)
_TWO_COUNTS = re.compile(
    rf"(?:{_ABOUT})?\s*({_FIGURE})\s*{_UNIT}{DASH}({_FIGURE})\s*{_UNIT}{_NOUN}(?:左右)?"
)
_ASIDE = re.compile(r"\([^()]*\)[。;]?$|[。;]$")
_EACH = re.compile(r"\((?:每|/)[^()0-9]*\)")
_A_RATE = re.compile(r"[/每各次]|/|比例|%|‰|分之")
_HOW_COUNT = "应写作“20”“20户”“约20户”“5-8家”或“不少于30家”"


def parse_count(text: str) -> Count:
    """Read a number of parties: `20`, `1,234`, `10家左右`, `5-8家`, `1户(以实际为准)`.

    Raises:
        ValueError: it says a rate, or no number.

    >>> parse_count("10家左右")
    Count(text='10家左右', value=10, exact=False, at_most=None)

    """
    folded = fold(text) if len(text) <= LONGEST else ""
    written = _ASIDE.sub("", folded).strip()
    if match := _TWO_COUNTS.fullmatch(written):
        low, high = _number(match[1]), _number(match[2])
        if low > high:
            raise ValueError(f"范围的下限大于上限；{_HOW_COUNT}")
        return Count(text, low, exact=False, at_most=high)
    match = _ONE_COUNT.fullmatch(written)
    if match and not _EACH.search(folded):
        return _one_count(text, match, plain=written == folded)
    if _A_RATE.search(folded):
        raise ValueError(f"写的是比率，不是户数；{_HOW_COUNT}")
    raise ValueError(_HOW_COUNT)


_SOME = re.compile(
    r"若干|(?:按|依|据|根据|以|视).{0,12}(?:实际|情况|比例|需要|任务|工作|风险|名录库|安排|抽取|要求|确定|而定|为准).{0,16}"
    r"|待定|不定|未定|另行(?:确定|通知|安排)|全部|全覆盖|全部(?:对象|企业|单位|主体|覆盖)"
)


def count_or_text(text: str) -> Count:
    """Read a number of parties, or keep the words of a plan that states none: `若干`, `视情况`.

    Raises:
        ValueError: anything else that is no number.

    >>> count_or_text("按实际情况确定")
    Count(text='按实际情况确定', value=None, exact=False, at_most=None)

    """
    written = _ASIDE.sub("", fold(text)).strip() if len(text) <= LONGEST else ""
    if _SOME.fullmatch(re.sub(rf"{_NOUN}{_UNIT}$|^{_UNIT}", "", written)) or _SOME.fullmatch(
        written
    ):
        return Count(text, None, exact=False)
    return parse_count(text)


def _one_count(text: str, match: re.Match[str], *, plain: bool) -> Count:
    floor, cap, figure, more, unit, noun, more_behind, tail, about = match.groups()
    value = _number(figure)
    lead = match[0][: match.start(3)].strip()
    capped = cap or tail in ("以内", "以下", "之内")
    hedged = lead or floor or more or more_behind or tail or about
    exact = plain and not hedged and not noun and unit in _PARTY_UNITS
    return Count(text, value, exact=exact, at_most=value if capped else None)


def _number(figure: str) -> int:
    found = whole(figure.replace(",", "").split(".")[0])
    if found is None:
        raise ValueError(_HOW_COUNT)
    return found
