"""How text becomes what is compared: one folding for what is indexed and for what is asked.

Folded text is a chain of tokens. Every Chinese character is a token by itself; every run of other
letters and digits is one token, fenced by `EDGE`, so that ``3`` is not found in ``13``. Width, case,
accents, traditional forms, brackets, blanks and punctuation do not matter. A term occurs in a text
when its folded form is a substring of the folded text: Chinese matches anywhere, a run only whole.
A term of one Chinese character is no exception; it occurs wherever that character does.
"""

import re
import unicodedata
from itertools import pairwise

from portal.kit.simplified import simplified

#: Stands on both sides of a run of letters and digits; neighbours share it.
EDGE = "\x1f"
#: Stands between the values of one document; no folded value contains it.
BREAK = "\n"

#: Characters that are words by themselves: kana and Chinese, in all planes.
SINGLES = "\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(f"([^ {SINGLES}]+)")
_TOKEN = re.compile(f"[{SINGLES}]|[^{EDGE}{SINGLES}]+")
_CHAIN = re.compile(f"{EDGE}(?:[^{EDGE}{SINGLES}]+{EDGE})+")
#: Characters above are rare; a hostile text cannot make us remember them all.
_REMEMBERED = 0x10000


class _Table(dict[int, str]):
    """What each character folds to, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        known = simplified()
        plain = unicodedata.normalize("NFKD", chr(code)).casefold()
        plain = unicodedata.normalize("NFKD", plain)
        folded = "".join(_kept(known.get(each, each)) for each in plain)
        if code < _REMEMBERED:
            self[code] = folded
        return folded


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] in "LN":
        return character
    return "" if category in {"Mn", "Cf"} else " "


_TABLE = _Table()


def fold(text: str) -> str:
    r"""Return the chain of tokens of `text`.

    >>> fold("甲（示例）公司") == fold("甲 示例 公司")
    True
    >>> fold("ＧＢ 50016號")
    '\x1fgb\x1f50016\x1f号'
    """
    fenced = EDGE.join(_RUN.split(text.translate(_TABLE)))
    return fenced.replace(" ", "").replace(EDGE + EDGE, EDGE)


def tokens(folded: str) -> list[str]:
    """Return the tokens of a folded text: characters that are words by themselves, and runs.

    >>> tokens(fold("第３號 GB-50016"))
    ['第', '3', '号', 'gb', '50016']
    """
    return _TOKEN.findall(folded)


def compact(folded: str) -> str:
    """Return `folded` without its fences: how identifiers and whole names are compared.

    >>> compact(fold("91-3100 0012"))
    '9131000012'
    """
    return folded.replace(EDGE, "")


def fold_sound(text: str) -> str:
    """Return pinyin as it is compared: what is typed, and what a name sounds like.

    >>> fold_sound("Lü shi") == fold_sound("lvshi")
    True
    """
    return compact(fold(text.replace("v", "u").replace("V", "u")))


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    r"""Return `fold(text)` and, for each of its characters, the index in `text` that it comes from.

    A fence has the index of the run's first or last character.

    >>> fold_with_offsets("第 3 號")
    ('第\x1f3\x1f号', [0, 2, 2, 2, 4])
    """
    folded: list[str] = []
    origins: list[int] = []
    inside = False
    for index, character in enumerate(text):
        for each in _TABLE[ord(character)]:
            if (running := _RUN.match(each) is not None) != inside:
                fence = index if running else origins[-1]
                if not (running and folded and folded[-1] == EDGE):
                    folded.append(EDGE)
                    origins.append(fence)
                inside = running
            if each != " ":
                folded.append(each)
                origins.append(index)
    if inside:
        folded.append(EDGE)
        origins.append(origins[-1])
    return "".join(folded), origins


def runs(folded: str) -> list[str]:
    r"""Return the runs of `folded`, and every two that follow each other, as they are looked up.

    >>> runs(fold("2024-05 年"))
    ['2024', '05', '2024\x1f05']
    """
    found: list[str] = []
    for chain in _CHAIN.findall(folded):
        words = chain.strip(EDGE).split(EDGE)
        found += words
        found += [EDGE.join(pair) for pair in pairwise(words)]
    return found
