"""Looks a workbook over before it is opened: whole, safe to unpack, and really a workbook."""

import re
import zipfile
import zlib
from pathlib import Path
from typing import IO

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
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]+\d+:([A-Z]+)(\d+)"')
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
                if member.filename.startswith("xl/worksheets/") and member.filename.endswith(
                    ".xml"
                ):
                    with book.open(member) as sheet:
                        _check_dimension(sheet.read(4096))
    except zipfile.BadZipFile as error:
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
    """Inflate one member to the end and hold its true size against the declared one."""
    with path.open("rb") as file:
        file.seek(member.header_offset)
        header = file.read(30)
        file.seek(
            int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1
        )
        if member.compress_type == zipfile.ZIP_STORED:
            if member.compress_size != member.file_size:
                raise zipfile.BadZipFile(member.filename)
            return
        if member.compress_type != zipfile.ZIP_DEFLATED:
            raise zipfile.BadZipFile(member.filename)
        size = _inflated_size(file, member)
    if size != member.file_size:
        raise zipfile.BadZipFile(member.filename)


def _inflated_size(file: IO[bytes], member: zipfile.ZipInfo) -> int:
    inflater, size, left = zlib.decompressobj(-15), 0, member.compress_size
    try:
        while left > 0 and not inflater.eof and size <= member.file_size:
            piece = file.read(min(_PIECE, left))
            left -= len(piece)
            if not piece:
                raise zipfile.BadZipFile(member.filename)
            while piece and size <= member.file_size:
                size += len(inflater.decompress(piece, _PIECE))
                piece = inflater.unconsumed_tail
    except zlib.error as error:
        raise zipfile.BadZipFile(member.filename) from error
    if not inflater.eof and size <= member.file_size:
        raise zipfile.BadZipFile(member.filename)
    return size


def _check_dimension(head: bytes) -> None:
    if match := _DIMENSION.search(head):
        columns = 0
        for letter in match[1]:
            columns = columns * 26 + letter - 64
        if columns > MAX_COLUMNS:
            raise Unreadable(f"有 {columns} 列，超过上限 {MAX_COLUMNS} 列；请删除右侧空列后再导入")


def uncomputed_formulas(path: Path, most: int = 100) -> set[tuple[str, str]]:
    """Return (sheet part, cell) of formulas that were never computed: their value reads as empty.

    Sheets without any formula are told at a glance, by a search for the tag.
    """
    found: set[tuple[str, str]] = set()
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            if not (name.startswith("xl/worksheets/") and name.endswith(".xml")):
                continue
            with book.open(name) as sheet:
                if not _mentions(sheet, b"<f"):
                    continue
            with book.open(name) as sheet:
                for _, element in ElementTree.iterparse(sheet):
                    if element.tag == f"{_MAIN}c":
                        value = element.find(f"{_MAIN}v")
                        if element.find(f"{_MAIN}f") is not None and (
                            value is None or not value.text
                        ):
                            found.add((name, element.get("r", "")))
                        element.clear()
                    if len(found) >= most:
                        return found
    return found


def _mentions(stream: IO[bytes], tag: bytes) -> bool:
    tail = b""
    while piece := stream.read(_PIECE):
        if tag in tail + piece:
            return True
        tail = piece[-len(tag) :]
    return False


def sheet_parts(path: Path) -> dict[str, str]:
    """Return sheet name → part name inside the workbook."""
    relation = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    with zipfile.ZipFile(path) as book:
        names = set(book.namelist())
        if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
            return {}
        targets = {
            each.get("Id"): each.get("Target", "")
            for each in ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
        }
        sheets = ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
        return {
            each.get("name", ""): "xl/" + targets.get(each.get(relation), "").removeprefix("/xl/")
            for each in sheets
        }
