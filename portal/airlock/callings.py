"""Whether two characters that the office knows as a name stand for a person where they are found (姓名的上下文)."""

import re

from portal.airlock.detectors.fold import SEPARATORS
from portal.airlock.detectors.people import CUES, begins_name, goes_on
from portal.airlock.detectors.words import any_of

_HAN = "\u3400-\u9fff"
_SHORT = 2
#: Characters before a name that are looked at: a word for a person, and a list of others.
LOOK_BACK = 40
_LINK = rf"[{SEPARATORS}:为是系叫()、,和及与]{{0,4}}"
_CUE = re.compile(
    any_of(CUES)
    + _LINK
    + rf"(?:[{_HAN}]{{2,4}}[{SEPARATORS}]{{0,2}}[、,/;和及与][{SEPARATORS}]{{0,2}}){{0,6}}$"
)
#: What only a person does, is called or is.
_DEED = re.compile(
    rf"[{SEPARATORS}]{{0,2}}"
    + any_of(
        (
            "表示", "声称", "自称", "辩称", "陈述", "反映称", "承认", "签字", "签名", "签收", "到场", "在场", "陪同",
            "同志", "先生", "女士", "本人", "等人", "二人", "两人", "三人", "出示执法证", "出示证件", "当场", "拒绝",
            "科长", "局长", "所长", "队长", "主任", "经理", "老板", "店长", "厂长", "个人", "的身份证", "的手机", "的电话",
        )
    )
)  # fmt: skip
#: What comes before a person in running text.
_WITH = re.compile("[与和及由向对经同被让请给跟找问]")
_ASIDE = re.compile(rf"[{_HAN}A-Za-z0-9]")


def is_name(word: str) -> bool:
    """Whether a word is two characters that may be surname and given name; longer ones need no company."""
    return len(word) == _SHORT and bool(re.fullmatch(f"[{_HAN}]+", word)) and begins_name(word)


def is_person(word: str, before: str, behind: str) -> bool:
    """Whether what is around a short word says that it is a person: 负责人王芳, 王芳表示, 执法人员：李明、王芳.

    `before` and `behind` are folded.
    """
    return bool(_CUE.search(before)) or (is_name(word) and bool(_DEED.match(behind)))


def may_be_person(text: str, start: int, end: int) -> bool:
    """Whether a short name in a folded text stands for itself, or where a person would: worth a look.

    >>> [may_be_person(each, 1, 3) for each in ("（王芳）", "与王芳核对", "在王芳草甸")]
    [True, True, False]
    """
    word = text[start:end]
    if not is_name(word):
        return False
    before, behind = text[max(0, start - 1) : start], text[end : end + 1]
    if _WITH.match(before):
        return True
    return not _ASIDE.match(before) and (not _ASIDE.match(behind) or goes_on(text[end:]))
