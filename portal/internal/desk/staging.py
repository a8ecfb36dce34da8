"""Files that were handed in and are not filed yet: kept for a day, for nobody but who brought them (待登记)."""

import fcntl
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from portal.domain.errors import UnknownRecord
from portal.internal.desk.stores import Stores
from portal.internal.desk.upload import Terms

KEPT_FOR = timedelta(hours=24)
#: Files one person may have waiting; a further one takes the place of the oldest.
MOST_WAITING = 10
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
_FILE, _TERMS, _LOCK = "file", "terms.json", "lock"


class Gone(UnknownRecord):
    """There is no such file for this person: filed, given up, swept, or never theirs."""

    code = "staged_file_gone"

    def __init__(self) -> None:
        """Say the same whatever the reason."""
        super().__init__("没有这份待登记的文件：可能已登记、已放弃，或上传已超过 24 小时而清除")


class Staged(msgspec.Struct, frozen=True, kw_only=True):
    """One file that waits, with the terms on which it is to be taken."""

    token: str
    kind: str
    agency: str
    by: str
    file_name: str
    at: datetime
    mapping: str | None = None
    given: Mapping[str, str] = {}
    sheet: str | None = None
    #: Set once it is filed; the file itself is gone then.
    batch_id: int | None = None

    def terms(self, *, confirmed: bool = False, dry_run: bool = False) -> Terms:
        """Return the terms for `upload.accept`."""
        return Terms(self.mapping, self.given, self.sheet, confirmed, dry_run)


def stage(stores: Stores, staged: Staged, save: Callable[[Path], object]) -> None:
    """Keep a file under a fresh token; `save` writes it to the path it is given."""
    inbox = _inbox(stores)
    inbox.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(stores, staged.by, staged.at)
    half = inbox / f".{staged.token}"
    half.mkdir(mode=0o700)
    try:
        save(half / _FILE)
        (half / _TERMS).write_bytes(msgspec.json.encode(staged))
        half.rename(inbox / staged.token)
    except BaseException:
        shutil.rmtree(half)
        raise


def new_token() -> str:
    """Return a name nobody can guess."""
    return secrets.token_urlsafe(24)


def find(stores: Stores, token: str, *, by: str, now: datetime) -> Staged:
    """Return one's own file that waits, or was filed within the day.

    Raises:
        Gone: there is none, it is another person's, or its day is over.

    """
    staged = _read(_inbox(stores) / token) if _TOKEN.fullmatch(token) else None
    if staged is None or staged.by != by or staged.at < now - KEPT_FOR:
        raise Gone
    return staged


def waiting(stores: Stores, *, by: str, now: datetime) -> list[Staged]:
    """Return a person's files that wait, newest first."""
    return [each for each in _of(stores, by) if each.at >= now - KEPT_FOR]


def change(stores: Stores, staged: Staged, **terms: Any) -> Staged:  # noqa: ANN401
    """Put other terms in the place of the old."""
    changed = msgspec.structs.replace(staged, **terms)
    write(folder(stores, staged) / _TERMS, msgspec.json.encode(changed))
    return changed


def filed(stores: Stores, staged: Staged, batch_id: int) -> None:
    """Note that a file is filed, and keep nothing else of it."""
    change(stores, staged, batch_id=batch_id)
    for path in folder(stores, staged).iterdir():
        if path.name not in (_TERMS, _LOCK):
            path.unlink()


def drop(stores: Stores, staged: Staged) -> None:
    """Keep nothing of a file."""
    shutil.rmtree(folder(stores, staged), ignore_errors=True)


def give_up(stores: Stores, staged: Staged) -> int | None:
    """Keep nothing of a file, unless it is being filed just now; return its batch then.

    Raises:
        Gone: there is nothing to keep any more.

    """
    with alone(stores, staged) as current:
        if current.batch_id is None:
            drop(stores, current)
        return current.batch_id


def folder(stores: Stores, staged: Staged) -> Path:
    """Return the folder that holds the file and what was found out about it."""
    return _inbox(stores) / staged.token


def file_of(stores: Stores, staged: Staged) -> Path:
    """Return the file as it was handed in."""
    return folder(stores, staged) / _FILE


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    half = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    half.write_bytes(content)
    half.replace(path)


@contextmanager
def alone(stores: Stores, staged: Staged) -> Iterator[Staged]:
    """Work on a file while nobody else does; yields it as it is now.

    Raises:
        Gone: somebody else was faster and gave it up.

    """
    place = folder(stores, staged)
    try:
        lock = (place / _LOCK).open("wb")
    except FileNotFoundError:
        raise Gone from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        now = _read(place)
        if now is None:
            raise Gone
        yield now


def _inbox(stores: Stores) -> Path:
    return stores.files.parent / "inbox"


def _read(place: Path) -> Staged | None:
    try:
        return msgspec.json.decode((place / _TERMS).read_bytes(), type=Staged)
    except FileNotFoundError:
        return None


def _of(stores: Stores, by: str) -> list[Staged]:
    inbox = _inbox(stores)
    places = inbox.iterdir() if inbox.exists() else ()
    found = [each for each in map(_read, places) if each and each.by == by and not each.batch_id]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _sweep(stores: Stores, by: str, now: datetime) -> None:
    """Remove what is older than a day, half written or not, and a person's oldest beyond the most."""
    for place in _inbox(stores).iterdir():
        staged = _read(place)
        try:
            at = staged.at if staged else datetime.fromtimestamp(place.stat().st_mtime, UTC)
        except FileNotFoundError:
            #: Another worker sweeps as well.
            continue
        if at < now - KEPT_FOR:
            shutil.rmtree(place, ignore_errors=True)
    for each in _of(stores, by)[MOST_WAITING - 1 :]:
        drop(stores, each)
