"""Looks a workbook over before it is opened: whole, safe to unpack, and really a workbook."""

import re
import zipfile
import zlib
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

from portal.internal.sheets.report import Unreadable

#: Limits of one file; beyond them a file is split, not imported.
MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_UNPACKED_BYTES = 512 * 1024 * 1024
MAX_RATIO = 100
MAX_ROWS = 200_000
MAX_COLUMNS = 200
#: Below this size a high ratio is no danger: an almost empty workbook packs well.
_RATIO_MATTERS_ABOVE = 8 * 1024 * 1024

_PIECE = 1024 * 1024
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]+\d+:([A-Z]+)(\d+)"')
#: A cell with content beyond the limits: the reader behind lays out every cell up to the last one,
#: so a single stray one would take all memory there is. First a cheap look, then a close one.
_FAR_GLANCE = re.compile(
    rb"""r\s*=\s*["'](?:[A-Za-z]{3}|[H-Zh-z][A-Za-z]|[Gg][S-Zs-z]|[A-Za-z]{1,2}(?:[2-9]\d{5}|\d{7}))"""
)
_FAR_CELL = re.compile(
    rb"""<(?:\w+:)?c\s(?:[^>]{0,200}\s)?r\s*=\s*["']
    ((?:[A-Z]{3,}|[H-Z][A-Z]|G[S-Z])\d+|[A-Z]+(?:20[1-9]\d{3}|2[1-9]\d{4}|[3-9]\d{5}|\d{7,}))
    ["'][^>]{0,200}(?<!/)>""",
    re.IGNORECASE | re.VERBOSE,
)
#: Signs of a formula or of an error value: first a cheap look, then a close one.
_SIGNS = (b"<f", b":f", b'"e"', b"'e'")
_SUSPECT = re.compile(rb"""<(?:\w+:)?f[\s>/]|\st\s*=\s*["']e["']""")
#: No tag we look for is longer.
_OVERLAP = 512
_MACROS_OR_LINKS = re.compile(r"vbaProject\.bin$|^xl/externalLinks/")


def check_size(path: Path) -> None:
    """Refuse an empty or oversized file.

    Raises:
        Unreadable: with what to do instead.

    """
    size = path.stat().st_size
    if size == 0:
        raise Unreadable("文件是空的（0字节）；请重新导出后再导入")
    if size > MAX_FILE_BYTES:
        raise Unreadable(
            f"文件 {size // 2**20} MB，超过上限 {MAX_FILE_BYTES // 2**20} MB；请拆分后分批导入"
        )


def check_workbook(path: Path) -> None:
    """Refuse a workbook that is damaged, a bomb, or holds what we do not take.

    Every member is unpacked here once, piece by piece, and must be as large as it says: the
    reader behind may then trust the sizes.

    Raises:
        Unreadable: with the reason and what to do instead.

    """
    try:
        with zipfile.ZipFile(path) as book:
            members = book.infolist()
            _check_declared(path, members)
            for member in members:
                if _MACROS_OR_LINKS.search(member.filename):
                    raise Unreadable(
                        "工作簿含有宏或外部链接；请另存为不含宏、无外部链接的 .xlsx 后再导入"
                    )
                _unpack_once(path, member)
                with book.open(member) as part:
                    _check_extent(part)
    except (zipfile.BadZipFile, RuntimeError, UnicodeDecodeError) as error:
        raise Unreadable(
            "不是完整的 .xlsx 工作簿（可能下载未完成或已损坏）；请重新导出或另存后再导入"
        ) from error


def _check_declared(path: Path, members: list[zipfile.ZipInfo]) -> None:
    total = sum(member.file_size for member in members)
    packed = max(1, path.stat().st_size)
    if total > MAX_UNPACKED_BYTES or (total > _RATIO_MATTERS_ABOVE and total / packed > MAX_RATIO):
        raise Unreadable(
            f"解压后约 {total // 2**20} MB，超过安全上限；请删除多余内容或拆分后再导入"
        )
    if "[Content_Types].xml" not in {member.filename for member in members}:
        raise Unreadable("是压缩包但不是 .xlsx 工作簿；请用表格软件另存为 .xlsx")


def _unpack_once(path: Path, member: zipfile.ZipInfo) -> None:
    """Inflate one member to the end and hold its true size and sum against the declared ones."""
    if member.header_offset < 0:
        raise zipfile.BadZipFile(member.filename)
    with path.open("rb") as file:
        file.seek(member.header_offset)
        header = file.read(30)
        file.seek(
            int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1
        )
        if member.compress_type == zipfile.ZIP_STORED:
            if member.compress_size != member.file_size:
                raise zipfile.BadZipFile(member.filename)
            size, total = _stored_size(file, member)
        elif member.compress_type == zipfile.ZIP_DEFLATED:
            size, total = _inflated_size(file, member)
        else:
            raise zipfile.BadZipFile(member.filename)
    if size != member.file_size or total != member.CRC:
        raise zipfile.BadZipFile(member.filename)


