"""What is public is looked at again when the office knows more: short names by what is around them, new staff at once."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session

from portal.internal.cli import main
from portal.internal.desk import again
from portal.internal.tables.ledger import LedgerRow
from portal.register.records import Kind
from tests.conftest import Office
from tests.internal.drawing_makers import numbered
from tests.internal.test_mentions import NAMING, STEP, _never
from tests.internal.test_narrowing import CHECK, _faults, _id_of, _kept
from tests.internal.test_narrowing import office as office
from tests.internal.test_secrets import roster
from tests.makers import Row

SHOP: Row = {
    "entity_name": "示例市某某小吃店", "identifier": numbered(6), "legal_person": "王芳",
}  # fmt: skip


@pytest.mark.parametrize("detail", ["负责人王芳未到场", "王芳表示将整改", "陪同人员：钱某、王芳"])
def test_a_person_of_two_characters_hidden_since_is_named_by_no_other_record(
    office: Office, detail: str
) -> None:
    office.put("entities", SHOP)
    office.put("results", {**NAMING, "detail": detail}, let_pass=True)
    assert "result" in _kept(office, "王芳")

    _never(office, numbered(6))

    assert _kept(office, "王芳") == set()
    assert _faults(office) == []


def test_two_characters_that_may_be_anything_take_nothing_out(office: Office) -> None:
    office.put("entities", SHOP)
    office.put(
        "results", {**NAMING, "detail": "国王芳草地分店已歇业，样品（王芳）牌"}, let_pass=True
    )

    _never(office, numbered(6))

    assert "result" in _kept(office, "王芳")


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ("国王芳草地分店已歇业", []),
        ("会同（王芳）核对了台账", [("findings[0].detail", False)]),
    ],
)
def test_where_a_short_name_stands_for_itself_a_person_is_told_to_judge(
    office: Office, detail: str, expected: list[tuple[str, bool]]
) -> None:
    office.put("results", {**NAMING, "detail": detail})
    office.file("inspectors", *roster("王芳"))

    seen = again.look_again(office.stores)

    assert [(each.path, each.sure) for each in seen] == expected


def test_new_staff_are_looked_for_in_what_is_public_already(office: Office) -> None:
    office.put("results", {**NAMING, "detail": "会同欧阳示例到场核对"})
    office.put("followups", {**STEP, "text": "证件尾号99010000001的人员已复核"}, let_pass=True)
    named = [_id_of(office, "followup", "99010000001"), _id_of(office, "result", "欧阳示例")]

    done = office.file("inspectors", *roster("欧阳示例"))

    assert sorted(done.named_in) == sorted(named)
    with Session(office.stores.internal) as session:
        (noted,) = session.scalars(
            sa.select(LedgerRow.detail).where(LedgerRow.action == "look-again")
        )
    assert [each for each in named if each not in noted] == []
    assert "欧阳" not in noted
    assert {(each.public_id, each.sure) for each in again.look_again(office.stores)} == {
        (each, True) for each in named
    }


def test_staff_that_nobody_names_are_told_of_nowhere(office: Office) -> None:
    assert office.file("inspectors", *roster("欧阳示例")).named_in == []
    assert again.look_again(office.stores) == []


def test_an_older_version_that_names_new_staff_is_told_of(office: Office) -> None:
    office.put("results", {**CHECK, "detail": "会同欧阳示例到场核对"})
    check = _id_of(office, "result", "欧阳示例")
    office.put("results", {**CHECK, "detail": "货源不明"})

    assert office.file("inspectors", *roster("欧阳示例")).named_in == [check]
    assert again.look_again(office.stores) == [again.Seen(Kind.RESULT, check, "", sure=True)]


def test_what_a_person_let_pass_is_not_told_again(office: Office) -> None:
    office.file("inspectors", *roster("王芳"))
    office.put("results", {**NAMING, "detail": "品牌为（王芳）"}, let_pass=True)

    assert again.look_again(office.stores) == []


def test_the_command_tells_places_and_never_words(
    office: Office, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.internal.commands.looking.open_office", lambda: office.stores)
    office.put("results", {**NAMING, "detail": "会同欧阳示例到场核对"})
    office.file("inspectors", *roster("欧阳示例"))

    shown = CliRunner().invoke(main, ["look-again"])
    facts = CliRunner().invoke(main, ["look-again", "--json"])

    named = _id_of(office, "result", "欧阳示例")
    assert (shown.exit_code, "欧阳" in shown.output, named in shown.output) == (0, False, True)
    assert json.loads(facts.output)["found"] == [
        {"kind": "result", "public_id": named, "path": "findings[0].detail", "sure": True}
    ]
