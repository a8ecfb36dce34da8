"""Number plates of vehicles; those of the forces are a matter of secrecy."""

import re
from collections.abc import Iterator

from portal.airlock.detectors import kinds
from portal.airlock.detectors.fold import GAP, spaced

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
_SIGN = r"[A-HJ-NP-Za-hj-np-z0-9]"
_AT_LEAST_TWO_DIGITS = rf"(?=(?:{GAP}[A-Za-z]){{0,3}}{GAP}\d(?:{GAP}[A-Za-z]){{0,3}}{GAP}\d)"
#: Registers of special equipment begin their numbers like plates: 梯11浙A00012(17).
_CIVIL = re.compile(
    rf"(?<![容锅梯起索游车瓶管]\d\d)[{PROVINCES}]{GAP}[A-HJ-Za-hj-z]{_AT_LEAST_TWO_DIGITS}"
    rf"(?:(?:{GAP}{_SIGN}){{4}}{GAP}(?:[警学挂港澳试超领]|{_SIGN}(?:{GAP}{_SIGN})?(?![A-Za-z0-9])))"
)
_ARMED_POLICE = re.compile(
    rf"[Ww]{GAP}[Jj]{GAP}[{PROVINCES}\d]{GAP}(?:\d{GAP}){{3,6}}[\dA-Za-z](?![A-Za-z0-9])"
)
_OLD_FORCES = re.compile(rf"[军空海北沈兰济南广成]{GAP}[A-Za-z](?:{GAP}\d){{5}}(?![A-Za-z0-9])")
_FORCES = re.compile(
    r"(?:车牌号?码?|号牌号?码?|车号|军牌|军车|车辆)[\s:：为是(]{0,3}"
    rf"({spaced('[VZKHEBSLNGCJvzkhebslngcj]', '[A-Ya-y]')}(?:{GAP}\d){{5}})(?![A-Za-z0-9])"
)


def plates(text: str) -> Iterator[tuple[str, int, int]]:
    """Province and letter, then five or six signs with two digits at least, or 警 学 挂 港 澳."""
    for match in _CIVIL.finditer(text):
        yield kinds.PLATE, *match.span()
    for pattern, group in ((_ARMED_POLICE, 0), (_OLD_FORCES, 0), (_FORCES, 1)):
        for match in pattern.finditer(text):
            yield kinds.MILITARY_PLATE, *match.span(group)
