"""Names of people after a word for what they are (法定代表人, 当事人, 检查人员 …)."""

import re
from collections.abc import Iterator

from portal.airlock.detectors import kinds
from portal.airlock.detectors.surnames import COMMON, COMPOUND, RARE
from portal.airlock.detectors.words import any_of

CUES = (
    "法定代表人", "法人代表", "法人", "负责人", "经营者", "业主", "店主", "投资人", "当事人", "联系人", "联络员",
    "执法人员", "检查人员", "执法检查人员", "监督员", "检查员", "监督检查人员", "陪同人员", "陪同检查人员", "在场人",
    "见证人", "被检查人", "被询问人", "询问人", "记录人", "签名", "签字", "经办人", "承办人", "受托人", "委托人",
    "代理人", "举报人", "投诉人", "申请人", "安全员", "安全管理员", "食品安全管理员", "食品安全员", "店长", "厂长",
    "经理", "质量负责人", "从业人员", "员工", "患者", "受害人", "户主", "房东", "司机", "驾驶员", "姓名", "抽样人员",
    "审核人", "审批人", "批准人", "复核人", "主办人", "协办人", "填表人", "操作人员",
)  # fmt: skip
_GAPS = r"[ \t\u3000·]{0,2}"
_CUE = re.compile(
    rf"{any_of(CUES)}(?:签名|签字|姓名|盖章|签章)?(?:\((?P<remark>[^()]{{1,8}})\))?"
    r"(?P<link>\s{0,2}(?:为|是|系|叫|名叫)?\s{0,2}[:：]?[\s(（]{0,4})(?P<marks>[|/=_*\[【〔「『《<“‘\"'→—–-]{0,2}\s{0,2})"
)
_HAN = "\u3400-\u9fff"
_RUN = re.compile(rf"[{_HAN}](?:{_GAPS}[{_HAN}]){{0,11}}")
_MINORITY = re.compile(rf"[{_HAN}]{{2,8}}·[{_HAN}]{{2,8}}")
#: Contacts are told whatever they are called: 联系人：胡某某.
_CONTACT = re.compile(
    rf"(?:联系人|联络员)\s{{0,4}}[:：]\s{{0,4}}([{_HAN}](?:{_GAPS}[{_HAN}]){{1,3}})"
)
_LIST = re.compile(r"\s{0,2}(?:[、,，/;；]|和|及|与)\s{0,2}|\s{1,4}")
#: A name, and behind it what the person is: 王小明（法定代表人）.
_BEHIND = re.compile(rf"(?<![{_HAN}])([{_HAN}]{{2,4}})\({any_of(CUES)}")
#: What follows a name in running text.
_ON = re.compile(
    any_of(
        (
            "于", "在", "到", "称", "表示", "电话", "手机", "身份证", "联系", "签", "等", "现场", "陪同", "男", "女",
            "未", "已", "的", "及", "和", "与", "对", "均", "系", "出生", "住", "不", "是", "参加", "认可", "确认", "拒",
            "作为", "向", "从", "将", "有", "无", "因", "自", "经", "说", "持", "当场", "提供", "进行", "负责", "承认",
            "擅自", "使用", "同志", "先生", "女士", "执法", "证", "为", "也", "前往", "配合", "了", "两名", "二人", "两人",
            "之", "个人", "名下", "家", "反映", "要求", "受", "代", "送", "赴", "依法", "涉嫌", "违", "销", "经营", "开",
        )
    )
)  # fmt: skip
#: Ends of names of bodies and places, and of words for work.
_BODY_ENDS = frozenset("所局队科处股室站店厂司组部院委办镇乡村区县市省街道路者员户社会校园行馆")
#: Beginnings that are words, however much like a name they look.
_WORDS = re.compile(
    any_of(
        (
            "管部", "陈述", "陈列", "陈旧", "许可", "方可", "方能", "方便", "高度", "高级", "任何", "任职", "任命", "万元", "白色", "黄色", "严格",
            "严重", "于当", "于同", "于次", "于年", "于本", "安全", "安排", "安装", "成立", "成员", "成年", "管理", "关于",
            "关系", "关闭", "计划", "向社", "向本", "向当", "向我", "向市", "向执", "向监", "时间", "时应", "平时", "应当",
            "应该", "应按", "应在", "应于", "全部", "全面", "全体", "全程", "和其", "和主", "和食", "和执", "和安", "和相",
            "来源", "来自", "公司", "公章", "公开", "公示", "强制", "相关", "相应", "国家", "计算", "原因", "原件", "房屋",
            "单位", "包括", "包装", "文化", "文件", "尚未", "武装", "车辆", "车间", "明确", "明知", "常年", "常见",
            "云南", "金额", "花名", "权利", "权益", "位于", "解释", "解除", "游客", "路过", "章节", "连续", "练习",
            "申请", "申报", "申辩", "齐全", "支付", "支队", "初次", "封存", "麻醉", "简易", "平台", "宣传", "储存",
            "索证", "印章", "项目", "施工", "康复", "党员", "党组", "区域", "商户", "司法", "官方", "班组", "封条",
            "海关", "普通", "原料", "乐", "高温", "高处", "高空",
            "高新", "江苏", "江西", "陕西", "宁夏", "安徽", "贵州", "温州", "金华", "杭州", "华东", "华南",
            "石家", "黄山", "马鞍", "柳州", "梅州", "常州", "苏州", "徐州", "郑州", "温度", "路面", "关停", "甘肃", "毛重",
            "毛巾", "白酒", "叶菜", "石材", "石油", "田间", "牛肉", "马上", "钱款", "伍名", "左右", "武汉", "成都",
            "成品", "单独", "单据", "房间", "季度", "解决", "符合", "曾因", "曾经", "曾于", "曾被",
            "何时", "何种", "何人", "余款", "余下", "付款", "尤其", "程序", "谈话",
        )
    )
)  # fmt: skip
_NEVER_IN_NAMES = frozenset(
    "的了们个这那此被把按并但或其应须需必每各另仅只都也还就才再又很最更太已未没不无且若如即则某"
)
_BEGINNINGS = COMMON | RARE | {each[0] for each in COMPOUND}
#: Characters of most names: a blank behind them ends one.
_WHOLE = 3


