"""What a source does not state, or states in words, is shown as just that."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.airlock.publish import publish
from portal.airlock.redact import redact
from portal.domain.grounds import Decision, Disclosure, Ground
from portal.domain.items import Item
from portal.domain.measures import Ratio
from portal.domain.plans import Plan
from portal.internal.desk.stores import Stores
from portal.register.records import Kind
from tests.airlock.makers import around
from tests.makers import a_plan, a_task, an_agency, an_item

NOW = datetime(2025, 6, 2, tzinfo=UTC)
BARE: dict[str, Any] = {"basis": None, "content": None, "methods": ()}
UNSTATED = ("来源未列明", "Not stated by the source")


def address(stores: Stores, record: Item | Plan) -> str:
    """Publish a record with its agency; return where its page is."""
    surroundings = around()
    passages = [redact(each, surroundings) for each in (an_agency(), record)]
    publish(stores.register, passages, now=NOW)
    folder, kind = ("items", Kind.ITEM) if isinstance(record, Item) else ("plans", Kind.PLAN)
    return f"/{folder}/{surroundings.ids.of(kind, record.key)}"


def facts(client: FlaskClient, where: str) -> dict[str, str]:
    """Return the labelled facts of a page as text."""
    page = client.get(where).get_data(as_text=True)
    found = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", page, re.DOTALL)
    return {label: " ".join(re.sub("<[^>]+>", "", text).split()) for label, text in found}


def cells(client: FlaskClient, where: str, label: str) -> list[str]:
    """Return the cells of one column as text."""
    page = client.get(where).get_data(as_text=True)
    found = re.findall(rf'<td[^>]*data-label="{label}"[^>]*>(.*?)</td>', page, re.DOTALL)
    return [re.sub("<[^>]+>", "", text).strip() for text in found]


@pytest.mark.parametrize(
    ("query", "labels", "wording"),
    [
        ("", ("抽查依据", "抽查内容", "检查方式"), UNSTATED[0]),
        ("?lang=en", ("Legal basis", "Content", "Method"), UNSTATED[1]),
    ],
)
def test_an_item_says_what_its_source_does_not_state(
    stores: Stores, client: FlaskClient, query: str, labels: tuple[str, ...], wording: str
) -> None:
    where = address(stores, an_item(**BARE))

    shown = facts(client, where + query)

    assert {label: shown.get(label) for label in labels} == dict.fromkeys(labels, wording)


def test_what_is_withheld_is_not_called_unstated(stores: Stores, client: FlaskClient) -> None:
    decision = Decision(
        disclosure=Disclosure.PARTLY,
        ground=Ground.TRADE_SECRET,
        fields=("basis",),
        decided_by="示例市市场监督管理局",
        decided_on=date(2025, 3, 3),
        review_on=date(2026, 3, 2),
    )
    where = address(stores, an_item(content=None, decision=decision))

    shown = facts(client, where)

    assert shown["抽查依据"].startswith("不予公开 商业秘密")
    assert shown["抽查内容"] == UNSTATED[0]


def test_the_list_of_items_says_it_too(stores: Stores, client: FlaskClient) -> None:
    address(stores, an_item(**BARE))

    assert cells(client, "/items/", "检查方式") == [UNSTATED[0]]


@pytest.mark.parametrize(
    ("task", "planned"),
    [
        ({"planned_count": 1200}, "1,200"),
        ({"planned_count": 10, "planned_text": "10家左右"}, "10家左右"),
        ({}, "—"),
    ],
)
def test_a_count_is_shown_in_the_words_of_the_plan(
    stores: Stores, client: FlaskClient, task: dict[str, Any], planned: str
) -> None:
    where = address(stores, a_plan(tasks=(a_task(**task),)))

    of_task = facts(client, _task_of(client, where))["计划抽查数"]

    assert (cells(client, where, "计划数"), of_task) == ([planned], planned)


def test_a_share_in_words_is_shown_in_words(stores: Stores, client: FlaskClient) -> None:
    words = "按风险等级确定"
    where = address(stores, a_plan(tasks=(a_task(ratio=Ratio(words, None)),)))

    assert cells(client, where, "抽查比例") == [words]


def test_an_adjustment_compares_the_words_of_counts(stores: Stores, client: FlaskClient) -> None:
    before = a_task(planned_count=20, ratio=Ratio("5%", Decimal("0.05")))
    after = a_task(planned_count=20, planned_text="约20家", ratio=before.ratio)
    address(stores, a_plan(tasks=(before,)))
    second = a_plan(tasks=(after,), version=2, adjustment_reason="以实际为准")

    page = client.get(address(stores, second)).get_data(as_text=True)

    changed = re.findall(r"计划抽查数.*?</tr>", page, re.DOTALL)
    told = [" ".join(re.sub("<[^>]+>", " ", each).split()) for each in changed]
    assert len(told) == 1
    assert "20" in told[0]
    assert "约20家" in told[0]


def _task_of(client: FlaskClient, where: str) -> str:
    found = re.search(r'href="(/tasks/[^"]+)"', client.get(where).get_data(as_text=True))
    assert found is not None
    return found[1]
