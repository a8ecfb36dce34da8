"""Rules of the founding documents, ready to be used in an order (预设规则)."""

from dataclasses import dataclass
from datetime import date, timedelta

from msgspec.structs import replace

from portal.domain.deadlines import WorkCalendar
from portal.internal.desk.drawing.orders import BadOrder, Order, Slot, Stratum
from portal.kit import holidays


@dataclass(frozen=True, slots=True)
class Preset:
    """One rule. `last_days` working days of a quarter are left for the draw of the next; 0 for any day."""

    zh: str
    strata: tuple[Stratum, ...]
    last_days: int = 0
    excludes: bool = False


#: 2 directed places in the unit and 1 undirected in the whole system.
TWO_AND_ONE = (
    Slot(pool="{unit}", n=2, need=("region",)),
    Slot(pool="全系统", n=1, need=()),
)
PRESETS = {
    "quarter-20": Preset(
        "每季度按名录 20% 抽取，不含本年前几轮已抽中的对象；只在上一季度最后五个工作日抽取",
        (Stratum(key="一般", quota="20%"),),
        last_days=5,
        excludes=True,
    ),
    "class-level": Preset(
        "按类别、层级抽取：重点 50%，较高 25%，一般 10%，较低 3%",
        (
            Stratum(key="重点", quota="50%", risks=("D", "重点")),
            Stratum(key="较高", quota="25%", risks=("C", "较高")),
            Stratum(key="一般", quota="10%", risks=("B", "一般")),
            Stratum(key="较低", quota="3%"),
        ),
    ),
    "green-list": Preset("绿色名单对象非现场全覆盖", (Stratum(key="绿色名单", quota="all"),)),
}


def apply(order: Order) -> Order:
    """Return the order with what its preset lays down where the order itself says nothing.

    Raises:
        BadOrder: there is no such preset, or the order contradicts it.

    """
    teams = order.teams
    if teams is not None and not teams.slots:
        teams = replace(teams, slots=TWO_AND_ONE)
    if order.preset is None:
        if not order.strata:
            raise BadOrder("任务单须写 strata，或者写 preset")
        return replace(order, teams=teams)
    preset = PRESETS.get(order.preset)
    if preset is None:
        raise BadOrder(f"没有预设“{order.preset}”；可用：{'、'.join(PRESETS)}")
    if preset.last_days and order.draw_on not in last_days(order.draw_on, preset.last_days):
        raise BadOrder(f"预设“{order.preset}”只许在季度最后 {preset.last_days} 个工作日抽取")
    if preset.excludes and order.round > 1 and not order.exclude_drawn_in:
        raise BadOrder(f"预设“{order.preset}”第二轮起须在 exclude_drawn_in 写明前几轮")
    return replace(order, strata=order.strata or preset.strata, teams=teams)


def last_days(day: date, count: int) -> list[date]:
    """Return the last working days of the quarter that `day` lies in."""
    month = (day.month - 1) // 3 * 3 + 4
    last = date(day.year + (month > 12), (month - 1) % 12 + 1, 1)  # noqa: PLR2004
    found: list[date] = []
    calendar = WorkCalendar(holidays.exceptions(), holidays.known_until())
    while len(found) < count:
        last -= timedelta(days=1)
        if calendar.is_working(last):
            found.append(last)
    return found
