"""In which encoding a text is written: as it says, as its bytes show, or not told at all."""

import codecs
from typing import BinaryIO

from portal.internal.sheets.doors.shape import Unfit

_PIECE = 1024 * 1024
_SAMPLE = 64 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Chinese names of one family: the newest reads the older.
_GB = {"gb2312", "gbk", "gb_2312-80", "cp936", "x-gbk", "gb18030"}
_BORNE_OUT = {"utf-8", "big5"}
#: Line ends and what separates cells; some of them are in every table.
_MARKS = set("\n\r,;\t|<")
#: Of UTF-16: at least so many characters of a table are plain ASCII; so many bytes of ASCII are NUL.
_PLAIN_SHARE, _NUL_SHARE = 0.03, 0.1
_NULS = "含有空字节（NUL），不是 CSV 文本；请另存为 CSV UTF-8 或 .xlsx"
_UNKNOWN = "既不是 UTF-8 也不是 GB18030 编码的文本；请另存为 CSV UTF-8 或 .xlsx"


def encoding_of(file: BinaryIO, declared: str | None = None) -> str:
    """Return an encoding that reads the whole file, from the byte order mark on.

    Raises:
        Unfit: there is none, or there are NUL characters.

    """
    head = _head(file)
    marked = by_mark(head)
    if marked is None and b"\0" in head:
        marked = _by_nuls(head)
    candidates = [marked] if marked else [*([declared] if declared else ()), "utf-8", "gb18030"]
    for encoding in candidates:
        if _reads(file, encoding):
            return encoding
    raise Unfit(_UNKNOWN if not marked else f"不是完整的 {marked.upper()} 文本；请重新导出后再导入")


def known(declared: str | None) -> str | None:
    """Return the encoding that a file declares, if its bytes can bear it out.

    The Western ones read any bytes whatever, and are what systems declare without a thought;
    UTF-16 shows by itself.

    >>> known("GB2312"), known("iso-8859-1"), known("zlib")
    ('gb18030', None, None)
    """
    name = (declared or "").strip().lower()
    return "gb18030" if name in _GB else name if name in _BORNE_OUT else None


def by_mark(head: bytes) -> str | None:
    """Return the encoding that a byte order mark tells."""
    return next((name for mark, name in _BOMS if head.startswith(mark)), None)


def sample_of(file: BinaryIO) -> str:
    """Return the beginning of a file as text, good enough to tell its kind by."""
    head = _head(file)
    encoding = by_mark(head)
    if encoding is None and b"\0" in head:
        try:
            encoding = _by_nuls(head)
        except Unfit:
            return ""
    if encoding is None:
        encoding = "utf-8" if _is_whole(head, "utf-8") else "gb18030"
    return head.decode(encoding, "replace")


def _head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(_SAMPLE)


def _by_nuls(head: bytes) -> str:
    """Return the form of UTF-16 in which the beginning is a table, by its share of plain ASCII.

    Text in which there are stray NULs is not taken for one.
    """
    found = {}
    for encoding in ("utf-16-le", "utf-16-be"):
        if not _is_whole(head, encoding):
            continue
        text = codecs.getincrementaldecoder(encoding)().decode(head)
        plain = sum(char.isascii() for char in text)
        if "\0" not in text and plain > _PLAIN_SHARE * len(text) and _MARKS & set(text):
            found[encoding] = plain
    is_stray = _is_whole(head, "utf-8") and head.count(0) < _NUL_SHARE * len(head)
    if not is_stray and len(found) == len(set(found.values())) > 0:
        return max(found, key=lambda encoding: found[encoding])
    raise Unfit(_NULS)


def _is_whole(head: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _reads(file: BinaryIO, encoding: str) -> bool:
    """Whether the encoding reads the file to its end, without a NUL."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while piece := file.read(_PIECE):
            if "\0" in decoder.decode(piece):
                raise Unfit(_NULS)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
