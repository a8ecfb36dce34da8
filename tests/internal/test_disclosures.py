"""What was filed as kept back stays so until a file says in so many words that it may be shown."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.results import Result
from portal.domain.verdicts import Act
from portal.internal.desk import decide, retract, upload
from portal.internal.desk.upload import Refused
from portal.internal.tables import filings
from portal.internal.tables.filings import FilingRow
from portal.register.records import Kind
from portal.register.tables.entities import EntityRow
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import numbered
from tests.internal.test_narrowing import HIDDEN
from tests.makers import AGENCY, AGENCY_ROW, ITEM_ROW, RESULT_ROW, Row, a_text
from tests.plans import recorded

KEPT: Row = {
    "disclosure": "不予公开", "ground": "商业秘密", "decided_by": "示例市市场监督管理局",
    "decided_on": "2025-05-01", "review_on": "2026-04-01",
}  # fmt: skip
PROBLEM: Row = {**RESULT_ROW, "outcomes": "发现问题已责令改正", "detail": "配方用量超标"}
STEP: Row = {"result_code": "JC-0001", "step": "责令改正", "taken_on": "2025-05-20"}
PARTY: Row = {"entity_name": "示例市鸊鷉食品有限公司", "identifier": numbered(700)}
ITEM: Row = {**ITEM_ROW, "code": "SP-009", "name": "专项核查"}


def _loosened(refused: pytest.ExceptionInfo[Refused]) -> int:
    return refused.value.done.report.counts["loosened"]


@pytest.mark.parametrize(
    ("kind", "row"), [("results", PROBLEM), ("followups", STEP), ("items", ITEM)]
)
def test_filing_it_again_without_a_word_is_refused(office: Office, kind: str, row: Row) -> None:
    if kind == "followups":
        office.put("results", PROBLEM)
    office.put(kind, {**row, **KEPT})

    with pytest.raises(Refused) as refused:
        office.file(kind, row)

    assert _loosened(refused) == 1


@pytest.mark.parametrize(
    ("kind", "row"), [("results", PROBLEM), ("followups", STEP), ("items", ITEM)]
)
def test_a_word_that_nobody_approved_does_not_speak_for_the_next_filing(
    office: Office, kind: str, row: Row
) -> None:
    if kind == "followups":
        office.put("results", PROBLEM)
    office.put(kind, {**row, **KEPT})
    office.file(kind, {**row, "disclosure": "公开"})

    with pytest.raises(Refused) as refused:
        office.file(kind, {**row, "note": "补正"} if kind == "results" else row)

    assert _loosened(refused) == 1


def test_a_paper_filed_again_without_a_word_is_refused(office: Office) -> None:
    head = {
        "code": "w-1", "title": "实施方案", "agency": AGENCY, "kind": "实施方案",
        "issued_on": "2025-02-21", "summary": "部署工作。",
    }  # fmt: skip
    kept = {name: str(value) for name, value in KEPT.items()}
    office.take(a_text(office.folder / "w-1.md", "正文", **head, **kept), "documents")

    with pytest.raises(Refused) as refused:
        office.take(a_text(office.folder / "w-1.md", "正文", **head), "documents")

    assert _loosened(refused) == 1


def test_a_fault_in_a_later_chunk_is_told_as_in_the_first(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.put("results", {**PROBLEM, **KEPT})
    monkeypatch.setattr(upload, "CHUNK", 1)
    others = [{**RESULT_ROW, "code": f"JC-000{n}"} for n in (2, 3)]

    with pytest.raises(Refused) as refused:
        office.file("results", others[0], PROBLEM, others[1])

    assert _loosened(refused) == 1


@pytest.mark.sqlite
def test_whether_anything_is_kept_back_is_found_in_its_index(desk: Session) -> None:
    """About SQLite: its plan, word by word; PostgreSQL chooses otherwise while there are few rows."""
    with recorded(desk.connection().engine) as questions:
        filings.has_guarded(desk, Result)

    [(statement, parameters)] = questions
    plan = desk.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    assert [step[3] for step in plan] == ["SEARCH filing USING INDEX ix_filing_guarded (kind=?)"]


@pytest.mark.parametrize("said", [KEPT, {"disclosure": "公开"}])
def test_what_says_how_it_is_to_be_shown_is_taken(office: Office, said: Row) -> None:
    office.put("results", {**PROBLEM, **KEPT})

    again = office.file("results", {**PROBLEM, **said}).batch_id
    if said is not KEPT:
        office.publish(again)

    with Session(office.stores.register) as session:
        shown = session.scalar(sa.select(sa.func.count()).select_from(ResultRow))
    assert shown == (said is not KEPT)


def test_a_party_that_was_withdrawn_does_not_come_back_because_another_agency_names_it(
    office: Office,
) -> None:
    office.put("results", PROBLEM)
    with Session(office.stores.internal) as session:
        is_party = FilingRow.kind == "entity"
        public_id = session.scalars(sa.select(FilingRow.public_id).where(is_party)).one()
    retract.retract(office.stores, Kind.ENTITY, public_id, by="he", second="an", now=NOW)

    other = "990100-YJGL"
    office.put("agencies", {**AGENCY_ROW, "code": other, "name": "示例市应急管理局"})
    office.put("items", ITEM_ROW, agency=other)
    office.put("results", {**RESULT_ROW, "code": "YJ-0001"}, agency=other)

    with Session(office.stores.register) as session:
        assert session.scalars(sa.select(EntityRow.public_id)).all() == []
        assert session.scalars(sa.select(ResultRow.public_id)).all() == []


@pytest.mark.parametrize(
    ("kind", "row"),
    [("results", PROBLEM), ("followups", STEP), ("items", ITEM), ("entities", PARTY)],
)
def test_words_that_the_office_overruled_keep_nothing_back_a_second_time_and_are_refused(
    office: Office, kind: str, row: Row
) -> None:
    """What was decided stands in their place, whenever they are filed: the record would stay public."""
    if kind == "followups":
        office.put("results", PROBLEM)
    office.put(kind, {**row, **KEPT})
    with Session(office.stores.internal) as session:
        filing = session.scalars(
            sa.select(FilingRow).where(FilingRow.row > 0).order_by(FilingRow.id.desc())
        ).first()
    assert filing is not None
    order = replace(HIDDEN, act=Act.OPEN)
    decide.decide(
        office.stores,
        Kind(filing.kind),
        filing.key,
        [order],
        by="wu",
        second="bao",
        now=NOW,
        confirmed=True,
    )
    note = {"address" if kind == "entities" else "note": "另注"}
    office.put(kind, {**row, **KEPT, **note})
    office.put(kind, {**row, "disclosure": "公开"})

    with pytest.raises(Refused) as refused:
        office.file(kind, {**row, **KEPT})
    assert _loosened(refused) == 1

    office.put(kind, {**row, **KEPT, "decided_on": "2025-06-01"})
    with Session(office.stores.register) as register:
        found = register.scalars(sa.text(f"SELECT public_id FROM {filing.kind}"))
        assert filing.public_id not in set(found)
