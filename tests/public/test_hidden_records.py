"""Whatever record is hidden, nothing of it stays in what others say of it, or said of it before they were corrected.

Each record that may be hidden as a whole is named in every place where another record can name it: by its number, its name or
its place in a list. That other record says so now, or did before a correction; then the first one is hidden in each way there is.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

import pytest
import sqlalchemy as sa

from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide
from portal.internal.desk.orders import Order
from portal.internal.tables.filings import FilingRow
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import numbered
from tests.makers import AGENCY, AGENCY_ROW, CREDIT_CODE, ITEM_ROW, RESULT_ROW, Row, a_text
from tests.public.twins import NEVER, WITHHELD


class Hidden(NamedTuple):
    """A record that is public and will be hidden; `words`: what tells of it."""

    kind: Kind
    key: str
    row: Row
    name: str
    words: tuple[str, ...]


class Naming(NamedTuple):
    """How another record names it; `rows` do, `bare` do not."""

    sheet: str
    place: str
    rows: tuple[Row, ...]
    bare: tuple[Row, ...]
    #: What is said with the name alone.
    words: tuple[str, ...] = ()


_SHOP: Row = {"entity_name": "示例市苍鹭食品有限公司", "identifier": numbered(700), "form": "企业", "region": "990101"}  # fmt: skip
_DRAW: Row = {
    "code": "CQ-7", "name": "苍鹭专项第七轮抽取", "drawn_on": "2025-04-07", "method": "系统随机抽取", "frame_count": 9,
    "sample_count": 1, "entity_name": "示例市青禾食品有限公司", "identifier": CREDIT_CODE,
}  # fmt: skip
_PAPER: Row = {"code": "WJ-7", "title": "苍鹭专项检查实施方案", "kind": "实施方案", "issued_on": "2025-02-10", "agency": AGENCY}  # fmt: skip

ITEM = Hidden(
    Kind.ITEM, f"{AGENCY}/SP-007", {**ITEM_ROW, "code": "SP-007", "name": "苍鹭供应点核查"},
    "苍鹭供应点核查", ("苍鹭供应点",),
)  # fmt: skip
PARTY = Hidden(
    Kind.ENTITY, f"uscc:{numbered(700)}", _SHOP, "示例市苍鹭食品有限公司", ("苍鹭食品", numbered(700)),
)  # fmt: skip
DRAW = Hidden(Kind.DRAW, f"{AGENCY}/CQ-7", _DRAW, "苍鹭专项第七轮抽取", ("苍鹭专项第七轮",))
PAPER = Hidden(Kind.DOCUMENT, f"{AGENCY}/WJ-7", _PAPER, "苍鹭专项检查实施方案", ("苍鹭专项检查",))

_CHECK: Row = {**RESULT_ROW, "code": "JC-0001"}
_OTHER: Row = {"entity_name": "示例市白鹭食品有限公司", "identifier": numbered(701)}
_FOUND = {"outcomes": "发现问题已责令改正", "due_on": "2025-06-20", "detail": "夜鹭库房台账缺失"}
_PLAN: Row = {
    "code": "JH", "name": "示例计划", "year": "2025", "version": "1", "approved_on": "2025-03-02", "approver": "某人",
    "task_code": "JH-1", "task_name": "示例任务", "object_scope": "经营者", "task_type": "不定向", "starts_on": "2025-04-01",
    "ends_on": "2025-06-30", "item_codes": "SP-001",
}  # fmt: skip
_LIST: Row = {
    "code": "CQ", "name": "示例抽取", "drawn_on": "2025-04-07", "method": "系统随机抽取", "frame_count": 9, "sample_count": 1,
}  # fmt: skip
_TWO: Row = {**_LIST, "sample_count": 2}
_STEP: Row = {"result_code": "JC-0001", "step": "责令改正", "taken_on": "2025-05-25", "due_on": "2025-06-20"}  # fmt: skip
_DOCUMENT: Row = {"code": "WJ", "title": "示例方案", "kind": "实施方案", "issued_on": "2025-02-10", "agency": AGENCY}  # fmt: skip
_LIBRARY: Row = {**_OTHER, "form": "企业", "region": "990101"}
_ITEM: Row = {**ITEM_ROW, "code": "SP-002", "name": "示例项目检查"}
#: Where a record has room for words of its own, by kind.
_TEXTS: tuple[tuple[str, Row, tuple[str, ...]], ...] = (
    ("agencies", {**AGENCY_ROW, "duties": "负责随机抽查"}, ("duties",)),
    ("items", _ITEM, ("name", "category", "basis", "object_scope", "content", "ratio", "frequency", "cap")),
    ("entities", _LIBRARY, ("industry", "former_names")),
    ("plans", _PLAN, ("name", "task_name", "object_scope", "item_text", "partners", "level", "method", "remark")),
    ("draws", {**_LIST, **_OTHER}, ("name", "place", "supervised_by", "remark")),
    ("results", {**_CHECK, **_FOUND}, ("unit", "outcome_text", "detail", "handling_text", "item_name")),
    ("followups", _STEP, ("text",)),
    ("documents", _DOCUMENT, ("title", "number", "summary", "source", "body")),
)  # fmt: skip


def _in_words(hidden: Hidden) -> list[Naming]:
    return [
        Naming(sheet, field, ({**row, field: f"参见{hidden.name}"},), (row,))
        for sheet, row, fields in _TEXTS
        for field in fields
        #: Items and titles are looked for within one body; parties are nobody's.
        if hidden.kind is Kind.ENTITY or sheet != "entities"
    ]


def _by_number(hidden: Hidden) -> list[Naming]:
    match hidden.kind:
        case Kind.ITEM:
            about = {**_CHECK, **_FOUND, "item_code": "SP-007"}
            return [
                Naming("results", "item", (about,), (_CHECK,), ("夜鹭库房",)),
                Naming("results", "item beside", (_CHECK, about), (_CHECK,), ("夜鹭库房",)),
                Naming("plans", "item", ({**_PLAN, "item_codes": "SP-007"},), (_PLAN,)),
                Naming("plans", "item beside", ({**_PLAN, "item_codes": "SP-001,SP-007"},), (_PLAN,)),
            ]  # fmt: skip
        case Kind.ENTITY:
            who = {"entity_name": _SHOP["entity_name"], "identifier": _SHOP["identifier"]}
            return [
                Naming("results", "party", ({**_CHECK, **_FOUND, **who},), (), ("夜鹭库房",)),
                Naming("draws", "list", ({**_TWO, **_OTHER}, {**_TWO, **who}), ({**_LIST, **_OTHER},)),
                Naming("results", "number", ({**_CHECK, **_FOUND, "detail": f"参见{who['identifier']}"},), ({**_CHECK, **_FOUND},)),
            ]  # fmt: skip
        case Kind.DRAW:
            return [Naming("results", "draw", ({**_CHECK, "draw_code": "CQ-7"},), (_CHECK,))]
        case _:
            return []


NAMED = [
    (hidden, naming)
    for hidden in (ITEM, PARTY, DRAW, PAPER)
    #: A draw is called by words like “the first round”.
    for naming in (*(_in_words(hidden) if hidden is not DRAW else ()), *_by_number(hidden))
]
_SHEETS = {Kind.ITEM: "items", Kind.ENTITY: "entities", Kind.DRAW: "draws", Kind.DOCUMENT: "documents"}  # fmt: skip


def _put(office: Office, sheet: str, *rows: Row, day: int) -> None:
    now = NOW + timedelta(days=day)
    if sheet == "documents":
        head = {"number": "示办〔2025〕1号", "summary": "示例", **rows[0]}
        body = str(head.pop("body", "正文"))
        path = a_text(office.folder / f"d{day}.md", body, **head)
        batch = office.take(path, "documents", now=now).batch_id
    else:
        batch = office.file(sheet, *rows, now=now).batch_id
    office.publish(batch, now=now, let_pass=True)


def _decided(act: Act) -> Callable[[Office, Hidden], None]:
    def decided(office: Office, hidden: Hidden) -> None:
        order = Order(
            place="", act=act, ground=Ground.PUBLIC_SECURITY, article="第十四条", decided_by="示例市市场监督管理局",
            decided_on=date(2025, 6, 1), review_on=date(2026, 5, 29), reason="示例",
        )  # fmt: skip
        decide.decide(
            office.stores, hidden.kind, hidden.key, [order], by="wu", second="bao",
            now=NOW + timedelta(days=9), confirmed=True,
        )  # fmt: skip

    decided.__name__ = f"decided {act.value}"
    return decided


def _filed(how: Row) -> Callable[[Office, Hidden], None]:
    def filed(office: Office, hidden: Hidden) -> None:
        _put(office, _SHEETS[hidden.kind], {**hidden.row, **how}, day=9)

    filed.__name__ = f"filed as {how['disclosure']}"
    return filed


def _called(case: object) -> str:
    match case:
        case Hidden():
            return case.kind.value
        case Naming():
            return f"{case.sheet} {case.place}"
        case _:
            return str(getattr(case, "__name__", case)).strip("_")


Shape = Callable[[Naming], list[tuple[Row, ...]]]
Way = Callable[[Office, Hidden], None]


def now(naming: Naming) -> list[tuple[Row, ...]]:
    return [naming.rows]


def before(naming: Naming) -> list[tuple[Row, ...]]:
    return [naming.rows, naming.bare]


def since(naming: Naming) -> list[tuple[Row, ...]]:
    return [naming.bare, naming.rows]


def between(naming: Naming) -> list[tuple[Row, ...]]:
    return [naming.bare, naming.rows, naming.bare]


def _told(office: Office, words: tuple[str, ...]) -> dict[str, set[str]]:
    """Return in which tables each of these words stands."""
    found: dict[str, set[str]] = {}
    with office.stores.register.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            rows = [
                repr(tuple(row)) for row in connection.execute(sa.text(f'SELECT * FROM "{table}"'))
            ]
            for word in words:
                if any(word in row for row in rows):
                    found.setdefault(word, set()).add(table)
    return found


def _id_of(office: Office, hidden: Hidden) -> str:
    query = sa.select(FilingRow.public_id).where(
        FilingRow.kind == hidden.kind.value, FilingRow.key == hidden.key
    )
    with office.stores.internal.connect() as connection:
        return str(connection.scalars(query.limit(1)).one())


def _cases() -> Iterator[tuple[Hidden, Naming, Way, Shape]]:
    """Yield every number that is told in each shape, hidden in each way; every text in the shapes and by the ways in turn."""
    by_hand, by_file = (
        (_decided(Act.WITHHOLD), _decided(Act.NEVER)),
        (_filed(WITHHELD), _filed(NEVER)),
    )
    for number, (hidden, naming) in enumerate(NAMED):
        #: A list says in its file nothing of how it is disclosed.
        ways = by_hand if hidden is DRAW else (*by_hand, *by_file)
        shapes = (now, before, since, between) if naming.bare else (now,)
        every = [(way, shape) for shape in shapes for way in ways]
        told = every if naming in _by_number(hidden) else every[number % 8 :: 8]
        yield from ((hidden, naming, way, shape) for way, shape in told)


@pytest.mark.slow
@pytest.mark.parametrize(("hidden", "naming", "hide", "shape"), list(_cases()), ids=_called)
def test_no_record_goes_on_naming_one_that_is_hidden(
    office: Office, hidden: Hidden, naming: Naming, hide: Way, shape: Shape
) -> None:
    _put(office, _SHEETS[hidden.kind], hidden.row, day=0)
    if naming.sheet == "followups":
        _put(office, "results", {**_CHECK, **_FOUND}, day=1)
    for day, rows in enumerate(shape(naming), 2):
        _put(office, naming.sheet, *_versioned(naming, rows, day), day=day)
    public_id = _id_of(office, hidden)
    words = (*hidden.words, *naming.words)
    assert _told(office, words).keys() == set(words)

    hide(office, hidden)

    told = _told(office, (*words, public_id))
    assert {word: tables for word, tables in told.items() if tables - {"change"}} == {}


def _versioned(naming: Naming, rows: tuple[Row, ...], day: int) -> tuple[Row, ...]:
    """Return the rows of a plan as its next version; others as they are."""
    if naming.sheet != "plans":
        return rows
    said = {"version": str(day - 1), "adjustment_reason": "调整" if day > 2 else ""}
    return tuple({**row, **said} for row in rows)
