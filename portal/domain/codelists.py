"""The base of every closed list of codes: a machine code with its Chinese and English wording."""

from enum import StrEnum
from typing import Self


class CodeList(StrEnum):
    """A closed list (代码表). Members are their code; `zh` and `en` are what people read.

    >>> class Colour(CodeList):
    ...     RED = "red", "红", "Red"
    >>> Colour("red").zh, Colour.named("红")
    ('红', <Colour.RED: 'red'>)
    """

    zh: str
    en: str

    def __new__(cls, code: str, zh: str = "", en: str = "") -> Self:
        """Make a member whose value is `code`."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.zh = zh
        member.en = en
        return member

    def label(self, lang: str) -> str:
        """Return the wording for `lang` ("en" or anything else for Chinese)."""
        return self.en if lang == "en" else self.zh

    @classmethod
    def named(cls, wording: str) -> Self | None:
        """Return the member whose code or Chinese or English wording is `wording`, else None."""
        for member in cls:
            if wording in (member.value, member.zh) or wording.lower() == member.en.lower():
                return member
        return None
