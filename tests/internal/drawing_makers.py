"""A small draw: parties on file, inspectors, an order, and the people who carry it out."""

from portal.domain.identifiers import Scheme, parse
from portal.internal.desk.drawing import freezing, orders, steps
from portal.internal.desk.drawing.keeping import Drawing
from tests.conftest import NOW, Office
from tests.makers import AGENCY, Row

DICE = "01234567890123456789"
ORDER = f"""
draw_id = "shili-1"
agency = "{AGENCY}"
title = "食品经营抽查第一轮"
place = "示例市政务公开厅"
unit = "示例一中队"
draw_on = 2025-06-02
reveal_on = 2025-07-01
[[strata]]
key = "一般"
quota = "20%"
[[sources]]
id = "jj"
kind = "share"
ref = "驻局纪检监察组与机关党委各存一份"
[[sources]]
id = "dice"
kind = "dice10"
ref = "二十枚十面骰"
[teams]
bundle = 2
[[teams.slots]]
pool = "{{unit}}"
n = 2
[[present]]
role = "主持人"
unit = "示例市市场监督管理局"
[[present]]
role = "摇号人员"
unit = "示例市市场监督管理局"
[[present]]
role = "现场监督人员"
unit = "驻局纪检监察组"
"""
#: What a check digit may be (GB 32100, table 2).
_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def frozen(office: Office, text: str = ORDER) -> tuple[Drawing, str]:
    """Freeze the draw; return it and the supervisor's share."""
    made, shares = freezing.freeze(office.stores, orders.read(text), by="lin", now=NOW)
    return made, shares["jj"]


def sealed(office: Office, text: str = ORDER) -> str:
    """Bring a draw to its sealed hash; return its number."""
    made, share = frozen(office, text)
    name = made.order.draw_id
    steps.commit(office.stores, name, by="he", now=NOW)
    for source, value in (("jj", share), ("dice", DICE)):
        steps.seed(
            office.stores, name, source, value, evidence=None, photos=(), by="lin", now=NOW
        )  # fmt: skip
    steps.draw(office.stores, name, by="he", now=NOW)
    return name


def parties(office: Office, *more: Row) -> None:
    """Put ten companies on file and four inspectors, and whoever else is given."""
    rows = [
        {"entity_name": f"示例市第{number}食品有限公司", "identifier": numbered(number), "region": "990101"}
        for number in range(10)
    ]  # fmt: skip
    office.put("entities", *rows, *more)
    office.put(
        "inspectors",
        *({"certificate": f"9901000000{n}", "name": f"示例某{n}", "regions": "990101"} for n in range(4)),
    )  # fmt: skip


def numbered(number: int, kind: str = "91") -> str:
    """Return a credit code of a place that does not exist, check digit and all; "92" for a sole trader."""
    stem = f"{kind}990101MA{number:07d}"
    found = [each for each in _DIGITS if parse(stem + each, Scheme.USCC).valid]
    return stem + found[0]
