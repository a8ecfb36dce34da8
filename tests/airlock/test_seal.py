"""The log's key: made once, kept from others, never replaced by itself."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.publish import publish, withdraw
from portal.airlock.redact import redact
from portal.airlock.seal import KeyFile
from portal.airlock.signing import sign_head
from portal.domain.errors import LogBroken
from portal.internal.desk.stores import Stores
from portal.register.proofs.note import Checkpoint
from portal.register.queries import changes
from portal.register.records import Kind
from portal.register.tables.log import CheckpointRow
from tests.airlock.makers import around
from tests.airlock.test_publish import NOW
from tests.makers import a_result, an_agency, an_entity


def _heads(stores: Stores) -> list[int]:
    with Session(stores.register) as session:
        notes = session.scalars(sa.select(CheckpointRow.note).order_by(CheckpointRow.size)).all()
    return [Checkpoint.of(note).size for note in notes]


def test_the_key_is_made_at_the_first_signing_and_readable_by_its_owner_alone(
    tmp_path: Path,
) -> None:
    holder = KeyFile(tmp_path / "inside" / "log.key", "mingcha.example/log")

    made = holder.signer(may_make=True)

    assert holder.signer(may_make=False).text == made.text
    assert made.name == "mingcha.example/log"
    assert [(p.name, p.stat().st_mode & 0o777) for p in holder.path.parent.iterdir()] == [
        ("log.key", 0o600)
    ]


@pytest.mark.parametrize("text", ["", "PRIVATE+KEY+x", "\x00"])
def test_a_damaged_key_is_told_and_left_alone(tmp_path: Path, text: str) -> None:
    holder = KeyFile(tmp_path / "log.key", "mingcha.example/log")
    holder.path.write_text(text)

    with pytest.raises(LogBroken):
        holder.signer(may_make=True)

    assert holder.path.read_text() == text


def test_every_publication_and_withdrawal_is_signed_with_what_it_did(stores: Stores) -> None:
    keys = stores.log_key
    publish(stores.register, [redact(an_agency(), around())], now=NOW, keys=keys)
    publish(stores.register, [redact(an_agency(), around())], now=NOW, keys=keys)
    result = a_result()
    passages = [redact(an_entity(), around()), redact(result, around(check=result))]
    publish(stores.register, passages, now=NOW, keys=keys)
    withdraw(
        stores.register,
        Kind.RESULT,
        [around().ids.of(Kind.RESULT, result.key)],
        now=NOW,
        keys=keys,
    )

    assert _heads(stores) == [1, 3, 4]


def test_without_the_key_that_signed_before_nothing_is_published(stores: Stores) -> None:
    publish(stores.register, [redact(an_agency(), around())], now=NOW, keys=stores.log_key)
    kept = stores.log_key.path.read_text()
    stores.log_key.path.unlink()

    with pytest.raises(LogBroken):
        publish(stores.register, [redact(an_entity(), around())], now=NOW, keys=stores.log_key)

    with Session(stores.register) as session:
        assert changes.serial(session) == 1
    assert not stores.log_key.path.exists()
    stores.log_key.path.write_text(kept)
    publish(stores.register, [redact(an_entity(), around())], now=NOW, keys=stores.log_key)
    assert _heads(stores) == [1, 2]


def test_what_was_left_unsigned_is_signed_later_and_an_empty_log_never(stores: Stores) -> None:
    sign_head(stores.register, stores.log_key)
    assert (_heads(stores), stores.log_key.path.exists()) == ([], False)
    publish(stores.register, [redact(an_agency(), around())], now=NOW)

    sign_head(stores.register, stores.log_key)
    sign_head(stores.register, stores.log_key)

    assert _heads(stores) == [1]
