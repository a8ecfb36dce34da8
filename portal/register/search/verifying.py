"""Holds an index on this machine against the register, word for word: who finds what is in the index alone (核对索引).

A segment is made of its documents in one way only. So each is made again in memory from what is public now, and is
compared with the file array by array. Memory is that of one segment, as when an index is built.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from portal.register import digests
from portal.register.layout import LAYOUTS
from portal.register.queries import changes
from portal.register.records import Kind
from portal.register.search.documents import document
from portal.register.search.index import filing, snapshot
from portal.register.search.index.batch import LEXICONS, Batch, column
from portal.register.search.index.grams import BLOCK
from portal.register.search.index.lexicon import Gathering
from portal.register.search.index.segment import Segment
from portal.register.search.index.snapshot import Leaf, Snapshot
from portal.register.search.model import Damaged, NoIndex
from portal.register.search.sources import CHUNK, SEARCHED, TASK, load
from portal.register.search.subscriber import Say, life
from portal.register.tables.plans import TaskRow

Arrays = Mapping[str, NDArray[Any]]
_REBUILD = "；portal-site index --rebuild 可按登记册重建"


def faults(session: Session, folder: Path, say: Say | None = None) -> Iterator[str]:
    """Yield what the index in `folder` says otherwise than the register; `session` sees one state of that.

    Nobody may write the index meanwhile.
    """
    try:
        found = snapshot.take(folder)
        yield from _Held(session, folder, found).faults(say)
    except NoIndex:
        yield "没有检索索引" + _REBUILD
    except (Damaged, LookupError, ValueError) as error:
        yield f"检索索引无法读取（{type(error).__name__}）{_REBUILD}"


class _Held:
    def __init__(self, session: Session, folder: Path, found: Snapshot) -> None:
        self._session: Final = session
        self._folder: Final = folder
        self._found: Final = found
        self._done = self._sum = 0

    def faults(self, say: Say | None) -> Iterator[str]:
        manifest = self._found.manifest
        stated = (manifest.epoch, manifest.serial, manifest.torn)
        if stated != (life(self._session), changes.serial(self._session), False):
            yield "检索索引不在登记册现在之处，请先运行 portal-site index"
            return
        wrong = 0
        for leaf, member in zip(self._found.leaves, manifest.members, strict=True):
            files = (each for each in (member.segment, member.dead) if each)
            if not all(filing.intact(self._folder, each) for each in files):
                fault = "不是所写的那一份"
            else:
                fault = "" if self._is_right(leaf) else "与登记册不符"
            if fault:
                yield f"检索索引的 {member.segment.name} {fault}{_REBUILD}"
                wrong += 1
            if say:
                say(self._done)
        if not wrong and (self._done, self._sum) != self._wanted():
            yield f"检索索引所收的记录与登记册不符：索引有{self._done}篇{_REBUILD}"

    def _is_right(self, leaf: Leaf) -> bool:
        """Whether a segment says of the documents that are there what they say, and of nothing else."""
        segment = leaf.segment
        there = np.array(leaf.alive.to_array(), dtype=np.uint32)
        fresh = self._fresh(segment, there.tolist())
        if fresh is None:
            return False
        if len(there) == len(segment):
            return _are_same(fresh.finish(), segment)
        kept = np.zeros(len(segment), dtype=bool)
        kept[there] = True
        #: What is gone, and waits to be dropped, has its place in the pairs and phrases all the same. Where it was
        #: scrubbed out these were filtered, not made: then only what they were made of is held against anything.
        if not _all_same(fresh.finish(), _rewritten(segment, kept)):
            return False
        if segment.empty:
            return _is_in_place(segment, there)
        return _are_same(_rewritten(segment, np.ones(len(segment), dtype=bool)), segment)

    def _fresh(self, segment: Segment, numbers: Sequence[int]) -> Batch | None:
        """Return some documents of a segment as they are to be now; None where one is not public."""
        batch = Batch()
        for start in range(0, len(numbers), CHUNK):
            wanted: dict[str, list[str]] = defaultdict(list)
            for number in numbers[start : start + CHUNK]:
                kind, public_id = segment.kind(number), segment.identifier(number).decode()
                self._sum = digests.plus(self._sum, digests.element(kind, public_id, b""))
                wanted[kind].append(public_id)
            self._done += len(numbers[start : start + CHUNK])
            if not set(wanted) <= set(SEARCHED):
                return None
            sources = load(self._session, wanted)
            if {*sources} != {each for ids in wanted.values() for each in ids}:
                return None
            for each in sources.values():
                batch.add(document(each))
        return batch

    def _wanted(self) -> tuple[int, int]:
        """Return how many documents there are to be, and the sum of what they are called: some twice for others is another."""
        count = total = 0
        for kind in SEARCHED:
            key = TaskRow.public_id if kind == TASK else LAYOUTS[Kind(kind)].table.public_id
            rows = self._session.scalars(sa.select(key), execution_options={"yield_per": CHUNK})
            for public_id in rows:
                count += 1
                total = digests.plus(total, digests.element(kind, public_id, b""))
        return count, total


def _rewritten(segment: Segment, kept: NDArray[np.bool_]) -> Arrays:
    batch = Batch()
    batch.add_segment(segment, kept)
    return batch.finish()


def _is_in_place(segment: Segment, there: NDArray[np.uint32]) -> bool:
    """Whether what leads to words and documents of a scrubbed segment is filed as it was when it was made: in order."""
    numbers = np.arange(len(segment), dtype=np.uint32)
    arrays: dict[str, NDArray[Any]] = {
        "document_of": np.repeat(numbers, np.diff(segment.starts) // BLOCK)
    }
    for name in LEXICONS:
        gathering = Gathering()
        gathering.add_all(segment.lexicon(name), numbers.astype(np.int64))
        lexicon = gathering.finish(numbers)
        arrays |= lexicon.arrays(name)
        if name == "facet.kind":
            arrays["kinds"] = column(lexicon, len(segment))
    order = segment.ids_order.tolist()
    named = [segment.identifier(number) for number in order]
    newest = [(int(segment.ages[number]), segment.identifier(number)) for number in there.tolist()]
    return (
        _are_same(arrays, segment)
        and sorted(order) == numbers.tolist()
        and named == sorted(named)
        and newest == sorted(newest)
        and bool((np.diff(segment.ages) >= 0).all())
    )


def _are_same(arrays: Arrays, segment: Segment) -> bool:
    return all(_is_same(each, segment.mapped.array(name)) for name, each in arrays.items())


def _all_same(arrays: Arrays, others: Arrays) -> bool:
    return all(_is_same(each, others[name]) for name, each in arrays.items())


def _is_same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    return one.dtype == other.dtype and np.array_equal(one, other)
