"""What gunicorn calls when one of our workers begins, and when a server ends."""

import gc
import os
import shutil
from typing import Protocol

from flask import Flask

from portal.kit.gunicorn import COUNTS


class Worker(Protocol):
    """What is asked of gunicorn's worker: the application it serves."""

    wsgi: Flask


def post_worker_init(worker: Worker) -> None:
    """Let the app make itself ready, then take what it is made of out of garbage collection.

    It lives as long as the worker; otherwise every full collection looks at all of it again, in the middle of
    some answer.
    """
    if ready := worker.wsgi.extensions.get("ready"):
        ready()
    gc.collect()
    gc.freeze()


def on_exit(server: object) -> None:
    """Remove the counts of the service, if it counted."""
    del server
    if folder := os.environ.get(COUNTS):
        shutil.rmtree(folder)
