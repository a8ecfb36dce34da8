"""From the wording of a source to the code it means."""

from collections import Counter

import pytest

from portal.domain.codelists import CodeList
from portal.domain.draws import DrawMethod
from portal.domain.followups import Step
from portal.domain.items import ItemClass, Method
from portal.domain.plans import Joint, ObjectClass, TaskType
from portal.domain.results import Handling, Outcome
from portal.domain.wording_tables import TABLE, Row
from portal.domain.wordings import Meaning, meant, normalised


def test_no_wording_means_two_codes_of_one_list() -> None:
    uses = Counter((type(row.code), normalised(row.wording)) for row in TABLE)

    assert [wording for (_, wording), count in uses.items() if count > 1] == []


def test_every_wording_says_whose_it_is() -> None:
    assert [row.wording for row in TABLE if not row.source] == []


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{type(row.code).__name__}-{row.wording}")
def test_a_wording_means_its_code_and_is_not_the_lists_own(row: Row) -> None:
    found = meant(type(row.code), row.wording)

    assert found == Meaning(row.code, row.sure, exact=False, source=row.source)


@pytest.mark.parametrize(
    "codes", [Outcome, Handling, Step, Method, ItemClass, TaskType, Joint, ObjectClass, DrawMethod]
)
def test_the_lists_own_words_and_codes_are_exact(codes: type[CodeList]) -> None:
    for member in codes:
        wordings = (member.value, member.zh, member.en, f" {member.zh}。", member.en.upper())

        assert {meant(codes, wording) for wording in wordings} == {Meaning(member)}


@pytest.mark.parametrize(
    "wording",
    [
        "公示信息隐瞒真实情况弄虚作假",
        "公示信息隐瞒真实情况，弄虚作假；",
        "1.公示信息隐瞒真实情况、弄虚作假",
        "③ 公示信息隐瞒真实情况、弄虚作假",
        "公示信息隐瞒真实情况、\n弄虚作假",
    ],
)
def test_stops_blanks_and_numbering_make_no_difference(wording: str) -> None:
    assert meant(Outcome, wording) == Meaning(Outcome.CONCEALED)


@pytest.mark.parametrize("wording", ["正常(符合信息公示相关规定)", "正常【符合信息公示相关规定】"])
def test_kinds_of_brackets_make_no_difference(wording: str) -> None:
    found = meant(Outcome, wording)

    assert found is not None
    assert found.code is Outcome.NO_PROBLEM


@pytest.mark.parametrize(
    ("wording", "code", "sure"),
    [
        ("正常", Outcome.NO_PROBLEM, True),
        ("合格", Outcome.NO_PROBLEM, True),
        ("未按规定公示年报", Outcome.NOT_DISCLOSED, True),
        ("不予配合情节严重", Outcome.UNCOOPERATIVE, True),
        ("拒绝、阻碍检查", Outcome.UNCOOPERATIVE, False),
        ("查无下落", Outcome.UNREACHABLE, True),
        ("失联", Outcome.UNREACHABLE, False),
        ("已办理营业执照注销", Outcome.NO_ACTIVITY, False),
        ("未发现本次抽查涉及的生产经营活动", Outcome.NO_ACTIVITY, True),
        ("违反工商行政管理相关规定", Outcome.PENDING, False),
        ("不合格", Outcome.PENDING, False),
        ("立案查处", Outcome.PENDING, True),
        ("限期整改", Outcome.ORDERED, True),
        ("经整改后合格", Outcome.ORDERED, False),
        ("基本符合", Outcome.ORDERED, False),
    ],
)
def test_what_a_wording_leaves_open_is_for_a_clerk_to_confirm(
    wording: str, code: Outcome, sure: object
) -> None:
    found = meant(Outcome, wording)

    assert found is not None
    assert (found.code, found.sure) == (code, sure)


@pytest.mark.parametrize("wording", ["优秀", "其他", "", "未发现问题" * 50, "合格率98%"])
def test_an_unknown_wording_means_nothing(wording: str) -> None:
    assert meant(Outcome, wording) is None


def test_one_wording_may_mean_different_things_in_different_lists() -> None:
    found = [meant(codes, "重点") for codes in (ItemClass, ObjectClass, Outcome)]

    assert [each and each.code for each in found] == [ItemClass.KEY, ObjectClass.KEY, None]
