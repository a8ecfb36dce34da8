"""How names sound: what a reader may type in Latin letters for them."""

import re
from collections.abc import Iterator
from functools import lru_cache

from portal.register.search.analysis import compact, fold, fold_sound
from portal.register.search.model import Document

#: Longer names are known by their beginning; nobody types more.
_LONGEST = 32
#: Kinds that go by the name of another record, which is the one to suggest to who types pinyin.
_UNHEARD = {"result"}
_CHINESE = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff]")


@lru_cache(maxsize=32_768)
def sounds(name: str) -> tuple[str, ...]:
    """Return the pinyin of `name` in full and its initials, without tones; nothing for other scripts.

    >>> sounds("示例（乙）公司")
    ('shiliyigongsi', 'slygs')
    """
    plain = compact(fold(name))[:_LONGEST]
    if not _CHINESE.search(plain):
        return ()
    # Its dictionaries are 40 MiB, which reading processes must not pay for.
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    syllables = lazy_pinyin(plain, style=Style.NORMAL, errors=list)  # type: ignore[arg-type]  # a list is allowed and is what we need: one sound for each sign
    full = fold_sound("".join(syllables))
    initials = fold_sound("".join(each[0] for each in syllables))
    return (full,) if full == initials else (full, initials)


def sounding(document: Document) -> Iterator[str]:
    """Yield how the names of `document` sound."""
    if document.kind not in _UNHEARD:
        for name in document.names:
            yield from sounds(name)
