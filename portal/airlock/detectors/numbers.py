"""Identity cards, passports, enforcement certificates and bank accounts."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date

from portal.airlock.detectors import kinds
from portal.airlock.detectors.cleared import is_registration
from portal.airlock.detectors.fold import GAP, SEPARATORS, squeeze
from portal.kit import clock

Found = Iterator[tuple[str, int, int]]

#: Its check digit proves an identity card, so brackets, quotation marks and any other sign may part it too.
_PARTED = rf"[{SEPARATORS}()\[\]{{}}【】〔〕“”‘’\"'*~#、,/|\\:;+=^&]{{0,3}}"
_BIRTH = _PARTED.join(
    (
        f"(?:1{_PARTED}9|2{_PARTED}0)", r"\d", r"\d", f"(?:0{_PARTED}[1-9]|1{_PARTED}[0-2])",
        f"(?:0{_PARTED}[1-9]|[12]{_PARTED}\\d|3{_PARTED}[01])",
    )
)  # fmt: skip
#: Looked for at every place: what a wrong number begins may end a right one.
_ID18 = re.compile(
    rf"(?<!\d)(?=([1-9](?:{_PARTED}\d){{5}}{_PARTED}{_BIRTH}(?:{_PARTED}\d){{3}}{_PARTED}[\dXx])(?!\d))"
)
_ID_CUE = r"(?:身份证件?|公民身份|居民身份)(?:号码|编号|号)?[\s:：为是(]{0,4}"
_ID_CUED = re.compile(rf"{_ID_CUE}([1-9](?:{GAP}\d){{16}}{GAP}[\dXx])(?!\d)")
_ID15 = re.compile(rf"{_ID_CUE}(\d(?:{GAP}\d){{14}})(?!\d)")
_NO_SIGN = re.compile(r"[^\dXx]")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_OLDEST = 1900

_PASSPORT = re.compile(
    rf"(?:护照|通行证|台胞证|回乡证|旅行证)(?:证件)?(?:号码|编号|号)?[\s:：为是(]{{0,4}}"
    rf"((?:[A-Za-z]{GAP}){{0,2}}\d(?:{GAP}\d){{6,9}})(?![\dA-Za-z])"
)
_CERTIFICATE_CUE = re.compile(
    r"(?:执法证件?|执法资格证|执法人员证|检查证|监督证|执法编号)"
    r"(?:号码|编号|号)?[\s:：为是(第字No.、,]{0,6}"
    r"|(?:执法|检查|监督)(?:检查)?人员[^\d。；;]{0,16}\((?:证号|证)?[:\s]{0,2}(?=[^()]{8,20}\))"
)
_CERTIFICATE = re.compile(
    rf"[\u4e00-\u9fff]?{GAP}((?=[A-Za-z\d])[A-Za-z]{{0,4}}{GAP}\d(?:{GAP}[A-Za-z\d]){{5,16}})(?![A-Za-z\d])"
    r"[\s、,/;和及)]{0,3}(?:[\u4e00-\u9fff]{2,4}\((?:证号)?[:\s]{0,2})?"
)
_CERTIFICATE_LENGTHS = range(8, 19)

_ACCOUNT = re.compile(
    r"(?:账号|帐号|账户|帐户|卡号|银行卡|一卡通|存折|汇款至|汇入|打款至)(?:号码|号)?[\s:：为是(]{0,4}"
    rf"(?:[\u4e00-\u9fff]{{2,12}}(?:银行|支行|分行|信用社)[\s:：,，]{{0,2}})?(\d(?:{GAP}\d){{11,24}})(?!\d)"
)
_CARD_RUN = re.compile(rf"\d(?:{GAP}\d){{14,}}")
_CARD_LEAD = re.compile(r"6[025]|4|5[1-5]|3[457]|955|2[2-7]")
_CARD_LENGTHS = range(15, 20)
_REGISTRATION_LENGTH = 15


def id_cards(text: str) -> Found:
    """GB 11643: birth date between 1900 and today, check digit; neither is asked for after a cue."""
    done = 0
    for match in _ID18.finditer(text):
        if match.start() >= done and is_id_card(_NO_SIGN.sub("", match[1])):
            done = match.end(1)
            yield kinds.ID_CARD, *match.span(1)
    for match in _ID_CUED.finditer(text):
        yield kinds.ID_CARD, *match.span(1)
    for match in _ID15.finditer(text):
        if _is_day(f"19{squeeze(match[1])[6:12]}"):
            yield kinds.ID_CARD, *match.span(1)


def is_id_card(number: str) -> bool:
    """Whether 18 characters have a birth date and a fitting check digit."""
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    return _ID_CHECK[total % 11] == number[-1].upper() and _is_day(number[6:14])


def _is_day(digits: str) -> bool:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return day.year >= _OLDEST and day <= clock.local_today()


def passports(text: str) -> Found:
    """A word for the paper, then up to two letters and seven to ten digits."""
    for match in _PASSPORT.finditer(text):
        yield kinds.PASSPORT, *match.span(1)


def certificates(text: str) -> Found:
    """A word for the certificate (执法证), then one or several numbers of 8 to 18 characters."""
    for cue in _CERTIFICATE_CUE.finditer(text):
        place = cue.end()
        while (match := _CERTIFICATE.match(text, place)) and (
            len(squeeze(match[1])) in _CERTIFICATE_LENGTHS
        ):
            yield kinds.CERTIFICATE, *match.span(1)
            place = match.end()


def bank_cards(text: str, cleared: str) -> Found:
    """A word for an account and 12 to 25 digits; or a card's lead, 15 to 19 digits, Luhn."""
    for match in _ACCOUNT.finditer(text):
        yield kinds.BANK_CARD, *match.span(1)
    for run in _CARD_RUN.finditer(cleared):
        places = [n for n in range(run.start(), run.end()) if cleared[n].isdigit()]
        digits = "".join(cleared[n] for n in places)
        #: Where a group of digits begins; the place behind the run counts as one.
        begins = [n for n, p in enumerate(places) if not n or places[n - 1] != p - 1]
        for first, end in _cards(digits, [*begins, len(digits)]):
            yield kinds.BANK_CARD, places[first], places[end - 1] + 1


