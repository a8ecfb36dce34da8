"""Shares and counts as plans state them: the wording kept, the number beside it."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_PERCENT = re.compile(r"(不低于|不少于|至少|≥|>=)?\s*(\d+(?:\.\d+)?)\s*%")
_FULL = ("全覆盖", "全部", "100%")


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share to draw (抽查比例), 0 < value <= 1; `at_least` when the paper says so."""

    text: str
    value: Decimal
    at_least: bool = False


def parse_ratio(text: str) -> Ratio:
    """Read a share as plans write it: `5%`, `≥10%`, `不低于3%`, `全覆盖`, `0.25`.

    Raises:
        ValueError: anything else, and anything outside 0 < r <= 1.

    >>> parse_ratio("≥10%")
    Ratio(text='≥10%', value=Decimal('0.1'), at_least=True)
    >>> parse_ratio("全覆盖").value
    Decimal('1')

    """
    folded = unicodedata.normalize("NFKC", text).strip()
    if folded in _FULL:
        return Ratio(text, Decimal(1))
    at_least = False
    if match := _PERCENT.fullmatch(folded):
        at_least = match[1] is not None
        value = Decimal(match[2]) / 100
    elif re.fullmatch(r"[01](\.\d+)?", folded):
        value = Decimal(folded)
    else:
        raise ValueError("应写作“5%”“≥10%”“不低于3%”“全覆盖”或0至1之间的小数")
    if not 0 < value <= 1:
        raise ValueError("比例应大于0且不超过100%")
    return Ratio(text, value.normalize(), at_least)
