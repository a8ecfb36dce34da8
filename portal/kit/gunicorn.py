"""The command that serves one of our apps."""

import sys
import tempfile
from collections.abc import Mapping

from portal.kit.config import Settings

#: Names the folder where the workers of one service count; prometheus_client looks for it when it is loaded.
COUNTS = "PROMETHEUS_MULTIPROC_DIR"
#: Under which an answer carries the name of its kind of page to the server that counts it.
ENDPOINT = "mingcha.endpoint"


def command(settings: Settings, package: str, port: int, metrics_port: int = 0) -> list[str]:
    """Return the argument list of a gunicorn that serves the app of `package` on `port`.

    Threads keep a slow reader from blocking a worker; the control socket is off, because
    nothing of ours talks to it. Answers are logged where `settings.access_log` says, if anywhere,
    and counted where there is a `metrics_port` on loopback to tell the counts on.
    """
    logged = ["--access-logfile", settings.access_log] if settings.access_log else []
    counted = ["--bind", f"127.0.0.1:{metrics_port}"] if metrics_port else []
    return [
        *_program(f"{package}.{'watched' if metrics_port else 'app'}"),
        "--bind", f"{settings.host}:{port}",
        "--workers", str(settings.workers), "--threads", "4", "--graceful-timeout", "5",
        "--logger-class", "portal.kit.metrics.CountingLog" if metrics_port else "portal.kit.access_log.AccessLog",
        *logged, *counted,
    ]  # fmt: skip


def alone(settings: Settings, module: str, port: int, threads: int) -> list[str]:
    """Return the argument list of one worker with many threads, for the app of `module` on `port`.

    Its answers are long: a worker that is replaced has a minute to end them.
    """
    logged = ["--access-logfile", settings.access_log] if settings.access_log else []
    return [
        *_program(module), "--bind", f"{settings.host}:{port}",
        "--workers", "1", "--threads", str(threads), "--graceful-timeout", "60",
        "--logger-class", "portal.kit.access_log.AccessLog", *logged,
    ]  # fmt: skip


def _program(module: str) -> list[str]:
    return [
        sys.executable, "-m", "gunicorn", f"{module}:create_app()", "--worker-class", "gthread",
        "--timeout", "120", "--keep-alive", "5",
        "--limit-request-line", "4094", "--limit-request-fields", "50",
        "--forwarder-headers", "",  # else whoever asks from this machine says under which prefix we lie
        "--no-control-socket", "--log-level", "warning", "--config", "python:portal.kit.gunicorn_hooks",
    ]  # fmt: skip


def surroundings(environ: Mapping[str, str], metrics_port: int) -> dict[str, str]:
    """Return the environment of such a service: with a new folder to count in, where anybody will ask."""
    if not metrics_port:
        return dict(environ)
    return {**environ, COUNTS: tempfile.mkdtemp(prefix="mingcha-metrics-")}
