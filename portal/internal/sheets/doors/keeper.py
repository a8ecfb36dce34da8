"""Our end of the line: starts the process that opens a file, takes its rows, leaves nothing behind."""

import fcntl
import os
import signal
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

import msgspec

from portal.internal.sheets.doors import wire
from portal.internal.sheets.doors.cage import OUT_OF_MEMORY
from portal.internal.sheets.doors.shape import Ask, Found, Row, Unfit
from portal.internal.sheets.limits import Limits

_ROOT = Path(__file__).resolve().parents[4]
_MODULE = "portal.internal.sheets.doors.cage"
#: What the process needs of our environment; addresses of stores are none of its business.
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONHOME")
#: So much may wait in the pipe, that the process can go on while we look at rows.
_PIPE_BYTES = 1024 * 1024
_MEND = "请删除多余内容、拆分，或用表格软件另存为新的 .xlsx 后再导入"


class Keeper:
    """A file that is open in a process of its own. Letting go of it, and of its rows, ends the process."""

    def __init__(self, file: BinaryIO, ask: Ask) -> None:
        """Start the process on an open file; it reads on by itself."""
        self._limits = ask.limits
        self._last_words = ""
        command = [sys.executable, "-P", "-m", _MODULE, msgspec.json.encode(ask).decode()]
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
        self._process = process
        self._stream = _widened(process.stdout)
        #: Also when nobody ever asks for a row, and at the end of the interpreter.
        self._end = weakref.finalize(self, _stop, process)

    def found(self) -> Found:
        """Wait until the table is found.

        Raises:
            Unfit: it cannot be taken, or opening it took the process down.

        """
        return wire.unpack_found(self._next(wire.FOUND))

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._end()

    def rows(self) -> Iterator[Row]:
        """Yield the rows, once.

        Raises:
            Unfit: what is further on cannot be taken.

        """
        while self._end.alive:
            if body := self._next(wire.ROWS):
                yield from wire.unpack_rows(body)

    def _next(self, wanted: bytes) -> bytes:
        """Return the body of the next frame of a kind; nothing at the end."""
        letter = wire.LAST_WORDS
        while letter == wire.LAST_WORDS:
            letter, body = wire.receive(self._stream)
            if letter == wire.LAST_WORDS:
                self._last_words = body.decode()
        if letter == wanted:
            return body
        if letter == wire.END:
            self.close()
            return b""
        status = None if letter else self._process.wait()
        self.close()
        if letter == wire.UNFIT:
            raise Unfit(body.decode())
        if letter == wire.BROKEN:
            raise _broken(body.decode())
        raise Unfit(self._last_words or _why(status, self._limits))


def _broken(trace: str) -> Unfit:
    """Return the refusal of a file that a reader stumbled over, with the trace as its cause."""
    name = trace.rstrip().rpartition("\n")[2].partition(":")[0].rpartition(".")[2]
    error = Unfit(f"内容已损坏，无法读取（{name}）；请用表格软件打开核对，另存为 .xlsx 后再导入")
    error.__cause__ = RuntimeError(trace)
    return error


def _why(status: int | None, limits: Limits) -> str:
    """Return what took the process down, and which limit that was."""
    if status == OUT_OF_MEMORY:
        return f"读取所需内存超过上限 {limits.memory_mb} MB；{_MEND}"
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        return f"读取用时超过上限 {limits.seconds} 秒（或内存不足）；{_MEND}"
    return f"读取中途异常终止（内存上限 {limits.memory_mb} MB）；文件可能已损坏或过大，{_MEND}"


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    paths = [str(_ROOT), *(path for path in sys.path if path)]
    return {**kept, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)), "PYTHONUTF8": "1"}


def _widened(stream: IO[bytes] | None) -> BinaryIO:
    if stream is None:
        raise RuntimeError("the process was started with a pipe")
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        try:
            fcntl.fcntl(stream, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        except PermissionError:
            #: The system allows no more; the usual size will do.
            return stream  # type: ignore[return-value]
    return stream  # type: ignore[return-value]


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Leave no process and no pipe."""
    process.kill()
    if process.stdout:
        process.stdout.close()
    process.wait()
