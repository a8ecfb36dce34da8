"""From the wording of a source to the code that it means (用语归类)."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from portal.domain.codelists import CodeList
from portal.domain.wording_tables import TABLE


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a wording means. `exact`: it is the list's own wording or code.

    Unless `sure`, a clerk has to confirm it; `source` says whose wording it is.
    """

    code: CodeList
    sure: bool = True
    exact: bool = True
    source: str = ""


#: A longer text is a sentence.
LONGEST = 120
_MARKS = re.compile(r"[\s、,;:。.·\"'“”‘’《》]+")
_CIRCLED = re.compile(r"^[①-⑳]\s*")
_NUMBERING = re.compile(r"^\(?[0-9]{1,2}[)、.]\s*(?=[^0-9])")
_BRACKETS = str.maketrans("[]{}【】〔〕〖〗", "()()()()()")


def normalised(wording: str) -> str:
    """Return a wording without what makes no difference: width, blanks, stops, a number before it.

    >>> normalised("１. 公示信息隐瞒真实情况，弄虚作假。")
    '公示信息隐瞒真实情况弄虚作假'
    """
    text = unicodedata.normalize("NFKC", _CIRCLED.sub("", wording.strip()))
    return _MARKS.sub("", _NUMBERING.sub("", text)).translate(_BRACKETS).casefold()


def meant(codes: type[CodeList], wording: str) -> Meaning | None:
    """Return what `wording` means in a code list, or None where nothing is known of it."""
    if len(wording) > LONGEST:
        return None
    known = _known(codes)
    return known.get(wording) or known.get(normalised(wording))


@cache
def _known(codes: type[CodeList]) -> dict[str, Meaning]:
    found = {
        normalised(row.wording): Meaning(row.code, row.sure, exact=False, source=row.source)
        for row in TABLE
        if isinstance(row.code, codes)
    }
    for member in codes:
        own = Meaning(member)
        found |= {
            text: own
            for wording in (member.value, member.zh, member.en)
            for text in (wording, normalised(wording))
        }
    return found
