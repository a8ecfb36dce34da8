"""Names on the roster of staff stop a release, whenever they came to the roster."""

import pytest

from portal.domain.errors import Residue
from portal.internal.desk import release, review
from portal.internal.desk.upload import Refused, Terms
from tests.conftest import NOW, Office
from tests.makers import RESULT_ROW, Row, a_workbook
from tests.public.twins import NEVER, party

LONG, SHORT = "欧阳示例", "钟离"
TEXTS = {
    LONG: "会同欧阳示例到场核对，门店已改正。",
    SHORT: "当日带队的检查人员钟离记录了情况。",
}


def naming(name: str) -> Row:
    """Return a result whose text names somebody."""
    return {**RESULT_ROW, "detail": TEXTS[name]}


def roster(*names: str) -> list[Row]:
    """Return a roster of staff."""
    return [{"certificate": f"9901000{n:04}", "name": name} for n, name in enumerate(names, 1)]


@pytest.mark.parametrize("name", [LONG, SHORT])
def test_a_name_that_came_to_the_roster_after_the_result_stops_its_release(
    office: Office, name: str
) -> None:
    before = office.file("results", naming(name)).batch_id
    office.file("inspectors", *roster(name))

    with pytest.raises(Residue):
        office.publish(before)


def test_a_name_that_came_to_the_roster_after_approval_stops_the_release(office: Office) -> None:
    batch = office.file("results", naming(LONG)).batch_id
    assert batch is not None
    review.approve(office.stores, batch, by="wu", now=NOW)
    office.file("inspectors", *roster(LONG))

    with pytest.raises(Residue):
        release.release(office.stores, batch, by="he", now=NOW)


def test_a_name_on_no_roster_is_no_secret_of_the_office(office: Office) -> None:
    assert office.put("results", naming(LONG)).published


def test_looking_at_a_file_that_is_not_filed_does_not_hide_the_roster_that_is(
    office: Office,
) -> None:
    batch = office.file("results", naming(LONG)).batch_id
    party: Row = {"entity_name": "示例部队仓库", "scheme": "无编号", "form": "部队单位"}
    path = a_workbook(office.folder / "entities.xlsx", "entities", [party])
    #: It takes the numbers that the roster gets, and gives them back.
    office.take(path, "entities", terms=Terms(dry_run=True))
    office.file("inspectors", *roster(LONG))

    with pytest.raises(Residue):
        office.publish(batch)


def test_a_step_does_not_name_who_did_its_check(office: Office) -> None:
    """Staff of no roster stand in the check's own row alone."""
    check = {**RESULT_ROW, "outcomes": "发现问题已责令改正", "inspector_names": LONG}
    office.put("results", check)
    step: Row = {
        "result_code": "JC-0001", "step": "责令改正", "taken_on": "2025-05-20",
        "text": f"{LONG}已到场核对",
    }  # fmt: skip

    with pytest.raises((Residue, Refused)):
        office.put("followups", step)


def test_who_is_hidden_again_by_the_return_of_a_file_that_opened_them_is_told_of_by_no_text(
    office: Office,
) -> None:
    """Also to a process that looked for names while that file waited."""
    office.put("entities", party(1) | NEVER)
    opens = office.file("entities", party(1) | {"disclosure": "公开"}).batch_id
    tells = office.file("results", {**RESULT_ROW, "detail": f"从{party(1)['entity_name']}进货"})
    assert (opens is None, tells.batch_id is None) == (False, False)
    review.approve(office.stores, tells.batch_id or 0, by="wu", now=NOW)

    review.give_back(office.stores, opens or 0, by="wu", now=NOW, reason="有误")

    with pytest.raises(Residue):
        release.release(office.stores, tells.batch_id or 0, by="he", now=NOW)
