"""The demonstration is a history that could have been: every change comes after the one before it."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit.db import engine_for, read_only
from portal.register.tables.changes import ChangeRow
from tests.stage import urls


@pytest.mark.slow
def test_no_entry_of_the_demonstration_is_dated_before_an_earlier_one(demo: Path) -> None:
    with Session(engine_for(read_only(urls(demo)[0].register_url))) as session:
        told = session.scalars(sa.select(ChangeRow.at).order_by(ChangeRow.serial)).all()

    assert len(told) > 5_000
    assert told == sorted(told)
