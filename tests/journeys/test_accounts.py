"""The accounts that `portal-site config postgresql` makes: each does its work and can do no more."""

import os
import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from portal.domain.workflow import Role
from portal.internal.desk import backup, people, restore, retract
from portal.internal.desk.backup import BackupFailed, Urls
from portal.internal.desk.stores import Stores, open_stores
from portal.kit import config, deploy, migrate
from portal.kit.db import db, engine_for
from portal.letterbox.tables import LetterRow
from portal.public.app import create_app
from portal.register import purging
from portal.register.records import Kind
from portal.register.tables.results import ResultRow
from tests import stage
from tests.conftest import Office
from tests.makers import AGENCY_ROW, ITEM_ROW, RESULT_ROW

pytestmark = pytest.mark.postgres

NOW = datetime(2025, 6, 2, 1, 0, tzinfo=UTC)
#: What the site's account may not do in the register, and the SQLSTATE it is told.
FORBIDDEN = {
    "INSERT INTO agency (public_id) VALUES ('a_1')": "42501",
    "UPDATE result SET public_id = 'r_1'": "42501",
    "DELETE FROM change": "42501",
    "TRUNCATE result": "42501",
    "UPDATE alembic_version SET version_num = '0001'": "42501",
    "CREATE TABLE mine (id int)": "42501",
    "CREATE TEMPORARY TABLE mine (id int)": "42501",
    "SELECT pg_advisory_lock(7310221)": "42501",
    "SELECT lo_create(0)": "42501",
    "SELECT lo_from_bytea(0, 'x')": "42501",
    "SELECT pg_logical_emit_message(false, 'a', 'b')": "42501",
    "SELECT pg_switch_wal()": "42501",
    "SELECT pg_ls_waldir()": "42501",
    "CHECKPOINT": "42501",
    "COPY agency TO PROGRAM 'cat'": "42501",
    "SELECT tup_inserted FROM pg_stat_database": "42501",
    "SELECT n_tup_ins FROM pg_stat_user_tables": "42501",
    "SELECT backend_start FROM pg_stat_activity": "42501",
    "SELECT wal_bytes FROM pg_stat_wal": "42501",
    "SELECT pg_current_wal_insert_lsn()": "42501",
    "SELECT pg_relation_size('change')": "42501",
    "SELECT pg_tablespace_size('pg_default')": "42501",
    "SELECT redo_lsn FROM pg_control_checkpoint()": "42501",
    "SELECT mode FROM pg_locks": "42501",
    "SET ROLE mingcha_airlock": "42501",
}


@dataclass(frozen=True)
class Accounts:
    """What names begin with on this server, and the address of a store as an account of ours."""

    prefix: str

    def url(self, store: str, account: str) -> str:
        assert stage.POSTGRES
        return (
            make_url(stage.POSTGRES)
            .set(database=f"{self.prefix}{store}", username=f"{self.prefix}{account}")
            .render_as_string(hide_password=False)
        )

    def environ(self, data: Path) -> dict[str, str]:
        return {
            "PORTAL_DATA": str(data),
            "PORTAL_SITE_URL": "https://mingcha.example",
            "PORTAL_REGISTER_URL": self.url("register", "airlock"),
            "PORTAL_LETTERBOX_URL": self.url("letterbox", "office"),
            "PORTAL_INTERNAL_URL": self.url("internal", "office"),
        }

    def site(self, data: Path) -> config.Settings:
        public = {
            "PORTAL_REGISTER_URL": self.url("register", "site"),
            "PORTAL_LETTERBOX_URL": self.url("letterbox", "site"),
        }
        return config.load({**self.environ(data), **public})


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    """Databases and accounts by the printed file, under names of their own; gone afterwards."""
    made = Accounts(f"m{random.SystemRandom().randrange(10**9)}_")
    settings = config.load({"PORTAL_DATA": str(tmp_path)})
    _psql(deploy.render("postgresql", settings).replace("mingcha_", made.prefix))
    yield made
    databases = "".join(
        f"DROP DATABASE {made.prefix}{store} WITH (FORCE);\n" for store in stage.STORES
    )
    roles = ", ".join(f"{made.prefix}{name}" for name in ("office", "airlock", "site"))
    _psql(f"{databases}DROP ROLE {roles};")


