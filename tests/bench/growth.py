"""Measure how the cost of each kind of page grows with the register: ``python -m tests.bench.growth FOLDER…``.

Each folder is one that `tests.bench.site --keep` has built, smallest first. A page is asked in this process, made
anew. Its cost is counted in steps of SQLite's machine, which are the same on an idle and on a busy machine, and
in processor time of the whole answer (middle of the rounds). A page whose steps grow as the register does reads
more the more there is; one whose steps stay, or gain a few for each tenfold, goes along an index. Exports are
told by the row. Registers are opened for reading only.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.kit import config
from portal.kit.db import db
from portal.public.app import create_app
from tests.bench.site import addresses

#: After how many steps SQLite says so.
_STEP = 100
#: Whole tables, told by the row.
_EXPORTS = {
    "CSV, all results": "/api/v1/results.csv",
    "CSV, one year": "/api/v1/results.csv?year=2022",
    "CSV, all parties": "/api/v1/entities.csv",
    "NDJSON, problems": "/api/v1/results.ndjson?problems=true",
}
_AGENCY = f"a_{3:026x}"
_MORE = {
    "statistics: outcomes": "/statistics/outcomes",
    "statistics: outcomes of an agency": f"/statistics/outcomes?agency={_AGENCY}",
    "statistics: coverage": "/statistics/coverage",
    "statistics: punctuality (API)": "/api/v1/statistics/punctuality",
    "results, agency and year": f"/results/?agency={_AGENCY}&year=2022",
    "results, agency and overdue": f"/results/?agency={_AGENCY}&status=overdue",
    "API, 1,000 results": "/api/v1/results?limit=1000",
    "API, 500 changes": "/api/v1/changes?limit=500",
    "API, results as of a day": "/api/v1/results?as_of=2025-06-03",
    "API, look-up of a code": "/api/v1/entities?identifier=91990101MA0000000U",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one answer takes: steps of SQLite's machine and seconds of processor time, and lines of its body."""

    steps: int
    busy: float
    lines: int


class Site:
    """The site over the register in one folder, its steps counted."""

    def __init__(self, folder: Path) -> None:
        """Open it."""
        self._steps = 0
        self.addresses = addresses(folder) | _MORE
        self._app = create_app(config.load({"PORTAL_DATA": str(folder)}))
        with self._app.app_context():
            for engine in db.engines.values():
                engine.dispose()
            sa.event.listen(db.engine, "connect", self._listen)
        self._client: FlaskClient = self._app.test_client()
        self.rows = self._count()

    def _listen(self, connection: Any, record: object) -> None:
        del record
        connection.set_progress_handler(self._counted, _STEP)

    def _counted(self) -> int:
        self._steps += _STEP
        return 0

    def _count(self) -> int:
        found = self._client.get("/api/v1/results?limit=1&total=true").get_json()
        return int(found["total"])

    def cost(self, address: str, rounds: int) -> Cost:
        """Ask for a page `rounds` times, each time in a way nobody asked before."""
        steps, busy, body = 0, [], b""
        for number in range(rounds):
            before, begun = self._steps, time.process_time()
            answer = self._client.get(address, headers={"Accept": f"*/*, x-bench/{number}"})
            body = answer.get_data()
            busy.append(time.process_time() - begun)
            steps = self._steps - before
            if answer.status_code != 200:
                raise SystemExit(f"{address}: {answer.status_code}")
        return Cost(steps, sorted(busy)[rounds // 2], body.count(b"\n"))


def _table(sites: list[Site], names: Callable[[Site], dict[str, str]], rounds: int, *, by_row: bool) -> None:  # fmt: skip
    for name in names(sites[0]):
        costs = [site.cost(names(site)[name], rounds) for site in sites]
        if by_row:
            cells = [f"{each.steps / each.lines:>10,.1f}{each.busy / each.lines * 1e6:>9.2f} µs" for each in costs]  # fmt: skip
        else:
            cells = [f"{each.steps:>10,}{each.busy * 1000:>9.1f} ms" for each in costs]
        sys.stdout.write(f"{name:<42}{''.join(cells)}\n")
        sys.stdout.flush()


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    sites = [Site(folder) for folder in asked.folders]
    sys.stdout.write(f"{'steps, processor time':<42}{''.join(f'{site.rows:>14,} rows   ' for site in sites)}\n")  # fmt: skip
    _table(sites, lambda site: site.addresses, asked.rounds, by_row=False)
    sys.stdout.write("by the row\n")
    _table(sites, lambda _: _EXPORTS, 1, by_row=True)


if __name__ == "__main__":
    main()
