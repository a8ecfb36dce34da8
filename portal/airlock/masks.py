"""How a value is masked. The mark has one length whatever was there."""

from portal.airlock.detectors.kinds import GRADES
from portal.airlock.detectors.scan import scan

#: Stands for a piece of personal data taken out of a running text.
REMOVED = "〔个人信息已隐去〕"
#: Stands for a name that is withheld as a whole.
WITHHELD_NAME = "〔名称依法不予公开〕"
_STARS = "＊＊＊"


def mask_person(name: str) -> str:
    """Keep the first character of a person's name.

    >>> mask_person("欧阳某")
    '欧＊＊＊'
    """
    return name[:1] + _STARS


def mask_trader(name: str) -> str:
    """Keep the first two and the last character of a sole trader's name: it may hold a person's.

    >>> mask_trader("示例市青禾小吃店")
    '示例＊＊＊店'
    """
    return name[:2] + _STARS + name[-1:]


def mask_text(text: str) -> str:
    """Return `text` with numbers and contact data replaced by REMOVED.

    Kinds that only a person can judge stay; `residue` tells them.
    """
    pieces: list[str] = []
    done = 0
    for hit in scan(text):
        if GRADES[hit.kind].masked and hit.start >= done:
            pieces += [text[done : hit.start], REMOVED]
            done = hit.end
    return "".join([*pieces, text[done:]])
