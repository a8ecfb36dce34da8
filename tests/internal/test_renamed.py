"""A name that a party had tells of it as much as the one it has: nobody reads either where it is kept back (更名)."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from portal.domain.errors import Residue
from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide
from portal.internal.desk.upload import Refused
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import numbered
from tests.internal.test_narrowing import HIDDEN
from tests.makers import CREDIT_CODE, RESULT_ROW, Row
from tests.public.twins import NEVER
from tests.raw import store_bytes

OLD, NEW = "示例市鸊鷉化工有限公司", "示例市赤麂新材料有限公司"
PARTY: Row = {"entity_name": OLD, "identifier": CREDIT_CODE, "form": "企业"}
OTHER: Row = {"entity_name": "示例市第二食品有限公司", "identifier": numbered(2)}
#: Another party's check that tells of the old name.
TELLING: Row = {**RESULT_ROW, **OTHER, "code": "JC-0002", "detail": f"货从{OLD}进"}
OLD_SHOP, NEW_SHOP = "示例市鸊鷉面馆", "示例市赤麂面馆"
SHOP: Row = {"entity_name": NEW_SHOP, "identifier": CREDIT_CODE, "form": "个体工商户"}
REFUSED = (Residue, Refused)


def _hide(office: Office, place: str = "", number: str = CREDIT_CODE) -> None:
    act = Act.WITHHOLD if place else Act.NEVER
    order = replace(HIDDEN, place=place, act=act, ground=Ground.STATE_SECRET)
    decide.decide(
        office.stores, Kind.ENTITY, f"uscc:{number}", [order], by="wu", second="bao", now=NOW,
        confirmed=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (PARTY, {**PARTY, "entity_name": NEW}),
        ({**PARTY, "entity_name": NEW, "former_names": OLD}, {**PARTY, "entity_name": NEW}),
    ],
    ids=["its name", "a former name"],
)
def test_what_a_hidden_party_was_called_is_told_by_nobody_after_it_is_renamed(
    office: Office, before: Row, after: Row
) -> None:
    office.put("entities", before)
    _hide(office)
    office.put("entities", after)

    with pytest.raises(REFUSED):
        office.put("results", TELLING)


def test_a_party_hidden_by_its_file_is_told_by_no_name_that_it_was_public_under(
    office: Office,
) -> None:
    decided: Row = {
        "disclosure": "不予确认", "ground": "危及公共安全", "decided_by": "示例市市场监督管理局",
        "decided_on": "2025-03-01", "review_on": "2026-02-28",
    }  # fmt: skip
    office.put("entities", PARTY)
    office.put("entities", {**PARTY, "entity_name": NEW, **decided})

    with pytest.raises(REFUSED):
        office.put("results", TELLING)


@pytest.mark.parametrize(
    "after",
    [{"entity_name": NEW}, {"former_names": NEW}],
    ids=["its name", "a former name"],
)
@pytest.mark.parametrize("decided", [True, False], ids=["by decision", "as filed"])
def test_the_name_that_a_hidden_party_takes_is_told_no_more_by_what_is_public_already(
    office: Office, data: Path, after: Row, *, decided: bool
) -> None:
    """Nobody knew, when it was told, that it would be hers."""
    filed = PARTY if decided else {**PARTY, **NEVER}
    office.put("entities", filed)
    if decided:
        _hide(office)
    office.put("results", {**TELLING, "detail": f"货从{NEW}进"})
    office.put("results", {**TELLING, "detail": "货从别处进"})
    assert NEW.encode() in store_bytes(data)

    office.put("entities", {**filed, **after}, now=NOW + timedelta(days=1))

    assert NEW.encode() not in store_bytes(data)


def test_hiding_a_renamed_party_takes_out_who_tells_its_old_name(
    office: Office, data: Path
) -> None:
    office.put("entities", PARTY)
    office.put("results", TELLING)
    office.put("entities", {**PARTY, "entity_name": NEW})

    _hide(office)

    assert OLD.encode() not in store_bytes(data)


def test_a_name_filed_by_mistake_that_is_a_public_partys_stays_that_partys(office: Office) -> None:
    """Else nobody could ever tell of it again, nor could it be published anew."""
    office.put("entities", {**PARTY, "entity_name": OTHER["entity_name"]})
    office.put("entities", {**PARTY, **OTHER})
    office.put("entities", {**PARTY, "entity_name": NEW})
    _hide(office)

    named = {**TELLING, "code": "JC-0003", "detail": f"{OTHER['entity_name']}已整改"}
    assert office.put("results", named).published == 1


def test_a_name_that_two_hidden_parties_had_is_told_by_nobody(office: Office) -> None:
    """One firm under two numbers: neither is the public party that bears the name."""
    twin: Row = {**PARTY, "identifier": numbered(3)}
    office.put("entities", PARTY, twin)
    office.put("entities", {**PARTY, "entity_name": NEW}, {**twin, "entity_name": f"{NEW}二厂"})
    _hide(office)
    _hide(office, number=numbered(3))

    with pytest.raises(REFUSED):
        office.put("results", TELLING)


def test_a_check_of_a_trader_tells_no_name_that_it_was_filed_under(office: Office) -> None:
    office.put("entities", SHOP)
    check = {**RESULT_ROW, "entity_name": OLD_SHOP, "detail": f"{OLD_SHOP}未公示许可"}

    with pytest.raises(REFUSED):
        office.put("results", check)


def test_a_check_of_a_trader_tells_no_name_that_it_had_before(office: Office) -> None:
    office.put("entities", {**SHOP, "entity_name": OLD_SHOP})
    office.put("entities", SHOP)
    check = {**RESULT_ROW, "entity_name": NEW_SHOP, "detail": f"{OLD_SHOP}未公示许可"}

    with pytest.raises(REFUSED):
        office.put("results", check)


def test_a_check_of_a_trader_does_not_name_who_kept_the_shop_before(office: Office) -> None:
    office.put("entities", {**SHOP, "legal_person": "鸊小鷉"})
    office.put("entities", {**SHOP, "legal_person": "赤小麂"})

    with pytest.raises(REFUSED):
        office.put("results", {**RESULT_ROW, "entity_name": NEW_SHOP, "detail": "鸊小鷉未公示许可"})


def test_nor_does_a_step_after_it(office: Office) -> None:
    office.put("entities", SHOP)
    problem = {**RESULT_ROW, "entity_name": OLD_SHOP, "outcomes": "发现问题已责令改正"}
    office.put("results", problem)
    step: Row = {
        "result_code": "JC-0001", "step": "责令改正", "taken_on": "2025-05-20",
        "text": f"责令{OLD_SHOP}改正",
    }  # fmt: skip

    with pytest.raises(REFUSED):
        office.put("followups", step)


def test_a_check_of_a_party_whose_name_is_withheld_tells_no_name_that_it_was_filed_under(
    office: Office,
) -> None:
    office.put("entities", {**PARTY, "entity_name": NEW})
    _hide(office, "name")
    check = {**RESULT_ROW, "entity_name": OLD, "detail": f"{OLD}未公示许可"}

    with pytest.raises(REFUSED):
        office.put("results", check)


def test_a_name_that_only_a_hidden_check_knows_another_number_by_is_no_public_partys(
    office: Office,
) -> None:
    office.put("entities", PARTY)
    _hide(office)
    office.put("entities", {**PARTY, "entity_name": NEW})
    former = {"entity_name": OLD, "identifier": numbered(3)}
    office.put("results", {**RESULT_ROW, **former, **NEVER, "code": "JC-0003"})

    with pytest.raises(REFUSED):
        office.put("results", TELLING)