@pytest.fixture
def stores(accounts: Accounts, tmp_path: Path) -> Iterator[Stores]:
    environ = accounts.environ(tmp_path)
    settings, internal = config.load(environ), config.internal_url(environ)
    for store, url in (
        ("register", settings.register_url),
        ("letterbox", settings.letterbox_url),
        ("internal", internal),
    ):
        migrate.upgrade(store, url)
    opened = open_stores(settings, internal)
    yield opened
    for engine in (opened.internal, opened.register, opened.letterbox):
        engine.dispose()


@pytest.fixture
def office(stores: Stores, tmp_path: Path) -> Office:
    """An office with one public result, at work with the accounts it is meant to have."""
    for name, role in (
        ("lin", Role.CLERK), ("wu", Role.REVIEWER), ("he", Role.PUBLISHER), ("an", Role.PUBLISHER),
    ):  # fmt: skip
        people.add(
            stores.internal, name=name, display=name, agency="*", roles=(role,), password=None
        )
    made = Office(stores, tmp_path)
    for kind, row in (("agencies", AGENCY_ROW), ("items", ITEM_ROW), ("results", RESULT_ROW)):
        made.put(kind, row)
    return made


def _psql(script: str) -> None:
    assert stage.POSTGRES
    plain = make_url(stage.POSTGRES)
    subprocess.run(
        ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"],
        env=os.environ | {
            "PGHOST": str(plain.query["host"]), "PGPORT": str(plain.query["port"]),
            "PGUSER": str(plain.username), "PGDATABASE": "postgres",
        },
        input=script, text=True, check=True, capture_output=True,
    )  # fmt: skip


def _refused(url: str, statement: str) -> str | None:
    """Return the SQLSTATE with which a statement is refused, None when it is not."""
    engine = engine_for(url)
    try:
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("SET default_transaction_read_only = off")
            connection.exec_driver_sql(statement)
    except sa.exc.DBAPIError as error:
        return getattr(error.orig, "sqlstate", None) or type(error.orig).__name__
    finally:
        engine.dispose()
    return None


def test_the_office_releases_and_withdraws_and_the_site_serves_and_posts(
    office: Office, accounts: Accounts, tmp_path: Path
) -> None:
    site = create_app(accounts.site(tmp_path))
    client = site.test_client()
    with Session(office.stores.register) as session:
        public_id = session.scalars(sa.select(ResultRow.public_id)).one()

    shown = client.get(f"/results/{public_id}").status_code
    letter = {"kind": "error", "text": "所列事项有误。"}
    posted = client.post(f"/replies/new?about={public_id}", data=letter)
    retract.retract(office.stores, Kind.RESULT, public_id, by="he", second="an", now=NOW)

    assert (shown, client.get(f"/results/{public_id}").status_code) == (200, 410)
    with Session(office.stores.letterbox) as session:
        posts = session.scalars(sa.select(LetterRow.text)).all()
    assert (posted.status_code, posts) == (201, [letter["text"]])
    assert purging.owed(office.stores.register) == 0
    with site.app_context():
        for engine in db.engines.values():
            engine.dispose()


def test_the_sites_account_reads_the_register_and_can_do_nothing_else_there(
    office: Office, accounts: Accounts
) -> None:
    url = accounts.url("register", "site")
    statements = {
        each.replace("mingcha_", accounts.prefix): code for each, code in FORBIDDEN.items()
    }

    assert _refused(url, "SELECT count(*) FROM result") is None
    assert {each: _refused(url, each) for each in statements} == statements
    assert office.stores.register.url.username == f"{accounts.prefix}airlock"


