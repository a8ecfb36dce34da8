"""Whatever field a decision hides, no version of its record tells what it said, however it came to say so.

Each field that the table of rules lets people hide is filed with a text of its own, the record is corrected in some way,
and then the field is hidden.
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from portal.airlock.rules import TABLE, decidable
from portal.domain.grounds import HIDEABLE, Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide
from portal.internal.desk.orders import Order
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import numbered
from tests.makers import AGENCY, AGENCY_ROW, CREDIT_CODE, ITEM_ROW, RESULT_ROW, Row, a_text
from tests.public.twins import WITHHELD
from tests.raw import store_bytes


class Told(NamedTuple):
    """A field that may be hidden, in a row that bears it; `texts`: what it says at first, and after a correction."""

    kind: Kind
    key: str
    row: Row
    field: str
    texts: tuple[str, str]
    #: Another field of the row, which is corrected beside it.
    beside: tuple[str, str]


_WORDS = ("夜鹭之一", "夜鹭之二")
_PLAN: Row = {
    "code": "JH", "name": "示例计划", "year": "2025", "version": "1", "approved_on": "2025-03-02", "approver": "示例市联席会议", "task_code": "JH-1",
    "task_name": "示例任务", "object_scope": "经营者", "task_type": "不定向", "starts_on": "2025-04-01",
    "ends_on": "2025-06-30", "item_text": "示例事项",
}  # fmt: skip
_ADJUSTED: Row = {**_PLAN, "version": "2", "approved_on": "2025-04-02"}
_DRAW: Row = {
    "code": "CQ", "name": "示例抽取", "drawn_on": "2025-04-07", "method": "系统随机抽取", "frame_count": "9",
    "sample_count": "1", "entity_name": "示例市青禾食品有限公司", "identifier": CREDIT_CODE,
}  # fmt: skip
_STEP: Row = {"result_code": "JC-0001", "step": "责令改正", "taken_on": "2025-05-25"}
_PROBLEM = {**RESULT_ROW, "outcomes": "发现问题已责令改正", "due_on": "2025-06-20"}


def _party(form: str, code: str, name: str) -> Row:
    return {"entity_name": name, "identifier": code, "form": form, "region": "990101", "industry": "零售"}  # fmt: skip


_TRADER, _FIRM = numbered(600, "92"), numbered(600)
_PARTIES = [
    (_FIRM, _party("企业", _FIRM, "示例市鹳鹤食品有限公司")),
    (_TRADER, _party("个体工商户", _TRADER, "示例市鹳鹤小吃店")),
]
_REGIONS = ("990102", "990103")
_NUMBERS = ("990100000000013", "990100000000021")

TOLD = [
    Told(Kind.AGENCY, AGENCY, AGENCY_ROW, "duties", _WORDS, ("level", "县级")),
    *(
        Told(Kind.ITEM, f"{AGENCY}/XM", {**ITEM_ROW, "code": "XM", "name": "示例项目检查"}, field, _WORDS, ("methods", "书面检查"))
        for field in ("basis", "object_scope", "content")
    ),
    *(
        Told(Kind.ENTITY, f"uscc:{code}", row, field, texts, beside)
        for code, row in _PARTIES
        for field, texts, beside in (
            ("region", _REGIONS, ("industry", "餐饮")),
            ("industry", _WORDS, ("region", "990100")),
            ("identifiers", _NUMBERS, ("region", "990100")),
        )
        #: Of a shop nobody is told the trade, or a number.
        if code == _FIRM or field == "region"
    ),
    Told(
        Kind.ENTITY, f"uscc:{_FIRM}", _PARTIES[0][1], "name",
        ("示例市夜鹭之一公司", "示例市夜鹭之二公司"), ("region", "990100"),
    ),
    *(
        Told(Kind.PLAN, f"{AGENCY}/JH", _PLAN, field, _WORDS, ("task_name", "另一任务"))
        for field in ("item_text", "remark")
    ),
    Told(Kind.PLAN, f"{AGENCY}/JH", _ADJUSTED, "adjustment_reason", _WORDS, ("task_name", "另一任务")),
    *(
        Told(Kind.DRAW, f"{AGENCY}/CQ", _DRAW, field, _WORDS, ("name", "另一抽取"))
        for field in ("place", "supervised_by", "remark")
    ),
    *(
        Told(Kind.RESULT, f"{AGENCY}/JC-0001", _PROBLEM, field, _WORDS, ("due_on", "2025-06-21"))
        for field in ("handling_text", "detail", "outcome_text")
    ),
    Told(Kind.FOLLOWUP, f"{AGENCY}/JC-0001/ordered/2025-05-25", _STEP, "text", _WORDS, ("due_on", "2025-06-21")),
    *(
        Told(Kind.DOCUMENT, f"{AGENCY}/WJ", {"code": "WJ", "title": "示例方案", "kind": "实施方案", "issued_on": "2025-02-10", "agency": AGENCY}, field, _WORDS, ("title", "另一方案"))
        for field in ("body", "source")
    ),
]  # fmt: skip


def _column(told: Told) -> str:
    """Return the column that bears the field; the number by which a party is known stays in its own."""
    return {"name": "entity_name", "identifiers": "other_identifiers"}.get(told.field, told.field)


def _same(told: Told) -> Row:
    """The record as it was, with another field corrected."""
    return {**told.row, _column(told): told.texts[0], told.beside[0]: told.beside[1]}


def _otherwise(told: Told) -> Row:
    """The field itself is corrected."""
    return {**told.row, _column(told): told.texts[1]}


def _left_out(told: Told) -> Row:
    """The correction says nothing in this field, or where something has to stand there, something else."""
    bare = {**told.row, told.beside[0]: told.beside[1]}
    if told.field in ("name", "body", "object_scope", "item_text", "adjustment_reason"):
        return {**bare, _column(told): told.texts[1]}
    bare.pop(_column(told), None)
    return bare


def _plural(kind: Kind) -> str:
    return {"agency": "agencies", "entity": "entities"}.get(kind.value, f"{kind.value}s")


def _label(told: Told) -> str | None:
    """What a file calls the field to keep it back, None where it cannot."""
    labels = HIDEABLE.get(_plural(told.kind), {})
    return next((label for label, field in labels.items() if field == told.field), None)


def _put(office: Office, told: Told, row: Row, day: int) -> None:
    now = NOW + timedelta(days=day)
    if told.kind is Kind.DOCUMENT:
        head = {"number": "示办〔2025〕1号", "summary": "示例", **row}
        body = head.pop("body", "正文")
        path = a_text(office.folder / f"d{day}.md", str(body), **head)
        batch = office.take(path, "documents", now=now).batch_id
    else:
        batch = office.file(_plural(told.kind), row, now=now).batch_id
    assert batch is not None
    office.publish(batch, now=now, let_pass=True)


def _begin(office: Office, told: Told) -> None:
    """Publish the record with the field, and before it what it leans on."""
    if told.kind is Kind.FOLLOWUP:
        _put(office, told._replace(kind=Kind.RESULT), _PROBLEM, 0)
    if told.row is _ADJUSTED:
        _put(office, told, _PLAN, 0)
    _put(office, told, {**told.row, _column(told): told.texts[0]}, 1)


def _decide(office: Office, told: Told, row: Row, day: int, act: Act = Act.WITHHOLD) -> None:
    """Decide on the field of what is public."""
    del row
    order = Order(
        place=told.field, act=act, ground=Ground.TRADE_SECRET, article="第十五条",
        decided_by="示例市市场监督管理局", decided_on=date(2025, 6, 1), review_on=date(2026, 5, 29), reason="示例",
    )  # fmt: skip
    now = NOW + timedelta(days=day)
    decide.decide(
        office.stores, told.kind, told.key, [order], by="wu", second="bao", now=now, confirmed=True
    )


def _file(office: Office, told: Told, row: Row, day: int) -> None:
    """File the record once more as it is, now as one that keeps the field back."""
    kept_back = {"disclosure": "部分公开", "hidden": _label(told)}
    _put(office, told, {**row, **WITHHELD, **kept_back}, day)


Way = Callable[[Office, Told, Row, int], None]


def test_every_field_that_may_be_hidden_is_tried() -> None:
    tried = {(told.kind.value, told.field) for told in TOLD}
    kinds = {told.kind.value for told in TOLD} | {
        kind.value for kind in Kind if kind.value in TABLE
    }
    may = {(kind, field) for kind in kinds for field in decidable(kind)}

    assert tried == may


def _called(case: object) -> str:
    match case:
        case Told():
            return f"{case.kind.value}-{case.field}-{case.row.get('form', '')}"
        case _:
            return str(getattr(case, "__name__", case)).strip("_")


@pytest.mark.slow
@pytest.mark.parametrize("corrected", [_same, _otherwise, _left_out], ids=_called)
@pytest.mark.parametrize(
    ("told", "hide"),
    [
        *((told, _decide) for told in TOLD),
        *((told, _file) for told in TOLD if _label(told)),
    ],
    ids=_called,
)
def test_no_version_of_a_record_tells_a_field_that_is_hidden_later(
    office: Office, data: Path, told: Told, hide: Way, corrected: Callable[[Told], Row]
) -> None:
    _begin(office, told)
    assert told.texts[0].encode() in store_bytes(data)
    _put(office, told, corrected(told), 2)

    hide(office, told, corrected(told), 3)

    kept = store_bytes(data)
    assert [text for text in told.texts if text.encode() in kept] == []


@pytest.mark.slow
@pytest.mark.parametrize("told", [told for told in TOLD if told.texts is _WORDS], ids=_called)
def test_nor_where_the_field_was_merely_masked_before(
    office: Office, data: Path, told: Told
) -> None:
    _begin(office, told)
    _decide(office, told, told.row, 2, act=Act.MASK)
    _put(office, told, _left_out(told), 3)

    _decide(office, told, told.row, 4)

    kept = store_bytes(data)
    assert [text for text in told.texts if text.encode() in kept] == []
