"""Inspected parties of the fictitious city: names, numbers, trades, and what is withheld of them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10

from portal.internal.demo.city import sectors
from portal.internal.demo.city.places import (
    CITY,
    MARKET,
    REGIONS,
    WITHHELD_CANARY,
    Row,
    decision,
    dice,
    spread,
)

#: Days on which parties come into the library: all at first, some later, renewals at last.
FIRST_FILED = {MARKET: date(2024, 1, 24), "others": date(2024, 1, 26)}
SECOND_FILED = date(2025, 2, 18)
RENEWED = date(2026, 2, 10)
_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_NUMERALS = "一二三四五六七八九十"
#: Shares: a county in the name, old numbers, special objects of the environment bureau.
_PLACE_IN_NAME, _FIFTEEN_DIGITS, _THIRTEEN_DIGITS, _SPECIAL = 0.15, 0.2, 0.06, 0.1
_CLASSES = {"特殊": "特殊监管对象", "重点": "重点监管对象", "一般": "一般监管对象", "-": ""}


@dataclass(slots=True)
class Party:
    """One party. `weight` says how often it is drawn; `renamed` holds day and new name."""

    name: str
    form: str
    scheme: str
    code: str
    region: str
    industry: str
    tags: frozenset[str]
    object_class: str
    filed_by: str
    filed_on: date
    weight: float = 1.0
    former: tuple[str, ...] = ()
    other_codes: tuple[str, ...] = ()
    renamed: tuple[date, str] | None = None
    decision: Row = field(default_factory=dict)
    #: The decision as filed again later.
    renewed: Row = field(default_factory=dict)

    @property
    def is_hidden(self) -> bool:
        """Whether nothing about it may become public."""
        return self.form == "部队单位"

    def name_on(self, day: date) -> str:
        """Return the name it bears on `day`."""
        return self.renamed[1] if self.renamed and day >= self.renamed[0] else self.name


class _Mint:
    """Hands out words and numbers, each once."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._words = [a + b for a in sectors.FIRST for b in sectors.SECOND]
        rng.shuffle(self._words)

    def word(self) -> str:
        """Return an invented word that no other name holds."""
        return self._words.pop()

    def credit_code(self, lead: str, region: str) -> str:
        """Return a credit code with a fitting check digit (GB 32100)."""
        body = "".join(self.rng.choices(_LETTERS, k=7))
        code = f"{lead}{region}MA{body}"
        return code + str(uscc.calc_check_digit(code))

    def reg15(self, region: str, *, trader: bool) -> str:
        """Return a 15-digit number with a fitting check digit (GB/T 17710)."""
        lead = self.rng.choice("6789" if trader else "01")
        body = region + lead + "".join(self.rng.choices("0123456789", k=7))
        return body + str(mod_11_10.calc_check_digit(body))

    def reg13(self, region: str) -> str:
        """Return a number of the old 13-digit form, which has no check digit."""
        return region + "".join(self.rng.choices("0123456789", k=7))


_FORMS = {
    "91": "企业", "92": "个体工商户", "93": "农民专业合作社", "51": "社会团体", "52": "民办非企业单位",
    "53": "基金会", "11": "机关", "12": "事业单位",
}  # fmt: skip
_OLD_NUMBERS = ("91", "92")


def named(party: Party, day: date) -> Row:
    """Return the columns that name a party in a list or a result."""
    return {"entity_name": party.name_on(day), "scheme": party.scheme, "identifier": party.code}


def parties(seed: int) -> list[Party]:
    """Return every party of the city."""
    mint = _Mint(dice(seed, "parties"))
    found = [_numbered(mint, sector, lead, endings) for sector, lead, endings in _sectors()]
    found += _local(mint)
    mint.rng.shuffle(found)
    _mark(mint, found)
    return found


def _sectors() -> Iterator[tuple[tuple[str, ...], str, list[str]]]:
    """Yield (industry, tags, class), form and endings, once for each party of the trade."""
    for line in sectors.SECTORS.strip().splitlines():
        _, industry, counts, endings, tags, object_class = (
            part.strip() for part in line.split("|")
        )
        by_form = dict(part.split(":") for part in endings.split())
        for count in counts.split():
            lead, number = count.split(":")
            for _ in range(int(number)):
                yield (industry, tags, object_class), lead, by_form[lead].split("、")


