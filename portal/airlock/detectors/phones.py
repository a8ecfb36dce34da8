"""Mobile numbers, landlines, and local numbers after a word for a telephone."""

import re
from collections.abc import Iterator

from portal.airlock.detectors import kinds
from portal.airlock.detectors.cleared import is_day
from portal.airlock.detectors.fold import GAP, SEPARATORS, SIGN, squeeze

_COUNTRY = rf"(?:\(?(?:\+{GAP}|0{GAP}0{GAP})?8{GAP}6{GAP}\)?{GAP})"
#: Where commas or other signs stand between groups, only three, four and four digits are a number.
_DIGITS = rf"\d(?:{GAP}\){GAP}|{GAP})\d(?:{GAP}\d){{7}}|\d{SIGN}\d{{4}}{SIGN}\d{{4}}"
_MOBILE = re.compile(rf"(?<!\d){_COUNTRY}?1{GAP}[3-9]{GAP}(?:{_DIGITS})(?!\d)(?!\.\d{{1,2}}(?!\d))")
_AREA = f"(?:1{GAP}0|2{GAP}\\d|[3-9]{GAP}\\d{GAP}\\d)"
#: A separator of its own, perhaps a parenthesis, and gaps around them.
_JOIN = rf"(?:{GAP}\)[{SEPARATORS}]{{0,3}}|[{SEPARATORS}]{{0,3}})"
_LOCAL = rf"[2-9](?:{GAP}\d){{6,7}}(?!\d)"
_LANDLINE = re.compile(
    rf"(?<!\d)(?:\({GAP})?(?:{_COUNTRY}(?:\(?0\)?{GAP})?|0{GAP}){_AREA}{_JOIN}{_LOCAL}"
)
_CUE = r"(?:电话|手机|传真|联系人|联络员|联系方式|座机|固话|致电|拨打|来电|Tel|TEL|tel)"
_LISTED = rf"(?<!\d){_LOCAL}(?:\s*[,，、;；/]\s*{_LOCAL})*"
_CUED = re.compile(rf"{_CUE}[^\d。；;]{{0,10}}?({_LISTED})")


def phones(text: str, cleared: str) -> Iterator[tuple[str, int, int]]:
    """Numbers that things are counted by are `cleared`; 400, 800 and five-digit lines are public."""
    for match in _MOBILE.finditer(cleared):
        yield kinds.MOBILE, *match.span()
    for match in _LANDLINE.finditer(cleared):
        yield kinds.LANDLINE, *match.span()
    for match in _CUED.finditer(text):
        if not is_day(squeeze(match[1]).ljust(8, "0")):
            yield kinds.LOCAL_LINE, *match.span(1)
