"""What gunicorn calls when one of our workers begins, and when a server ends."""

import gc
import os
import shutil
import sys
from typing import Any, Protocol

from portal.kit.gunicorn import COUNTS

#: Seconds for which one thread may go on while another waits, where Python's own are 0.005. Each question to SQLite lets
#: go of the interpreter: whoever asks beside a long page waits a turn to get it back. Shorter turns cost more than they
#: save: with 0.0002 a list made by four busy threads took a quarter more processor time.
_TURN = 0.003


class Service(Protocol):
    """One of our applications; `ready` among its extensions, if any, is called before it answers."""

    @property
    def extensions(self) -> dict[str, Any]:
        """What belongs to it."""


class Worker(Protocol):
    """What is asked of gunicorn's worker: the application it serves."""

    @property
    def wsgi(self) -> Service:
        """The application."""


def post_worker_init(worker: Worker) -> None:
    """Let the app make itself ready, then take what it is made of out of garbage collection.

    It lives as long as the worker; otherwise every full collection looks at all of it again, in the middle of
    some answer. And let threads take turns quickly.
    """
    if ready := worker.wsgi.extensions.get("ready"):
        ready()
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(_TURN)


def on_exit(server: object) -> None:
    """Remove the counts of the service, if it counted."""
    del server
    if folder := os.environ.get(COUNTS):
        shutil.rmtree(folder)
