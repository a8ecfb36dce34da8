"""Zip files unpacked piece by piece, each member held to the size and check sum it declares."""

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from portal.internal.sheets.doors.shape import Unfit
from portal.internal.sheets.limits import Limits

PIECE = 1024 * 1024
MAX_RATIO = 100
#: Below this size a high ratio is no danger: an almost empty workbook packs well.
_RATIO_MATTERS_ABOVE = 8 * 1024 * 1024
#: A workbook has dozens of members; the directory of a hostile one would fill memory.
_MOST_MEMBERS = 10_000
_ENTRY = b"PK\x01\x02"
_HEAD_BYTES = 30
_UTF8_NAME = 0x800


def directory(file: BinaryIO, limits: Limits) -> list[zipfile.ZipInfo]:
    """Return the members, having refused a bomb by what it declares.

    Raises:
        Unfit: too many members, or too large once unpacked.
        zipfile.BadZipFile: damaged.

    """
    packed = max(1, file.seek(0, 2))
    if _count_entries(file) > _MOST_MEMBERS:
        raise Unfit(f"压缩包内的文件超过上限 {_MOST_MEMBERS} 个；请用表格软件另存为新的 .xlsx")
    with zipfile.ZipFile(file) as book:
        members = book.infolist()
    total = sum(member.file_size for member in members)
    if total > limits.unpacked_mb * 2**20:
        raise Unfit(
            f"解压后约 {total // 2**20} MB，超过安全上限 {limits.unpacked_mb} MB；"
            "请删除多余内容或拆分后再导入"
        )
    if total > _RATIO_MATTERS_ABOVE and total / packed > MAX_RATIO:
        raise Unfit(
            f"解压后约 {total // 2**20} MB，是压缩后的 {total // packed} 倍，"
            f"超过安全上限 {MAX_RATIO} 倍；请删除多余内容或拆分后再导入"
        )
    return members


def _count_entries(file: BinaryIO) -> int:
    file.seek(0)
    count, tail = 0, b""
    while piece := file.read(PIECE):
        count += (tail + piece).count(_ENTRY)
        tail = piece[1 - len(_ENTRY) :]
    return count


def pieces(file: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the plain content of one member; a member larger than it says is not read to its end.

    Raises:
        zipfile.BadZipFile: it is not of the size or check sum that the directory says.

    """
    _seek(file, member)
    size = total = 0
    for plain in _plain(file, member):
        size, total = size + len(plain), zlib.crc32(plain, total)
        if size > member.file_size:
            break
        yield plain
    if size != member.file_size or total != member.CRC:
        raise zipfile.BadZipFile(member.filename)


def _seek(file: BinaryIO, member: zipfile.ZipInfo) -> None:
    """Go to the first byte of a member, if its own header agrees with the directory."""
    if member.header_offset < 0 or member.flag_bits & 1:
        raise zipfile.BadZipFile(member.filename)
    file.seek(member.header_offset)
    head = file.read(_HEAD_BYTES)
    name = file.read(int.from_bytes(head[26:28], "little"))
    encoding = "utf-8" if member.flag_bits & _UTF8_NAME else "cp437"
    if not head.startswith(b"PK\x03\x04") or name != member.orig_filename.encode(encoding):
        raise zipfile.BadZipFile(member.filename)
    file.seek(int.from_bytes(head[28:30], "little"), 1)


def _plain(file: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
    if member.compress_type == zipfile.ZIP_STORED:
        yield from _stored(file, member.compress_size)
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        yield from _inflated(file, member)
    else:
        raise zipfile.BadZipFile(member.filename)


def _stored(file: BinaryIO, left: int) -> Iterator[bytes]:
    while piece := file.read(min(PIECE, left)):
        left -= len(piece)
        yield piece


def _inflated(file: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
    inflater, left = zlib.decompressobj(-15), member.compress_size
    try:
        while left > 0 and not inflater.eof:
            piece = file.read(min(PIECE, left))
            left -= len(piece)
            if not piece:
                raise zipfile.BadZipFile(member.filename)
            #: A full piece may leave more behind, even when all of the input is taken.
            while True:
                plain = inflater.decompress(piece, PIECE)
                yield plain
                piece = inflater.unconsumed_tail
                if len(plain) < PIECE:
                    break
    except zlib.error as error:
        raise zipfile.BadZipFile(member.filename) from error
    if not inflater.eof:
        raise zipfile.BadZipFile(member.filename)
