"""A backup of everything, made while the office and the site go on (备份)."""

import errno
import fcntl
import hashlib
import shutil
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock import signing, takings
from portal.airlock.seal import KeyFile
from portal.domain.errors import LogBroken, PortalError
from portal.internal.desk.stores import Stores, hold_log
from portal.kit import copying
from portal.kit.copying import CopyFailed
from portal.kit.db import file_of, write_lock
from portal.register.proofs.note import BadNote, Signer
from portal.register.queries import changes, log

MANIFEST = "manifest.json"
FORMAT = "mingcha-backup/1"
#: The log's private key, and the heads by which it was handed over.
KEY = "log.key"
HANDED = "log.handovers"
_GROWING = ".growing-"


class BackupFailed(PortalError):
    """No backup was made, or this is none that can be used."""

    code = "backup_failed"


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup holds. `files`: SHA-256 by path; `stores`: file of each store; `takings`: how far that list was."""

    format: str
    made_at: datetime
    serial: int
    epoch: str | None
    head: str | None
    release: str
    stores: dict[str, str]
    takings: takings.Mark
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Urls:
    """Where the three stores lie."""

    register: str
    internal: str
    letterbox: str


def make(
    stores: Stores, urls: Urls, folder: Path, *, release: str, now: datetime, keep: int
) -> Path:
    """Make a backup in `folder`, under a name of its own, and remove all but the newest `keep` (0: none).

    Office and register are copied while neither can be written, so they agree; readers go on. The backup
    appears whole, by one rename.

    Raises:
        BackupFailed: there is no room, a program is missing, or something cannot be read or written.
        LogBroken: a restoration was broken off, or (the backup is made, older ones stay) the register is not the one whose
            head was signed last: what is there would push out a backup that is whole.

    """
    stores.log_key.require_whole()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _sweep(folder)
            _require_room(stores, urls, folder)
            made = _made(stores, urls, folder, release=release, now=now)
            if keep:
                _drop_older(stores, made, keep)
    except CopyFailed as error:
        raise BackupFailed(f"备份未完成：{error}") from error
    except OSError as error:
        why = "磁盘空间不足" if error.errno == errno.ENOSPC else error.strerror
        raise BackupFailed(f"备份未完成：{error.filename or folder}：{why}") from error
    return made


def _made(stores: Stores, urls: Urls, folder: Path, *, release: str, now: datetime) -> Path:
    growing = Path(tempfile.mkdtemp(dir=folder, prefix=_GROWING))
    try:
        _fill(stores, urls, growing, release=release, now=now)
        made = growing.rename(folder / f"{now:%Y%m%dT%H%M%S%fZ}")
    except BaseException:
        shutil.rmtree(growing, ignore_errors=True)
        raise
    copying.sync(folder)
    return made


def read(backup: Path) -> Manifest:
    """Return the manifest of a backup after holding every file of it against its digest.

    Raises:
        BackupFailed: it is none, or a file is missing, changed or one too many.

    """
    try:
        manifest = msgspec.json.decode((backup / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise BackupFailed(f"{backup} 不是可用的备份：{MANIFEST} 无法读取") from error
    if manifest.format != FORMAT:
        raise BackupFailed(f"{backup} 的格式是 {manifest.format}，本程序只认 {FORMAT}")
    found = digests(backup)
    wrong = sorted(
        name
        for name in found.keys() | manifest.files
        if found.get(name) != manifest.files.get(name)
    )
    if wrong:
        raise BackupFailed(f"备份已损坏，下列文件与清单不符：{'、'.join(wrong[:10])}")
    return manifest


def hold_key(backup: Path, keys: KeyFile) -> None:
    """Refuse a backup with another key for the log than the one that lies here, unless that was handed over to this.

    Raises:
        BackupFailed: it is another.
        LogBroken: the key that lies here is damaged.

    """
    theirs = backup / KEY
    if not theirs.exists() or not keys.path.exists():
        return
    if theirs.read_bytes() != keys.path.read_bytes() and not keys.follows(_signer(theirs)):
        raise BackupFailed(
            f"备份中的日志私钥不是 {keys.path} 所存的这一把，也没有移交给它，不能恢复；"
            "确要改用备份中的，先将现有的连同 log.head、log.handovers 移到别处留存"
        )


def settle_key(register: Session, keys: KeyFile) -> None:
    """Carry through a handing over of the log that was killed half way; a key that is lost is no reason to stop."""
    with suppress(LogBroken):
        signing.carry_through(register, keys)


def put_files(backup: Path, data: Path, keys: KeyFile) -> None:
    """Put back kept files and mapping profiles, and the key where there is none; files that are there have the same content."""
    for name in ("files", "mappings"):
        if (backup / name).is_dir():
            shutil.copytree(backup / name, data / name, dirs_exist_ok=True)
    put_key(backup, keys)


def put_key(backup: Path, keys: KeyFile) -> None:
    """Put the key of a backup where there is none; what lies there is the same, or came after it."""
    if keys.path.exists():
        return
    #: They are of a key that was moved elsewhere.
    keys.handed.unlink(missing_ok=True)
    #: The key last: with it all of this is there.
    for name, path in ((HANDED, keys.handed), (KEY, keys.path)):
        if (backup / name).exists():
            fresh = path.with_name(f".restoring-{path.name}")
            copying.copy(backup / name, fresh)
            copying.sync(fresh)
            fresh.replace(path)


def _signer(path: Path) -> Signer:
    try:
        return Signer.of(path.read_text("utf-8"))
    except (BadNote, ValueError) as error:
        raise BackupFailed(f"备份中的 {path.name} 无法读取") from error


def hold_size(register: sa.Engine, size: int) -> None:
    """Refuse a register with more or fewer entries than the manifest says, and a restoration would state.

    Raises:
        BackupFailed: it has.

    """
    with Session(register) as session:
        if changes.serial(session) != size:
            raise BackupFailed("备份清单所载的变更号与其中的登记册不符，备份可能被改动过")


def digests(backup: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a backup but its manifest, by path."""
    found = {}
    for path in sorted(backup.rglob("*")):
        name = path.relative_to(backup).as_posix()
        if path.is_file() and name != MANIFEST:
            with path.open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _fill(stores: Stores, urls: Urls, target: Path, *, release: str, now: datetime) -> None:
    #: In this order everywhere: office, then register.
    with write_lock(stores.internal), write_lock(stores.register) as register:
        places = {}
        for store, url in asdict(urls).items():
            places[store] = f"{store}{copying.suffix(url)}"
            copying.take(url, target / places[store])
        facts = _facts(stores, register)
        settle_key(register, stores.log_key)
        _copy_key(stores, target)
    _copy_files(stores, target)
    facts |= {
        "format": FORMAT, "made_at": now, "release": release, "stores": places,
        "files": digests(target),
    }  # fmt: skip
    (target / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(facts), indent=2))
    for path in sorted(target.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
        copying.sync(path)
    copying.sync(target)


def _facts(stores: Stores, register: Session) -> dict[str, Any]:
    head = log.head(register)
    return {
        "serial": changes.serial(register),
        "epoch": changes.epoch(register),
        "head": head.note if head else None,
        "takings": takings.mark(_list(stores)),
    }


def _copy_key(stores: Stores, target: Path) -> None:
    """Copy the key that has signed the register as it is copied, and how the log came to it."""
    for path, name in ((stores.log_key.path, KEY), (stores.log_key.handed, HANDED)):
        if path.exists():
            shutil.copyfile(path, target / name)


def _copy_files(stores: Stores, target: Path) -> None:
    """Copy what is beside the stores; kept files never change under their names."""
    for name, source in (("files", stores.files), ("mappings", stores.mappings)):
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("*.part"))


