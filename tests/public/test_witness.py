"""The file that a witness keeps is not put back by a verification that took longer than another."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from portal.public.cli import main
from portal.public.commands import proving
from portal.register.proofs.audit import audit
from portal.register.proofs.report import Audited
from tests.conftest import Office
from tests.makers import RESULT_ROW
from tests.stage import environ


def _verified(data: Path, witness: Path) -> int:
    words = ["verify-log", "--witness", str(witness)]
    return CliRunner().invoke(main, words, env=environ(data)).exit_code


@pytest.mark.parametrize("is_new", [True, False])
def test_a_later_head_that_another_run_has_put_there_stays(
    office: Office, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_new: bool
) -> None:
    witness = tmp_path / "seen"
    assert is_new or _verified(data, witness) == 0

    def slowly(session: Session, **more: Any) -> Audited:
        found = audit(session, **more)
        monkeypatch.undo()
        office.put("results", RESULT_ROW)
        assert _verified(data, witness) == 0
        return found

    monkeypatch.setattr(proving, "audit", slowly)
    assert _verified(data, witness) == 0

    assert witness.read_text("utf-8") == office.stores.log_key.last_head()
