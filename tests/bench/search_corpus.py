"""Fictitious inspection results to search: recurring companies, skewed words, dates in no order."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

from portal.register.search.analysis import fold
from portal.register.search.model import Document, Query, Term

_FIRST = "恒远鑫盛瑞丰华泰德信宏达嘉禾永兴博雅康宁百川万顺金源银河东升南海西岭北辰春晖秋实佳美乐天云帆星辰锦绣福临祥和"
_TRADES = (
    "食品", "药店", "餐饮管理", "建筑工程", "物业服务", "机动车检测", "化工", "电子商务", "教育咨询",
    "农资", "特种设备", "酒店管理", "医疗器械", "再生资源", "道路运输", "软件技术",
)  # fmt: skip
_FORMS = ("有限公司", "有限责任公司", "股份有限公司", "经营部", "分公司", "合作社")
_DISTRICTS = ("甲区", "乙区", "丙区", "丁县", "戊县", "己区")
_FIELDS = ("食品安全", "消防安全", "特种设备", "广告宣传", "产品质量", "价格收费", "劳动用工", "排污许可", "计量器具", "登记事项")  # fmt: skip
_OUTCOMES = ("clean", "mend", "mended", "absent", "closed", "case")
_CLEAN = (
    "现场检查未发现问题",
    "各项记录齐全，制度上墙",
    "查验证照与登记事项一致",
    "抽查台账与实物相符",
)
_FOUND = (
    "消防通道堆放杂物", "从业人员健康证明过期", "未按规定公示营业执照", "计量器具超过检定周期",
    "进货查验记录不完整", "特种设备使用登记证未悬挂", "排污许可证载明事项发生变化未及时变更", "广告用语不规范",
)  # fmt: skip
_AFTER = (
    "已责令限期整改", "当场改正", "移交有关部门进一步处理", "下达责令改正通知书，期满复查", "列入重点检查对象",
)  # fmt: skip


@cache
def companies(count: int) -> list[tuple[str, str]]:
    """Return names and codes; they come again and again in the results."""
    source = random.Random(1)
    found = []
    for number in range(count):
        trade, form = source.choice(_TRADES), source.choice(_FORMS)
        own = "".join(source.sample(_FIRST, source.choice((2, 2, 3))))
        name = f"示例市{source.choice(_DISTRICTS)}{own}{trade}{form}"
        found.append((name, f"9{source.choice('123')}00{number % 60:02}{number:012X}"))
    return found


def documents(count: int, start: int = 0) -> Iterator[Document]:
    """Yield the results from `start` on; the same numbers give the same results."""
    known = companies(max(200, 150_000))
    for number in range(start, start + count):
        source = random.Random(number + 7)
        name, code = known[int(len(known) * source.random() ** 2.2)]
        day = date(2018, 1, 1) + timedelta(days=int(3000 * source.random() ** 0.7))
        outcome = source.choices(_OUTCOMES, (60, 15, 12, 6, 4, 3))[0]
        field, district = source.choice(_FIELDS), source.choice(_DISTRICTS)
        agency = f"示例市{district}市场监督管理局"
        yield Document(
            kind="result",
            public_id=f"r_{source.getrandbits(104):026x}",
            serial=number + 1,
            day=day,
            identifiers=(code, f"示检〔{day.year}〕{number}号"),
            names=(name,),
            titles=(f"{day.year}年度{field}双随机抽查计划", f"{field}监督检查"),
            texts=(_told(source, outcome, day), agency),
            facets={
                "agency": (f"a_{_DISTRICTS.index(district)}",),
                "item": (f"i_{_FIELDS.index(field)}",),
                "outcome": (outcome,),
                "year": (str(day.year),),
                "entity": (f"e_{code}",),
            },
        )


def _told(source: random.Random, outcome: str, day: date) -> str:
    parts = [f"{day.year}年{day.month}月{day.day}日，执法人员{source.randint(2, 4)}人到场"]
    if outcome == "clean":
        parts += source.sample(_CLEAN, 2)
    else:
        parts += [*source.sample(_FOUND, source.randint(1, 3)), source.choice(_AFTER)]
    place = "".join(source.sample(_FIRST, 2))
    return "，".join(parts) + f"。检查地点：{place}路{source.randint(1, 400)}号。"


def _grams(texts: Iterator[str], sizes: tuple[int, ...]) -> Counter[str]:
    found: Counter[str] = Counter()
    for text in texts:
        folded = fold(text)
        found.update(
            {
                folded[i : i + size]
                for size in sizes
                for i in range(len(folded) - size + 1)
                if "\x1f" not in folded[i : i + size]
            }
        )
    return found


def questions(count: int, each: int = 100) -> dict[str, list[Query]]:
    """Return queries of every kind, told from a sample of `count` documents."""
    source = random.Random(3)
    sample = list(documents(min(count, 20_000)))
    names = _grams((d.names[0] for d in sample), (2, 3, 4))
    texts = _grams((d.texts[0] + "\n" + d.titles[0] for d in sample), (2, 3, 4, 5, 6, 7))
    size = len(sample)
    bands = {
        "rare": [g for g, n in names.items() if n <= size // 5_000],
        "medium": [g for g, n in names.items() if size // 2_000 <= n <= size // 200],
        "common": [g for g, n in names.items() if size // 100 <= n],
    }
    often = sorted(g for g, n in texts.items() if n >= size // 20)
    pick = source.choice
    return {
        "exact name": [_words(pick(sample).names[0]) for _ in range(each)],
        **{f"{band} part": [_words(pick(sorted(found))) for _ in range(each)] for band, found in bands.items()},
        "code": [_words(pick(sample).identifiers[0]) for _ in range(each)],
        "code prefix": [_words(pick(sample).identifiers[0][:8]) for _ in range(each)],
        "two words": [_words(_part(source, d.names[0]), _part(source, d.texts[0])) for d in source.sample(sample, each)],
        "three words": [
            _words(_part(source, d.names[0]), _part(source, d.texts[0]), _part(source, d.titles[0]))
            for d in source.sample(sample, each)
        ],
        "common words": [_words(*source.sample(often, 2)) for _ in range(each)],
        "phrase, common": [_words(g) for g in source.sample([g for g in often if len(g) > 3], each)],
        "filter, date": [
            Query(
                groups=_groups(pick(often)),
                filters={"agency": (f"a_{source.randrange(6)}",), "year": (str(source.randrange(2019, 2025)),)},
                order="date",
            )
            for _ in range(each)
        ],
        "facets": [Query(groups=_groups(pick(often)), facets=("agency", "outcome", "year")) for _ in range(each)],
        "page 50": [Query(groups=_groups(pick(often)), order="date", offset=980) for _ in range(each)],
    }  # fmt: skip


def _part(source: random.Random, text: str) -> str:
    runs = [each for each in fold(text).split("\x1f") if len(each) > 1 and not each.isascii()]
    run = source.choice(runs)
    size = source.choice((2, 3, 4))
    begin = source.randrange(max(1, len(run) - size + 1))
    return run[begin : begin + size]


def _groups(*texts: str) -> tuple[tuple[Term, ...], ...]:
    return tuple((Term(text),) for text in texts)


def _words(*texts: str) -> Query:
    return Query(groups=_groups(*texts))


def tokens(text: str) -> list[str]:
    """Return the pairs and runs of a text in order, for engines that are given words.

    >>> tokens("示例3号")
    ['示例', '3', '号']
    """
    found = []
    for part in fold(text).split("\x1f"):
        if not part or part.isascii():
            found += [part] if part else []
        else:
            found += [a + b for a, b in pairwise(part)] or [part]
    return found
