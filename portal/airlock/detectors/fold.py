"""Undoes disguises: width, traditional characters, digits of other scripts and invisible ones, with a way back."""

import re
import unicodedata
from dataclasses import dataclass

from portal.kit.simplified import simplified

#: Stands for a character that folds to none or to several; it is no character of any text.
_ODD = "\uffff"
#: Fillers without a width whose category does not say so.
_FILLERS = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0}
#: Look-alikes that would otherwise fold to something else.
_ALIKE = {0xBA: "°", 0x2DA: "°", 0xD7: "x", 0x2715: "x"} | {
    ord(alike): latin
    for alikes, latins in (
        ("АВЕКМНОРСТУХІЈЅаеорсухіјѕ", "ABEKMHOPCTYXIJSaeopcyxijs"),
        ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo"),
    )
    for alike, latin in zip(alikes, latins, strict=True)
}
#: A line that ends within a sentence: its next line goes on. A marking (机密) ends its line.
_WRAPPED = re.compile("(?<=[\u3400-\u9fff])(?<!密)[ \t]?\r?\n[ \t\u3000]{0,2}(?=[\u3400-\u9fff])")
_LINE_ENDS = "\r\n \t\u3000"
#: Most hostile texts hold few different characters; this many are kept folded.
_KEPT = 65_536


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` as it is searched; `places` says where each character came from, None: unmoved."""

    text: str
    places: list[int] | None
    #: Spans of invisible characters in the text as given.
    hidden: tuple[tuple[int, int], ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the text as given; `end` is after `start`."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def is_invisible(character: str) -> bool:
    """Whether a character shows nothing: formatting, variation selectors, fillers."""
    point = ord(character)
    return (
        unicodedata.category(character) == "Cf"
        or point in _FILLERS
        or 0xFE00 <= point <= 0xFE0F  # noqa: PLR2004
        or 0xE0100 <= point <= 0xE01EF  # noqa: PLR2004
    )


def fold_character(character: str) -> str:
    """Return what a character is searched as: nothing for what is invisible or struck over it.

    >>> [fold_character(each) for each in "Ａ８٣㎡鵝\u200b\u0336"]
    ['A', '8', '3', 'm2', '鹅', '', '']
    """
    if is_invisible(character) or unicodedata.category(character) in {"Mn", "Me"}:
        return ""
    alike = _ALIKE.get(ord(character))
    if alike:
        return alike
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    plain = unicodedata.normalize("NFKC", character)
    return simplified().get(plain, plain)


class _Single(dict[int, str]):
    """Translation table that fills itself; what does not fold to one character is `_ODD`."""

    def __missing__(self, point: int) -> str:
        folded = fold_character(chr(point))
        single = folded if len(folded) == 1 else _ODD
        if len(self) < _KEPT:
            self[point] = single
        return single


_SINGLE = _Single()


def fold(text: str) -> Folded:
    """Fold a text for searching."""
    if text.isascii():
        return Folded(_as_read(text), None)
    single = text.translate(_SINGLE)
    if "\n" in single:
        single = _WRAPPED.sub(lambda match: _ODD * len(match[0]), single)
    if _ODD not in single:
        return Folded(_in_digits(single), None)
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(single):
        if character != _ODD:
            folded.append(character)
            places.append(place)
            continue
        for each in "" if text[place] in _LINE_ENDS else fold_character(text[place]):
            folded.append(each)
            places.append(place)
    hidden = _runs([n for n, each in enumerate(single) if each == _ODD and is_invisible(text[n])])
    return Folded(_in_digits("".join(folded)), places, hidden)


def _in_digits(text: str) -> str:
    """Write long numbers that are spelt out in digits: 一三八〇〇一三八〇〇〇."""
    return _as_read(_SPELT.sub(lambda match: match[0].translate(_NUMERALS), text))


def _as_read(text: str) -> str:
    """Write letters that a scanner, or a hand, put for digits of a long number as digits: 138OO138OOO."""
    return _MISREAD.sub(_digits, text)


def _digits(match: re.Match[str]) -> str:
    digits = sum(each.isdigit() for each in match[0])
    return match[0].translate(_LETTERS) if digits >= _MOSTLY else match[0]


def _runs(places: list[int]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place:
            found[-1] = (found[-1][0], place + 1)
        else:
            found.append((place, place + 1))
    return tuple(found)


#: Separators people put into numbers: blanks and line ends, dots, dashes, underscores.
SEPARATORS = r"\s\-‐‑‒–—―−_.·•・∙⋅‧"
#: Up to two of them may stand between two characters of a number.
GAP = rf"[{SEPARATORS}]{{0,3}}"
#: A sign that parts groups of a number and is none of those, which stand in tables and formulae too.
SIGN = r"[,/、|\\:;*#~+=^&]\s?"
_NUMERALS = str.maketrans(
    "〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖幺", "0012345678912345678" + "91"
)
#: No year, article or house has as many digits as a telephone.
_NUMERAL = "[〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖幺0-9]"
_SPELT = re.compile(rf"{_NUMERAL}(?:{GAP}{_NUMERAL}){{10,}}")
#: Eleven signs or more, of which some letters look like a digit, with no other letter beside them: no code is made so.
_MISREAD = re.compile(
    rf"(?<![0-9A-Za-z])(?=[0-9{SEPARATORS}]{{0,60}}[OoIl])[0-9OoIl](?:{GAP}[0-9OoIl]){{10,24}}(?=[Xx]?(?![0-9A-Za-z]))"
)
_LETTERS = str.maketrans("OoIl", "0011")
#: So many digits that the rest can hardly be words.
_MOSTLY = 6
_SEPARATOR = re.compile(rf"[{SEPARATORS}]+")


def squeeze(text: str) -> str:
    """Return a piece of folded text without separators."""
    return _SEPARATOR.sub("", text)


def spaced(*parts: str) -> str:
    """Return a pattern of parts with a gap between each two.

    >>> spaced("a", "b", "c") == f"a{GAP}b{GAP}c"
    True
    """
    return GAP.join(parts)
