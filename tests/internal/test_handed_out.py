"""What a command writes for one person, nobody else of the machine reads (交件人独阅)."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from portal.domain.replies import LetterKind
from portal.internal.cli import main
from portal.internal.desk import letters
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import parties, sealed
from tests.internal.test_letters import PDF, send
from tests.internal.test_letters import result as result
from tests.stage import environ


@pytest.fixture(autouse=True)
def anybody_reads() -> Iterator[None]:
    """Let new files be for everybody, as they are by default."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _run(data: Path, *words: str) -> None:
    done = CliRunner().invoke(main, words, env=environ(data))
    assert done.exit_code == 0, done.output


def test_the_supervisors_copy_of_a_sealed_draw_is_for_its_owner_alone(
    office: Office, data: Path, tmp_path: Path
) -> None:
    parties(office)
    name, file = sealed(office), tmp_path / "copy.json"

    _run(data, "draw", "package", name, str(file))

    assert _mode(file) == 0o600


def test_the_evidence_of_a_letter_is_for_its_owner_alone(
    office: Office, client: FlaskClient, result: str, data: Path, tmp_path: Path
) -> None:
    """Where a file lies already that everybody may read, too."""
    reference, file = send(client, result, LetterKind.OBJECTION), tmp_path / "evidence.pdf"
    file.touch()
    letters.collect(office.stores, now=NOW)

    _run(data, "letters", "show", reference, "--evidence", str(file))

    assert (file.read_bytes(), _mode(file)) == (PDF, 0o600)
