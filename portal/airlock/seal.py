"""The log's private key, made when the first head is signed (日志签名私钥), and the list of what was taken back.

The key is handed over by a head that the old and the new one sign. The new key lies beside the old one until that head
is committed, and takes its place then; killed in between, the next signing or the same command puts it there.
"""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from portal.airlock import takings
from portal.airlock.takings import Taken
from portal.domain.errors import LogBroken
from portal.kit import copying
from portal.register.proofs import succession
from portal.register.proofs.note import BadNote, Checkpoint, Signer, Verifier
from portal.register.proofs.succession import LogKey


@dataclass(frozen=True, slots=True)
class KeyFile:
    """Where the key lies, and what the log will be called if the key is still to be made."""

    path: Path
    origin: str
    #: The list of what was taken back; None where nothing is ever restored from a backup.
    takings: Path | None = None
    #: Where the last head is kept that was signed with it; None: nowhere.
    head: Path | None = None
    #: The file of the key that the next head hands the log over to; None as a rule.
    heir_path: Path | None = None

    def remember(self, taken: Sequence[Taken], *, now: datetime) -> None:
        """Write down what a transaction takes back, before it commits.

        Raises:
            LogBroken: a restoration was broken off; nothing may commit.
            NotRemembered: the list cannot be written; nothing may commit.

        """
        self.require_whole()
        if self.takings is not None:
            takings.remember(self.takings, taken, now=now)
            if taken:
                self.mark_takings()

    def mark_takings(self) -> None:
        """Keep beside the key how far the list has come, so that one that ends earlier is not taken for all of it.

        Raises:
            NotRemembered: the list cannot be read.

        """
        if self.takings is not None and self.head is not None:
            _put(self._marked, json.dumps(asdict(takings.mark(self.takings))))

    def require_takings(self) -> None:
        """Refuse a list that does not begin with all that it held when it was written last.

        Raises:
            NotRemembered: so it is, or it is missing.

        """
        if self.takings is None or not self._marked.exists():
            return
        try:
            kept = takings.Mark(**json.loads(self._marked.read_bytes()))
        except (ValueError, TypeError):
            raise takings.NotRemembered(
                f"{self._marked} 已损坏；确认撤下名单完整后删除该文件"
            ) from None
        takings.since(self.takings, kept)

    def require_whole(self) -> None:
        """Refuse where a restoration was broken off: the stores are of two moments.

        Raises:
            LogBroken: so it is.

        """
        if self.head is not None and self._restoring.exists():
            raise LogBroken(
                "从备份恢复中途被打断，各存储不是同一时刻的，未作任何变动；请再次运行同一恢复命令，使其完成"
            )

    def begin_restoring(self) -> bool:
        """Note that stores are about to be replaced one by one; say whether it was not noted yet.

        Of those that are there already the office knows nothing of what was withdrawn since, and would let it out again.
        """
        is_first = not self._restoring.exists()
        _put(self._restoring, "")
        return is_first

    def end_restoring(self) -> None:
        """Note that all stores are of one moment again."""
        self._restoring.unlink(missing_ok=True)
        copying.sync(self.path.parent)

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

    def heir(self) -> Signer | None:
        """Return the key that the next head hands the log over to.

        Raises:
            LogBroken: it is missing or damaged.

        """
        if self.heir_path is None:
            return None
        return replace(self, path=self.heir_path, heir_path=None).signer(may_make=False)

    def with_heir(self) -> "KeyFile":
        """Return this, to hand over to a new key; one that an interrupted handing over has left is taken again.

        Raises:
            LogBroken: the key is missing or damaged.

        """
        signer, waiting = self.signer(may_make=False), replace(self, path=self._next)
        with self._alone():
            replace(waiting, origin=signer.name).signer(may_make=True)
        return replace(self, heir_path=self._next)

    def succeed(self, key: LogKey) -> Signer:
        """Put the key that waits in the place of this one, which has handed over to it.

        Raises:
            LogBroken: the log was not handed over to the key that waits.

        """
        if self.signer(may_make=False).verifier.vkey != key.vkey:
            with self._alone():
                self._put_in_place(key)
        return self.signer(may_make=False)

    def _put_in_place(self, key: LogKey) -> None:
        mine, note = self.signer(may_make=False).verifier, key.handover or ""
        if mine.vkey == key.vkey:
            return  # another process was quicker
        try:
            waiting = Signer.of(self._next.read_text("utf-8")).verifier
            is_due = waiting.vkey == key.vkey and succession.hands_over(note, mine, waiting)
        except (FileNotFoundError, ValueError):
            is_due = False
        if not is_due:
            raise LogBroken("日志签名私钥与登记册所记的公钥不符；请从备份恢复原来的私钥文件")
        if note not in self.handovers():
            _put(self.handed, json.dumps([*self.handovers(), note], ensure_ascii=False))
        self._next.replace(self.path)
        copying.sync(self.path.parent)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process at a time make the key that waits, or put it in its place."""
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def follows(self, older: Signer) -> bool:
        """Whether the log came from `older` to this key, by the heads that are kept of that."""
        at = older.verifier
        try:
            for note in self.handovers():
                to = Verifier.of(Checkpoint.of(note).key or "")
                at = to if succession.hands_over(note, at, to) else at
        except (BadNote, ValueError):
            return False
        return at.vkey == self.signer(may_make=False).verifier.vkey

    def handovers(self) -> list[str]:
        """Return the heads by which the log's keys were handed over, the first one first.

        Raises:
            LogBroken: the file is damaged.

        """
        try:
            return [str(each) for each in json.loads(self.handed.read_text("utf-8"))]
        except FileNotFoundError:
            return []
        except ValueError:
            raise LogBroken(f"{self.handed} 已损坏；请从备份恢复该文件") from None

    @property
    def handed(self) -> Path:
        """The file of the heads by which the log's keys were handed over."""
        return self.path.with_name("log.handovers")

    @property
    def _restoring(self) -> Path:
        return self.path.with_name("log.restoring")

    @property
    def _marked(self) -> Path:
        return self.path.with_name("log.withdrawals")

    @property
    def _next(self) -> Path:
        return self.path.with_name(f"{self.path.name}.next")

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
        """Keep a head that was committed, in the place of the one before it.

        One that is kept already is left as it lies: when it was written last would tell of what nobody may know.
        """
        if self.head is None or (self.head.exists() and self.head.read_bytes() == note.encode()):
            return
        _put(self.head, note)

    def _made(self) -> Signer:
        signer = Signer.new(self.origin)
        _put(self.path, signer.text)
        return signer


def _put(path: Path, text: str) -> None:
    """Write a file that its owner alone may read; it is there whole or not at all, and stays even if the power fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:  # mkstemp makes it 0600
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
    copying.sync(path.parent)
