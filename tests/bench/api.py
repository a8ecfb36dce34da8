"""Measure the open-data API beside Datasette on the same rows, a Flask hello and the sqlite3 tool.

``python -m tests.bench.api --rows 1000000``. Ours, the hello and Datasette are served over loopback by
one worker process each (gunicorn gthread for WSGI, uvicorn for Datasette's ASGI) and asked by the
same client over one kept connection. Datasette serves the flat table of our own columns, with
an index on its order. Prints a table, asserts nothing about time.
"""

import argparse
import http.client
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from portal.kit import config, migrate
from portal.register.columns.datasets import DATASETS
from portal.register.columns.lines import line
from portal.register.columns.rows import Stored, reader
from portal.register.records import Kind, PublicFinding, PublicResult, encode
from tests.bench.wire import Wire, rate

_OURS, _HELLO, _DATASETTE = 8963, 8964, 8965
_CHUNK = 10_000
#: Pages of a walk over the changes.
_PAGES = 50
_DATASET = DATASETS["results"]


def _records(count: int) -> Iterator[PublicResult]:
    random_ = random.Random(1)
    for number in range(count):
        problem = random_.random() < 0.2
        outcome = "ordered_to_rectify" if problem else "no_problem"
        day = date(2015, 1, 1) + timedelta(days=number * 4000 // count)
        found = PublicFinding(
            item_name="食品经营许可情况检查", outcomes=(outcome,), item_id="i_" + "5" * 26,
            detail="货架标签与进货台账不一致，限期整改。" if problem else "经查，未发现违法违规行为。",
        )  # fmt: skip
        yield PublicResult(
            id=f"r_{random_.getrandbits(104):026x}", agency_id=f"a_{number % 40:026x}",
            entity_id=f"e_{random_.randrange(1 + count // 5):026x}", inspected_on=day,
            findings=(found,) * random_.choice((1, 1, 2)), unit="市场监管一所",
            handling="ordered" if problem else "none_needed",
            status="open" if problem and random_.random() < 0.3 else "closed",
            stated_due_on=day + timedelta(days=30) if problem else None,
        )  # fmt: skip


def _fill(path: Path, count: int) -> None:
    """Write results straight into the table: what is measured is reading."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    statement = (
        "INSERT INTO result (public_id, serial, version, published_on, body, line, agency_id, entity_id,"
        " region, inspected_on, problem, status, due_on) VALUES (?,?,1,?,?,?,?,?,'990100',?,?,?,?)"
    )
    source = enumerate(_records(count), 1)
    while chunk := list(islice(source, _CHUNK)):
        rows = []
        for serial, each in chunk:
            body, day = encode(each).decode(), each.inspected_on.isoformat()
            problem = each.stated_due_on is not None
            rows.append((each.id, serial, day, body, line(Kind.RESULT, body), each.agency_id, each.entity_id,
                         day, problem, each.status, each.stated_due_on and str(each.stated_due_on)))  # fmt: skip
        connection.executemany(statement, rows)
    connection.execute("INSERT INTO epoch VALUES ('bench')")
    connection.execute("INSERT INTO tally VALUES ('', 'result', ?)", (count,))
    connection.execute(
        "INSERT INTO tally SELECT '', 'result.problem', count(*) FROM result WHERE problem"
    )
    connection.execute(
        "INSERT INTO change VALUES (?, 'publish', 'result', 'r_1', '2025-01-01 00:00:00.000000')",
        (count,),
    )
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _flatten(source: Path, target: Path) -> None:
    """Write the same rows as the flat table of our columns, for Datasette and the sqlite3 tool."""
    keys = [cell.key for cell in _DATASET.cells()]
    read = reader("results", "http://127.0.0.1")
    with sqlite3.connect(source) as ours, sqlite3.connect(target) as flat:
        names = ", ".join(f'"{key}"' for key in keys)
        flat.execute(f"CREATE TABLE results ({names}, PRIMARY KEY (id))")
        rows = ours.execute("SELECT public_id, serial, version, published_on, body FROM result")
        marks = ",".join("?" * len(keys))
        while chunk := rows.fetchmany(_CHUNK):
            flat.executemany(
                f"INSERT INTO results VALUES ({marks})",
                [read.cells(row) for stored in chunk for row in read.rows(Stored(*stored))],
            )
        flat.execute("CREATE INDEX by_day ON results (inspected_on DESC, id DESC)")
        flat.execute("CREATE INDEX by_serial ON results (serial)")
        flat.execute("CREATE INDEX by_problem ON results (problem, inspected_on DESC, id DESC)")


@contextmanager
def _served(argv: list[str], port: int, **environ: str) -> Iterator[int]:
    """Run a server; gives its process id."""
    quiet = subprocess.DEVNULL
    argv = [sys.executable, "-m", *argv]
    with subprocess.Popen(argv, env=os.environ | environ, stdout=quiet, stderr=quiet) as process:
        try:
            for _ in range(200):
                try:
                    _get(port, "/")
                    break
                except OSError:
                    time.sleep(0.1)
            yield process.pid
        finally:
            process.terminate()


def _get(port: int, path: str, **headers: str) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders())


def _best(measure: Callable[[], float]) -> float:
    """Return the best of three measurements: the first has to fetch the files from the disk."""
    return max(measure() for _ in range(3))


def _streamed(port: int, path: str, rows: int) -> float:
    """Return rows a second of one whole transfer."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    begun, lines = time.perf_counter(), 0
    connection.request("GET", path)
    answer = connection.getresponse()
    while piece := answer.read(1 << 18):
        lines += piece.count(b"\n")
    if lines < rows:
        raise SystemExit(f"{path}: only {lines} lines")
    return rows / (time.perf_counter() - begun)


def _walked(port: int, path: str, row: bytes, following: bytes) -> float:
    """Return rows a second of a walk over pages of 1,000; `row` is in each of them once, `following` leads on."""
    wire, begun, count = Wire(port), time.perf_counter(), 0
    for _ in range(_PAGES):
        _, page = wire.ask(path)
        count += page.count(row)
        found = re.search(following, page)
        if not found or row not in page:
            break
        path = re.sub("^https?://[^/]+", "", found[1].decode())
    return count / (time.perf_counter() - begun)


def _tool(path: Path, rows: int) -> float:
    """Return rows a second of ``sqlite3 -csv`` over the flat table in the same order."""
    begun = time.perf_counter()
    query = "SELECT * FROM results ORDER BY inspected_on DESC, id DESC"
    subprocess.run(
        ["sqlite3", "-header", "-csv", str(path), query], stdout=subprocess.DEVNULL, check=True
    )
    return rows / (time.perf_counter() - begun)


def _peak(pid: int) -> float:
    """Return the largest resident size in MiB of a server's youngest child, or of the server itself."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    status = Path(f"/proc/{children[-1] if children else pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _line(what: str, ours: float, unit: str, **peers: float) -> None:
    beside = ", ".join(f"{ours / rate:.2f} × {name} ({rate:,.0f})" for name, rate in peers.items())
    sys.stdout.write(f"{what:<34}{ours:>12,.0f} {unit:<8} {beside}\n")
    sys.stdout.flush()


def _measure(flat: Path, count: int, seconds: float, ours_pid: int) -> None:
    tag = _get(_OURS, "/api/v1/results")[1]["ETag"]
    table = "/flat/results.json?_shape=objects&_sort_desc=inspected_on"
    row = json.loads(_body(_OURS, "/api/v1/results?limit=1"))["data"][0]["id"]
    pairs: list[tuple[str, str, str]] = [
        ("list of 50", "/api/v1/results", f"{table}&_size=50&_nocount=1&_nofacet=1"),
        ("list of 1,000", "/api/v1/results?limit=1000", f"{table}&_size=1000&_nocount=1&_nofacet=1"),
        ("one row", f"/api/v1/results/{row}", f"/flat/results/{row}.json?_shape=objects"),
        ("filtered list with its count", "/api/v1/results?problems=true&total=true",
         f"{table}&_size=50&problem=true"),
    ]  # fmt: skip
    for what, path, peer in pairs:
        theirs = rate(_DATASETTE, peer, seconds)
        _line(f"{what}, anew", rate(_OURS, path, seconds, anew=True), "req/s", Datasette=theirs)
    hello = rate(_HELLO, "/", seconds)
    _line("list of 50, kept", rate(_OURS, "/api/v1/results", seconds), "req/s", hello=hello)
    _line("304", rate(_OURS, "/api/v1/results", seconds, 304, held=tag), "req/s", hello=hello)
    ours = _walked(_OURS, "/api/v1/changes?limit=1000", b'"state":', rb'"next":"([^"]+)"')
    peer = f"{table.partition('&')[0]}&_sort=serial&_size=1000&_nocount=1&_nofacet=1"
    theirs = _walked(_DATASETTE, peer, b'"published_on":', rb'"next_url": ?"([^"]+)"')
    _line("walk over the changes", ours, "rows/s", Datasette=theirs)
    before = _peak(ours_pid)
    export = _best(lambda: _streamed(_OURS, "/api/v1/results.csv", count))
    after = _peak(ours_pid)
    table = "/flat/results.csv?_stream=1&_size=max"
    theirs = _best(lambda: _streamed(_DATASETTE, table, count))
    tool = _best(lambda: _tool(flat, count))
    _line("whole CSV", export, "rows/s", Datasette=theirs, sqlite3=tool)
    sys.stdout.write(
        f"peak of our worker before and after that CSV: {before:.0f}, {after:.0f} MiB\n"
    )


def _body(port: int, path: str) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    return connection.getresponse().read()


def main() -> None:
    """Build the register, serve everything, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=6.0, help="per line and server")
    parser.add_argument("--keep", type=Path, help="folder to build in, and to use again if built")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        settings = config.load({"PORTAL_DATA": str(folder)})
        flat = folder / "flat.db"
        if not flat.exists():
            migrate.upgrade("register", settings.register_url)
            migrate.upgrade("letterbox", settings.letterbox_url)
            _fill(folder / "register.db", asked.rows)
            _flatten(folder / "register.db", flat)
        gunicorn = ["gunicorn", "--workers", "1", "--worker-class", "gthread", "--threads", "4",
                    "--no-control-socket", "--log-level", "warning",
                    "--config", "python:portal.kit.gunicorn_hooks"]  # fmt: skip
        ours = [*gunicorn, "--bind", f"127.0.0.1:{_OURS}", "portal.public.app:create_app()"]
        hello = [*gunicorn, "--bind", f"127.0.0.1:{_HELLO}", "tests.bench.hello:app"]
        peer = ["datasette", "serve", str(flat), "--port", str(_DATASETTE), "--setting", "max_returned_rows", "1000",
                "--setting", "sql_time_limit_ms", "60000", "--setting", "max_csv_mb", "0", "--setting", "suggest_facets", "off"]  # fmt: skip
        with _served(ours, _OURS, PORTAL_DATA=str(folder)) as pid, _served(hello, _HELLO):
            with _served(peer, _DATASETTE):
                _measure(flat, asked.rows, asked.seconds, pid)


if __name__ == "__main__":
    main()
