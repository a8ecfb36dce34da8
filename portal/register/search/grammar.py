"""How the search box is read: words, "phrases", minus, OR; nothing else has a meaning.

Words apart by blanks must all occur. A phrase stands between straight or curved quotation marks or
「」 and is looked up as one term. A minus before a word or phrase (``-``, full-width too) excludes it.
``OR`` between two makes either do. Wildcards, ranges and the like are plain separators. Reading never
fails: what is too much is left out, and a hint says so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from portal.register.search.analysis import fold
from portal.register.search.model import Term

#: Words and phrases one query may have.
MOST_TERMS = 20
#: Characters one query may have.
MOST_CHARACTERS = 500

_QUOTES = {'"': '"', "＂": "＂", "“": "”", "”": "”", "„": "”", "「": "」", "『": "』"}
_MINUS = "-－−–—"
_EITHER = {"OR", "ＯＲ"}
_PIECE = re.compile(
    rf"(?P<minus>(?:^|(?<=\s))[{_MINUS}])?"
    rf"(?:(?P<open>[{''.join(_QUOTES)}])(?P<phrase>[^\"＂“”„」』]*)(?:[\"＂”」』]|$)"
    rf"|(?P<word>[^\s\"＂“”„「」『』]+))"
)


class Hint(StrEnum):
    """What a reader should know about how the query was read."""

    TOO_LONG = "too_long"
    TOO_MANY_TERMS = "too_many_terms"
    NOTHING_TO_FIND = "nothing_to_find"
    ONLY_EXCLUDED = "only_excluded"


@dataclass(frozen=True, slots=True)
class Reading:
    """The groups of a query as the protocol has them, and the hints."""

    groups: tuple[tuple[Term, ...], ...]
    hints: tuple[Hint, ...]


def read(text: str) -> Reading:
    """Read what was typed; never fails.

    >>> read('甲公司 整改 OR 改正 -"未发现"').groups
    ((Term(text='甲公司', excluded=False),), (Term(text='整改', excluded=False), Term(text='改正', excluded=False)), (Term(text='未发现', excluded=True),))
    """
    hints = [Hint.TOO_LONG] if len(text) > MOST_CHARACTERS else []
    groups: list[list[Term]] = []
    count, joining = 0, False
    for term in _terms(text[:MOST_CHARACTERS]):
        if term is None:
            joining = bool(groups) and not groups[-1][-1].excluded
            continue
        if count == MOST_TERMS:
            hints.append(Hint.TOO_MANY_TERMS)
            break
        count += 1
        if joining and not term.excluded:
            groups[-1].append(term)
        else:
            groups.append([term])
        joining = False
    if not groups and text.strip():
        hints.append(Hint.NOTHING_TO_FIND)
    elif groups and all(term.excluded for group in groups for term in group):
        hints.append(Hint.ONLY_EXCLUDED)
    return Reading(tuple(map(tuple, groups)), tuple(hints))


def _terms(text: str) -> Iterator[Term | None]:
    """Yield the terms in their order, None for OR; what folds to nothing is no term."""
    for piece in _PIECE.finditer(text):
        word = piece["word"]
        if word in _EITHER and not piece["minus"]:
            yield None
            continue
        wanted = piece["phrase"] if word is None else word
        if fold(wanted):
            yield Term(wanted, excluded=piece["minus"] is not None)
