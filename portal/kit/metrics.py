"""What those who watch over a service count (Prometheus): answers by endpoint and status, and how long they took.

No path, no query, no id and no address of a reader is in any label: an endpoint is the name of a kind of page.
Each worker counts in a file of its own (prometheus_client's multiprocess mode), whoever is asked adds them up.
The counts are told on a port of their own, on loopback, and nowhere else.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Flask, request
from gunicorn.http.message import Request
from gunicorn.http.wsgi import Response
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from portal.kit.access_log import AccessLog
from portal.kit.gunicorn import ENDPOINT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_LOOPBACK = ("127.0.0.1", "::1")

#: Name, meaning and value of what is measured when somebody asks.
Facts = Callable[[], Iterable[tuple[str, str, float]]]

_ANSWERS = Counter(
    "mingcha_answers", "Answers, by kind of page and status", ["endpoint", "status"], registry=None
)
_DURATIONS = Histogram(
    "mingcha_answer_seconds", "Time to the last byte, by kind of page", ["endpoint"],
    buckets=_SECONDS, registry=None,
)  # fmt: skip


class CountingLog(AccessLog):
    """An access log that counts as well, whether or not anything is written."""

    def access(
        self, resp: Response, req: Request, environ: dict[str, Any], request_time: timedelta
    ) -> None:
        """Count one answer, to its last byte."""
        status = str(resp.status).split(maxsplit=1)[0]
        observe(environ, status, request_time.total_seconds())
        super().access(resp, req, environ, request_time)


def observe(environ: Mapping[str, object], status: str, seconds: float) -> None:
    """Count one answer; what no kind of page was asked for counts as unrouted."""
    endpoint = str(environ.get(ENDPOINT) or "unrouted")
    _ANSWERS.labels(endpoint, status).inc()
    _DURATIONS.labels(endpoint).observe(seconds)


class Watched:
    """A service whose counts are told on `port` of this machine; on any other port it is what it was."""

    def __init__(self, app: Flask, port: int, facts: Facts) -> None:
        """Name the kinds of pages of `app` for the server, and tell `facts` beside the counts."""
        self.app = app
        self._port = str(port)
        self._facts = facts
        app.url_value_preprocessor(_name)

    @property
    def extensions(self) -> dict[str, Any]:
        """Those of the service itself."""
        return self.app.extensions

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("SERVER_PORT") != self._port or environ.get("REMOTE_ADDR") not in _LOOPBACK:
            return self.app(environ, start_response)
        environ[ENDPOINT] = "metrics"
        with self.app.app_context():
            body = self._told()
        start_response(
            "200 OK", [("Content-Type", CONTENT_TYPE_LATEST), ("Content-Length", str(len(body)))]
        )
        return [body]

    def _told(self) -> bytes:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        registry.register(_Measured(self._facts))
        return generate_latest(registry)


class _Measured(Collector):
    """What is so at this moment."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def collect(self) -> Iterable[Metric]:
        """Measure it."""
        for name, meaning, value in self._facts():
            yield GaugeMetricFamily(name, meaning, value=value)


def _name(endpoint: str | None, values: dict[str, object] | None) -> None:
    del values
    request.environ[ENDPOINT] = endpoint
