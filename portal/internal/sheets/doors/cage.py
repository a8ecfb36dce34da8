"""The process in which a file is opened: little memory, little time, no way out but one pipe."""

import gc
import importlib
import os
import resource
import signal
import sys
import traceback
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

import msgspec

from portal.internal.sheets.doors import wire
from portal.internal.sheets.doors.shape import Ask, Door, Row, Unfit
from portal.internal.sheets.limits import Limits

#: What the process ends with when Python ran out of memory.
OUT_OF_MEMORY = 71
#: How libraries say so.
_NO_MEMORY = ("MemoryError", "failed to map segment", "Cannot allocate memory", "out of memory")
#: Modules of the doors, by the kind that `sniff` tells.
DOORS = {
    kind: f"portal.internal.sheets.doors.{kind}"
    for kind in ("xlsx", "xls", "ods", "flat", "xml2003", "html", "text")
}


def main() -> None:
    """Open the file on standard input as the first argument asks; stream what is in it."""
    ask = msgspec.json.decode(sys.argv[1], type=Ask)
    out = _lock(ask.limits)
    try:
        _open(ask, out)
    except Unfit as error:
        wire.send(out, wire.UNFIT, str(error).encode(errors="replace"))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException:  # noqa: BLE001 - whatever a reader throws, a panic too, is told outside
        trace = traceback.format_exc()[-10_000:]
        if any(sign in trace for sign in _NO_MEMORY):
            os._exit(OUT_OF_MEMORY)
        wire.send(out, wire.BROKEN, trace.encode(errors="replace"))
    #: Leave at once: a large tree takes longer to take down than it took to read.
    os._exit(0)


def _open(ask: Ask, out: BinaryIO) -> None:
    door: Door = importlib.import_module(DOORS[ask.kind]).open_door
    found, rows = door(
        sys.stdin.buffer, ask, lambda words: wire.send(out, wire.LAST_WORDS, words.encode())
    )
    wire.send(out, wire.FOUND, wire.pack_found(found))
    for chunk in _chunks(rows):
        for body in wire.pack_rows(chunk):
            wire.send(out, wire.ROWS, body)
    wire.send(out, wire.END)


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, wire.MOST_ROWS)):
        yield chunk


def _lock(limits: Limits) -> BinaryIO:
    """Set the limits, keep the pipe for ourselves, and point what others may print to nowhere."""
    memory = limits.memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    #: Cells do not form cycles: looking for them costs a fifth of the time.
    gc.disable()
    pipe = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(pipe, "wb")


if __name__ == "__main__":
    main()
