"""Numbers in official writing: full width, Chinese numerals, every kind of dash."""

import re
import unicodedata

#: Marks of foot notes, fractions and the like: ②5% must not become 25%.
_MARKS = re.compile(r"([²³¹¼-¾⁰-₟⅐-↋①-⓿❶-➓㈠-㉏㉑-㉟㊀-㊰㊱-㊿]+)")
_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7,
           "八": 8, "九": 9}  # fmt: skip
#: How the round nought of a year is written: three circles, the letter O, the figure.
_NOUGHTS = "零〇○◯0Oo"
_ONE = "[一二两三四五六七八九]"
_WHOLE = re.compile(rf"(?:({_ONE})千)?(?:零?({_ONE})百)?(?:零?({_ONE})?(十))?(?:(零)?({_ONE}))?")
#: 二百五 may be 205 and 250.
_CLIPPED = re.compile(rf"[百千]{_ONE}$")

#: A whole number, in figures or in words.
NUMBER = r"(?:[0-9]{1,9}|[零一二两三四五六七八九十百千]{1,9})"
#: What stands between the two ends of a range.
DASH = r"\s*(?:[-‐-―−~〜∼]+|至|到)\s*"
#: A year in words; one nought may be a letter or a figure.
YEAR_IN_WORDS = re.compile(
    rf"(?=[^年]*[一二三四五六七八九])([{_NOUGHTS}一二三四五六七八九]{{4}})(?=年)"
)


def fold(text: str) -> str:
    """Return the text in half width, with the blanks around it gone; note marks stay what they are.

    >>> fold("５％②"), fold(" 10 ")
    ('5%②', '10')
    """
    if text.isascii():
        return text.strip()
    parts = _MARKS.split(text)
    parts[::2] = [unicodedata.normalize("NFKC", part) for part in parts[::2]]
    return "".join(parts).strip()


def whole(text: str) -> int | None:
    """Read a whole number up to 9,999 in words, or any in figures; None where it is neither.

    >>> whole("二十"), whole("一百零五"), whole("12"), whole("二百五"), whole("三五")
    (20, 105, 12, None, None)
    """
    if text.isascii():
        return int(text) if text.isdecimal() else None
    if text == "零":
        return 0
    match = _WHOLE.fullmatch(text)
    if match is None or not text or _CLIPPED.search(text):
        return None
    thousands, hundreds, tens, ten, _, ones = match.groups()
    found = 1000 * _DIGITS.get(thousands or "", 0) + 100 * _DIGITS.get(hundreds or "", 0)
    if ten:
        found += 10 * (_DIGITS[tens] if tens else 1)
    return found + _DIGITS.get(ones or "", 0)


def year_figures(text: str) -> str:
    """Return the text with a year in words written in figures.

    >>> year_figures("二○二三年五月"), year_figures("2023年")
    ('2023年五月', '2023年')
    """
    return YEAR_IN_WORDS.sub(
        lambda match: "".join("0" if each in _NOUGHTS else str(_DIGITS[each]) for each in match[1]),
        text,
    )
