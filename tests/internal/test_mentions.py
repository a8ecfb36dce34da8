"""What is hidden is hidden in the words of others too, in what they said before, and under every number."""

from dataclasses import replace
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken
from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide, retract, scheduled
from portal.internal.tables.ledger import LedgerRow
from portal.register.records import Kind
from portal.register.tables.changes import VersionRow
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import numbered
from tests.internal.test_narrowing import (
    CHECK,
    DETAIL,
    DRAW,
    HIDDEN,
    NAME,
    PARTY,
    PLAN,
    _faults,
    _hide,
    _id_of,
    _kept,
)
from tests.internal.test_narrowing import office as office
from tests.makers import AGENCY, AGENCY_ROW, CREDIT_CODE, ITEM_ROW, RESULT_ROW, Row, a_text

WHO = str(RESULT_ROW["entity_name"])
OTHER: Row = {"entity_name": "示例市第二食品有限公司", "identifier": numbered(2)}
STEP: Row = {"result_code": "JC-0001", "step": "责令改正", "taken_on": "2025-05-20"}
#: A second party's check that names the first one.
NAMING: Row = {**RESULT_ROW, **OTHER, "code": "JC-0002", "detail": f"货从{WHO}进"}


def _unname(office: Office) -> None:
    order = replace(HIDDEN, place="name", ground=Ground.STATE_SECRET)
    decide.decide(
        office.stores, Kind.ENTITY, f"uscc:{CREDIT_CODE}", [order], by="wu", second="bao", now=NOW,
        confirmed=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "again"),
    [
        ("results", CHECK),
        ("plans", {**PLAN, "version": "2", "item_codes": "SP-001", "adjustment_reason": "调整"}),
    ],
)
def test_a_version_before_a_correction_does_not_go_on_naming_an_item_hidden_since(
    office: Office, kind: str, again: Row
) -> None:
    item_id = _id_of(office, "item", NAME)
    office.put(kind, again)
    assert "version" in _kept(office, item_id)

    _hide(office, Kind.ITEM, "SP-002")

    assert [_kept(office, word) for word in (NAME, DETAIL, item_id)] == [set(), set(), set()]
    assert _faults(office) == []


def test_an_item_hidden_later_leaves_the_names_of_draws(office: Office) -> None:
    office.put("draws", {**DRAW, "code": "C9", "name": f"{NAME}第二轮"})

    _hide(office, Kind.ITEM, "SP-002")

    assert _kept(office, NAME) == set()
    assert _faults(office) == []


@pytest.mark.parametrize(
    ("kind", "row"), [("results", NAMING), ("followups", {**STEP, "text": f"与{WHO}一并整改"})]
)
def test_a_party_whose_name_is_withheld_later_is_named_by_no_other_record(
    office: Office, kind: str, row: Row
) -> None:
    office.put(kind, row, let_pass=True)
    assert len(_kept(office, WHO)) > 1

    _unname(office)

    assert _kept(office, WHO) == set()
    assert _faults(office) == []


def test_nor_where_the_party_is_filed_again_as_withheld(office: Office) -> None:
    office.put("results", NAMING, let_pass=True)

    office.put("entities", {**PARTY, **_WITHHELD})

    assert _kept(office, WHO) == set()
    assert _faults(office) == []


_WITHHELD: dict[str, str] = {
    "disclosure": "不予公开", "ground": "危及公共安全", "decided_by": "示例市市场监督管理局",
    "decided_on": "2025-03-01", "review_on": "2026-02-28",
}  # fmt: skip


def test_nor_where_it_is_filed_for_the_first_time_and_told_of_already(office: Office) -> None:
    name = "示例市第三食品有限公司"
    office.put("results", {**NAMING, "detail": f"货从{name}进"}, let_pass=True)

    office.put("entities", {"entity_name": name, "identifier": numbered(3), **_WITHHELD})

    assert _kept(office, name) == set()
    assert _faults(office) == []


