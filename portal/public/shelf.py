"""The dump that may be given at this moment, and its manifest."""

import json
from dataclasses import dataclass
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path
from typing import Any

from flask import current_app

from portal.kit.config import Settings
from portal.kit.db import db
from portal.register.dumps import shelf
from portal.register.dumps.describing import MANIFEST, SIGNATURE
from portal.register.dumps.shelf import Dump


@dataclass(frozen=True, slots=True)
class Offered:
    """A dump as it is offered: where it lies and what its manifest says. It holds no record."""

    dump: Dump
    manifest: dict[str, Any]

    def files(self) -> dict[str, "File"]:
        """Return every file that may be fetched, by name."""
        return _files(self.dump.folder)


@dataclass(frozen=True, slots=True)
class File:
    """One file of a dump."""

    path: Path
    size: int
    sha256: str


def settings() -> Settings:
    """Return the settings of this site."""
    found: Settings = current_app.config["PORTAL"]
    return found


def offered() -> Offered | None:
    """Return the newest dump of which nothing has been withdrawn; the register says so, each time."""
    dump = shelf.current(db.session(), settings().dumps)
    if dump is None:
        return None
    try:
        return Offered(dump, _manifest(dump.folder))
    except FileNotFoundError:
        return None  # retired between the look at the shelf and the opening


@lru_cache(maxsize=4)
def _manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    return found


@lru_cache(maxsize=4)
def _files(folder: Path) -> dict[str, File]:
    found = {
        each["path"]: File(
            folder / each["path"], each["bytes"], each["hash"].removeprefix("sha256:")
        )
        for each in _manifest(folder)["resources"]
    }
    small = (MANIFEST, SIGNATURE, *(path.name for path in sorted(folder.glob("*-metadata.json"))))
    for name in small:
        with (folder / name).open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        found[name] = File(folder / name, (folder / name).stat().st_size, digest)
    return found
