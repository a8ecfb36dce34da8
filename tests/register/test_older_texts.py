"""What earlier releases wrote of the same records otherwise is as later ones write it after an upgrade."""

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit import migrate
from portal.kit.db import engine_for
from portal.register.columns.datasets import OF_KIND
from portal.register.columns.lines import mark
from portal.register.evidence import PublicReplacement
from portal.register.proofs.audit import audit
from portal.register.records import PublicDraw, PublicPlan
from portal.register.writer import open_pen
from tests import stage
from tests.register.makers import a_public_agency

NOW = datetime(2025, 6, 2, tzinfo=UTC)
_TABLES = ("draw", "version")


def _bodies(register: sa.Engine) -> list[tuple[str, int, str]]:
    with register.connect() as connection:
        return [
            (table, serial, body)
            for table in _TABLES
            for serial, body in connection.execute(sa.text(f"SELECT serial, body FROM {table}"))
        ]


def _faults(register: sa.Engine) -> list[str]:
    with Session(register) as session:
        return [each for each in audit(session).faults if "正文" in each]


def test_a_draw_that_an_early_release_wrote_with_its_id_last_is_nobodys_change(
    data: Path, migrated_register: sa.Engine
) -> None:
    draw = PublicDraw(
        id="d_1", agency_id="a_1", name="第一轮", round_no=1, drawn_on=NOW.date(), method="software",
        remark='引“,"id":"d_1"}',
    )  # fmt: skip
    with open_pen(migrated_register, now=NOW) as pen:
        pen.append(a_public_agency())
        pen.append(draw)
        pen.append(msgspec.structs.replace(draw, name="第一轮抽取"))
    now = _bodies(migrated_register)
    assert [each[0] for each in now] == ["draw", "version"]
    url = stage.urls(data)[0].register_url
    migrated_register.dispose()
    migrate.downgrade("register", url, "0023")
    register = engine_for(url)
    with register.begin() as connection:
        for table, serial, body in now:
            rest = json.loads(body)
            rest["id"] = rest.pop("id")
            text = json.dumps(rest, ensure_ascii=False, separators=(",", ":"))
            deed = sa.text(f"UPDATE {table} SET body = :body WHERE serial = :serial")
            connection.execute(deed, {"body": text, "serial": serial})
    assert len(_faults(register)) == len(now)
    register.dispose()

    migrate.upgrade("register", url)

    register = engine_for(url)
    assert _bodies(register) == now
    assert _faults(register) == []
    register.dispose()


def test_an_export_text_of_fewer_columns_is_nobodys_change(
    data: Path, migrated_register: sa.Engine
) -> None:
    with open_pen(migrated_register, now=NOW) as pen:
        pen.append(a_public_agency())
        pen.append(
            PublicPlan(id="p_1", agency_id="a_1", code="示例〔2025〕1号", name="计划", year=2025, version=1, approved_on=NOW.date())
        )  # fmt: skip
        swap = PublicReplacement(number=1, decided_on=NOW.date(), digest="9f" * 32)
        for number, swaps in ((1, (swap,)), (2, ())):
            pen.append(
                PublicDraw(id=f"d_{number}", agency_id="a_1", name="抽取", round_no=number, drawn_on=NOW.date(), method="software", replacements=swaps)
            )  # fmt: skip
    url = stage.urls(data)[0].register_url
    migrated_register.dispose()
    migrate.downgrade("register", url, "0024")
    register = engine_for(url)
    with register.begin() as connection:
        for table in ("agency", "plan", "draw"):
            connection.execute(sa.text(f"UPDATE {table} SET line = '01234567' || public_id"))
    assert len(_faults(register)) == 4
    register.dispose()

    migrate.upgrade("register", url)

    register = engine_for(url)
    assert _faults(register) == []
    register.dispose()


def test_columns_are_added_with_a_migration_that_makes_the_export_text_anew() -> None:
    """What 0025 made: whoever changes a column says here what the migration that comes with it makes."""
    marks = {dataset.word: mark(dataset.word) for dataset in OF_KIND.values()}

    assert marks == {
        "agencies": "834e22e9",
        "items": "a92ce497",
        "plans": "c39947d4",
        "draws": "c954ba97",
        "draw-entries": "7ba2cbf0",
        "entities": "1978cec3",
        "results": "066fe9fa",
        "followups": "a454d897",
        "replies": "fc37ed2c",
        "documents": "0c07c2c8",
        "withheld": "84a8596f",
    }