def _list(stores: Stores) -> Path:
    path = stores.log_key.takings
    if path is None:
        raise BackupFailed("没有撤下名单（PORTAL_WITHDRAWALS），不能备份")
    return path


def _require_room(stores: Stores, urls: Urls, folder: Path) -> None:
    """Refuse before anything is written where it is plain that the disk is too small."""
    paths = [path for url in asdict(urls).values() if (path := file_of(url))]
    for place in (stores.files, stores.mappings):
        paths += [path for path in place.rglob("*") if path.is_file()]
    wanted, free = sum(path.stat().st_size for path in paths), shutil.disk_usage(folder).free
    if wanted > free:
        raise BackupFailed(
            f"{folder} 空间不足：约需 {wanted // 2**20 + 1} MB，只有 {free // 2**20} MB"
        )


def _sweep(folder: Path) -> None:
    """Remove what killed backups left."""
    for path in folder.glob(f"{_GROWING}*"):
        shutil.rmtree(path)


def _drop_older(stores: Stores, newest: Path, keep: int) -> None:
    """Keep `newest`, whatever the clock said when it was named, and the latest of the others.

    Raises:
        LogBroken: another register lies in the place of ours; a backup of that pushes out none.

    """
    try:
        hold_log(stores)
    except LogBroken as error:
        raise LogBroken(f"已备份到 {newest}，较早的备份都留着：{error}") from error
    folder = newest.parent
    others = sorted({path.parent for path in folder.glob(f"*/{MANIFEST}")} - {newest})
    for path in others[: max(0, len(others) - keep + 1)]:
        #: Out of sight first: what is left of a killed removal is no backup.
        going = path.rename(folder / f"{_GROWING}{path.name}")
        shutil.rmtree(going)
