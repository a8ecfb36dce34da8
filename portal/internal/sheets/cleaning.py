"""What a cell holds, as text: trimmed, and without what cannot be seen."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

#: What a workbook or a CSV file can hand us for one cell.
Cell = str | int | float | bool | date | datetime | time | timedelta


class BadCell(ValueError):
    """The cell cannot be read; the message says what is wrong and how to mend it."""


#: Ordinary text: nothing in it could be hidden, trimmed or composed anew.
_ORDINARY = re.compile(
    r"[一-鿿A-Za-z0-9(（《“【\-/.](?:[一-鿿A-Za-z0-9 \-/.,:;%()、。，；：（）《》“”〔〕【】！？—…～]*"
    r"[一-鿿A-Za-z0-9\-/.,:;%()、。，；：（）《》“”〔〕【】！？—…～])?"
)
#: Left behind by copying from web pages and documents; they show nothing and mean nothing here.
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u2060\ufeff]+")
_WIDE_BLANKS = re.compile(
    "[ \\t]*[\u00a0\u2000-\u200a\u202f\u205f\u3000][ \\t\u00a0\u2000-\u200a\u202f\u205f\u3000]*"
)
_LINE_ENDS = re.compile("_x000D_\r?\n?|\r\n?|[\u2028\u2029]")
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2061-\u206f\ufff9-\ufffb\ufffe\uffff]"
)
_FORMULA_LEAD = "=+@＝＋＠\t\r"
#: Plans write a frequency as =1; as a formula it would say the same.
_EQUALS_NUMBER = re.compile(r"[=＝][0-9]{1,6}(?:\.[0-9]+)?[%次]?")
#: How CSV exports keep a spreadsheet from taking a code for a number.
_QUOTED = re.compile(r'="([^"=+@＝＋＠\t\r\n]*)"')
_BLANK_MARK = re.compile(r"[/／\\－—–―-]{1,4}|无|n/a|null", re.IGNORECASE)
#: Beyond 15 digits a spreadsheet number has lost digits.
SAFE_DIGITS = 10**15


def clean(cell: Cell, limit: int = 20_000) -> str:
    """Return the cell as text: trimmed, in NFC, without what cannot be seen.

    Raises:
        BadCell: control characters, reversed writing, the beginning of a formula, or too long.

    """
    if isinstance(cell, str) and len(cell) <= limit and _ORDINARY.fullmatch(cell):
        return cell
    text = _unhidden(_as_text(cell))
    if quoted := _QUOTED.fullmatch(text):
        text = quoted[1]
    if hidden := _FORBIDDEN.search(text):
        raise BadCell(f"含有不可见的控制字符 U+{ord(hidden[0]):04X}，请删除后重新录入")
    if text and text[0] in _FORMULA_LEAD and not _EQUALS_NUMBER.fullmatch(text):
        raise BadCell(f"以“{text[0]}”开头，会被表格软件当作公式；请去掉该字符")
    if len(text) > limit:
        raise BadCell(f"超过 {limit} 字，请删减")
    return text


def _as_text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < SAFE_DIGITS:
        return str(int(cell))
    return str(cell)


def _unhidden(text: str) -> str:
    text = _LINE_ENDS.sub("\n", _INVISIBLE.sub("", text))
    return unicodedata.normalize("NFC", _WIDE_BLANKS.sub(" ", text)).strip()


def is_blank_mark(cell: Cell) -> bool:
    """Whether the cell holds nothing but a sign that there is nothing: /, —, 无, N/A.

    >>> is_blank_mark("——"), is_blank_mark("/"), is_blank_mark("无"), is_blank_mark("无问题")
    (True, True, True, False)
    """
    if not isinstance(cell, str) or len(cell) > 20 or (len(cell) > 4 and cell.isalnum()):  # noqa: PLR2004
        return False
    text = _unhidden(cell)
    return not text or _BLANK_MARK.fullmatch(text) is not None
