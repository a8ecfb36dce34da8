"""What search sees of a record: what a page shows of it, and nothing else."""

from datetime import date

from portal.register import records as r
from portal.register.search.documents import document
from portal.register.search.model import Document
from portal.register.search.sources import Source
from tests.register.makers import a_public_agency, a_public_entity, a_public_result, a_public_step

DAY = date(2025, 6, 2)


def made(kind: str, record: r.Record | r.PublicTask, **around: object) -> Document:
    return document(Source(kind=kind, record=record, serial=7, published_on=DAY, **around))  # type: ignore[arg-type]


def every_text(found: Document) -> str:
    return "\n".join((*found.identifiers, *found.names, *found.titles, *found.texts))


def test_a_party_is_seen_by_all_its_names_and_numbers() -> None:
    entity = a_public_entity(
        former_names=("示例市旧青禾食品厂",),
        identifiers=(
            r.PublicIdentifier(scheme="uscc", value="91990101MA0000000U"),
            r.PublicIdentifier(scheme="registration", value="990101000000001", valid=False),
        ),
        region="990101",
    )

    found = made("entity", entity)

    assert found.names == ("示例市青禾食品有限公司", "示例市旧青禾食品厂")
    assert found.identifiers == ("91990101MA0000000U", "990101000000001")
    assert found.facets == {"kind": ("entity",), "entity": ("e_1",), "region": ("990101",)}
    assert (found.day, found.serial) == (DAY, 7)


def test_a_masked_party_has_neither_name_nor_number_and_lends_none_to_its_results() -> None:
    masked = a_public_entity(name="示例＊＊＊店", masked=True, form="sole_trader")

    alone, in_result = made("entity", masked), made("result", a_public_result(), entity=masked)

    assert (alone.names, alone.identifiers, alone.titles) == ((), (), ())
    assert "示例" not in every_text(alone) + every_text(in_result)
    assert in_result.facets["entity"] == ("e_1",)


def test_a_result_takes_up_party_agency_task_and_steps() -> None:
    result = a_public_result(("ordered_to_rectify",), status="open", task_id="t_1")
    step = a_public_step(text="限期公示许可证")
    task = r.PublicTask(
        id="t_1", code="T1", name="食品经营抽查", object_scope="全市", task_type="undirected",
        starts_on=DAY, ends_on=DAY, joint="cross_agency",
    )  # fmt: skip

    found = made(
        "result",
        result,
        entity=a_public_entity(),
        agency=a_public_agency(),
        task=task,
        steps=(step,),
    )

    assert found.names == ()
    assert found.titles == (
        "示例市青禾食品有限公司", "食品经营许可情况检查", "示例市市场监督管理局", "食品经营抽查",
    )  # fmt: skip
    assert found.texts == ("发现问题已责令改正", "限期公示许可证", "责令改正")
    assert found.facets == {
        "kind": ("result",), "agency": ("a_1",), "region": ("990100",), "entity": ("e_1",), "item": ("i_1",),
        "outcome": ("ordered_to_rectify",), "status": ("open",), "year": ("2025",), "task": ("t_1",),
        "joint": ("cross_agency",), "part": ("f_1",),
    }  # fmt: skip


def test_only_a_check_with_a_problem_has_a_state() -> None:
    assert "status" not in made("result", a_public_result()).facets


def test_a_task_names_its_items_and_its_plan() -> None:
    task = r.PublicTask(
        id="t_1", code="T1", name="加油站抽查", object_scope="成品油零售企业", task_type="undirected",
        starts_on=DAY, ends_on=DAY, item_ids=("i_1", "i_2"),
    )  # fmt: skip
    item = r.PublicItem(id="i_1", agency_id="a_1", code="JY-1", name="加油机计量检查", methods=())

    found = made("task", task, agency=a_public_agency(), items=(item,), plan_id="p_1")

    assert found.names == ("加油站抽查",)
    assert found.titles == ("示例市市场监督管理局", "加油机计量检查")
    assert (found.facets["part"], found.facets["item"]) == (("p_1",), ("i_1", "i_2"))


def test_a_notice_is_seen_by_its_five_facts_only() -> None:
    notice = r.PublicNotice(
        id="w_1", ground="trade_secret", article="第十五条", decided_by="示例市某局", review_on=DAY
    )

    found = made("withheld", notice)

    assert found == Document(
        kind="withheld", public_id="w_1", serial=7, day=DAY, facets={"kind": ("withheld",)},
        texts=("商业秘密", "第十五条", "示例市某局"),
    )  # fmt: skip


def test_a_document_is_seen_in_full_without_the_marks_of_its_source() -> None:
    paper = r.PublicDocument(
        id="m_1", agency_id="a_1", title="通知", kind="notice", issued_on=DAY, summary="摘要",
        number="示发〔2025〕1号", body="# 一、总则\n\n- **依法**抽查\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |",
    )  # fmt: skip

    found = made("document", paper, agency=a_public_agency())

    assert found.identifiers == ("示发〔2025〕1号",)
    assert found.texts == ("摘要", "一、总则\n\n依法抽查\n\n甲 | 乙\n1 | 2", "通知")
