"""Numbers that are public by their nature, blotted out before others are looked for."""

import re
from collections.abc import Iterator
from datetime import date

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_10

from portal.airlock.detectors.fold import GAP, squeeze
from portal.airlock.detectors.words import any_of

#: Neither digit, nor letter, nor separator.
_BLOT = "\x00"

_USCC = re.compile(rf"(?<![0-9A-Za-z])[0-9A-Ya-y](?:{GAP}[0-9A-Ya-y]){{17}}(?![0-9A-Za-z])")
#: GB 32100: registering department and class of organisation.
_USCC_CLASS = re.compile(
    r"1[1239]|2[19]|3[1-59]|4[19]|5[1-49]|6[129]|7[129]|8[19]|9[123]|A[19]|N[1239]|Y1"
)
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12]|99|10")
_REG15 = re.compile(r"(?<![0-9A-Za-z])[1-6][0-9]{14}(?![0-9A-Za-z])")
#: Districts and counties of a prefecture: 01-35 towns and districts, 81-89 county-level cities.
_REG_REGION = re.compile(
    r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])(?:[0-2]\d|30|90)(?:[0-3]\d|8\d)"
)

_DAY = (
    r"(?:19|20)\d\d\s?[.\-/年]\s?(?:1[0-2]|0?[1-9])\s?[.\-/月]\s?(?:3[01]|[12]\d|0?[1-9])(?!\d)日?"
)
_PUBLIC = re.compile(
    "|".join(
        (
            rf"(?<!\d)(?<!\d[\-. ]){_DAY}(?:\s?\d{{1,2}}:\d\d(?::\d\d)?)?",
            rf"(?<=[\-—–~至到]){_DAY}",
            r"[〔\[(【](?:19|20)\d\d[〕\])】]\s?第?\s?\d{1,8}\s?号",
            r"(?:GB|HJ|DB\d\d|JJ[GF]|SB|NY|YY|WS|AQ|TSG|CJJ?|JGJ?|QB|LS|SN|SC|GA|T)(?:[/ ]?[TZ])?\s?\d{1,6}(?:\.\d{1,3}){0,3}\s?[-—–]\s?(?:19|20)\d\d(?!\d)",
            r"(?:IP|ip|地址|服务器|网段|网关|主机)[\s:：为是]{0,3}(?:\d{1,3}\.){3}\d{1,3}(?![\d.])",
            r"(?<!\d)\d{1,6}\.\d{1,2}(?:\s\d{1,6}\.\d{1,2}){2,40}(?!\d)",
        )
    )
)
#: Words that say a number counts things, permits or papers.
_COUNTED = any_of(
    (
        "批号", "批次", "批次号", "货号", "条码", "条形码", "商品码", "追溯码", "流水号", "订单号", "运单号",
        "快递单号", "物流单号", "单号", "合同编号", "合同号", "发票号码", "发票号", "发票代码", "序列号",
        "出厂编号", "产品编号", "设备编号", "设备代码", "样品编号", "检验编号", "报告编号", "抽样编号",
        "许可证号", "许可证编号", "许可编号", "备案号", "备案编号", "注册号", "注册证号", "登记证号", "登记号",
        "受理号", "案号", "立案号", "文书编号", "文号", "档案号", "证书编号", "信用代码", "机构代码", "执照号",
        "项目代码", "任务编号", "工单号", "事项编码", "准字",
    )
)  # fmt: skip
_COUNTED_NUMBER = re.compile(
    rf"{_COUNTED}(?:号码|编号|号)?[\s:：为是第(（]{{0,4}}(?:No\.?|№)?\s?[A-Za-z]{{0,8}}[\-]?(\d(?:{GAP}\d){{6,29}})(?!\d)",
    re.IGNORECASE,
)
#: Letters that begin numbers of permits and of approved medicines, then the number.
_LETTERED = re.compile(
    r"(?<![A-Za-z])(?:(?:SC|JY|JYDJ|QS|CYJY|LTJY|SP)\d{12,16}|[HZSJBF]\d{8})(?!\d)"
)
_AMOUNT = re.compile(
    r"(?<![\d.])\d{5,16}(?:\.\d{1,6})?\s?(?:万|亿)?"
    r"(?:元|美元|吨|千克|公斤|平方米|立方米|千瓦时|kg|kWh|m2|m3|件|瓶|盒|袋)"
)


def clear(text: str) -> str:
    """Return folded text of the same length with numbers of things blotted out."""
    characters = list(text)
    for start, end in _spans(text):
        characters[start:end] = _BLOT * (end - start)
    return "".join(characters)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for match in _USCC.finditer(text):
        if is_credit_code(squeeze(match[0]).upper()):
            yield match.span()
    for match in _REG15.finditer(text):
        if is_registration(match[0]):
            yield match.span()
    for match in _COUNTED_NUMBER.finditer(text):
        yield match.span(1)
    for pattern in (_LETTERED, _AMOUNT, _PUBLIC):
        for match in pattern.finditer(text):
            yield match.span()


def is_credit_code(code: str) -> bool:
    """GB 32100: class, region, both check digits; digits alone rarely fit all by chance."""
    if not (_USCC_CLASS.match(code) and _PROVINCE.match(code, 2)):
        return False
    try:
        fits = uscc.calc_check_digit(code[:-1]) == code[-1]
    except (ValidationError, ValueError):
        return False
    return fits and (not code.isdigit() or _organisation_fits(code[8:17]))


def _organisation_fits(code: str) -> bool:
    """GB 11714: eight characters and a check digit."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(each, 36) * weight for each, weight in zip(code, weights, strict=False))
    return code[8] == "0123456789X0"[(11 - total % 11) % 11]


def is_registration(number: str) -> bool:
    """GB/T 17710: a 15-digit registration number of a real kind of region."""
    return bool(_REG_REGION.match(number)) and bool(mod_11_10.is_valid(number))


def is_day(text: str) -> bool:
    """Whether eight digits are a date.

    >>> is_day("20250315"), is_day("20251315")
    (True, False)
    """
    try:
        return bool(date(int(text[:4]), int(text[4:6]), int(text[6:8])))
    except ValueError:
        return False
