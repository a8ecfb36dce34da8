"""The command that serves one of our apps; gunicorn reads this module as its configuration too."""

import gc
import sys

from portal.kit.config import Settings


def command(settings: Settings, app: str, port: int) -> list[str]:
    """Return the argument list of a gunicorn that serves `app` (``module:factory()``) on `port`.

    Threads keep a slow reader from blocking a worker; the control socket is off, because
    nothing of ours talks to it. Answers are logged where `settings.access_log` says, if anywhere.
    """
    logged = ["--access-logfile", settings.access_log] if settings.access_log else []
    return [
        sys.executable, "-m", "gunicorn", app,
        "--bind", f"{settings.host}:{port}",
        "--workers", str(settings.workers),
        "--worker-class", "gthread", "--threads", "4",
        "--timeout", "120", "--graceful-timeout", "5", "--keep-alive", "5",
        "--limit-request-line", "4094", "--limit-request-fields", "50",
        "--no-control-socket", "--config", f"python:{__name__}",
        "--log-level", "warning", "--logger-class", "portal.kit.access_log.AccessLog", *logged,
    ]  # fmt: skip


def post_worker_init(worker: object) -> None:
    """Take what the app is made of out of garbage collection: it lives as long as the worker.

    Otherwise every full collection looks at all of it again, in the middle of some answer.
    """
    del worker
    gc.collect()
    gc.freeze()
