"""Checklists of the fictitious city: from the written lists to items and import rows."""

from dataclasses import dataclass, replace
from datetime import date

from portal.internal.demo.city import items_market, items_nature, items_people
from portal.internal.demo.city.places import (
    AGENCY_NAMES,
    CANARY,
    COUNTY_MARKET,
    CULTURE,
    ENVIRONMENT,
    FARMING,
    HEALTH,
    INSPECTING,
    MARKET,
    SAFETY,
    Batch,
    Row,
)

_LISTS = {
    MARKET: items_market.MARKET_LIST,
    ENVIRONMENT: items_nature.ENVIRONMENT_LIST,
    HEALTH: items_people.HEALTH_LIST,
    SAFETY: items_people.SAFETY_LIST,
    CULTURE: items_people.CULTURE_LIST,
    FARMING: items_nature.FARMING_LIST,
    COUNTY_MARKET: items_market.COUNTY_LIST,
}
#: Items that came in later, with the change of the market regulator's list.
_LATER = {(MARKET, "WL-01"), (MARKET, "JC-01")}
LATER_ON = date(2025, 1, 14)
_RENEWED_ON = date(2026, 1, 13)
#: Items withheld in part: (ground, what is hidden, day of the decision, day of its review).
_WITHHELD: dict[tuple[str, str], tuple[str, str, date, date]] = {
    (ENVIRONMENT, "FS-01"): ("危及公共安全", "抽查内容", date(2024, 1, 4), date(2025, 1, 3)),
    (SAFETY, "YZ-01"): ("危及公共安全", "检查对象；抽查内容", date(2024, 1, 5), date(2024, 12, 27)),
}
#: The day each list was imported; its approval lies ten days or so before.
_PUBLISHED = {
    MARKET: date(2024, 1, 10),
    ENVIRONMENT: date(2024, 1, 11),
    HEALTH: date(2024, 1, 12),
    SAFETY: date(2024, 1, 15),
    CULTURE: date(2024, 1, 16),
    FARMING: date(2024, 1, 18),
    COUNTY_MARKET: date(2024, 1, 22),
}


@dataclass(frozen=True, slots=True)
class CityItem:
    """One item with the wordings of findings that fit it, and the tags of parties it is for."""

    agency: str
    code: str
    name: str
    category: str
    item_class: str
    methods: str
    ratio: str
    frequency: str
    cap: str
    tags: frozenset[str]
    basis: str
    object_scope: str
    content: str
    good: tuple[str, ...]
    bad: tuple[str, ...]
    undisclosed: tuple[str, ...] = ()
    concealed: tuple[str, ...] = ()


def checklists() -> dict[str, dict[str, CityItem]]:
    """Return agency → item number → item."""
    return {agency: _parse(agency, text) for agency, text in _LISTS.items()}


def _parse(agency: str, text: str) -> dict[str, CityItem]:
    items = (_item(agency, block.strip().splitlines()) for block in text.strip().split("\n\n"))
    return {item.code: item for item in items}


def _item(agency: str, lines: list[str]) -> CityItem:
    code, name, category, item_class, methods, ratio, frequency, cap, tags = (
        part.strip() for part in lines[0].removeprefix("# ").split("|")
    )
    said = dict(line.split(" ", 1) for line in lines[1:])
    wordings = {
        word: tuple(said.get(word, "").split(" / ")) if word in said else ()
        for word in ("合格", "问题", "未公示", "隐瞒")
    }
    return CityItem(
        agency,
        code,
        name,
        category,
        item_class,
        methods,
        ratio,
        frequency,
        cap,
        frozenset(tags.split()),
        said["依据"],
        said["对象"],
        said["内容"],
        wordings["合格"],
        wordings["问题"],
        wordings["未公示"],
        wordings["隐瞒"],
    )


def item_batches(items: dict[str, dict[str, CityItem]]) -> list[Batch]:
    """Return the imports of the lists: one for each body, then two later changes."""
    batches = [
        Batch(
            _PUBLISHED[agency],
            "items",
            agency,
            [
                _row(each, date(2023, 12, 28))
                for each in items[agency].values()
                if (agency, each.code) not in _LATER
            ],
            workbook=agency == HEALTH,
        )
        for agency in INSPECTING
    ]
    return [*batches, _market_change(items[MARKET]), _environment_change(items[ENVIRONMENT])]


def _market_change(items: dict[str, CityItem]) -> Batch:
    """Two new items, one ended, one with another share."""
    approved = date(2025, 1, 6)
    rows = [_row(items[code], approved) for code in ("WL-01", "JC-01")]
    rows.append(
        _row(items["XH-01"], approved) | {"effective_on": "2024-01-01", "ended_on": "2026-12-31"}
    )
    rows.append(_row(replace(items["SP-02"], ratio="≥15%"), approved))
    return Batch(LATER_ON, "items", MARKET, rows)


def _environment_change(items: dict[str, CityItem]) -> Batch:
    """The withheld item with its decision renewed, and a share raised."""
    approved = date(2026, 1, 5)
    renewed = _row(items["FS-01"], approved) | {
        "decided_on": "2026-01-05",
        "review_on": "2026-12-31",
    }
    return Batch(
        _RENEWED_ON,
        "items",
        ENVIRONMENT,
        [renewed, _row(replace(items["GF-01"], ratio="≥25%"), approved)],
    )


def _row(item: CityItem, approved: date) -> Row:
    row = {
        "code": item.code,
        "name": item.name,
        "category": item.category,
        "basis": item.basis,
        "object_scope": item.object_scope,
        "content": item.content,
        "methods": item.methods,
        "item_class": item.item_class,
        "ratio": item.ratio,
        "frequency": item.frequency,
        "cap": item.cap,
        "approved_on": approved.isoformat(),
        "effective_on": date(
            approved.year + (approved.month > 6), 2 if approved.month == 1 else 1, 1
        ).isoformat(),
        "note": f"{CANARY}：{item.category}类事项，内部排查口径另见台账",
    }
    if decision := _WITHHELD.get((item.agency, item.code)):
        ground, hidden, decided, review = decision
        row |= {
            "disclosure": "部分公开",
            "ground": ground,
            "hidden": hidden,
            "decided_by": AGENCY_NAMES[item.agency],
            "decided_on": decided.isoformat(),
            "review_on": review.isoformat(),
        }
    return row
