"""The list of what was taken back: outside the stores, only ever added to, so that no restored backup brings it again.

One line of JSON for each record, written and synced before the register commits: `act` is "withdraw", or
"hide" where an amendment shows less than before, or "close" where only the package of a draw names fewer, which
follows from who is on the list; `kind` and `id` are the public ones. No text, no name. The first line says by a number
drawn at random which list it is: another that was begun in the place of a lost one is told from it.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from portal.domain.errors import PortalError
from portal.register.proofs.restorations import Restoration
from portal.register.records import Kind

Taken = tuple[str, Kind, str]
_RESTORE, _CLOSE, _BEGIN = "restore", "close", "begin"


class NotRemembered(PortalError):
    """The list cannot be written or read; nothing was changed."""

    code = "not_remembered"


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the list had come: length in bytes, and SHA-256 of all before."""

    size: int
    sha256: str


def remember(path: Path, taken: Sequence[Taken], *, now: datetime) -> None:
    """Add records to the list and wait until they are on the disk.

    Raises:
        NotRemembered: it cannot be written.

    """
    at = now.isoformat()
    entries = [
        {"at": at, "act": act, "kind": kind.value, "id": public_id}
        for act, kind, public_id in taken
    ]
    if entries:
        _add(path, entries)


def remember_restoration(path: Path, restoration: Restoration) -> None:
    """Add a restoration to the list; the backups made before know nothing of it.

    Raises:
        NotRemembered: it cannot be written.

    """
    at = restoration.at.isoformat()
    _add(path, [{"at": at, "act": _RESTORE, "size": restoration.size, "lost": restoration.lost}])


def mark(path: Path) -> Mark:
    """Return how far the list has come; begin it where there is none.

    Raises:
        NotRemembered: it cannot be written.

    """
    _add(path, [])
    content = path.read_bytes()
    return Mark(len(content), hashlib.sha256(content).hexdigest())


def since(path: Path, before: Mark) -> dict[Kind, list[str]]:
    """Return what was taken back after `before`, by kind.

    Raises:
        NotRemembered: the list is missing, or not the one that `before` was taken of, or a line is unreadable.

    """
    if not path.exists():
        raise NotRemembered(
            f"撤下名单 {path} 不见了；请找回该文件（PORTAL_WITHDRAWALS），否则恢复会使已撤下的内容重新公开。"
            "确实从未撤下、隐去过任何内容的，请在原处建立空文件"
        )
    content = path.read_bytes()
    if hashlib.sha256(content[: before.size]).hexdigest() != before.sha256:
        raise NotRemembered(
            f"撤下名单 {path} 不是备份时的或者最后写入的那一份，或者已不完整；请找回该文件（PORTAL_WITHDRAWALS），"
            "否则恢复会使已撤下的内容重新公开"
        )
    found: dict[Kind, dict[str, None]] = {}
    for entry in _entries(path, content[before.size :]):
        if entry["act"] not in (_RESTORE, _CLOSE, _BEGIN):
            found.setdefault(Kind(entry["kind"]), {})[entry["id"]] = None
    return {kind: list(ids) for kind, ids in found.items()}


def restorations(path: Path) -> list[Restoration]:
    """Return every restoration there ever was, oldest first.

    Raises:
        NotRemembered: a line is unreadable.

    """
    content = path.read_bytes() if path.exists() else b""
    return [
        Restoration(entry["size"], entry["lost"], datetime.fromisoformat(entry["at"]))
        for entry in _entries(path, content)
        if entry["act"] == _RESTORE
    ]


def _entries(path: Path, content: bytes) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in content.splitlines()]
    except ValueError:
        raise NotRemembered(f"撤下名单 {path} 中有一行无法读取") from None


def _add(path: Path, entries: Sequence[dict[str, Any]]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if not os.fstat(handle).st_size:
                entries = [{"act": _BEGIN, "list": secrets.token_hex(16)}, *entries]
            _write(handle, "".join(json.dumps(entry) + "\n" for entry in entries).encode())
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise NotRemembered(
            f"撤下名单 {path} 无法写入（{error.strerror}），登记册未作任何变动；请排除后重试"
        ) from error


def _write(handle: int, text: bytes) -> None:
    """Write a whole number of lines; what a full disk cut short is ended, so that it spoils no other line."""
    size = os.fstat(handle).st_size
    if size and os.pread(handle, 1, size - 1) != b"\n":
        raise OSError(0, "最后一行不完整")
    done = 0
    try:
        while done < len(text):
            done += os.write(handle, text[done:])
    except OSError:
        os.ftruncate(handle, size)
        raise
