"""A copy holds the salt that stands beside the head it keeps, and no other."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from portal.mirror.cli import main
from portal.mirror.copy import Copy
from portal.mirror.errors import MirrorError, Unreachable, Untrusted
from portal.register import digests, salted
from portal.register.proofs.note import Checkpoint
from portal.register.tables.changes import DigestRow
from portal.register.tables.log import CheckpointRow
from portal.register.tallying import standing
from tests.conftest import Office
from tests.makers import RESULT_ROW
from tests.mirror.test_pulling import Reply, Troubled, _copied, _cut, _held, _kept, _pull, _served

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def filled(office: Office) -> Office:
    office.put("results", RESULT_ROW)
    return office


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "copy.db"


def _as_before(office: Office) -> None:
    """Have the last head as a release signed it that knew of no salt."""
    with Session(office.stores.register) as session, session.begin():
        row = session.scalars(sa.select(CheckpointRow).order_by(CheckpointRow.size.desc())).first()
        assert row is not None
        session.execute(sa.delete(DigestRow).where(DigestRow.kind == salted.SALT))
        plain = replace(Checkpoint.of(row.note), records=digests.together(standing(session), ""))
        key = office.stores.log_key
        note = row.note = key.signer(may_make=False).sign(plain.text)
    key.keep_head(note)


@pytest.mark.parametrize("with_dump", [True, False])
def test_a_copy_goes_on_where_its_source_begins_to_have_one(
    filled: Office, site: Flask, target: Path, *, with_dump: bool
) -> None:
    _as_before(filled)
    if with_dump:
        assert _cut(filled) is not None
    with _served(Troubled(site)) as url:
        assert _pull(url, target).from_dump is with_dump
        assert _kept(target)["salt"] == ""
        filled.put("results", {**RESULT_ROW, "code": "JC-0002"})
        assert _pull(url, target).applied == 1

    assert len(_kept(target)["salt"]) == 64
    assert _copied(target) == _held(filled)
    assert CliRunner().invoke(main, ["verify", str(target)]).exit_code == 0


@pytest.mark.parametrize(
    ("salt", "error"),
    [
        (None, Untrusted),
        ("0" * 64, Untrusted),
        ("7", Unreachable),
        ("7\nresult 1 " + "0" * 64, Unreachable),
        (7, Unreachable),
    ],
)
def test_another_than_went_into_the_head_is_refused(
    filled: Office, site: Flask, target: Path, salt: object, error: type[MirrorError]
) -> None:
    def another(path: str, reply: Reply) -> Reply:
        if not path.endswith("/checkpoint"):
            return reply
        status, headers, body = reply
        kept = [(name, value) for name, value in headers if name != "Content-Length"]
        return status, kept, json.dumps({**json.loads(body), "salt": salt}).encode()

    assert _cut(filled) is not None
    with _served(Troubled(site, another)) as url, pytest.raises(error):
        _pull(url, target)


def test_a_copy_whose_salt_was_changed_by_hand_is_not_what_was_signed(
    filled: Office, site: Flask, target: Path
) -> None:
    assert _cut(filled) is not None
    with _served(Troubled(site)) as url:
        _pull(url, target)
    copy = Copy(str(target))
    copy.remember(salt="0" * 64)
    copy.close()

    assert CliRunner().invoke(main, ["verify", str(target)]).exit_code == 1
