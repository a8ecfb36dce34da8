"""How a value is masked. The mark has one length whatever was there."""

import re
from collections.abc import Callable, Iterable

from portal.airlock.detectors.kinds import GRADES
from portal.airlock.detectors.scan import scan, scan_persons
from portal.airlock.detectors.surnames import COMMON
from portal.airlock.known import KnownSecrets

#: Stands for a piece of personal data taken out of a running text.
REMOVED = "〔个人信息已隐去〕"
#: Stands for a name that is withheld as a whole.
WITHHELD_NAME = "〔名称依法不予公开〕"
_STARS = "＊＊＊"
#: Characters of the longest usual name of a person.
_LONGEST_PERSON = 4
_PLACE = re.compile("[\u3400-\u9fff]{2,4}[省市县区州盟旗](?![场民政域])")
#: People are called 陈九州 and 张红旗, and trade under it.
_PERSON = re.compile(f"[{''.join(sorted(COMMON))}][\u3400-\u9fff]{{1,2}}[州盟旗]")
#: Last characters of names of shops, stalls and workshops.
_SHOP_ENDS = frozenset(
    "店部行厂社馆坊铺屋园场站室所吧城院楼心户摊点房庄司家阁轩苑堂廊库间会号服队棚司"
)


def mask_person(name: str) -> str:
    """Keep the first character of a person's name.

    >>> mask_person("欧阳某")
    '欧＊＊＊'
    """
    return name[:1] + _STARS


def mask_trader(name: str) -> str:
    """Keep the place that a sole trader's name begins with, in two characters, and the last one, of what it is.

    Without a place it may begin with a person's name, or be one: then the first character is all that stays of it.

    >>> mask_trader("示例市青禾小吃店"), mask_trader("陈九州百货店"), mask_trader("王小明")
    ('示例＊＊＊店', '陈＊＊＊店', '王＊＊＊')
    """
    shop = len(name) > _LONGEST_PERSON
    begin = 2 if shop and _PLACE.match(name) and not _PERSON.match(name) else 1
    return name[:begin] + _STARS + (name[-1:] if shop and name[-1] in _SHOP_ENDS else "")


def mask_text(text: str) -> str:
    """Return `text` with numbers and contact data replaced by REMOVED.

    Kinds that only a person can judge stay; `residue` tells them.
    """
    return _without(text, ((hit.start, hit.end) for hit in scan(text) if GRADES[hit.kind].masked))


def mask_finds(
    secrets: tuple[str, ...], *known: KnownSecrets | None, personal: bool
) -> Callable[[str], str]:
    """Return what takes every find of every detector, and every known secret, out of a text.

    For a text that a person has decided to mask: there is nobody left to judge the finds.
    """

    def mask(text: str) -> str:
        spans = [(hit.start, hit.end) for hit in scan(text)]
        if personal:
            spans += [(hit.start, hit.end) for hit in scan_persons(text)]
        for each in (KnownSecrets(secrets), *known):
            if each is not None:
                spans += [(told.start, told.end) for told in each.scan(text)]
        return _without(text, spans)

    return mask


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if start >= done:
            pieces += [text[done:start], REMOVED]
        done = max(done, end)
    return "".join([*pieces, text[done:]])