def people(text: str, *, eager: bool = False) -> Iterator[tuple[str, int, int]]:
    """Surname and one or two characters more after a cue; `eager`: whatever follows them.

    A name shortened to 张某 is not told: the portal itself shows as much of a person.
    """
    for contact in _CONTACT.finditer(text):
        yield kinds.CONTACT, *contact.span(1)
    for cue in _CUE.finditer(text):
        told = bool(cue["link"].strip(" \t"))
        yield from _names(text, cue.end(), told=told, eager=eager)
        if cue["remark"]:
            yield from _names(text, cue.start("remark"), told=True, eager=False)
    for match in _BEHIND.finditer(text):
        if _length(match[1], told=True, eager=False) == len(match[1]):
            yield kinds.PERSON, *match.span(1)


def _names(text: str, place: int, *, told: bool, eager: bool) -> Iterator[tuple[str, int, int]]:
    """Yield the names of a list that begins at `place`."""
    while span := _name(text, place, told=told, eager=eager):
        yield kinds.PERSON, *span
        between = _LIST.match(text, span[1])
        if between is None:
            return
        place = between.end()


def begins_name(word: str) -> bool:
    """Whether a word begins with a surname."""
    return word[:1] in _BEGINNINGS


def goes_on(rest: str) -> bool:
    """Whether `rest` is what may follow a name in running text."""
    return bool(_ON.match(rest))


def _name(text: str, place: int, *, told: bool, eager: bool) -> tuple[int, int] | None:
    """Return the span of a name that begins at `place`; `told`: a colon announces it."""
    first = text[place : place + 1]
    if not (first in _BEGINNINGS or "·" in text[place : place + 9]):
        return None
    if minority := _MINORITY.match(text, place):
        return minority.span()
    run = _RUN.match(text, place)
    if run is None:
        return None
    places = [n for n in range(run.start(), run.end()) if "\u3400" <= text[n] <= "\u9fff"]
    word = "".join(text[n] for n in places)
    length = _length(word, told=told, eager=eager)
    if not length and len(places) > _WHOLE and places[_WHOLE] > places[_WHOLE - 1] + 1:
        length = _length(word[:_WHOLE], told=told, eager=eager)
    return (places[0], places[length - 1] + 1) if length else None


def _length(word: str, *, told: bool, eager: bool) -> int:
    stem = 2 if word.startswith(COMPOUND) else 1
    if stem == 1 and not (word[0] in COMMON or (told and word[0] in RARE)):
        return 0
    if _WORDS.match(word) and not (told and len(word) <= stem + 2 and word[0] in COMMON):
        return 0
    for length in (stem + 2, stem + 1):
        given, rest = word[stem:length], word[length:]
        if len(word) < length or _NEVER_IN_NAMES & set(given) or given[-1] in _BODY_ENDS:
            continue
        if not rest or _ON.match(rest) or eager:
            return length
    return 0