def _cards(digits: str, begins: list[int]) -> Iterator[tuple[int, int]]:
    """Yield spans of card numbers that begin and end with a group, the longest at each place.

    Luhn's sums are running totals, made once for places that are doubled and those that are not.
    """
    sums = _running_sums(digits)
    edges, done = set(begins), 0
    for first in begins:
        if first < done or not _CARD_LEAD.match(digits, first):
            continue
        for end in range(first + _CARD_LENGTHS.stop - 1, first + _CARD_LENGTHS.start - 1, -1):
            total = sums[end % 2][end] - sums[end % 2][first] if end in edges else 1
            if total % 10 == 0 and _is_card(digits[first:end], whole=end == _next(begins, first)):
                done = end
                yield first, end
                break


def _running_sums(digits: str) -> tuple[list[int], list[int]]:
    """Return two lists of totals: with even places doubled, and with odd ones."""
    even, odd = [0], [0]
    for place, digit in enumerate(digits):
        plain = int(digit)
        doubled = plain * 2 - 9 * (plain > 4)  # noqa: PLR2004 - the digits of the double
        even.append(even[-1] + (plain if place % 2 else doubled))
        odd.append(odd[-1] + (doubled if place % 2 else plain))
    return even, odd


def _next(begins: list[int], first: int) -> int:
    return begins[bisect_right(begins, first)]


def _is_card(number: str, *, whole: bool) -> bool:
    """Whether a number that fits is none of another kind; `whole`: it is written in one piece."""
    registered = whole and len(number) == _REGISTRATION_LENGTH and is_registration(number)
    return not registered and len(set(number)) > 2  # noqa: PLR2004 - 4444 4444 4444 4448
