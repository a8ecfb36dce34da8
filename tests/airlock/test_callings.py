"""Two characters that are known as a name: a person by what is around them, else for a person to judge."""

import pytest

from portal.airlock.callings import may_be_person
from portal.airlock.detectors.kinds import Severity
from portal.airlock.known import KnownSecrets

KNOWN = KnownSecrets(["王芳", "李明", "高明", "江山"])


@pytest.mark.parametrize(
    "text",
    [
        "负责人王芳到场。",
        "经营者为王芳，",
        "王芳表示将于三日内整改。",
        "执法人员：李明、王芳",
        "执法人员李某某、李明",
        "检查人员 赵某某 和 王芳",
        "当事人：王 芳",
        "现场由王芳签字确认",
        "联系李明同志",
        "王芳等人不在",
    ],
)
def test_a_name_of_two_characters_in_the_place_of_a_person_stops_a_release(text: str) -> None:
    assert Severity.BLOCK in {told.severity for told in KNOWN.scan(text)}


@pytest.mark.parametrize(
    "text",
    [
        "位于高明区沧江路",
        "江山多娇酒店",
        "国王芳草地",
        "王芳菲美容店",
        "发明专利李明显标注",
        "王芳",
        "（李明）",
        "执法人员到达高明区",
        "负责人在江山市",
    ],
)
def test_elsewhere_it_is_for_a_person_to_judge_and_stops_nothing_for_good(text: str) -> None:
    assert {told.severity for told in KNOWN.scan(text)} == {Severity.HOLD}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("（王芳）", True),
        ("王芳", True),
        ("王芳，李明", True),
        ("与王芳核对了台账", True),
        ("与王芳在库房核对", True),
        ("向王芳、李明出示", True),
        ("王芳草甸", False),
        ("示例市王芳美容店", False),
    ],
)
def test_what_stands_apart_is_worth_a_look(text: str, *, expected: bool) -> None:
    start = text.index("王芳")
    assert may_be_person(text, start, start + 2) is expected
