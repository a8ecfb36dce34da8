"""What gunicorn calls when one of our workers begins, and when a server ends."""

import gc
import os
import shutil

from portal.kit.gunicorn import COUNTS


def post_worker_init(worker: object) -> None:
    """Take what the app is made of out of garbage collection: it lives as long as the worker.

    Otherwise every full collection looks at all of it again, in the middle of some answer.
    """
    del worker
    gc.collect()
    gc.freeze()


def on_exit(server: object) -> None:
    """Remove the counts of the service, if it counted."""
    del server
    if folder := os.environ.get(COUNTS):
        shutil.rmtree(folder)
