"""The engine on this machine: segments in a folder, one writing process, any number of readers.

Of Whoosh it keeps the storage folder and its write lock (an operating system lock, free again when its
holder dies); list, dictionary and postings are our own, see `portal.register.search.index`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap
from whoosh.filedb.filestore import FileStorage

from portal.kit.collecting import seldom_collecting
from portal.register.search.index import filing, manifest, snapshot, suggesting
from portal.register.search.index.asking import Asked, Patience
from portal.register.search.index.batch import Batch
from portal.register.search.index.filing import Filed
from portal.register.search.index.manifest import Manifest, Member
from portal.register.search.index.scrubbing import Scrubbing
from portal.register.search.index.searching import search
from portal.register.search.index.segment import Segment
from portal.register.search.index.snapshot import Leaf, Snapshot
from portal.register.search.model import Answer, Busy, Damaged, Document, Hit, NoIndex, Query

#: Seconds of processor time one query may take.
BUDGET = 0.5
#: A segment is closed at so many documents, or units of text.
_DOCUMENTS = 262_144
_UNITS = 36_000_000
#: A segment of which more than one in so many documents is gone is made anew instead of keeping empty places.
_HOLLOW = 8
#: So many segments of about one size are made one.
_FAN = 8


class WhooshEngine:
    """Answers from the newest generation; takes notice of a new one at the next question."""

    def __init__(self, folder: Path, *, budget: float = BUDGET) -> None:
        self._folder: Final = folder
        self._budget: Final = budget
        self._seen: tuple[int, int] | None = None
        self._snapshot: Snapshot | None = None

    def _current(self) -> Snapshot:
        """Return the newest view.

        Raises:
            NoIndex: nothing was built yet.
            Damaged: the index must be rebuilt.

        """
        seen = _stamp(self._folder)
        if self._snapshot is None or seen != self._seen:
            self._snapshot = snapshot.take(self._folder, self._snapshot)
            self._seen = seen
        return self._snapshot

    def search(self, query: Query) -> Answer:
        """Answer `query`, see the protocol; also raises what `_current` raises."""
        return search(self._current(), query, Patience(self._budget))

    def suggest(self, prefix: str, *, kinds: Sequence[str] = (), limit: int = 8) -> list[Hit]:
        """Return documents whose name, identifier or sound begins with `prefix`, newest first."""
        return suggesting.suggest(self._current(), prefix, kinds, limit)

    def spelling(self, text: str, *, kinds: Sequence[str] = (), limit: int = 3) -> list[Hit]:
        """Return documents whose name or code is nearly `text`, see the protocol."""
        patience = Patience(self._budget)
        return suggesting.spelling(self._current(), text, kinds, limit, patience)

    def serial(self) -> int:
        """Return the change the index has reached; 0 when there is none."""
        try:
            return self._current().manifest.serial
        except NoIndex:
            return 0

    def ready(self) -> None:
        """Open the files, and make the tables of characters (half a second of a process's life)."""
        Asked.read("一")
        with suppress(NoIndex, Damaged):
            self._current()


def _stamp(folder: Path) -> tuple[int, int]:
    try:
        status = (folder / manifest.CURRENT).stat()
    except FileNotFoundError as error:
        raise NoIndex(f"there is no search index in {folder}") from error
    return status.st_ino, status.st_mtime_ns


class WhooshWriter:
    """Makes generations. One process at a time; what dies half-way leaves the generation before it."""

    def __init__(self, folder: Path) -> None:
        """Finish what a writer that died may have left: files of a generation that is no more, or never came to be."""
        self._folder: Final = folder
        self._view: Snapshot | None = None
        with suppress(Busy, Damaged), self._lock():
            manifest.sweep(folder, self._listed())

    def _listed(self) -> set[str]:
        """Return the files of the generation that there is."""
        try:
            return manifest.read(self._folder).files()
        except NoIndex:
            return set()

    def epoch(self) -> str | None:
        """Return the life of the register that the index was built from, None without an index.

        Who asks before each turn lets go of files that another writer has replaced meanwhile.

        Raises:
            Damaged: there is one, and it must be rebuilt.

        """
        try:
            found = manifest.read(self._folder)
        except NoIndex:
            return None
        if self._view and self._view.manifest.generation != found.generation:
            self._view = None
        return found.epoch

    def intact(self) -> bool:
        """Whether every byte of every file is the one that was written; True without an index."""
        try:
            members = manifest.read(self._folder).members
        except NoIndex:
            return True
        except Damaged:
            return False
        files = [each for m in members for each in (m.segment, m.dead) if each]
        return all(filing.intact(self._folder, each) for each in files)

    def torn(self) -> bool:
        """Whether some of the changes after the serial are in already; also raises `Damaged`."""
        try:
            return manifest.read(self._folder).torn
        except NoIndex:
            return False

    def rebuild(self, documents: Iterable[Document], *, serial: int, epoch: str) -> None:
        """Make a new generation of `documents`, switch to it, and remove the old one's files."""
        with self._lock(), seldom_collecting():
            self._view = None
            members = tuple(self._build(documents))
            self._commit(Manifest(self._next(), epoch, serial, members))

    def apply(
        self, documents: Iterable[Document], gone: Sequence[str], *, serial: int, purge: bool
    ) -> None:
        """Bring the index to `serial`, see the protocol.

        Raises:
            NoIndex: there is nothing to bring up to date.
            Damaged: it must be rebuilt.
            Busy: another process is writing.

        """
        with self._lock():
            before = self._now()
            new = {document.public_id: document for document in documents}
            replaced = {*gone, *new}
            members = [
                kept
                for leaf, member in zip(before.leaves, before.manifest.members, strict=True)
                for kept in self._without(leaf.segment, leaf.alive, member, replaced, purge=purge)
            ]
            members += self._build(new.values())
            old, more = before.manifest, bool(replaced)
            torn = serial == old.serial and (old.torn or more)
            self._commit(Manifest(self._next(), old.epoch, serial, tuple(members), torn))
            self._merge()

    def _now(self) -> Snapshot:
        """Return the current generation, and let go of the one before; what both have stays open."""
        self._view = snapshot.take(self._folder, self._view)
        return self._view

    def _next(self) -> int:
        try:
            return manifest.read(self._folder).generation + 1
        except (NoIndex, Damaged):
            return 1

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = FileStorage(str(self._folder)).lock("WRITELOCK")
        if not lock.acquire():
            raise Busy(f"another process is writing the search index in {self._folder}")
        try:
            yield
        finally:
            lock.release()

    def _commit(self, new: Manifest) -> None:
        filing.sync_folder(self._folder)
        manifest.write(self._folder, new)
        manifest.sweep(self._folder, new.files())

    def _build(self, documents: Iterable[Document]) -> Iterator[Member]:
        batch = Batch()
        for document in documents:
            batch.add(document)
            if len(batch) >= _DOCUMENTS or batch.units >= _UNITS:
                yield self._file(batch)
                batch = Batch()
        if len(batch):
            yield self._file(batch)

    def _file(self, batch: Batch) -> Member:
        return Member(self._write(batch.finish()))

    def _write(self, arrays: Mapping[str, NDArray[Any]]) -> Filed:
        return filing.write(self._folder / f"{token_hex(8)}.segment", arrays)

    def _without(
        self, segment: Segment, alive: BitMap, member: Member, replaced: set[str], *, purge: bool
    ) -> Iterator[Member]:
        """Yield what is left of a segment: itself, itself with more gone, a copy without them, or nothing."""
        found = BitMap(
            number for each in replaced if (number := segment.document(each)) is not None
        )
        left = alive - found
        if not left:
            return
        gone = BitMap(range(len(segment))) - left
        # Not only what is replaced now: an older version of something else may name what is withdrawn.
        if purge and gone - segment.empty:
            yield self._purged(segment, left, gone)
        elif left == alive:
            yield member
        else:
            yield Member(member.segment, self._dead(gone))

    def _purged(self, segment: Segment, left: BitMap, gone: BitMap) -> Member:
        if len(gone) * _HOLLOW > len(segment):
            return self._rewritten([(segment, left)])
        return Member(self._write(Scrubbing(segment, gone).arrays()), self._dead(gone))

    def _dead(self, gone: BitMap) -> Filed:
        return filing.write(self._folder / f"{token_hex(8)}.dead", snapshot.dead_array(gone))

    def _rewritten(self, parts: Sequence[tuple[Segment, BitMap]]) -> Member:
        batch = Batch()
        for segment, left in parts:
            kept = np.zeros(len(segment), dtype=bool)
            kept[np.array(left.to_array(), dtype=np.uint32)] = True
            batch.add_segment(segment, kept)
        return self._file(batch)

    def _merge(self) -> None:
        """Make one of many small segments; in a generation of its own, so that readers need not wait."""
        while group := _crowded(now := self._now()):
            chosen = [leaf for leaf in now.leaves if leaf.segment.filed.name in group]
            merged = self._rewritten([(leaf.segment, leaf.alive) for leaf in chosen])
            kept = tuple(m for m in now.manifest.members if m.segment.name not in group)
            old = now.manifest
            new = replace(old, generation=old.generation + 1, members=(*kept, merged))
            self._commit(new)


def _crowded(now: Snapshot) -> set[str]:
    """Return the names of segments of about one size that are too many, empty when none are."""
    sizes: dict[int, list[Leaf]] = {}
    for leaf in now.leaves:
        if len(leaf.alive) < _DOCUMENTS // 2:
            sizes.setdefault(len(leaf.alive).bit_length() // 3, []).append(leaf)
    crowd = next((group for _, group in sorted(sizes.items()) if len(group) >= _FAN), [])
    documents = accumulate(len(leaf.alive) for leaf in crowd)
    units = accumulate(len(leaf.segment.text) for leaf in crowd)
    fitting = sum(d <= _DOCUMENTS and u <= _UNITS for d, u in zip(documents, units, strict=True))
    return {leaf.segment.filed.name for leaf in crowd[:fitting]} if fitting > 1 else set()
