"""The stores the desk works on."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from portal.airlock.seal import KeyFile
from portal.airlock.signing import hold_log as hold_register
from portal.airlock.signing import hold_ours, sign_head
from portal.kit import config
from portal.kit.config import Limits, Settings
from portal.kit.db import engine_for, write_lock
from portal.letterbox.slot import read_anything
from portal.register.proofs import standing
from portal.register.search.keeping import Place


@dataclass(frozen=True, slots=True)
class Stores:
    """Engines of the office's own store, the register and the letterbox; `files` keeps what was uploaded."""

    internal: sa.Engine
    register: sa.Engine
    letterbox: sa.Engine
    files: Path
    #: Mapping profiles: AGENCY/KIND/NAME.toml, to be edited with any editor.
    mappings: Path
    #: What signs the log of what is published.
    log_key: KeyFile
    limits: Limits
    #: Where dumps lie; what holds a withdrawn text goes from there at once.
    dumps: Path
    #: The search index of what is public.
    index: Place
    #: URLs of servers that follow the register's and that sites read.
    followers: tuple[str, ...] = ()


def open_stores(settings: Settings, internal_url: str) -> Stores:
    """Open the stores that the settings name."""
    letterbox = engine_for(settings.letterbox_url)
    read_anything(letterbox)
    keys = key_file(settings)
    return Stores(
        internal=engine_for(internal_url),
        register=engine_for(settings.register_url).execution_options(
            **{standing.GUARD: partial(hold_ours, keys=keys)}
        ),
        letterbox=letterbox,
        files=settings.data / "files",
        mappings=settings.data / "mappings",
        log_key=keys,
        limits=settings.limits,
        dumps=settings.dumps,
        index=Place.of(settings.search_url, settings.data),
        followers=config.replicas(),
    )


def key_file(settings: Settings) -> KeyFile:
    """Return where the log's key lies, and what is kept beside it."""
    return KeyFile(
        config.log_key(settings.data),
        f"{urlsplit(settings.site_url).netloc}/log",
        config.withdrawals(settings.data),
        config.last_head(settings.data),
    )


def sign_log(stores: Stores) -> None:
    """Sign what the log holds and nobody has signed yet: what a migration brought in.

    Raises:
        LogBroken: the register is not what was signed last, or a restoration was broken off.

    """
    stores.log_key.require_whole()
    #: What is released meanwhile would be signed, and the head of before kept as the last.
    with write_lock(stores.internal):
        sign_head(stores.register, stores.log_key)


def hold_log(stores: Stores) -> None:
    """Hold the register against the last head that the office signed.

    Raises:
        LogBroken: an older register, or another, lies in its place.

    """
    hold_register(stores.register, stores.log_key)