def test_the_sites_account_posts_letters_and_reads_none(stores: Stores, accounts: Accounts) -> None:
    url = accounts.url("letterbox", "site")
    letter = "INSERT INTO letter (reference, subject, text, posted_at) VALUES ('{}', 'r_1', '一封', now())"

    found = {
        each: _refused(url, each)
        for each in (
            letter.format("A"), letter.format("B") + " RETURNING text", "SELECT text FROM letter",
            "DELETE FROM letter", "UPDATE letter SET text = ''", "SELECT * FROM alembic_version",
            "INSERT INTO alembic_version VALUES ('9')", "SELECT pg_advisory_xact_lock(7310221)",
            "SELECT tup_inserted FROM pg_stat_database", "SELECT pg_total_relation_size('letter')",
        )
    }  # fmt: skip

    assert list(found.values()) == [None] + ["42501"] * 9
    assert stores.letterbox.url.username == f"{accounts.prefix}office"


def test_nobody_enters_the_store_of_another(stores: Stores, accounts: Accounts) -> None:
    doors = [
        (store, account)
        for store in stage.STORES
        for account in ("office", "airlock", "site")
        if _refused(accounts.url(store, account), "SELECT 1") is None
    ]

    assert doors == [
        ("register", "airlock"), ("register", "site"), ("internal", "office"),
        ("letterbox", "office"), ("letterbox", "site"),
    ]  # fmt: skip
    assert stores.internal.url.username == f"{accounts.prefix}office"
    assert stage.POSTGRES
    for account in ("office", "airlock", "site"):
        theirs = make_url(stage.POSTGRES).set(username=f"{accounts.prefix}{account}")
        assert _refused(theirs.render_as_string(hide_password=False), "SELECT 1") is not None


def _close(stores: Stores) -> None:
    for engine in (stores.internal, stores.register, stores.letterbox):
        engine.dispose()


@pytest.mark.slow
def test_nobody_reads_what_a_backup_brings_back_before_what_was_taken_back_is_out_of_it(
    office: Office, accounts: Accounts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at the worst moment: the record stands in the register again."""
    settings = config.load(accounts.environ(tmp_path))
    addresses = Urls(
        settings.register_url, accounts.url("internal", "office"), settings.letterbox_url
    )
    made = backup.make(
        office.stores, addresses, tmp_path / "backups", release="0", now=NOW, keep=0
    )  # fmt: skip
    with Session(office.stores.register) as session:
        public_id = session.scalars(sa.select(ResultRow.public_id)).one()
    retract.retract(office.stores, Kind.RESULT, public_id, by="he", second="an", now=NOW)
    _close(office.stores)
    site, ask = accounts.url("register", "site"), "SELECT count(*) FROM result"
    assert _refused(site, ask) is None

    def again() -> restore.Restored:
        return restore.restore(
            settings, addresses, made, replacing=True, last_head=None, now=NOW
        )  # fmt: skip

    with monkeypatch.context() as crash:
        crash.setattr(restore, "reinstate", _killed)
        with pytest.raises(KeyboardInterrupt):
            again()
    assert (_count(addresses.register, ask), _refused(site, ask)) == (1, "42P01")
    #: Pages, programs' answers, and those who ask whether to send readers here.
    paths = (
        "/",
        f"/results/{public_id}",
        "/search?q=示例",
        "/all.atom",
        "/api/v1/results",
        "/readyz",
    )
    assert _answers(accounts.site(tmp_path), paths) == dict.fromkeys(paths, 503)

    assert again().withdrawn == 1
    assert (_count(site, ask), _refused(site, "DELETE FROM change")) == (0, "42501")
    with monkeypatch.context() as broken:
        broken.setattr("shutil.which", lambda _: None)
        with pytest.raises(BackupFailed, match="pg_restore"):
            again()
    assert _refused(site, ask) is None


def _answers(settings: config.Settings, paths: tuple[str, ...]) -> dict[str, int]:
    """Start a site, ask it each path, and let go of its stores; return the statuses."""
    site = create_app(settings)
    reader = site.test_client()
    found = {path: reader.get(path).status_code for path in paths}
    with site.app_context():
        for engine in db.engines.values():
            engine.dispose()
    return found


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def _count(url: str, query: str) -> object:
    engine = engine_for(url)
    try:
        with engine.connect() as connection:
            return connection.exec_driver_sql(query).scalar_one()
    finally:
        engine.dispose()