def _numbered(mint: _Mint, sector: tuple[str, ...], lead: str, endings: list[str]) -> Party:
    rng = mint.rng
    industry, tags, object_class = sector
    region = spread(rng, (("990101", 0.36), ("990102", 0.3), ("990121", 0.2), ("990122", 0.14)))
    place = REGIONS[region] if lead in ("92", "11") or rng.random() < _PLACE_IN_NAME else ""
    scheme, code = "统一社会信用代码", mint.credit_code(lead, region)
    if lead in _OLD_NUMBERS:
        chance = rng.random()
        if chance < _FIFTEEN_DIGITS:
            scheme, code = "15位注册号", mint.reg15(region, trader=lead == "92")
        elif chance < _FIFTEEN_DIGITS + _THIRTEEN_DIGITS:
            scheme, code = "13位注册号", mint.reg13(region)
    if object_class != "-" and rng.random() < _SPECIAL:
        object_class = "特殊"
    return Party(
        f"{CITY}{place}{mint.word()}{rng.choice(endings)}",
        _FORMS[lead],
        scheme,
        code,
        region,
        industry,
        frozenset(tags.split()) | ({"company"} if lead == "91" else set()),
        _CLASSES[object_class],
        MARKET,
        FIRST_FILED[MARKET],
    )


def _local(mint: _Mint) -> list[Party]:
    found = []
    for line in sectors.LOCAL.strip().splitlines():
        agency, form, count, pattern, prefix, tags = (part.strip() for part in line.split("|"))
        for number in range(1, int(count) + 1):
            name = pattern.format(
                w=mint.word(), p="甲乙丙丁戊己庚辛壬癸"[number - 1] + _NUMERALS[number - 1]
            )
            scheme, code = (
                ("无编号", "") if prefix == "-" else ("本地编号", f"{prefix}-{number:03d}")
            )
            industry = {"自然人": "农业", "工程项目": "房屋和土木工程建筑业"}.get(form, "")
            filed_on = FIRST_FILED.get(agency, FIRST_FILED["others"])
            region = mint.rng.choice(list(REGIONS))
            found.append(
                Party(
                    name,
                    form,
                    scheme,
                    code,
                    region,
                    industry,
                    frozenset(tags.split()),
                    "",
                    agency,
                    filed_on,
                )
            )
    return found


def _mark(mint: _Mint, found: list[Party]) -> None:
    """Single some out: often drawn, namesakes, renamed, late, faulty numbers, withheld."""
    rng = mint.rng
    companies = [p for p in found if p.form == "企业" and p.scheme == "统一社会信用代码"]
    for party in rng.sample([p for p in found if p.filed_by == MARKET], 110):
        party.weight = 5.0
    picked = iter(rng.sample(companies, 70))
    for word, ending in (("荻坞樾", "商贸有限公司"), ("屿枳澄", "金属制品有限公司")):
        for region in ("990101", "990122"):
            party = next(picked)
            party.name, party.region, party.weight = f"{CITY}{word}{ending}", region, 3.0
            party.code = mint.credit_code("91", region)
    for number in range(9):
        party = next(picked)
        old = party.name.replace("有限公司", "经营部" if number % 3 else "厂")
        party.former = (old, f"{CITY}{mint.word()}商行") if number == 0 else (old,)
    for _ in range(4):
        party = next(picked)
        party.renamed = (SECOND_FILED, party.name.replace("有限公司", "股份有限公司"))
        party.weight = 5.0
    for _ in range(2):
        party = next(picked)
        party.code = (
            party.code[:-1] + _LETTERS[(_LETTERS.index(party.code[-1]) + 7) % len(_LETTERS)]
        )
    for _ in range(16):
        party = next(picked)
        party.other_codes = (mint.reg15(party.region, trader=False),)
    for _ in range(24):
        next(picked).filed_on = SECOND_FILED
    _withhold(
        [next(picked) for _ in range(3)], [p for p in found if p.is_hidden and p.filed_by == MARKET]
    )


def _withhold(companies: list[Party], units: list[Party]) -> None:
    """Three names and numbers are kept back; one unit stands as a notice; some reviews are due."""
    grounds = ("危及公共安全", "商业秘密", "危及经济安全")
    for place, (party, ground) in enumerate(zip(companies, grounds, strict=True)):
        party.name = f"{CITY}{WITHHELD_CANARY}{_NUMERALS[place]}号有限公司"
        party.weight = 4.0
        hidden = {"disclosure": "部分公开", "hidden": "对象名称；标识代码"}
        party.decision = hidden | decision(ground, MARKET, date(2024, 1, 19), date(2025, 1, 17))
        if place:
            party.renewed = hidden | decision(ground, MARKET, date(2026, 2, 3), date(2027, 1, 29))
    units[0].decision = {"disclosure": "不予公开"} | decision(
        "国家秘密", MARKET, date(2024, 1, 19), date(2025, 1, 17)
    )
    units[0].renewed = units[0].decision | {"decided_on": "2026-02-03", "review_on": "2027-01-29"}
