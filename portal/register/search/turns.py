"""One writer at a time: whoever would write the index first takes the lock of its data folder."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.domain.errors import PortalError

_AGAIN_SECONDS = 0.05


class IndexBusy(PortalError):
    """Another process has been writing the index for longer than one was ready to wait."""

    code = "index_busy"


@contextmanager
def turn(lock: Path, *, patience: float) -> Iterator[None]:
    """Hold `lock` meanwhile; it is the operating system's and falls with the process that holds it.

    Args:
        lock: a file beside the index; made when it is not there.
        patience: how long to wait for it, in seconds.

    Raises:
        IndexBusy: somebody else held it all that time.

    """
    until = time.monotonic() + patience
    with lock.open("a") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise IndexBusy(
                        f"检索索引正由另一进程写入，等候 {patience:g} 秒仍未轮到；请稍后重试"
                    ) from None
                time.sleep(_AGAIN_SECONDS)
        yield
