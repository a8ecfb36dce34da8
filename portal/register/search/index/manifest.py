"""Which files make up the current generation: one small file, replaced as a whole.

Whoosh keeps this list as a pickle; a pickle runs code of whoever could write it, so ours is JSON.
The first line is the checksum of the rest. Whatever dies half-way leaves the old list or the new one.
"""

import json
import os
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from portal.register.search.index.filing import Filed, sync_folder
from portal.register.search.model import Damaged, NoIndex

CURRENT = "CURRENT"
#: Of the files; another number means that the index must be rebuilt.
SHAPE = 4


@dataclass(frozen=True, slots=True)
class Member:
    """One segment, and the file that lists its documents that are gone, None when all are there."""

    segment: Filed
    dead: Filed | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation: made from the life `epoch` of the register, up to the change `serial`.

    `torn` says that some of the changes after it are in already.
    """

    generation: int
    epoch: str
    serial: int
    members: tuple[Member, ...]
    torn: bool = False

    def files(self) -> set[str]:
        """Return the names of the files that belong to it."""
        named = (each for m in self.members for each in (m.segment, m.dead) if each)
        return {each.name for each in named} | {CURRENT}


def read(folder: Path) -> Manifest:
    """Read the current generation.

    Raises:
        NoIndex: nothing was built here yet.
        Damaged: the list is broken or of another shape; rebuild.

    """
    try:
        checksum, _, body = (folder / CURRENT).read_bytes().partition(b"\n")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NoIndex(f"there is no search index in {folder}") from error
    if checksum != _checksum(body):
        raise Damaged(f"{folder / CURRENT} is not what was written")
    content = json.loads(body)
    if content.pop("shape") != SHAPE:
        raise Damaged(f"{folder / CURRENT} is of another version")
    members = tuple(_member(each) for each in content.pop("members"))
    return Manifest(members=members, **content)


def write(folder: Path, manifest: Manifest) -> None:
    """Make `manifest` the current generation; its files are on the disk already."""
    body = json.dumps({"shape": SHAPE, **asdict(manifest)}).encode()
    draft = folder / f"{CURRENT}.new"
    with draft.open("wb") as file:
        file.write(_checksum(body) + b"\n" + body)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)
    draft.replace(folder / CURRENT)
    sync_folder(folder)


def sweep(folder: Path, kept: Iterable[str]) -> None:
    """Remove every file of an index that is not `kept`: of older generations, and of deaths half-way."""
    wanted = set(kept)
    for path in folder.iterdir():
        if path.name not in wanted and path.suffix in {".segment", ".dead", ".new"}:
            path.unlink()
    sync_folder(folder)


def _checksum(body: bytes) -> bytes:
    return b"%08x" % zlib.crc32(body)


def _member(content: dict[str, Any]) -> Member:
    dead = content["dead"]
    return Member(Filed(**content["segment"]), Filed(**dead) if dead else None)