def test_a_document_filed_again_as_withheld_is_called_by_its_title_nowhere(office: Office) -> None:
    title, path = "鸊鷉专项抽查通报", office.folder / "d-1.md"
    words = {
        "code": "D1",
        "title": title,
        "kind": "实施方案",
        "issued_on": "2025-05-30",
        "agency": AGENCY,
    }
    office.publish(
        office.take(a_text(path, "共抽查一户。", summary="通报。", **words), "documents").batch_id
    )
    office.put("results", {**NAMING, "detail": f"已列入《{title}》"}, let_pass=True)
    assert _kept(office, title) == {"document", "result"}

    again = a_text(path, "共抽查一户。", summary="通报。", **words, **_WITHHELD)
    office.publish(office.take(again, "documents").batch_id)

    assert _kept(office, title) == set()
    assert _faults(office) == []


def test_nor_in_a_version_that_was_corrected_before(office: Office) -> None:
    office.put("results", NAMING, let_pass=True)
    office.put("results", {**NAMING, "detail": "货源不明"})
    assert "version" in _kept(office, WHO)

    _unname(office)

    assert _kept(office, WHO) == set()
    assert _faults(office) == []


@pytest.mark.parametrize("kind", [Kind.ITEM, Kind.DOCUMENT])
def test_nor_does_such_a_version_call_an_item_or_a_document_that_is_hidden_since(
    office: Office, kind: Kind
) -> None:
    """By its name alone, without its number; another body's list may hold the same name."""
    name = "鸊鷉供应点专项核查"
    office.put("agencies", {**AGENCY_ROW, "code": "990100-B", "name": "示例市乙局"})
    if kind is Kind.ITEM:
        office.put("items", {**ITEM_ROW, "code": "SP-009", "name": name})
    else:
        head = {"code": "SP-009", "title": name, "agency": AGENCY, "kind": "通知"}
        text = a_text(
            office.folder / "a.md", "正文", **head, issued_on="2025-05-20", summary="概述"
        )
        office.publish(office.take(text, "documents").batch_id)
    for agency in (AGENCY, "990100-B"):
        check = {**RESULT_ROW, "code": f"JC-{agency}", "item_code": "", "item_name": "标签检查"}
        for said in (f"按{name}的要求办", "按要求办"):
            office.put("results", {**check, "detail": said}, agency=agency, let_pass=True)

    order = replace(HIDDEN, act=Act.NEVER, ground=Ground.STATE_SECRET)
    decide.decide(
        office.stores, kind, f"{AGENCY}/SP-009", [order], by="wu", second="bao", now=NOW,
        confirmed=True,
    )  # fmt: skip

    with Session(office.stores.register) as register:
        told = [body for body in register.scalars(sa.select(VersionRow.body)) if name in body]
    assert len(told) == 1
    assert _faults(office) == []


@pytest.mark.parametrize("corrected", [False, True])
@pytest.mark.parametrize(
    "said",
    [
        f"[{WHO[:3]}](https://example.org/){WHO[3:]}",
        f"{WHO[:3]}&nbsp;{WHO[3:]}",
        "".join(f"&#{ord(each)};" for each in WHO),
    ],
)
def test_a_paper_whose_page_reads_a_hidden_name_goes_whatever_parts_it_in_the_file(
    office: Office, said: str, *, corrected: bool
) -> None:
    words = {
        "code": "WJ-1", "title": "通报", "kind": "通知", "agency": AGENCY, "issued_on": "2025-05-20", "summary": "概述",
    }  # fmt: skip
    for body in (f"鸊鷉台账：{said}", *(["正文"] if corrected else [])):
        text = a_text(office.folder / "a.md", body, **words)
        office.publish(office.take(text, "documents").batch_id)
    assert _kept(office, "鸊鷉台账") == {"version" if corrected else "document"}

    _unname(office)

    assert _kept(office, "鸊鷉台账") == set()
    assert _faults(office) == []


