"""The stores the desk works on."""

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from portal.kit.config import Limits, Settings
from portal.kit.db import engine_for


@dataclass(frozen=True, slots=True)
class Stores:
    """Engines of the office's own store, the register and the letterbox; `files` keeps what was uploaded."""

    internal: sa.Engine
    register: sa.Engine
    letterbox: sa.Engine
    files: Path
    #: Mapping profiles: AGENCY/KIND/NAME.toml, to be edited with any editor.
    mappings: Path
    limits: Limits


def open_stores(settings: Settings, internal_url: str) -> Stores:
    """Open the stores that the settings name."""
    return Stores(
        internal=engine_for(internal_url),
        register=engine_for(settings.register_url),
        letterbox=engine_for(settings.letterbox_url),
        files=settings.data / "files",
        mappings=settings.data / "mappings",
        limits=settings.limits,
    )
