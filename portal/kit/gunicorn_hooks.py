"""What gunicorn calls when one of our workers begins, and when a server ends."""

import gc
import os
import shutil
import sys

from portal.kit.gunicorn import COUNTS

#: Seconds for which one thread may go on while another waits, where Python's own are 0.005. SQLite lets go of
#: the interpreter for every row: fifty rows, read beside a page that is being rendered, took fifty turns.
_TURN = 0.0002


def post_worker_init(worker: object) -> None:
    """Take what the app is made of out of garbage collection: it lives as long as the worker.

    Otherwise every full collection looks at all of it again, in the middle of some answer. And
    let threads take turns quickly.
    """
    del worker
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(_TURN)


def on_exit(server: object) -> None:
    """Remove the counts of the service, if it counted."""
    del server
    if folder := os.environ.get(COUNTS):
        shutil.rmtree(folder)
