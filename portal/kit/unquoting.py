"""What percent signs stand for: an address that was copied from a browser spells out its words (百分号编码)."""

import re
from urllib.parse import unquote_to_bytes

_QUOTED = re.compile("(?:%[0-9A-Fa-f]{2})+")
_ENCODINGS = ("utf-8", "gb18030")
#: Quoted again, it is quoted more than once.
_TIMES = 3


def unquoted(text: str) -> tuple[str, ...]:
    """Return what a text reads with the characters that it spells by percent signs, in each way of spelling them.

    >>> unquoted("?q=%E7%A4%BA")[0], unquoted("%CA%BE")[1], unquoted("t=%2531"), unquoted("合格率98%，")
    ('?q=示', '示', ('t=1',), ())
    """
    if not _QUOTED.search(text):
        return ()
    return tuple(dict.fromkeys(_spelt(text, each) for each in _ENCODINGS))


def _spelt(text: str, encoding: str) -> str:
    for _ in range(_TIMES):
        text = _QUOTED.sub(
            lambda match: unquote_to_bytes(match[0]).decode(encoding, "replace"), text
        )
    return text
