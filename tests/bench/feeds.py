"""Measure polls of a feed that did not change, and feeds made anew, beside a Flask hello served the same way.

``python -m tests.bench.feeds --data FOLDER``: FOLDER holds a register, such as the demonstration's.
Both are served over loopback by two gunicorn workers of four threads and asked by four clients, each over
kept connections. Client and servers share the processors, so the ratio is the figure to quote.
"""

import argparse
import http.client
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_FEEDS, _HELLO = 8967, 8968
_CLIENTS, _SECONDS, _ROUNDS = 4, 1.5, 5
_PATHS = ("/all.atom", "/results.rss?problem=true", "/agencies.feed.json")


def _command(app: str, port: int) -> list[str]:
    return [
        sys.executable, "-m", "gunicorn", app, "--bind", f"127.0.0.1:{port}", "--workers", "2",
        "--worker-class", "gthread", "--threads", "4", "--keep-alive", "5", "--no-control-socket",
        "--log-level", "error",
    ]  # fmt: skip


@contextmanager
def _served(app: str, port: int, environ: dict[str, str]) -> Iterator[None]:
    with subprocess.Popen(_command(app, port), env=environ) as server:
        try:
            _wait(port)
            yield
        finally:
            server.terminate()


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            _get(port, "/", "")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"nothing answers on {port}")


def _get(port: int, path: str, tag: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"If-None-Match": tag})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.getheader("ETag") or ""


def _ask(port: int, path: str, tag: str, status: int) -> int:
    """Ask over one kept connection until time is up; return how many answers came."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    count, end = 0, time.perf_counter() + _SECONDS
    while time.perf_counter() < end:
        connection.request("GET", path, headers={"If-None-Match": tag})
        answer = connection.getresponse()
        answer.read()
        if answer.status != status:
            raise RuntimeError(f"{path}: {answer.status}")
        count += 1
    connection.close()
    return count


def _rate(port: int, path: str, tag: str, status: int) -> float:
    with multiprocessing.Pool(_CLIENTS) as pool:
        counts = pool.starmap(_ask, [(port, path, tag, status)] * _CLIENTS)
    return sum(counts) / _SECONDS


def main() -> None:
    """Measure in rounds and print medians."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    environ = {**os.environ, "PORTAL_DATA": parser.parse_args().data}
    with (
        _served("tests.bench.hello:app", _HELLO, environ),
        _served("portal.public.app:create_app()", _FEEDS, environ),
    ):
        tags = {path: _get(_FEEDS, path, "")[1] for path in _PATHS}
        rounds = [_round(tags) for _ in range(_ROUNDS)]
    hello = statistics.median(each["hello"] for each in rounds)
    sys.stdout.write(f"{'Flask hello':<40}{hello:>10,.0f}/s\n")
    for name in [name for name in rounds[0] if name != "hello"]:
        found = statistics.median(each[name] for each in rounds)
        ratio = statistics.median(each[name] / each["hello"] for each in rounds)
        sys.stdout.write(f"{name:<40}{found:>10,.0f}/s  {ratio:.3f} × hello\n")


def _round(tags: dict[str, str]) -> dict[str, float]:
    """Measure everything once, each for a short while: what else the machine does meets all alike."""
    found = {"hello": _rate(_HELLO, "/", "", 200)}
    for path, tag in tags.items():
        found[f"304 {path}"] = _rate(_FEEDS, path, tag, 304)
        found[f"200 {path}"] = _rate(_FEEDS, path, "", 200)
    return found


if __name__ == "__main__":
    main()
