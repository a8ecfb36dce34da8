"""The shelf of dumps: one folder for each, whole or not there; what holds a withdrawn text is taken off.

A folder is called after serial and life of the register and the head that it was made under, appears by one rename
and never changes. Which dump may be served is asked of the register each time, so a withdrawal ends it in the transaction it happens in;
the files are removed before the withdrawal is acknowledged.
"""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit.db import snapshot
from portal.register.dumps import cutting, files, held
from portal.register.dumps.cutting import Cut
from portal.register.dumps.describing import Terms
from portal.register.proofs.note import Signer
from portal.register.queries import changes, sync

_NAME = re.compile(r"(\d{12})-([0-9a-f]{32})(?:-[0-9a-f]{16})?")
_GROWING = "growing-"
_GOING = "going-"


@dataclass(frozen=True, slots=True)
class Dump:
    """One dump on the shelf."""

    folder: Path
    serial: int
    epoch: str


def on(shelf: Path) -> list[Dump]:
    """Return the dumps on the shelf, newest first, whether or not they may be served."""
    if not shelf.is_dir():
        return []
    found = [(path, _NAME.fullmatch(path.name)) for path in sorted(shelf.iterdir(), reverse=True)]
    return [Dump(path, int(match[1]), match[2]) for path, match in found if match]


def is_valid(session: Session, dump: Dump) -> bool:
    """Whether nothing that the dump holds has been withdrawn, and the register is the one it is of."""
    return dump.epoch == changes.epoch(session) and not sync.is_retired(session, dump.serial)


def current(session: Session, shelf: Path) -> Dump | None:
    """Return the newest dump that may be served."""
    return next((dump for dump in on(shelf) if is_valid(session, dump)), None)


def retire(engine: sa.Engine, shelf: Path) -> int:
    """Remove every dump that holds what is withdrawn; return how many there were."""
    with Session(engine) as session:
        ended = [dump for dump in on(shelf) if not is_valid(session, dump)]
    for dump in ended:
        _remove(dump.folder)
    if shelf.is_dir():
        with _locked(shelf, wait=False) as alone:
            #: Whoever is cutting looks again when the dump is done.
            if alone:
                _sweep(shelf)
    return len(ended)


def cut(
    engine: sa.Engine, shelf: Path, terms: Terms, signer: Signer, *, last: str | None = None
) -> Dump | None:
    """Put a dump of the register as it is now on the shelf, and take the older ones off.

    `last` is the head that is kept beside the key, read before: nothing is made of a register that does not go on from it.

    Returns None when there is nothing new since the last: no change, no head that says more or names another key.
    Killed at any moment, it leaves the last dump as it was.

    Raises:
        LogBroken: the head of the log is not signed, or an older register, or another, lies in the place of the last.

    """
    shelf.mkdir(parents=True, exist_ok=True)
    with _locked(shelf):
        _sweep(shelf)
        with snapshot(engine) as session:
            what = cutting.standing_at(session)
            if what is None:
                return None
            if last is not None:
                held.hold_last(session, what.standing, last)
            name = f"{what.standing.serial:012}-{what.standing.epoch}-{what.head}"
            is_new = not (shelf / name).exists()
            if is_new:
                _make(session, shelf / name, what, terms, signer)
        made = next(dump for dump in on(shelf) if dump.folder.name == name)
        for dump in on(shelf):
            if dump != made:
                _remove(dump.folder)
    #: Something may have been withdrawn while it was being written.
    retire(engine, shelf)
    return made if is_new else None


def _make(session: Session, folder: Path, what: Cut, terms: Terms, signer: Signer) -> None:
    growing = Path(tempfile.mkdtemp(dir=folder.parent, prefix=_GROWING))
    try:
        cutting.cut(session, growing, what, terms, signer)
        growing.chmod(0o755)
        growing.rename(folder)
    except BaseException:
        shutil.rmtree(growing, ignore_errors=True)
        raise
    files.sync(folder.parent)


@contextmanager
def _locked(shelf: Path, *, wait: bool = True) -> Iterator[bool]:
    """Let one process cut at a time; say whether it is ours, where we do not wait for it."""
    #: To the end of it: whoever may read the shelf sees when the file was written last, which is never.
    with (shelf / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True


def _sweep(shelf: Path) -> None:
    """Remove what killed processes left."""
    for path in shelf.iterdir():
        if path.name.startswith((_GROWING, _GOING)):
            shutil.rmtree(path, ignore_errors=True)


def _remove(folder: Path) -> None:
    """Take a dump off the shelf by one rename, then remove its files."""
    going = folder.with_name(f"{_GOING}{folder.name}-{os.getpid()}")
    try:
        folder.rename(going)
    except FileNotFoundError:
        return  # another process was quicker
    shutil.rmtree(going)
