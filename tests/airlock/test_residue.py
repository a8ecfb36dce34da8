"""Residue: what stops a release, and what is only shown to a person."""

from urllib.parse import quote

import pytest

from portal.airlock.around import Cleared, Passage
from portal.airlock.detectors import kinds
from portal.airlock.known import KnownSecrets
from portal.airlock.residue import digest_of, faults, holds, look, residue
from portal.register.records import PublicDocument, PublicEntity, PublicFinding, PublicResult
from tests.conftest import NOW


def _result(detail: str) -> PublicResult:
    finding = PublicFinding(item_name="标签检查", outcomes=("no_problem",), detail=detail)
    return PublicResult(
        id="r_1", agency_id="a_1", entity_id="e_1", inspected_on=NOW.date(), findings=(finding,)
    )


@pytest.mark.parametrize(
    ("detail", "kind"),
    [
        ("电话 13800138000", "手机号"),
        ("账号：1202020409900012345", "银行账号"),
        ("位于120.12345,30.12345", "地理坐标"),
        ("执法证号：33010012345", "执法证号"),
        ("电话0571-87654321", "固定电话"),
        ("见 someone@mail.example", "电子邮箱"),
    ],
)
def test_these_stop_a_release(detail: str, kind: str) -> None:
    record = _result(detail)

    assert residue(record, Passage()) == [("findings[0].detail", kind)]
    assert holds(record, Passage()) == []


@pytest.mark.parametrize(
    ("detail", "kind"),
    [
        ("车辆浙A12345", "车牌号"),
        ("此件为内部资料", "涉密用语"),
        ("法定代表人王小明在场", "姓名"),
        ("送至3幢2单元501室", "住址"),
        ("货\u200b架", "隐藏字符"),
        ("QQ：12345678", "QQ或微信号"),
    ],
)
def test_these_wait_for_a_person(detail: str, kind: str) -> None:
    record = _result(detail)
    let_pass = Passage(cleared=frozenset({Cleared("findings[0].detail", kind, digest_of(detail))}))

    assert faults(record, Passage()) == []
    assert holds(record, Passage()) == [("findings[0].detail", kind)]
    assert residue(record, Passage()) == [("findings[0].detail", kind)]
    assert residue(record, let_pass) == []


def test_letting_a_find_pass_holds_for_that_text_and_no_other() -> None:
    cleared = Cleared("findings[0].detail", "涉密用语", digest_of("此件为内部资料"))
    passage = Passage(cleared=frozenset({cleared}))

    assert residue(_result("此件为内部资料"), passage) == []
    assert residue(_result("此件为内部资料。"), passage) == [("findings[0].detail", "涉密用语")]


def test_what_is_certain_cannot_be_let_pass() -> None:
    detail = "电话 13800138000"
    cleared = Cleared("findings[0].detail", "手机号", digest_of(detail))

    assert residue(_result(detail), Passage(cleared=frozenset({cleared}))) == [
        ("findings[0].detail", "手机号")
    ]


def test_what_the_office_knows_of_others_stops_a_record_unless_it_is_a_companys_name() -> None:
    passage = Passage(known=KnownSecrets(["王小明", "李四"]))
    company = PublicEntity(
        id="e_1", name="示例市王小明食品店", kind="market_entity", form="enterprise"
    )

    assert faults(_result("由王小明复核"), passage) == [("findings[0].detail", kinds.KNOWN)]
    assert residue(_result("由王小明复核"), passage) == [("findings[0].detail", kinds.KNOWN)]
    assert residue(_result("张李四季常青"), passage) == [("findings[0].detail", kinds.KNOWN_SHORT)]
    assert residue(company, passage) == [("name", kinds.KNOWN_SHORT)]


@pytest.mark.parametrize("detail", ["法定代表人王小明在场", "经营者张三未公示健康证", "3幢501室"])
def test_names_and_dwellings_stop_what_concerns_a_person(detail: str) -> None:
    record = _result(detail)

    assert len(residue(record, Passage(personal=True))) == 1


@pytest.mark.parametrize(
    "detail", ["钱乙到场", "钱 乙到场", "钱\u200b乙到场", "号2369-132", "编号ＡＢ１２"]
)
def test_a_secret_of_the_record_stops_it_however_written(detail: str) -> None:
    passage = Passage(secrets=("钱乙", "2369132", "AB-12"))

    assert [kind for _, kind in faults(_result(detail), passage)] == ["内部登记的不公开内容"]


def test_a_secret_of_separators_alone_is_found_nowhere() -> None:
    assert residue(_result("未发现问题 - 合格"), Passage(secrets=("--",))) == []


def test_a_find_says_where_in_the_text_it_stands() -> None:
    [find] = look(_result("电话 13800138000。"), Passage())

    assert (find.path, find.start, find.end, find.stops) == ("findings[0].detail", 3, 14, True)
    assert find.severity.value == "block"


@pytest.mark.parametrize(
    ("body", "kinds_found"),
    [
        ("联系 138**0013**8000。", ["手机号"]),
        ("联系 &#49;38&#48;0138000。", ["手机号"]),
        ("货从示例市<b>甲</b>乙有限公司进", [kinds.KNOWN]),
        ("联系 13800138000", ["手机号"]),
        ("共抽查 **138** 户，发现问题 **12** 户", []),
        ("|甲|乙|丙|\n|-|-|-|\n|1380|01|38000|", []),
    ],
)
def test_what_readers_see_of_a_document_is_looked_at_as_well(
    body: str, kinds_found: list[str]
) -> None:
    """Marks of emphasis and entities come with a text from a word processor; they hide nothing from a reader."""
    record = PublicDocument(
        id="t_1", agency_id="a_1", title="通报", kind="bulletin", issued_on=NOW.date(),
        summary="通报", body=body,
    )  # fmt: skip
    passage = Passage(known=KnownSecrets(["示例市甲乙有限公司"]))

    assert [find.kind for find in look(record, passage)] == kinds_found


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        (f"https://a.example/?q={quote('示例市甲乙有限公司')}", kinds.KNOWN),
        (f"https://a.example/{quote(quote('示例市甲乙有限公司'))}/", kinds.KNOWN),
        (f"https://a.example/?q={quote('示例市甲乙有限公司', encoding='gb18030')}", kinds.KNOWN),
        ("https://a.example/?t=%31%338%30013800%30", "手机号"),
    ],
)
def test_what_an_address_spells_is_looked_at_as_well(address: str, kind: str) -> None:
    """Browsers copy addresses with signs in the place of words, and show the words."""
    passage = Passage(known=KnownSecrets(["示例市甲乙有限公司"]))
    document = PublicDocument(
        id="t_1", agency_id="a_1", title="通报", kind="bulletin", issued_on=NOW.date(),
        summary="通报", body=f"见[公告]({address})",
    )  # fmt: skip

    assert residue(_result(f"见 {address}"), passage) == [("findings[0].detail", kind)]
    assert residue(document, passage) == [("body", kind)]
