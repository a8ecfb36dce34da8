"""Identifiers of inspected parties: their schemes, forms and check digits."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import mul

from stdnum.iso7064 import mod_11_10

from portal.domain.codelists import CodeList


class Scheme(CodeList):
    """标识类型. Real lists mix them: a third of one 2017 draw list had no 18-character code."""

    USCC = "uscc", "统一社会信用代码", "Unified social credit code"
    REG15 = "reg15", "15位注册号", "15-digit registration number"
    REG13 = "reg13", "13位注册号", "13-digit registration number"
    SOCIAL_ORG = "social_org", "社会组织登记号", "Social organisation registration number"
    LOCAL = "local", "本地编号", "Local number"
    NONE = "none", "无编号", "No number"


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier. `valid` is False when a check digit exists and does not fit: a warning."""

    scheme: Scheme
    value: str
    valid: bool = True


class MalformedIdentifier(ValueError):
    """The text does not have the form its scheme asks for; the message says what does."""


_FORMS = {
    Scheme.USCC: (
        re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}"),
        "应为18位数字和大写字母（不含I、O、S、V、Z）",
    ),
    Scheme.REG15: (re.compile(r"[0-9]{15}"), "应为15位数字"),
    Scheme.REG13: (re.compile(r"[0-9]{13}"), "应为13位数字"),
    Scheme.SOCIAL_ORG: (re.compile(r"[0-9A-Z()-]{4,30}"), "应为4至30位数字、大写字母或连字符"),
    Scheme.LOCAL: (re.compile(r"[0-9A-Za-z_./-]{1,40}"), "应为1至40位数字、字母或 _ . / -"),
}


@lru_cache(maxsize=65_536)
def parse(text: str, scheme: Scheme | None = None) -> Identifier:
    """Read an identifier, full-width or spaced as it may come (标识代码).

    Args:
        text: the code as filed; blanks inside are dropped, width and case folded.
        scheme: what the file says it is; without it, told from the length.

    Raises:
        MalformedIdentifier: no scheme fits; the message names the form that is wanted.

    >>> parse("９１３３０１００７９９６５５０５８Ｂ").scheme
    <Scheme.USCC: 'uscc'>
    >>> parse("330100000012345").scheme
    <Scheme.REG15: 'reg15'>

    """
    value = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    told = scheme
    if scheme is None:
        scheme = {18: Scheme.USCC, 15: Scheme.REG15, 13: Scheme.REG13}.get(len(value))
        if scheme is None:
            raise MalformedIdentifier(
                f"{len(value)} 位编码无法判断类型；请填18位统一社会信用代码、15位或13位注册号，"
                "其他编号请在“标识类型”注明“本地编号”"
            )
    if scheme is Scheme.NONE:
        return Identifier(scheme, "")
    if scheme is Scheme.LOCAL:
        value = "".join(unicodedata.normalize("NFKC", text).split())
    form, wanted = _FORMS[scheme]
    if not form.fullmatch(value):
        raise MalformedIdentifier(f"{scheme.zh}{wanted}")
    valid = _check_digit_fits(scheme, value)
    if not valid and told is None and is_old_identity_number(value):
        raise MalformedIdentifier(
            "15位编码的校验位不符，第7至12位又是一个出生日期，像是旧居民身份证号，不得作为标识代码公开；"
            "请改用统一社会信用代码；确为注册号的请对照证照，并在“标识类型”填“15位注册号”"
        )
    if not valid and is_identity_number(value):
        raise MalformedIdentifier(
            "像是居民身份证号，不得作为标识代码公开；请改用统一社会信用代码，没有的注明“无编号”"
        )
    return Identifier(scheme, value, valid)


def is_identity_number(value: str) -> bool:
    """Whether 18 characters are a resident's number (GB 11643): a real birthday and its check digit.

    >>> is_identity_number("110101199003070038")
    True
    """
    match = _IDENTITY.fullmatch(value)
    if match is None:
        return False
    try:
        date(*(int(part) for part in match.groups()))
    except ValueError:
        return False
    total = sum(map(mul, map(int, value[:17]), _IDENTITY_WEIGHTS))
    return "10X98765432"[total % 11] == value[17]


def is_old_identity_number(value: str) -> bool:
    """Whether 15 digits have the form of a resident's number before 1999: region, YYMMDD of a real day, serial.

    >>> is_old_identity_number("110101900307003"), is_old_identity_number("330100000012345")
    (True, False)
    """
    match = _OLD_IDENTITY.fullmatch(value)
    if match is None:
        return False
    try:
        date(1900 + int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return False
    return True


_OLD_IDENTITY = re.compile(r"[1-8][0-9]{5}([0-9]{2})([0-9]{2})([0-9]{2})[0-9]{3}")
_IDENTITY = re.compile(r"[1-9][0-9]{5}((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})[0-9]{3}[0-9X]")
_IDENTITY_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
#: GB 32100-2015 table 2, without I, O, S, V and Z; the weights are the powers of 3 modulo 31. The
#: library's own check is fifteen times slower, and every row of every file passes here.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WORTH = {character: worth for worth, character in enumerate(_ALPHABET)}
_WEIGHTS = tuple(pow(3, place, len(_ALPHABET)) for place in range(17))


def _check_digit_fits(scheme: Scheme, value: str) -> bool:
    """GB 32100 for 18 characters, GB/T 17710 (mod 11,10) for 15 digits; others carry none."""
    if scheme is Scheme.USCC:
        total = sum(map(mul, map(_WORTH.__getitem__, value[:-1]), _WEIGHTS))
        return _ALPHABET[-total % len(_ALPHABET)] == value[-1]
    if scheme is Scheme.REG15:
        return bool(mod_11_10.is_valid(value))
    return True
