"""Two draws of the fictitious city that anyone can recompute: one revealed with a replacement, one under embargo."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.parties import EntityKind
from portal.domain.sortition import outcome
from portal.domain.sortition.seeds import share_commitment
from portal.internal.demo.city.places import COUNTY_MARKET, HEALTH
from portal.internal.desk.drawing import freezing, keeping, steps
from portal.internal.desk.drawing.orders import Order, Pool, Present, SeedSource, Stratum, TeamRule
from portal.internal.desk.stores import Stores
from portal.internal.tables.drawings import DrawingRow
from portal.kit import clock

#: Number, body, name, day of the draw, day of the reveal, digits on the dice, whether it is revealed.
_DRAWS = (
    ("shili-2026-q3-1", COUNTY_MARKET, "2026年第四季度食品经营单位抽查", date(2026, 9, 28),
     date(2026, 11, 13), "40718293645018273645", True),
    ("shili-2026-ws-1", HEALTH, "2026年冬季公共场所卫生抽查", date(2026, 11, 16),
     date(2027, 3, 31), "93602718450195837264", False),
)  # fmt: skip
#: When one of those drawn is found to have closed.
_CLOSED_ON = date(2026, 10, 20)


def acts() -> Iterator[tuple[date, Callable[[Stores], None]]]:
    """Yield what is done for both, by the ordinary road, and on which day; interrupted, each goes on where it stopped."""
    for name, agency, title, day, reveal_on, dice, is_revealed in _DRAWS:
        order = _order(name, agency, title, day, reveal_on)
        yield day, partial(_draw, order=order, dice=dice)
        if is_revealed:
            yield _CLOSED_ON, partial(_replace, order=order)
            yield reveal_on, partial(_reveal, order=order)


def _draw(stores: Stores, order: Order, dice: str) -> None:
    """Take one to its outcome, in the afternoon: the files of the day are out by eleven."""
    name, now = order.draw_id, _hour(order.draw_on, 14)
    with Session(stores.internal) as session:
        is_frozen = session.get(DrawingRow, name) is not None
    if not is_frozen:
        freezing.freeze(stores, order, by="lin", now=now)
    with Session(stores.internal) as session:
        drawing = keeping.load(session, name)
    if drawing.row.stage == "frozen":
        steps.commit(stores, name, by="he", now=now)
    said = {"jj": _share(name).hex(), "dice": dice}
    for source in drawing.waiting() if drawing.row.stage in ("frozen", "committed") else ():
        steps.seed(
            stores, name, source, said[source], evidence=None, photos=(), by="lin", now=_hour(order.draw_on, 15),
        )  # fmt: skip
    if drawing.row.stage in ("frozen", "committed"):
        steps.draw(stores, name, by="he", now=_hour(order.draw_on, 16))


def _replace(stores: Stores, order: Order) -> None:
    with Session(stores.internal) as session:
        drawing = keeping.load(session, order.draw_id)
    if drawing.progress.swaps:
        return
    strata: Any = outcome.compute(drawing.package()).result["strata"]
    first = strata[0]
    event = {
        "type": "object",
        "stratum": first["key"],
        "out": first["drawn"][0],
        "reason": "closed",
    }
    steps.replace(
        stores, order.draw_id, event, by="he", second="an", now=_hour(_CLOSED_ON, 15),
    )  # fmt: skip


def _reveal(stores: Stores, order: Order) -> None:
    with Session(stores.internal) as session:
        is_open = keeping.load(session, order.draw_id).row.stage == "revealed"
    if not is_open:
        steps.reveal(stores, order.draw_id, by="he", second="an", now=_hour(order.reveal_on, 14))


def _order(name: str, agency: str, title: str, day: date, reveal_on: date) -> Order:
    return Order(
        draw_id=name,
        agency=agency,
        title=title,
        basis="示例市2026年度抽查计划",
        place="示例市政务服务中心三楼开标室",
        unit="示例执法中队",
        draw_on=day,
        reveal_on=reveal_on,
        preset="quarter-20" if name.startswith("shili-2026-q") else None,
        strata=() if name.startswith("shili-2026-q") else (Stratum(key="一般", quota="10%"),),
        pool=Pool(libraries=(EntityKind.MARKET,), regions=("990101",)),
        sources=(
            SeedSource(
                id="jj", kind="share", ref="驻局纪检监察组、机关党委各存一份",
                commitment=share_commitment(name, "jj", _share(name)).hex(),
            ),
            SeedSource(id="dice", kind="dice10", ref="二十枚十面骰，当场掷出"),
        ),
        teams=TeamRule(bundle=4),
        present=(
            Present(role="主持人", unit="示例市抽查联席会议办公室"),
            Present(role="摇号人员", unit="示例市政务服务中心"),
            Present(role="现场监督人员", unit="驻局纪检监察组"),
        ),
    )  # fmt: skip


def _share(name: str) -> bytes:
    """Return what the holders of the demonstration's share have in their envelope; nobody's secret."""
    return hashlib.sha256(f"示例密封数 {name}".encode()).digest()


def _hour(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), clock.CHINA).astimezone(UTC)
