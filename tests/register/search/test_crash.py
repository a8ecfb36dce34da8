"""Killed at any moment the index is the old one or the new one, and can be written again at once."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from portal.register.search.engines.whoosh import WhooshEngine, WhooshWriter
from portal.register.search.grammar import read
from portal.register.search.model import Query
from tests.register.search.makers import SECRET, a_document

ROOT = Path(__file__).resolve().parents[3]
#: Applies change after change until it is killed, and says each serial when it is done.
_CHILD = """
import sys
from pathlib import Path
from portal.register.search.engines.whoosh import WhooshEngine, WhooshWriter
from tests.register.search.makers import SECRET, a_document
folder = Path(sys.argv[1])
writer, serial = WhooshWriter(folder), WhooshEngine(folder).serial()
while True:
    serial += 1
    told = (SECRET,) if serial % 2 else ()
    changed = a_document(0, public_id="r_told", texts=told)
    writer.apply([a_document(serial), changed], [], serial=serial, purge=serial % 2 == 0)
    print(serial, flush=True)
"""


def _child(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_killed_at_a_hundred_random_moments_it_is_the_old_state_or_the_new(tmp_path: Path) -> None:
    WhooshWriter(tmp_path).rebuild([], serial=0, epoch="e")
    source = random.Random(5)
    done = 0
    for _ in range(100):
        with _child(tmp_path) as child:
            assert child.stdout is not None
            first = child.stdout.readline()
            time.sleep(source.random() * 0.06)
            child.send_signal(signal.SIGKILL)
            said = [int(line) for line in (first, *child.stdout.read().split()) if line]
        serial = WhooshEngine(tmp_path).serial()
        assert said[-1] <= serial <= said[-1] + 1
        assert serial > done
        done = serial
        _is_whole(tmp_path, serial)


def _is_whole(folder: Path, serial: int) -> None:
    """Every record is there once, and nothing of what was purged, once a writer has looked in."""
    engine = WhooshEngine(folder)
    answer = engine.search(Query(groups=read("食品").groups, order="date", limit=10_000))
    assert len({hit.public_id for hit in answer.hits}) == answer.total == serial + 1
    told = engine.search(Query(groups=read(SECRET).groups))
    assert (told.total, told.serial) == (serial % 2, serial)
    if serial % 2 == 0:
        WhooshWriter(folder)
        needle = SECRET.encode("utf-16-le")
        assert [p.name for p in folder.iterdir() if needle in p.read_bytes()] == []


_READER = """
import sys
from pathlib import Path
from portal.register.search.engines.whoosh import WhooshEngine
from portal.register.search.grammar import read
from portal.register.search.model import Query
engine, last, asked = WhooshEngine(Path(sys.argv[1])), 0, 0
query = Query(groups=read("食品").groups, order="date", limit=10_000, facets=("outcome",))
while last < int(sys.argv[2]):
    answer = engine.search(query)
    assert answer.serial >= last
    assert answer.total == len(set(answer.hits)) == answer.serial == sum(answer.facets["outcome"].values())
    last, asked = answer.serial, asked + 1
print(asked)
"""


@pytest.mark.slow
def test_several_readers_see_whole_generations_while_one_writes(tmp_path: Path) -> None:
    last = 150
    writer = WhooshWriter(tmp_path)
    writer.rebuild([a_document(1)], serial=1, epoch="e")
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", _READER, str(tmp_path), str(last)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for serial in range(2, last + 1):
        again = [a_document(serial - 1)] if serial % 5 == 0 else []
        writer.apply([a_document(serial), *again], [], serial=serial, purge=serial % 3 == 0)
    for reader in readers:
        out, _ = reader.communicate(timeout=120)
        assert reader.returncode == 0
        assert int(out) > 1
