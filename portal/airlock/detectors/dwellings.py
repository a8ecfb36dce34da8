"""Home addresses: after a word for living somewhere, or a chain of building, entrance and room."""

import re
from collections.abc import Iterator

from portal.airlock.detectors import kinds
from portal.airlock.detectors.fold import GAP
from portal.airlock.detectors.words import any_of

CUES = (
    "家庭住址", "家庭地址", "住址", "现住址", "户籍", "户口", "居住地", "现居住", "居住于", "居住在", "现住",
    "暂住", "家住", "住在", "住于", "租住", "宅址",
)  # fmt: skip
_NUMBER = (
    rf"[0-9A-Za-z一二三四五六七八九十百〇零](?:{GAP}[0-9A-Za-z一二三四五六七八九十百〇零]){{0,5}}"
)
_UNITS = any_of(
    (
        "号",
        "幢",
        "栋",
        "单元",
        "室",
        "村",
        "组",
        "弄",
        "巷",
        "路",
        "街",
        "小区",
        "苑",
        "屯",
        "社区",
        "宿舍",
        "公寓",
        "号楼",
    )
)
_AFTER_CUE = re.compile(
    rf"{any_of(CUES)}(?:所在地|登记地|地址|地|所)?[\s:：为是在于(]{{0,4}}"
    rf"([^。；;，,:：]{{1,30}}{_UNITS}(?:[^。；;，,:：\n]{{0,12}}{_UNITS})?)"
)
#: What a chain begins with: the end of a number, and what it numbers.
HOUSE = r"[0-9A-Za-z一二三四五六七八九十百〇零]\s{0,2}(?:号楼|幢|栋|座|弄|单元|门|梯)"
_BUILDING = rf"{_NUMBER}\s{{0,2}}(?:号楼|幢|栋|座|弄)"
_ENTRANCE = rf"{_NUMBER}\s{{0,2}}(?:单元|门|梯)"
_ROOM = rf"{_NUMBER}\s{{0,2}}(?:室|户(?!外|籍|口)|房(?!间|屋|产))"
#: A room without a word for it: 5栋1201.
_BARE_ROOM = r"\d{3,4}(?![\d年月个台家户平米元万吨mMkK.])"
_CHAIN = re.compile(
    rf"{_BUILDING}\s{{0,2}}{_ENTRANCE}\s{{0,2}}(?:{_NUMBER}\s{{0,2}}(?:层|楼)\s{{0,2}})?(?:{_ROOM}|{_NUMBER})"
    rf"|(?:{_BUILDING}|{_ENTRANCE})\s{{0,2}}(?:{_NUMBER}\s{{0,2}}(?:层|楼)\s{{0,2}})?(?:{_ROOM}|{_BARE_ROOM})"
)
_CHAINED = re.compile("[室户房幢栋座]|单元|号楼|门|梯")
#: What says that a chain is where a business is, or is registered.
_BUSINESS = re.compile(
    any_of(
        (
            "经营场所", "经营地址", "经营地", "营业场所", "营业地址", "注册地址", "注册地", "登记地址", "登记住所",
            "生产地址", "生产场所", "办公地址", "办公场所", "办公地点", "仓库地址", "仓储地址", "厂址", "店址",
            "住所(经营", "住所(", "主要经营", "门店", "店铺", "商铺", "公司", "企业", "大厦", "广场", "商场", "市场",
            "写字楼", "产业园", "工业园", "园区", "厂区", "车间", "仓库", "营业部", "经营部", "酒店", "医院", "学校",
            "宾馆", "诊所", "药房", "商务", "科技园", "创业园", "孵化", "餐厅", "食堂", "库房", "生产线", "办公室",
        )
    )
)  # fmt: skip
_SENTENCE = re.compile(r"[。；;]")
_LOOK_BACK = 40


def dwellings(text: str) -> Iterator[tuple[str, int, int]]:
    """A chain counts unless its sentence names business premises before it."""
    cued = [match.span(1) for match in _AFTER_CUE.finditer(text)]
    for span in cued:
        yield kinds.DWELLING, *span
    if not _CHAINED.search(text):
        return
    for match in _CHAIN.finditer(text):
        before = _SENTENCE.split(text[max(0, match.start() - _LOOK_BACK) : match.start()])[-1]
        if not _BUSINESS.search(before):
            yield kinds.DWELLING, *match.span()


#: In a text about a natural person or sole trader any room will do.
_ANY_ROOM = re.compile(
    r"\d+(?:号楼|幢|栋|单元|室)(?:\d+(?:号楼|幢|栋|单元|室))*|住(?:址|所地|在)?[^。；，]{2,20}\d+号"
)


def any_rooms(text: str) -> Iterator[tuple[str, int, int]]:
    """Rooms and houses; for texts that concern a person."""
    for match in _ANY_ROOM.finditer(text):
        yield kinds.DWELLING, *match.span()
