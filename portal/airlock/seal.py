"""The log's private key, made when the first head is signed (日志签名私钥), and the list of what was taken back."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from portal.airlock import takings
from portal.airlock.takings import Taken
from portal.domain.errors import LogBroken
from portal.register.proofs.note import BadNote, Checkpoint, Signer


@dataclass(frozen=True, slots=True)
class KeyFile:
    """Where the key lies, and what the log will be called if the key is still to be made."""

    path: Path
    origin: str
    #: The list of what was taken back; None where nothing is ever restored from a backup.
    takings: Path | None = None
    #: Where the last head is kept that was signed with it; None: nowhere.
    head: Path | None = None

    def remember(self, taken: Sequence[Taken], *, now: datetime) -> None:
        """Write down what a transaction takes back, before it commits.

        Raises:
            NotRemembered: the list cannot be written; nothing may commit.

        """
        if self.takings is not None:
            takings.remember(self.takings, taken, now=now)

    def signer(self, *, may_make: bool) -> Signer:
        """Return the key; make it when there is none and `may_make`.

        Raises:
            LogBroken: the key is missing where heads were signed before, or damaged.

        """
        try:
            return Signer.of(self.path.read_text("utf-8"))
        except FileNotFoundError:
            if not may_make:
                raise LogBroken(
                    f"日志签名私钥 {self.path} 不见了，未公开任何内容；请从备份恢复该文件"
                ) from None
        except (BadNote, ValueError):
            raise LogBroken(
                f"日志签名私钥 {self.path} 已损坏，未公开任何内容；请从备份恢复该文件"
            ) from None
        return self._made()

    def last_head(self) -> str | None:
        """Return the last head that was signed and committed, as a note.

        Raises:
            LogBroken: the file is damaged.

        """
        if self.head is None or not self.head.exists():
            return None
        note = self.head.read_text("utf-8", errors="replace")
        try:
            Checkpoint.of(note)
        except (BadNote, ValueError):
            raise LogBroken(
                f"{self.head} 不是检查点；请先运行 portal-site verify-log，确认登记册无误后删除该文件"
            ) from None
        return note

    def keep_head(self, note: str) -> None:
        """Keep a head that was committed, in the place of the one before it."""
        if self.head is not None:
            _put(self.head, note)

    def _made(self) -> Signer:
        signer = Signer.new(self.origin)
        _put(self.path, signer.text)
        return signer


def _put(path: Path, text: str) -> None:
    """Write a file that its owner alone may read; after a crash it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:  # mkstemp makes it 0600
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
