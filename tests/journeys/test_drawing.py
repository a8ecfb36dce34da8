"""A draw by real commands from freeze to reveal, each killed on its way: a rerun carries on, and all of it recomputes."""

import hashlib
import json
import random
import subprocess
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.domain.sortition.seeds import share_commitment
from portal.kit import clock
from portal.kit.db import engine_for
from portal.public.app import create_app
from portal.register.proofs.audit import audit
from tests import stage
from tests.internal.drawing_makers import DICE, ORDER, numbered
from tests.journeys.processes import BIN, environment, office
from tests.journeys.test_crash import _killed
from tests.makers import AGENCY, AGENCY_ROW, Row, a_workbook
from tests.stage import urls

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

SHARE = bytes(range(32))
PEOPLE = (("lin", "clerk"), ("wu", "reviewer"), ("he", "publisher"), ("an", "publisher"))
COMPANIES: list[Row] = [
    {"entity_name": f"示例市第{n}食品有限公司", "identifier": numbered(n), "region": "990101"} for n in range(10)
]  # fmt: skip
INSPECTORS: list[Row] = [{"certificate": f"9901000000{n}", "name": f"示例某{n}"} for n in range(4)]


def _office_at_work(tmp_path: Path, data: Path) -> None:
    stage.lay(data)
    office(data, "migrate")
    for name, role in PEOPLE:
        office(data, "add-person", name, "--display", name, "--agency", "*", "--role", role)
    files: tuple[tuple[str, list[Row]], ...] = (
        ("agencies", [AGENCY_ROW]),
        ("entities", COMPANIES),
        ("inspectors", INSPECTORS),
    )
    for number, (kind, rows) in enumerate(files, 1):
        path = a_workbook(tmp_path / f"{kind}.xlsx", kind, rows)
        office(data, "import", kind, str(path), "--agency", AGENCY, "--by", "lin", "--yes")
        office(data, "review", str(number), "--by", "wu", "--approve")
        office(data, "release", str(number), "--by", "he")


def _order(tmp_path: Path) -> Path:
    digest = share_commitment("shili-1", "jj", SHARE).hex()
    today = clock.local_today().isoformat()
    text = ORDER.replace('kind = "share"', f'kind = "share"\ncommitment = "{digest}"')
    path = tmp_path / "order.toml"
    path.write_text(text.replace("2025-06-02", today).replace("2025-07-01", today), "utf-8")
    return path


def _faults(data: Path) -> list[str]:
    engine = engine_for(urls(data)[0].register_url)
    with Session(engine) as session:
        faults = audit(session).faults
    engine.dispose()
    return faults


def test_killing_every_step_of_a_draw_loses_nothing(tmp_path: Path) -> None:
    data, random_ = tmp_path / "data", random.Random(20_250_602)
    _office_at_work(tmp_path, data)
    steps = (
        ("freeze", str(_order(tmp_path)), "--by", "lin"),
        ("commit", "shili-1", "--by", "he"),
        ("seed", "shili-1", "jj", SHARE.hex(), "--by", "lin"),
        ("seed", "shili-1", "dice", DICE, "--by", "lin"),
        ("outcome", "shili-1", "--by", "he"),
        ("reveal", "shili-1", "--by", "he", "--second", "an"),
    )
    for step in steps:
        _killed(data, "draw", *step, after=0.5 + 2 * random_.random())
        assert _faults(data) == []
        office(data, "draw", *step, check=False)
    office(data, "draw", "resume", "shili-1")

    listed = json.loads(office(data, "draw", "list", "--json").stdout)["draws"]
    assert [each["stage"] for each in listed] == ["revealed"]
    site = create_app(urls(data)[0]).test_client()
    [shown] = site.get("/api/v1/draws").json["data"]  # type: ignore[index] # the answer is JSON
    package = site.get(f"/draws/{shown['id']}/package.json").data
    assert hashlib.sha256(package).hexdigest() == shown["package_sha256"]
    path = tmp_path / "package.json"
    path.write_bytes(package)
    found = _recomputed(data, path)
    assert found["result_hash"] == shown["result_hash"]
    page = site.get(f"/draws/{shown['id']}").text
    assert shown["result_hash"] in page
    assert _faults(data) == []


def _recomputed(data: Path, path: Path) -> dict[str, str]:
    """Return what the offline command says of a package."""
    done = subprocess.run(
        [str(BIN / "portal-site"), "recompute", str(path)], env=environment(data), check=True,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    found: dict[str, str] = json.loads(done.stdout)
    return found
