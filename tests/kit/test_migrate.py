"""Stores are made for those alone who have to read them: files of SQLite, which have rights of their own."""

from pathlib import Path

import pytest

from portal.kit import migrate

pytestmark = pytest.mark.sqlite


def test_what_people_write_to_the_office_is_not_for_everybody_on_the_machine(
    migrated: Path,
) -> None:
    modes = {store: (migrated / f"{store}.db").stat().st_mode & 0o777 for store in migrate.STORES}

    assert (modes["internal"], modes["letterbox"]) == (0o600, 0o660)


def test_a_letterbox_of_before_is_closed_when_it_is_upgraded(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'letterbox.db'}"
    migrate.upgrade("letterbox", url)
    (tmp_path / "letterbox.db").chmod(0o644)

    migrate.upgrade("letterbox", url)

    assert (tmp_path / "letterbox.db").stat().st_mode & 0o777 == 0o660
