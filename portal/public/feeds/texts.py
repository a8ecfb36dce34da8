"""Texts that any feed can hold."""

import re

#: What XML 1.0 cannot hold.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")


def clean(text: str) -> str:
    r"""Return the text without characters that are illegal in XML.

    >>> clean("a\x00b\x1bc")
    'abc'
    """
    return _ILLEGAL.sub("", text)


def shortened(text: str, most: int) -> str:
    """Return the text in one line, cut to `most` characters.

    >>> shortened("a  b" + chr(10) + "c", 4)
    'a b…'
    """
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