def test_a_hidden_party_is_not_shown_under_another_number(office: Office) -> None:
    """One agency files the credit code, another the number of the licence."""
    office.put("entities", {"entity_name": WHO, "identifier": "990101083083860"})

    _unname(office)

    assert _kept(office, WHO) == set()
    assert _faults(office) == []


def test_a_shop_found_to_be_a_persons_keeps_no_day_in_an_older_version(office: Office) -> None:
    """The days that its steps set follow only after the check itself."""
    office.put("followups", {**STEP, "due_on": "2025-05-27"})
    office.put("followups", {**STEP, "step": "复查", "passed": "是", "taken_on": "2025-05-22"})
    office.put("followups", {**STEP, "step": "完结", "taken_on": "2025-05-23"})
    assert {"result", "followup"} <= _kept(office, "2025-05-23")

    office.put("entities", {**PARTY, "form": "个体工商户"}, let_pass=True)

    assert [_kept(office, day) for day in ("2025-05-23", "2025-05-27")] == [set(), set()]
    assert _faults(office) == []


@pytest.mark.parametrize(
    "written",
    [
        "示例市丙丁(集团)有限公司", "示例市 丙丁 （集团）有限公司", "示例市丙丁【集团】有限公司",
        "示例市丙丁（集團）有限公司", "示例市“丙丁”集团有限公司", "示例市《丙丁》「集團」有限公司",
    ],
)  # fmt: skip
def test_another_way_of_writing_does_not_keep_a_hidden_name(office: Office, written: str) -> None:
    """Offices write one name in many ways; the numbers of its holder too."""
    number = numbered(5)
    office.put(
        "entities", {"entity_name": written.replace(" ", ""), "identifier": "990101083083860"}
    )
    office.put("entities", {"entity_name": "示例市丙丁（集团）有限公司", "identifier": number})
    told = f"货从{written}进，照号{number.translate(_WIDE)}"
    office.put("results", {**NAMING, "detail": told}, let_pass=True)
    assert "result" in _kept(office, "丙丁")

    _never(office, number)

    assert [_kept(office, "丙丁"), _kept(office, number.translate(_WIDE))] == [set(), set()]
    assert _faults(office) == []


def test_nor_does_an_address_that_spells_it(office: Office) -> None:
    office.put("results", CHECK)
    spelt = quote(WHO)
    office.put("results", {**NAMING, "detail": f"见 https://a.example/?q={spelt}"})
    assert "result" in _kept(office, spelt)

    _unname(office)

    assert _kept(office, spelt) == set()
    assert _faults(office) == []


_WIDE = {point: point + 0xFEE0 for point in range(0x21, 0x7F)}


def _never(office: Office, number: str) -> None:
    order = replace(HIDDEN, act=Act.NEVER, ground=Ground.STATE_SECRET)
    decide.decide(
        office.stores, Kind.ENTITY, f"uscc:{number}", [order], by="wu", second="bao", now=NOW,
        confirmed=True,
    )  # fmt: skip


def test_what_hides_older_versions_alone_is_a_change_and_may_happen_twice(
    office: Office, client: FlaskClient
) -> None:
    """Parties that were never released: only a corrected check told of them, and a feed made before would go on."""
    names = [f"示例市第{n}食品有限公司" for n in (3, 4)]
    for n, name in enumerate(names, 3):
        row = {**NAMING, "code": f"JC-000{n}", "detail": f"货从{name}进"}
        office.put("results", row, let_pass=True)
        office.put("results", {**row, "detail": "货源不明"})
        office.file("entities", {"entity_name": name, "identifier": numbered(n)})
    tag = client.get("/results.atom").headers["ETag"]
    told = []
    for n in (3, 4):
        _never(office, numbered(n))
        answer = client.get("/results.atom", headers={"If-None-Match": tag})
        told.append((answer.status_code, [name in answer.text for name in names]))
        tag = answer.headers["ETag"]

    assert told == [(200, [False, True]), (200, [False, False])]
    assert _faults(office) == []


