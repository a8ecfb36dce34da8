"""How names and numbers are folded so that width, case, brackets and blanks do not matter."""

import re
import unicodedata

_IGNORED = re.compile(r"[\s()\[\]{}<>《》〈〉「」【】〔〕“”‘’\"'·•・．.,，、\-—_]+")


def fold(text: str) -> str:
    """Return `text` for comparison.

    >>> fold("甲（示例） 公司") == fold("甲(示例)公司")
    True
    """
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text)).casefold()