def _stored_size(file: IO[bytes], member: zipfile.ZipInfo) -> tuple[int, int]:
    size = total = 0
    while piece := file.read(min(_PIECE, member.compress_size - size)):
        size, total = size + len(piece), zlib.crc32(piece, total)
    return size, total


def _inflated_size(file: IO[bytes], member: zipfile.ZipInfo) -> tuple[int, int]:
    """Return the true size and check sum; a member larger than it says is not read to its end."""
    inflater, size, total, left = zlib.decompressobj(-15), 0, 0, member.compress_size
    try:
        while left > 0 and not inflater.eof and size <= member.file_size:
            piece = file.read(min(_PIECE, left))
            left -= len(piece)
            if not piece:
                raise zipfile.BadZipFile(member.filename)
            plain = inflater.decompress(piece, _PIECE)
            size, total = size + len(plain), zlib.crc32(plain, total)
            #: A full piece may leave more behind, even when all of the input is taken.
            while len(plain) == _PIECE and size <= member.file_size:
                plain = inflater.decompress(inflater.unconsumed_tail, _PIECE)
                size, total = size + len(plain), zlib.crc32(plain, total)
    except zlib.error as error:
        raise zipfile.BadZipFile(member.filename) from error
    if not inflater.eof and size <= member.file_size:
        raise zipfile.BadZipFile(member.filename)
    return size, total


def _check_extent(part: IO[bytes]) -> None:
    """Refuse a sheet that says it is too wide, or holds something far out whatever it says.

    Any part may be a sheet: its place in the workbook is a convention.
    """
    piece = part.read(_PIECE)
    _check_dimension(piece[:4096])
    while piece:
        if _FAR_GLANCE.search(piece) and (far := _FAR_CELL.search(piece)):
            raise Unreadable(
                f"单元格 {far[1].decode().upper()} 有内容，超出 {MAX_ROWS} 行、{MAX_COLUMNS} 列的上限；"
                "请清除远处的内容或拆分后再导入"
            )
        more = part.read(_PIECE)
        piece = piece[-_OVERLAP:] + more if more else b""


def _check_dimension(head: bytes) -> None:
    if match := _DIMENSION.search(head):
        columns = 0
        for letter in match[1]:
            columns = columns * 26 + letter - 64
        if columns > MAX_COLUMNS:
            raise Unreadable(f"有 {columns} 列，超过上限 {MAX_COLUMNS} 列；请删除右侧空列后再导入")


def unread_cells(path: Path, most: int = 100) -> dict[tuple[str, str], str]:
    """Return (sheet part, cell) → what is wrong, for cells that would silently read as empty.

    They are formulas that were never computed, and error values such as #N/A. Sheets without
    either are told at a glance, by a search for the tag.
    """
    found: dict[tuple[str, str], str] = {}
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            if not (name.startswith("xl/worksheets/") and name.endswith(".xml")):
                continue
            with book.open(name) as sheet:
                if not _is_suspect(sheet):
                    continue
            with book.open(name) as sheet:
                for _, element in ElementTree.iterparse(sheet):
                    if element.tag.endswith("}c"):
                        if what := _why_unread(element):
                            found[name, element.get("r", "")] = what
                        element.clear()
                    if len(found) >= most:
                        return found
    return found


def _why_unread(cell: Element) -> str | None:
    value = cell.find("{*}v")
    text = value.text if value is not None else None
    if cell.get("t") == "e":
        return f"是错误值 {text or ''}，读不到内容；请改正公式，或粘贴为正确的数值"
    #: A formula whose result is an empty text says so by its type.
    if (
        cell.find("{*}f") is not None
        and not text
        and not (value is not None and cell.get("t") == "str")
    ):
        return "是未计算的公式，读不到值；请在表格软件中打开、重算并保存，或粘贴为数值"
    return None


def _is_suspect(stream: IO[bytes]) -> bool:
    tail = b""
    while piece := stream.read(_PIECE):
        piece = tail + piece
        if any(sign in piece for sign in _SIGNS) and _SUSPECT.search(piece):
            return True
        tail = piece[-_OVERLAP:]
    return False


def sheet_parts(path: Path) -> dict[str, str]:
    """Return sheet name → part name inside the workbook."""
    with zipfile.ZipFile(path) as book:
        names = set(book.namelist())
        if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
            return {}
        targets = {
            each.get("Id"): each.get("Target", "")
            for each in ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
        }
        sheets = ElementTree.fromstring(book.read("xl/workbook.xml")).iter("{*}sheet")
        return {
            each.get("name", ""): "xl/" + targets.get(_relation(each), "").removeprefix("/xl/")
            for each in sheets
        }


def _relation(element: Element) -> str | None:
    """Return the relationship's id: the attribute's namespace has a common and a strict form."""
    return next((value for name, value in element.items() if name.endswith("}id")), None)