def test_a_withdrawal_says_who_goes_on_naming_it_and_draws_count_it_no_more(office: Office) -> None:
    """Nobody has decided to hide it: what others say of it is theirs, until somebody decides."""
    office.put("results", NAMING, let_pass=True)
    party, naming = _id_of(office, "entity", WHO), _id_of(office, "result", WHO)

    done = retract.retract(office.stores, Kind.ENTITY, party, by="he", second="an", now=NOW)

    assert done.named_in == (naming,)
    with Session(office.stores.internal) as session:
        (noted,) = session.scalars(
            sa.select(LedgerRow.detail).where(LedgerRow.detail.contains("仍见于"))
        )
    assert naming in noted
    assert _kept(office, party) == set()
    assert _faults(office) == []


def test_a_withdrawal_that_a_crash_left_ordered_is_carried_out_by_the_office(
    office: Office,
) -> None:
    """The key lies elsewhere for a moment: the order stands, the register is as it was."""
    key = office.stores.log_key.path
    party = _id_of(office, "entity", WHO)
    key.rename(key.with_name("away"))
    with pytest.raises(LogBroken):
        retract.retract(office.stores, Kind.ENTITY, party, by="he", second="an", now=NOW)
    assert "entity" in _kept(office, WHO)
    key.with_name("away").rename(key)

    assert len(scheduled.carry_out(office.stores, now=NOW).withdrawals) == 1

    assert _kept(office, WHO) == set()
    assert _kept(office, party) == set()
    assert _faults(office) == []
    assert scheduled.carry_out(office.stores, now=NOW).is_nothing


def test_an_order_left_over_does_not_take_what_an_earlier_release_of_ours_let_out_since(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By now nothing is let out ahead of the order that took it back."""
    monkeypatch.setattr(retract, "require_none_waits", lambda *_: None)
    key = office.stores.log_key.path
    party = _id_of(office, "entity", WHO)
    key.rename(key.with_name("away"))
    with pytest.raises(LogBroken):
        retract.retract(office.stores, Kind.ENTITY, party, by="he", second="an", now=NOW)
    key.with_name("away").rename(key)
    office.put("entities", {**PARTY, "region": "990101"})

    scheduled.carry_out(office.stores, now=NOW)

    assert "entity" in _kept(office, WHO)


@pytest.mark.parametrize("told", [WHO, quote(WHO)])
def test_an_agency_whose_duties_tell_of_a_hidden_party_stays_without_them(
    office: Office, told: str
) -> None:
    office.put("agencies", {**AGENCY_ROW, "duties": f"负责 {told} 等企业的随机抽查"})
    assert "agency" in _kept(office, told)

    _never(office, CREDIT_CODE)

    assert _kept(office, told) == set()
    assert _id_of(office, "agency", str(AGENCY_ROW["name"]))
    assert _faults(office) == []


def test_nor_do_the_duties_of_a_body_tell_of_an_item_of_its_own_that_is_hidden(
    office: Office,
) -> None:
    """As they read now, or did before a correction; those of another body may speak of the same."""
    office.put(
        "agencies",
        {**AGENCY_ROW, "code": "990100-B", "name": "示例市乙局", "duties": f"负责{NAME}"},
    )
    for duties in (f"承担{NAME}", "承担随机抽查", f"负责{NAME}"):
        office.put("agencies", {**AGENCY_ROW, "duties": duties})

    _hide(office, Kind.ITEM, "SP-002")

    with Session(office.stores.register) as register:
        told = [
            body
            for table in ("agency", "version")
            for body in register.scalars(sa.text(f"SELECT body FROM {table}"))
            if NAME in body
        ]
    assert ["示例市乙局" in body for body in told] == [True]
    assert _faults(office) == []


def test_nor_in_the_version_that_said_it_last_where_a_file_hides_the_item(office: Office) -> None:
    office.put("agencies", {**AGENCY_ROW, "duties": f"负责{NAME}"})
    assert "agency" in _kept(office, NAME)

    office.put("items", {**ITEM_ROW, "code": "SP-002", "name": NAME, **_WITHHELD})

    assert _kept(office, NAME) == set()
    assert _faults(office) == []
