"""What tests of the public side share."""

from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.register import digests, salted
from portal.register.proofs import entries
from portal.register.tables.changes import DigestRow
from portal.register.tallying import standing
from tests import stage
from tests.conftest import Office, opened
from tests.public.twins import World


@pytest.fixture
def even_salts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw salts from what they cover: two worlds then differ by what is committed to and signed, not by chance."""

    def seal(text: bytes) -> tuple[bytes, bytes]:
        salt = sha256(b"salt of the twins" + text).digest()
        return salt, entries.commitment(salt, text)

    def renew(session: Session) -> None:
        state = sha256(digests.together(standing(session), "").encode()).digest()
        session.merge(DigestRow(kind=salted.SALT, state=state))
        session.flush()

    monkeypatch.setattr(entries, "seal", seal)
    monkeypatch.setattr(salted, "renew", renew)


@pytest.fixture
def twins(even_salts: None, furnished: Path, tmp_path: Path) -> Iterator[tuple[World, World]]:
    """Two offices with one beginning."""
    with ExitStack() as stack:
        made = []
        for name in ("one", "other"):
            stores = stack.enter_context(opened(stage.copy(furnished, tmp_path / name)))
            made.append(World(Office(stores, tmp_path / name)))
        yield made[0], made[1]
