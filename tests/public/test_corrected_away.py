"""A check that is corrected to one without a problem: its steps say the same whether something else was found in secret."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from portal.register.proofs import entries
from tests import stage
from tests.conftest import NOW, Office, opened
from tests.makers import ITEM_ROW
from tests.public.twins import NEVER, PROBLEM, World, party


@pytest.fixture
def worlds(
    furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[World]]:
    def seal(text: bytes) -> tuple[bytes, bytes]:
        salt = sha256(b"twins" + text).digest()
        return salt, entries.commitment(salt, text)

    monkeypatch.setattr(entries, "seal", seal)
    with ExitStack() as stack:
        made = []
        for name in ("one", "other"):
            stores = stack.enter_context(opened(stage.copy(furnished, tmp_path / name)))
            made.append(World(Office(stores, tmp_path / name)))
        made[1].rng = Random("secret")
        hidden = {**ITEM_ROW, "code": "YL-001", "name": "夜鹭第1项", **NEVER}
        made[1].put("items", hidden, now=NOW)
        yield made


@pytest.mark.parametrize("secret_from", [1, 2])
@pytest.mark.parametrize("step", ["行政处罚", "责令改正"])
def test_steps_after_a_check_corrected_to_no_problem(
    worlds: list[World], step: str, secret_from: int
) -> None:
    check = {
        "code": "A", **party(1), "inspected_on": "2025-05-11", "item_code": "SP-001", "outcomes": PROBLEM,
        "due_on": "2025-06-20",
    }  # fmt: skip
    told = {"result_code": "A", "step": step, "taken_on": "2025-05-28", "text": "步骤"}
    if step == "责令改正":
        told["due_on"] = "2025-06-25"
    for world in worlds:
        beside = [check | {"item_code": "YL-001", "detail": "夜鹭另查"}] if world.rng else []
        world.put("results", check, *(beside if secret_from == 1 else []), now=NOW)
        world.put("followups", told, now=NOW)
    assert worlds[0].content() == worlds[1].content()

    for world in worlds:
        fine = check | {
            "outcomes": "未发现问题",
            "due_on": "" if not world.rng else check["due_on"],
        }
        beside = [check | {"item_code": "YL-001", "detail": "夜鹭另查"}] if world.rng else []
        world.put("results", fine, *beside, now=NOW + timedelta(hours=1))

    assert worlds[0].content()["followup"] == []
    assert worlds[0].content() == worlds[1].content()
