"""Measure import, release and public pages at size; prints a table, asserts nothing about time.

Each rate stands beside a peer measured in the same run, because machines differ and drift: the
ratio is the figure to quote. ``make bench``, or ``python -m tests.bench --rows 20000``.
"""

import argparse
import csv
import re
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from functools import partial
from html import unescape
from itertools import islice
from pathlib import Path

import python_calamine
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.airlock.publish import withdraw
from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.domain.workflow import Role
from portal.internal.checks.context import Context
from portal.internal.desk import batches, decide, people, release, review, summary, upload
from portal.internal.desk.orders import Order
from portal.internal.desk.stores import Stores, open_stores
from portal.internal.desk.upload import Terms
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.reader import Reader
from portal.internal.sheets.report import Report
from portal.internal.tables.filings import FilingRow
from portal.kit import clock, config, migrate
from portal.kit.collecting import seldom_collecting
from portal.public.app import create_app
from portal.register.records import Kind
from tests.bench.corpus import write_csv, write_xlsx
from tests.makers import AGENCY, AGENCY_ROW, ITEM_ROW, a_workbook


def _timed(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _say(what: str, figure: str, beside: str = "") -> None:
    sys.stdout.write(f"{what:<46}{figure:>16}  {beside}\n")
    sys.stdout.flush()


def _open(folder: Path) -> tuple[Stores, config.Settings]:
    environ = {"PORTAL_DATA": str(folder)}
    settings, internal = config.load(environ), config.internal_url(environ)
    migrate.upgrade("register", settings.register_url)
    migrate.upgrade("letterbox", settings.letterbox_url)
    migrate.upgrade("internal", internal)
    stores = open_stores(settings, internal)
    for name, role in (("lin", Role.CLERK), ("wu", Role.REVIEWER), ("he", Role.PUBLISHER)):
        people.add(
            stores.internal, name=name, display=name, agency="*", roles=(role,), password=None
        )
    return stores, settings


def _put(stores: Stores, kind: str, path: Path) -> None:
    batch = _file(stores, kind, path)
    _release(stores, batch)


def _file(stores: Stores, kind: str, path: Path) -> int:
    done = upload.accept(
        stores,
        path,
        kind=kind,
        agency=AGENCY,
        by="lin",
        now=clock.utc_now(),
        terms=Terms(confirmed=True),
    )
    if done.batch_id is None:
        raise RuntimeError("nothing new")
    return done.batch_id


def _checked(stores: Stores, kind: str, path: Path) -> None:
    """Read, parse and hold against the office every row, and file none."""
    report = Report()
    with seldom_collecting(), Session(stores.internal) as session:
        today = clock.local_today()
        context = Context(session, SHEETS[kind], path.name, AGENCY, today, report, batch_id=0)
        reads = Reader(path, SHEETS[kind], AGENCY, report).records()
        while chunk := list(islice(reads, upload.CHUNK)):
            upload.check(context, chunk)
    if report.error_count:
        raise RuntimeError(str(report.errors[0]))


def _look(stores: Stores, batch: int) -> None:
    """Project and scan the whole batch, as the reviewer's overview does."""
    with Session(stores.internal) as session:
        found = summary.summary(session, batches.get(session, batch), clock.local_today())
    if found.undecided:
        raise RuntimeError(f"{found.undecided} finds")


def _take_back(stores: Stores, released: float) -> None:
    """Withhold a field of some public records one by one, then withdraw all of them."""
    with Session(stores.internal) as session:
        query = sa.select(FilingRow.public_id, FilingRow.key).where(FilingRow.kind == "result")
        rows = session.execute(query).all()
    today = clock.local_today()
    order = Order(
        place="detail", act=Act.WITHHOLD, ground=Ground.TRADE_SECRET, article="第十五条",
        decided_by="示例市市场监督管理局", decided_on=today, review_on=today + timedelta(days=300),
        reason="基准",
    )  # fmt: skip
    some = rows[:50]

    def one_by_one() -> None:
        for row in some:
            now = clock.utc_now()
            decide.decide(stores, Kind.RESULT, row.key, [order], by="wu", now=now)

    decided = _timed(one_by_one) / len(some)
    _say("decide on something public", f"{decided * 1000:.0f} ms", "each, signed and out at once")
    ids = [row.public_id for row in rows]
    gone = _timed(
        lambda: withdraw(
            stores.register, Kind.RESULT, ids, now=clock.utc_now(), keys=stores.log_key
        )
    )
    rate = gone / len(ids)
    _say("withdraw", f"{1 / rate:,.0f} rows/s", f"{released / rate:.2f} × as fast as their release")


def _release(stores: Stores, batch: int) -> None:
    review.approve(stores, batch, by="wu", now=clock.utc_now())
    release.release(stores, batch, by="he", now=clock.utc_now())


def _peer_xlsx(path: Path) -> None:
    """The least that reading the workbook can cost: calamine's plain reader and a dict for each row."""
    rows = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    header = [str(cell) for cell in rows[0]]
    kept = {}
    for row in rows[1:]:
        kept[row[0]] = dict(zip(header, row, strict=True))


def _peer_csv(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        kept = {}
        for row in csv.DictReader(file):
            kept[row["检查记录编号"]] = row


def _peer_insert(folder: Path, rows: list[tuple[object, ...]]) -> None:
    """The least that storing can cost: the same result rows into the same table with its indexes."""
    migrate.upgrade("register", f"sqlite:///{folder / 'peer.db'}")
    marks = ", ".join("?" * len(rows[0]))
    with closing(sqlite3.connect(folder / "peer.db")) as connection:
        connection.executemany(f"INSERT INTO result VALUES ({marks})", rows)
        connection.commit()


def _result_rows(folder: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "register.db")) as connection:
        return connection.execute("SELECT * FROM result").fetchall()


def _pages(client: FlaskClient, folder: Path) -> None:
    """Time the pages that grow with the register; the peer is the front page of docs, which does not."""
    still = _page(client, "/docs/about")
    fiftieth = "/results/"
    for _ in range(49):
        fiftieth = _next(client, fiftieth)
    with closing(sqlite3.connect(folder / "register.db")) as connection:
        query = "SELECT entity_id, agency_id FROM result LIMIT 1"
        entity_id, agency_id = connection.execute(query).fetchone()
    for name, address in (
        ("front page", "/"),
        ("results, first page", "/results/"),
        ("results, page 50", fiftieth),
        ("results, one outcome", "/results/?outcome=ordered_to_rectify"),
        ("results, overdue", "/results/?status=overdue"),
        ("one party", f"/entities/{entity_id}"),
        ("one agency", f"/agencies/{agency_id}"),
    ):
        taken = _page(client, address)
        _say(name, f"{taken * 1000:.1f} ms", f"{taken / still:.1f} × a help page")


def _next(client: FlaskClient, address: str) -> str:
    page = client.get(address).get_data(as_text=True)
    links = re.findall(r'<a[^>]*href="([^"]*cursor=[^"]*)"[^>]*rel="next"', page)
    return unescape(links[0])


def _page(client: FlaskClient, address: str, times: int = 15) -> float:
    """Return the middle time of asking for a page, in a way nobody asked before: nothing kept will do."""
    found = []
    for number in range(times):
        begun = time.perf_counter()
        answer = client.get(address, headers={"Accept": f"text/html, x-bench/{number}"})
        found.append(time.perf_counter() - begun)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
    return sorted(found)[times // 2]


def main() -> None:
    """Run everything once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    count: int = parser.parse_args().rows
    _say(f"rows: {count:,}", "figure", "beside its peer in this run")
    for name, write, peer in (("CSV", write_csv, _peer_csv), ("XLSX", write_xlsx, _peer_xlsx)):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            stores, settings = _open(folder)
            _put(stores, "agencies", a_workbook(folder / "a.xlsx", "agencies", [AGENCY_ROW]))
            _put(stores, "items", a_workbook(folder / "i.xlsx", "items", [ITEM_ROW]))
            table = write(folder / f"table.{name.lower()}", count)
            checked = _timed(lambda: _checked(stores, "results", table))  # noqa: B023
            plain = _timed(partial(peer, table))
            _say(
                f"read, parse and check {name}",
                f"{count / checked:,.0f} rows/s",
                f"{plain / checked:.2f} × plain reader and as many dicts",
            )
            before = _peak()
            batch: list[int] = []
            filed = _timed(lambda: batch.append(_file(stores, "results", table)))  # noqa: B023
            used = _peak() - before
            _say(
                f"import {name}",
                f"{count / filed:,.0f} rows/s",
                f"{plain / filed:.2f} × plain reader; +{used:.0f} MiB",
            )
            looked = _timed(lambda: _look(stores, batch[0]))  # noqa: B023
            before = _peak()
            out = _timed(lambda: _release(stores, batch[0]))  # noqa: B023
            used = _peak() - before
            bare = _timed(partial(_peer_insert, folder, _result_rows(folder)))
            _say(
                f"release after {name}",
                f"{count / out:,.0f} rows/s",
                f"{bare / out:.2f} × bare insert; +{used:.0f} MiB",
            )
            _say(
                f"look through a batch from {name}",
                f"{count / looked:,.0f} rows/s",
                f"{out / looked:.2f} × as fast as its release",
            )
            if name == "CSV":
                _take_back(stores, out / count)
            if name == "XLSX":
                _pages(create_app(settings).test_client(), folder)


if __name__ == "__main__":
    main()
