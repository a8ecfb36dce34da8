"""kill -9 at any moment of import, release or withdrawal: nothing acknowledged is lost, a rerun heals."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.tables.batches import BatchRow
from portal.kit.db import engine_for
from portal.register.layout import LAYOUTS
from portal.register.proofs.audit import audit
from portal.register.queries import changes
from portal.register.records import Kind
from portal.register.tables.changes import ChangeRow
from portal.register.tables.results import ResultRow
from tests import stage
from tests.bench.corpus import write_csv
from tests.journeys.processes import BIN, environment, office
from tests.makers import AGENCY, AGENCY_ROW, ITEM_ROW, a_workbook
from tests.stage import urls

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

ROWS = 3_000
#: Kills of each command, at moments spread over its whole run.
KILLS = 6


def _killed(data: Path, *words: str, after: float) -> bool:
    """Start a command and kill it after a while; say whether it was still running."""
    process = subprocess.Popen(
        [str(BIN / "portal-office"), *words], env=environment(data),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def _timed(data: Path, *words: str) -> tuple[float, str]:
    begun = time.monotonic()
    told = office(data, *words).stdout
    return time.monotonic() - begun, told


def _published(data: Path) -> tuple[int, int]:
    """Return the number of live results and of changes, after checking that they and the log agree."""
    engine = engine_for(urls(data)[0].register_url)
    with Session(engine) as session:
        serials = session.scalars(sa.select(ChangeRow.serial).order_by(ChangeRow.serial)).all()
        live = {
            what: session.scalar(sa.select(sa.func.count()).select_from(LAYOUTS[Kind(what)].table))
            or 0
            for what in ("agency", "item", "entity", "result")
        }
        tallies = changes.tallies(session)
        assert audit(session).faults == []
        assert list(serials) == list(range(1, len(serials) + 1))
        assert {what: tallies.get(what, 0) for what in live} == live
        first = session.scalars(sa.select(ResultRow.public_id).limit(1)).all()
    engine.dispose()
    (data / "some_id").write_text("".join(first))
    return live["result"], len(serials)


def _newest_batch(data: Path) -> str:
    """Return the number of the batch filed last; killed imports may have used up numbers before it."""
    engine = engine_for(urls(data)[1])
    with Session(engine) as session:
        found = session.scalars(sa.select(sa.func.max(BatchRow.id))).one()
    engine.dispose()
    return str(found)


def test_killing_import_release_and_withdrawal_at_random_moments_loses_nothing(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    random_ = random.Random(20_250_602)
    stage.lay(data)
    office(data, "migrate")
    for name, role in (
        ("lin", "clerk"),
        ("wu", "reviewer"),
        ("he", "publisher"),
        ("an", "publisher"),
    ):
        office(data, "add-person", name, "--display", name, "--agency", "*", "--role", role)
    for number, (kind, row) in enumerate((("agencies", AGENCY_ROW), ("items", ITEM_ROW)), 1):
        path = a_workbook(tmp_path / f"{kind}.xlsx", kind, [row])
        office(data, "import", kind, str(path), "--agency", AGENCY, "--by", "lin")
        office(data, "review", str(number), "--by", "wu", "--approve")
        office(data, "release", str(number), "--by", "he")
    table = write_csv(tmp_path / "results.csv", ROWS)
    words = ("import", "results", str(table), "--agency", AGENCY, "--by", "lin", "--yes", "--json")
    whole, _ = _timed(data, *words, "--dry-run")

    for n in range(KILLS):
        _killed(data, *words, after=whole * (n + random_.random()) / KILLS)
    told = office(data, *words).stdout
    batch_text = told.split('"batch": ')[1].split(",")[0]
    batch = _newest_batch(data) if batch_text == "null" else batch_text
    #: Every kill left either the whole batch or nothing, so the last run filed all or found all filed.
    filed = ('"created": 0' in told, batch_text == "null")
    assert filed in ((True, True), (False, False))

    office(data, "review", batch, "--by", "wu", "--approve")
    seen = set()
    for n in range(KILLS):
        _killed(
            data, "release", batch, "--by", "he", after=whole * 1.2 * (n + random_.random()) / KILLS
        )
        seen.add(_published(data)[0])
    office(data, "release", batch, "--by", "he")
    results, serials = _published(data)
    assert seen <= {0, ROWS}
    assert results == ROWS
    assert '"published": 0' in office(data, "release", batch, "--by", "he", "--json").stdout
    assert _published(data) == (ROWS, serials)

    public_id = (data / "some_id").read_text()
    order = ("withdraw", "results", public_id, "--by", "he", "--second", "an")
    for n in range(3):
        _killed(data, *order, after=0.3 + 0.2 * n)
        assert _published(data)[0] in (ROWS, ROWS - 1)
    office(data, *order)
    office(data, "release", batch, "--by", "he")
    assert _published(data)[0] == ROWS - 1
