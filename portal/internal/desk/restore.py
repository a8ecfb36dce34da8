"""Puts a backup in place of the stores, without what was taken back since (恢复).

SQLite stores are made ready as new files beside the old ones and switched at the end, the register first;
the old files stay beside them under a name of their own. PostgreSQL stores are replaced in one transaction
each; whoever may only read the register is shut out of it until it is ready. Killed at any moment, the same
command run again carries it through.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock import signing, takings
from portal.airlock.publish import reinstate
from portal.airlock.seal import KeyFile
from portal.internal.desk import backup as backups
from portal.internal.desk import reordering
from portal.internal.desk.backup import KEY, BackupFailed, Manifest, Urls
from portal.internal.desk.drawing import restoring
from portal.internal.desk.stores import Stores, key_file, open_stores
from portal.kit import closing, config, copying, migrate
from portal.kit.closing import NotShut
from portal.kit.config import Settings
from portal.kit.copying import CopyFailed
from portal.kit.db import engine_for, file_of
from portal.register import purging
from portal.register.dumps import shelf
from portal.register.proofs.note import BadNote, Checkpoint
from portal.register.proofs.restorations import Restoration
from portal.register.records import Kind


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it: where the log stands, what the last head signed before said, what was withdrawn again."""

    size: int
    lost_size: int | None
    withdrawn: int


def restore(
    settings: Settings, urls: Urls, backup: Path, *, replacing: bool, last_head: str | None, now: datetime
) -> Restored:  # fmt: skip
    """Put `backup` in place; nothing of it can be served before what was taken back since is out of it.

    Args:
        settings: where everything lies.
        urls: where the stores lie.
        backup: a folder that `portal-office backup` made.
        replacing: whether stores that are there may be replaced.
        last_head: the last head anybody knows of, as a note, where the register cannot tell any more.
        now: the moment of the restoration.

    Raises:
        BackupFailed: the backup is damaged, a store is in use or in the way; nothing was changed.
        NotRemembered: the list of what was taken back is missing; nothing was changed.

    """
    manifest = backups.read(backup)
    try:
        with _alone(urls, replacing=replacing):
            done = _restored(settings, urls, backup, manifest, last_head=last_head, now=now)
    except (CopyFailed, NotShut, OSError) as error:
        raise BackupFailed(f"恢复未完成：{error}；排除后可再次运行同一命令") from error
    after = open_stores(settings, urls.internal)
    shelf.retire(after.register, after.dumps)
    _close(after)
    return done


def _restored(
    settings: Settings, urls: Urls, backup: Path, manifest: Manifest, *, last_head: str | None,
    now: datetime,
) -> Restored:  # fmt: skip
    keys = key_file(settings)
    lost = _last_head(urls.register, _ours(keys, backup)) or last_head or None
    backups.hold_key(backup, keys)
    _require_head(lost, manifest, keys)
    list_ = config.withdrawals(settings.data)
    keys.require_takings()
    takings.since(list_, manifest.takings)
    restoration = Restoration(manifest.serial, lost, now)
    ready = _prepared(urls, backup, manifest, keys)
    #: Asked again: a PostgreSQL store could be written until it was replaced.
    taken = takings.since(list_, manifest.takings)
    withdrawn, head = _made_fit(
        settings, ready, backup, [*takings.restorations(list_), restoration], taken, now=now
    )
    takings.remember_restoration(list_, restoration)
    keys.mark_takings()
    backups.put_files(backup, settings.data, keys)
    keys.begin_restoring()
    _switch(urls, ready)
    if head is not None:
        keys.keep_head(head)
    closing.let_in(urls.register)
    keys.end_restoring()
    return Restored(manifest.serial, Checkpoint.of(lost).size if lost else None, withdrawn)


@contextmanager
def _alone(urls: Urls, *, replacing: bool) -> Iterator[None]:
    """Keep every command of the office out: what it took back meanwhile would come again with the backup."""
    _require_free(urls, replacing=replacing)
    with copying.alone(urls.internal) as nobody_else:
        if not nobody_else:
            raise BackupFailed("存储 internal 正被其他进程使用；请先停止网站、办公端和索引进程")
        yield


def _require_free(urls: Urls, *, replacing: bool) -> None:
    for store, url in asdict(urls).items():
        if copying.is_open(url):
            raise BackupFailed(f"存储 {store} 正被其他进程使用；请先停止网站、办公端和索引进程")
        if not replacing and _exists(url):
            raise BackupFailed(f"存储 {store} 已存在；确要以备份替换，请加 --replace")


def _exists(url: str) -> bool:
    path = file_of(url)
    if path is not None:
        return path.exists()
    engine = engine_for(url)
    try:
        return bool(sa.inspect(engine).get_table_names())
    finally:
        engine.dispose()


