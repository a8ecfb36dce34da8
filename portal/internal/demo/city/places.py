"""Words and small tools the fictitious city is made of: places, offices, days, canaries."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from portal.domain.deadlines import WorkCalendar
from portal.kit import holidays

CITY = "示例市"
#: Every private text holds it, every private code begins with CODE_CANARY: a leak shows at once.
CANARY = "金丝雀"
CODE_CANARY = "JSQ-"
#: Stands in every value that a decision keeps back; it must not come out either.
WITHHELD_CANARY = "白鹇"

REGIONS = {"990101": "示东区", "990102": "示西区", "990121": "示南县", "990122": "示北县"}

OFFICE = "990100-ZFB"
MARKET = "990100-SCJG"
ENVIRONMENT = "990100-STHJ"
HEALTH = "990100-WJW"
SAFETY = "990100-YJGL"
CULTURE = "990100-WLJ"
FARMING = "990100-NYNC"
COUNTY_MARKET = "990101-SCJG"
#: Bodies that inspect, the six of the city first.
INSPECTING = (MARKET, ENVIRONMENT, HEALTH, SAFETY, CULTURE, FARMING, COUNTY_MARKET)

AGENCY_NAMES = {
    OFFICE: "示例市人民政府办公室",
    MARKET: "示例市市场监督管理局",
    ENVIRONMENT: "示例市生态环境局",
    HEALTH: "示例市卫生健康委员会",
    SAFETY: "示例市应急管理局",
    CULTURE: "示例市文化广电和旅游局",
    FARMING: "示例市农业农村局",
    COUNTY_MARKET: "示例市示东区市场监督管理局",
}
#: Offices inside the bodies that carry out checks; public. First those for everything.
UNITS = {
    MARKET: ("综合行政执法支队",),
    ENVIRONMENT: ("生态环境综合行政执法支队",),
    HEALTH: ("卫生监督所一科", "卫生监督所二科"),
    SAFETY: ("应急管理综合行政执法支队",),
    CULTURE: ("文化市场综合行政执法队一中队", "文化市场综合行政执法队二中队"),
    FARMING: ("农业综合行政执法支队",),
    COUNTY_MARKET: ("东街市场监督管理所", "新桥市场监督管理所"),
}
#: Then those for some kinds of task (see `tasks`).
_SPECIALISTS = {
    MARKET: {
        "食品安全监督管理科": "food make canteen",
        "信用监督管理科": "info hotel net fee",
        "特种设备安全监察科": "device",
        "药品监督管理科": "drug",
        "计量科": "measure",
    },
    ENVIRONMENT: {
        "大气环境科": "vocs site smoke fuel winter",
        "水生态环境科": "key",
        "固体废物管理中心": "medwaste special",
    },
    HEALTH: {"职业健康科": "occ", "综合监督科": "public medical water"},
    SAFETY: {
        "危险化学品监督管理科": "chem fuel firework precursor",
        "工贸监督管理科": "trade dust site",
        "非煤矿山监督管理科": "mine",
    },
    CULTURE: {"市场管理科": "travel show book print"},
    FARMING: {"农产品质量安全监管科": "crop seed", "畜牧兽医科": "vet slaughter breed"},
    COUNTY_MARKET: {},
}

_DUTIES = {
    OFFICE: "统筹协调全市“双随机、一公开”监管工作，管理本平台。",
    MARKET: "登记注册、食品药品、特种设备、计量、价格、广告等领域的随机抽查。",
    ENVIRONMENT: "排污单位、建设项目、核技术利用单位的随机抽查。",
    HEALTH: "公共场所、医疗机构、学校、饮用水和职业卫生的随机抽查。",
    SAFETY: "危险化学品、非煤矿山、烟花爆竹和工贸行业安全生产的随机抽查。",
    CULTURE: "文化、旅游、出版、电影和广播电视市场的随机抽查。",
    FARMING: "种子、农药、兽药、饲料、屠宰和农产品质量安全的随机抽查。",
    COUNTY_MARKET: "示东区范围内市场监管领域的随机抽查。",
}

#: One row of a table: field of the sheet → text of the cell.
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One import: `on` is the day the file is imported, reviewed and released."""

    on: date
    kind: str
    agency: str
    file: Path


@dataclass(slots=True)
class Batch:
    """What one step will import, before its file is written: `rows`, or `text` for a document."""

    on: date
    kind: str
    agency: str
    rows: list[Row] = field(default_factory=list)
    text: str = ""
    workbook: bool = False


CALENDAR = WorkCalendar(holidays.exceptions(), holidays.known_until())


def dice(seed: int, topic: str) -> random.Random:
    """Return a source of chance of its own for one topic: topics do not disturb each other."""
    return random.Random(f"{seed}/{topic}")


def after(day: date, working_days: int) -> date:
    """Return the working day that many working days after `day`."""
    return CALENDAR.add(day, working_days)


def on_working_day(day: date) -> date:
    """Return `day`, or the next working day."""
    while not CALENDAR.is_working(day):
        day += timedelta(days=1)
    return day


def working_days(first: date, count: int) -> list[date]:
    """Return `count` working days from `first` on."""
    start = on_working_day(first)
    return [start, *(after(start, n) for n in range(1, count))]


def units_for(agency: str, kind: str) -> list[str]:
    """Return the offices of a body that carry out a kind of task."""
    special = [unit for unit, kinds in _SPECIALISTS[agency].items() if kind in kinds.split()]
    return [*special, *UNITS[agency]]


def spread(rng: random.Random, groups: Sequence[tuple[str, float]]) -> str:
    """Draw one name by its weight."""
    names, weights = zip(*groups, strict=True)
    name: str = rng.choices(names, weights)[0]
    return name


def private_code(number: int) -> str:
    """Return a private code such as a telephone or certificate number."""
    return f"{CODE_CANARY}{number:08d}"


def private_name(number: int) -> str:
    """Return an invented person's name that nobody bears."""
    stems = "甲乙丙丁戊己庚辛壬癸"
    return f"{stems[number % 10]}{CANARY}{stems[number // 10 % 10]}"


def agency_rows() -> list[Row]:
    """Return the rows of the agencies."""
    return [
        {
            "code": code,
            "name": name,
            "level": "县区级" if code == COUNTY_MARKET else "市级",
            "region": code[:6],
            "parent_code": {OFFICE: "", COUNTY_MARKET: MARKET}.get(code, OFFICE),
            "duties": _DUTIES[code],
            "contact_person": private_name(place),
            "contact_phone": private_code(100 + place),
        }
        for place, (code, name) in enumerate(AGENCY_NAMES.items())
    ]


def decision(ground: str, agency: str, decided: date, review: date) -> Row:
    """Return the columns of a decision except its class."""
    return {
        "ground": ground,
        "decided_by": AGENCY_NAMES[agency],
        "decided_on": decided.isoformat(),
        "review_on": review.isoformat(),
    }
