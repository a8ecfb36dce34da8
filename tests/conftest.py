"""The stage: migrated stores, an office with its people, and the public site over them."""

import fcntl
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.airlock.publish import Outcome
from portal.domain.workflow import Role
from portal.internal.demo import load
from portal.internal.desk import batches, holds, people, release, review, upload
from portal.internal.desk.filing import Accepted
from portal.internal.desk.stores import Stores, open_stores
from portal.internal.desk.upload import Terms
from portal.kit import clock
from portal.public.app import create_app
from tests import stage
from tests.makers import AGENCY, AGENCY_ROW, ITEM_ROW, Row, a_workbook
from tests.stage import urls

#: The day on which tests happen: after every date in the makers.
NOW = datetime(2025, 6, 2, 1, 0, tzinfo=UTC)
#: A file as it is: no mapping, nothing given.
PLAIN = Terms()


def pytest_unconfigure() -> None:
    """Hang up what tests left open to databases, before the interpreter finds it."""
    stage.hang_up()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about the other kind of database."""
    other = "sqlite" if stage.POSTGRES else "postgres"
    left_out = [item for item in items if item.get_closest_marker(other)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud when the second engine of search was not tested for want of a server."""
    skipped = terminalreporter.stats.get("skipped", [])
    left = sum("opensearch" in each.keywords for each in skipped)
    if left:
        terminalreporter.write_line(
            f"NOT TESTED: {left} tests of search on OpenSearch, for want of a server or of its files: "
            "set OPENSEARCH_HOME and run make opensearch.",
            red=True,
            bold=True,
        )


def pytest_collection_finish() -> None:
    """Leave out of every later collection what the tests only read.

    One full collection over it takes longer than a query is given.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Empty stores at the newest schema, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    stage.put_up(folder)
    return folder


@pytest.fixture
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A data folder of one's own, as far made ready as the test asks."""
    asked = request.fixturenames
    source = "furnished" if "office" in asked else "migrated"
    source = "staffed" if "office_app" in asked else source
    folder = stage.copy(request.getfixturevalue(source), tmp_path / "data")
    yield folder
    stage.clear(folder)


@pytest.fixture
def stores(data: Path) -> Iterator[Stores]:
    with opened(data) as stores:
        yield stores


@contextmanager
def opened(data: Path) -> Iterator[Stores]:
    """Open the stores in `data` for a while."""
    stores = open_stores(*urls(data))
    yield stores
    for engine in (stores.internal, stores.register, stores.letterbox):
        engine.dispose()


@dataclass(frozen=True)
class Office:
    """An office at work: clerk lin, reviewer wu, publishers he and an, secrecy officer bao."""

    stores: Stores
    folder: Path

    def file(self, kind: str, *rows: Row, agency: str = AGENCY, now: datetime = NOW) -> Accepted:
        """Import rows as one workbook."""
        path = a_workbook(self.folder / f"{kind}.xlsx", kind, rows)
        return self.take(path, kind, agency=agency, now=now)

    def take(
        self,
        path: Path,
        kind: str,
        *,
        agency: str = AGENCY,
        now: datetime = NOW,
        terms: Terms = PLAIN,
    ) -> Accepted:
        """Import a file, its warnings confirmed."""
        terms = replace(terms, confirmed=True)
        return upload.accept(
            self.stores, path, kind=kind, agency=agency, by="lin", now=now, terms=terms
        )

    def publish(
        self, batch_id: int | None, *, now: datetime = NOW, let_pass: bool = False
    ) -> Outcome:
        """Approve and release a batch; `let_pass`: what the detectors hold is found harmless."""
        assert batch_id is not None
        if let_pass:
            self.let_pass(batch_id, now=now)
        review.approve(self.stores, batch_id, by="wu", now=now)
        return release.release(self.stores, batch_id, by="he", now=now)

    def let_pass(self, batch_id: int, *, now: datetime = NOW) -> None:
        """Let pass everything that the detectors hold."""
        with Session(self.stores.internal) as session:
            batch = batches.get(session, batch_id)
            found = [
                (each.filing.id, each.find.path, each.find.kind)
                for each in holds.undecided(session, batch, clock.local_date(now))
            ]
        if found:
            holds.let_pass(
                self.stores, batch_id, found, reason="无妨", by="wu", second="bao", now=now
            )

    def put(
        self,
        kind: str,
        *rows: Row,
        agency: str = AGENCY,
        now: datetime = NOW,
        let_pass: bool = False,
    ) -> Outcome:
        """Import, approve and release rows."""
        batch_id = self.file(kind, *rows, agency=agency, now=now).batch_id
        return self.publish(batch_id, now=now, let_pass=let_pass)


@pytest.fixture(scope="session")
def furnished(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stores of an office with its people, whose agency and one item are public already; to be copied."""
    folder = tmp_path_factory.mktemp("furnished")
    data = stage.copy(migrated, folder / "data")
    with opened(data) as stores:
        furnish(stores, folder)
    return data


def furnish(stores: Stores, folder: Path) -> Office:
    """Bring people, an agency and one item into empty stores: clerk lin, reviewer wu, publishers, secrecy officer."""
    for name, roles in (
        ("lin", (Role.CLERK,)),
        ("wu", (Role.REVIEWER,)),
        ("he", (Role.PUBLISHER,)),
        ("an", (Role.PUBLISHER,)),
        ("bao", (Role.SECRECY,)),
    ):
        people.add(stores.internal, name=name, display=name, agency="*", roles=roles, password=None)
    made = Office(stores, folder)
    made.put("agencies", AGENCY_ROW)
    made.put("items", ITEM_ROW)
    return made


@pytest.fixture
def office(stores: Stores, tmp_path: Path) -> Office:
    """An office whose agency and one item are public already."""
    return Office(stores, tmp_path)


@pytest.fixture
def site(data: Path) -> Flask:
    """The public site over the same register."""
    return create_app(urls(data)[0])


@pytest.fixture
def client(site: Flask) -> FlaskClient:
    return site.test_client()


@pytest.fixture
def desk(stores: Stores) -> Iterator[Session]:
    """A session on the office's store."""
    with Session(stores.internal) as session:
        yield session


@pytest.fixture
def register(stores: Stores) -> Iterator[Session]:
    """A session on the register."""
    with Session(stores.register) as session:
        yield session


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The whole demonstration, loaded once for all workers by the ordinary road."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    folder = shared / "demo"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            stage.put_up(folder)
            load.load(open_stores(*urls(folder)), say=print)
            (folder / "done").touch()
    return folder