def _last_head(url: str, keys: KeyFile) -> str | None:
    """Return the last head that was signed before, None where nobody here can tell."""
    path = file_of(url)
    if path is not None and not path.exists():
        return keys.last_head()
    engine = engine_for(url)
    with Session(engine) as session:
        note = signing.last_head(session, keys)
    engine.dispose()
    return note


def _ours(keys: KeyFile, backup: Path) -> KeyFile:
    """Return the key that lies here, else that of the backup."""
    if keys.path.exists() or not (backup / KEY).exists():
        return keys
    return replace(keys, path=backup / KEY)


def _require_head(note: str | None, manifest: Manifest, keys: KeyFile) -> None:
    """Refuse a last head that is none, and a backup of a log without entries: no head could state its restoration."""
    try:
        if note:
            Checkpoint.of(note)
    except BadNote as error:
        raise BackupFailed("--last-head 所给的文件不是检查点") from error
    if not manifest.serial and keys.last_head():
        raise BackupFailed(
            "备份时还没有公布过任何内容，恢复它就没有检查点能说明其后失去了什么；请用较晚的备份，"
            "确要从头开始的，先将 log.head 移到别处留存"
        )


def _prepared(urls: Urls, backup: Path, manifest: Manifest, keys: KeyFile) -> Urls:
    """Lay the stores of the backup ready, at the newest schema; return where."""
    ready = {}
    for store, url in reversed(asdict(urls).items()):
        source, path = backup / manifest.stores[store], file_of(url)
        if (path is None) != (source.suffix == copying.suffix("postgresql://")):
            raise BackupFailed(f"存储 {store} 的备份出自另一种数据库，不能恢复到这里")
        ready[store] = url
        if path is None:
            _replace(url, source, keys, is_public=url == urls.register)
        else:
            fresh = path.with_name(f".restoring-{path.name}")
            fresh.parent.mkdir(parents=True, exist_ok=True)
            for each in (fresh, *_beside(fresh)):
                each.unlink(missing_ok=True)
            copying.copy(source, fresh)
            ready[store] = f"sqlite:///{fresh}"
        migrate.upgrade(store, ready[store])
        if path is not None:
            #: It still holds what was taken back; who may read a store may read it after the switch.
            fresh.chmod(0o600)
    return Urls(**ready)


def _replace(url: str, source: Path, keys: KeyFile, *, is_public: bool) -> None:
    """Replace a PostgreSQL store; nobody reads one with public records before what was taken back is out of it."""
    was_open = is_public and closing.shut(url)
    is_first = keys.begin_restoring()
    try:
        copying.put_back(url, source)
    except CopyFailed:
        if is_first:
            keys.end_restoring()
        if was_open:
            closing.let_in(url)
        raise


def _made_fit(
    settings: Settings, ready: Urls, backup: Path, restorations: Sequence[Restoration],
    taken: Mapping[Kind, Sequence[str]], *, now: datetime,
) -> tuple[int, str | None]:  # fmt: skip
    """Make the prepared stores fit to be served; return how many records were withdrawn again, and the last head signed."""
    there = replace(settings, register_url=ready.register, letterbox_url=ready.letterbox)
    stores = open_stores(there, ready.internal)
    #: Kept once the switch is made: until then the register in its place is the one before.
    keys = _ours(replace(stores.log_key, head=None), backup)
    backups.hold_size(stores.register, restorations[-1].size)
    try:
        reordering.order_again(stores.internal, taken, now=now)
        gone, quiet = restoring.apart(stores.register, taken)
        outcome = reinstate(stores.register, restorations, gone, now=now, keys=keys)
        parties = taken.get(Kind.ENTITY, ())
        restoring.follow(replace(stores, log_key=keys), parties, quiet, now=now)
        if serial := purging.owed(stores.register):
            purging.rewrite(stores.register)
            purging.note(stores.register, serial)
        with Session(stores.register) as session:
            head = signing.last_head(session, keys)
    finally:
        _close(stores)
    return outcome.withdrawn, head


def _switch(urls: Urls, ready: Urls) -> None:
    """Put the prepared files in place, the register first; keep the old ones beside them."""
    for store, url in asdict(urls).items():
        path, fresh = file_of(url), file_of(getattr(ready, store))
        if path is None or fresh is None:
            continue
        if any(each.exists() for each in _beside(fresh)):
            raise BackupFailed(f"{fresh} 仍被使用")
        copying.sync(fresh)
        fresh.chmod(migrate.MODES[store])
        if path.exists():
            os.link(path, _free_name(path))
        fresh.replace(path)
        copying.sync(path.parent)


def _free_name(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.replaced-{number}") for number in count(1))
    return next(name for name in names if not name.exists())


def _beside(path: Path) -> Iterable[Path]:
    return [path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm", "-journal")]


def _close(stores: Stores) -> None:
    for engine in (stores.internal, stores.register, stores.letterbox):
        engine.dispose()
