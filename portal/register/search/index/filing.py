"""One segment is one file: named arrays one after another, a table of them, a checksum.

Nothing is pickled: the table is JSON, the arrays are little-endian numbers that are mapped as they lie.
"""

import errno
import json
import mmap
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portal.register.search.model import Damaged

_MAGIC = b"MINGCHA1"
_ALIGNED = 64
#: Files of so many bytes are mapped as a whole: their arrays are smaller than pages.
_SMALL = 1 << 20
#: Advice to map pages at once, of Linux 5.14 and later; the module has no name for it.
_POPULATE_READ = 22
#: Where the table begins, how long it is, and what its bytes add up to.
_FOOTER = struct.Struct("<QQI8s")


@dataclass(frozen=True, slots=True)
class Filed:
    """What the manifest remembers of a file."""

    name: str
    size: int
    crc: int


def write(path: Path, arrays: Mapping[str, NDArray[Any]]) -> Filed:
    """Write `arrays` as the new file `path` and bring it to the disk."""
    table: dict[str, tuple[int, int, str]] = {}
    crc = size = 0
    with path.open("xb") as file:
        for name, array in arrays.items():
            content = np.ascontiguousarray(array)
            padding = bytes(-size % _ALIGNED)
            table[name] = (size + len(padding), len(content), content.dtype.str)
            for part in (padding, content.data.cast("B") if content.size else b""):
                crc = zlib.crc32(part, crc)
                size += file.write(part)
        names = json.dumps(table).encode()
        for part in (names, _FOOTER.pack(size, len(names), zlib.crc32(names), _MAGIC)):
            crc = zlib.crc32(part, crc)
            size += file.write(part)
        file.flush()
        os.fsync(file.fileno())
    return Filed(path.name, size, crc)


def sync_folder(folder: Path) -> None:
    """Bring the names of the files in `folder` to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Mapped:
    """A file of arrays, mapped and shared; it stays readable when it is unlinked."""

    def __init__(self, folder: Path, filed: Filed) -> None:
        """Map the file.

        Raises:
            FileNotFoundError: it is gone, for instance because a newer generation has replaced it.
            Damaged: it is not the file that was written.

        """
        with (folder / filed.name).open("rb") as file:
            if os.fstat(file.fileno()).st_size != filed.size:
                raise Damaged(f"{filed.name} has another length than when it was written")
            self.bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._table = self._read_table(filed.name)

    def read_ahead(self, endings: tuple[str, ...]) -> None:
        """Map the pages of arrays whose names end so now, in one go; without a kernel that can, nothing is done."""
        for begin, end in self._spans(endings):
            page = begin - begin % mmap.PAGESIZE
            try:
                self.bytes.madvise(_POPULATE_READ, page, end - page)
            except OSError as error:
                if error.errno != errno.EINVAL:
                    raise
                return

    def _spans(self, endings: tuple[str, ...]) -> Iterator[tuple[int, int]]:
        if len(self.bytes) <= _SMALL:
            yield 0, len(self.bytes)
            return
        for name, (begin, count, dtype) in self._table.items():
            if count and name.endswith(endings):
                yield begin, begin + count * np.dtype(dtype).itemsize

    def _read_table(self, name: str) -> dict[str, tuple[int, int, str]]:
        begin, length, crc, magic = _FOOTER.unpack(self.bytes[-_FOOTER.size :])
        names = self.bytes[begin : begin + length]
        if magic != _MAGIC or zlib.crc32(names) != crc:
            raise Damaged(f"{name} has lost its table")
        table: dict[str, tuple[int, int, str]] = json.loads(names)
        return table

    def array(self, name: str) -> NDArray[Any]:
        """Return the array `name`, as it lies in the file."""
        begin, count, dtype = self._place(name)
        return np.frombuffer(self.bytes, dtype=dtype, count=count, offset=begin)

    def begin(self, name: str) -> int:
        """Return the byte at which the array `name` begins."""
        return self._place(name)[0]

    def _place(self, name: str) -> tuple[int, int, str]:
        try:
            return self._table[name]
        except KeyError as error:
            raise Damaged(f"a file of the index has no {name}") from error


def check(folder: Path, filed: Filed) -> None:
    """Look whether a file that is mapped lies where it was; raises what opening it would."""
    if (folder / filed.name).stat().st_size != filed.size:
        raise Damaged(f"{filed.name} has another length than when it was written")


def intact(folder: Path, filed: Filed) -> bool:
    """Whether every byte of the file is the one that was written."""
    crc = 0
    try:
        with (folder / filed.name).open("rb") as file:
            while part := file.read(1 << 20):
                crc = zlib.crc32(part, crc)
    except FileNotFoundError:
        return False
    return crc == filed.crc
