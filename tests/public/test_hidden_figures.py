"""What a paper states in figures stands in its text, and goes with it."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import structs

from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide
from portal.internal.desk.orders import Order
from portal.register.layout import hides_more
from portal.register.records import Kind, PublicDocument, PublicFigure, Withheld
from tests.conftest import NOW, Office
from tests.makers import AGENCY, a_text
from tests.public.twins import WITHHELD
from tests.raw import store_bytes

_BODY = """# 一、统计

夜鹭正文。

```统计
编号 | 指标 | 时期 | 数值 | 单位 | 构成 | 说明
A1 | 夜鹭指标 | 2025年 | 7654321 | 户 | | 夜鹭说明
```
"""
_WORDS = ("夜鹭正文", "夜鹭指标", "7654321", "夜鹭说明")


def _put(office: Office, day: int, body: str = _BODY, **more: str) -> None:
    path = a_text(
        office.folder / f"d{day}.md", body, code="WJ", title="示例通报", agency=AGENCY, kind="实施方案",
        issued_on="2025-02-21", summary="示例", **more,
    )  # fmt: skip
    now = NOW + timedelta(days=day)
    office.publish(office.take(path, "documents", now=now).batch_id, now=now, let_pass=True)


def _decided(office: Office) -> None:
    order = Order(
        place="body", act=Act.WITHHOLD, ground=Ground.TRADE_SECRET, article="第十五条", decided_by="示例市市场监督管理局",
        decided_on=date(2025, 6, 1), review_on=date(2026, 5, 29), reason="示例",
    )  # fmt: skip
    now = NOW + timedelta(days=3)
    decide.decide(
        office.stores, Kind.DOCUMENT, f"{AGENCY}/WJ", [order], by="wu", now=now, confirmed=True
    )


def _filed(office: Office) -> None:
    _put(office, 3, **WITHHELD | {"disclosure": "部分公开", "hidden": "正文"})


def _as_it_was(office: Office) -> None:
    del office


def _corrected(office: Office) -> None:
    _put(office, 2, body="正文另见附件。")


def test_an_older_version_that_states_them_beside_a_text_kept_back_goes_as_well() -> None:
    figure = PublicFigure(key="A1", label="夜鹭指标", period="2025年", value=Decimal(1), unit="户")
    after = PublicDocument(
        id="p_1", agency_id="a_1", title="示例通报", kind="scheme", issued_on=date(2025, 2, 21),
        summary="示例", withheld=(Withheld("body", Ground.TRADE_SECRET, "第十五条"),),
    )  # fmt: skip

    assert hides_more(structs.replace(after, figures=(figure,)), after)
    assert not hides_more(after, after)


@pytest.mark.parametrize("correct", [_as_it_was, _corrected])
@pytest.mark.parametrize("hide", [_decided, _filed])
def test_figures_go_with_the_text_that_states_them(
    office: Office, data: Path, hide: Callable[[Office], None], correct: Callable[[Office], None]
) -> None:
    _put(office, 1)
    assert all(word.encode() in store_bytes(data) for word in _WORDS)
    correct(office)

    hide(office)

    kept = store_bytes(data)
    assert [word for word in _WORDS if word.encode() in kept] == []
