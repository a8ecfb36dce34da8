"""Detectors against a labelled corpus: what share they find, how often they cry wolf, how fast."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.airlock.detectors import kinds
from portal.airlock.detectors.kinds import GRADES, Severity
from portal.airlock.detectors.scan import scan
from tests.airlock.corpus import POSITIVES, positives
from tests.airlock.corpus_negative import NEGATIVES, negatives
from tests.airlock.corpus_text import HOSTILE, PAPER
from tests.bench.detectors import alarms, blocking, recall

#: Kinds that the demonstration and these families must hardly ever be taken for.
_MOST_FALSE = 0.005


@pytest.mark.parametrize("kind", POSITIVES)
def test_every_disguise_of_a_kind_is_found(kind: str) -> None:
    _, manners, bar = POSITIVES[kind]

    shares = recall(positives(kind))

    assert {manner: share for manner, share in shares.items() if share < bar} == {}
    assert set(shares) == set(manners)


@pytest.mark.parametrize("family", NEGATIVES)
def test_look_alikes_hardly_ever_block(family: str) -> None:
    told = alarms(negatives(family))

    assert blocking(told) <= 300 * _MOST_FALSE


@pytest.mark.parametrize("family", NEGATIVES)
def test_look_alikes_are_rarely_held(family: str) -> None:
    told = alarms(negatives(family))

    assert sum(told.values()) <= 300 * 0.02


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("身份证号码330106850101123", kinds.ID_CARD),
        ("身份证：990101 1990 0101 1230", kinds.ID_CARD),
        ("收款账号：1202 0204 0990 0012 345", kinds.BANK_CARD),
        ("户名张某开户行示例银行账号6222000000000000000", kinds.BANK_CARD),
        ("停放的浙A·D12345号车", kinds.PLATE),
        ("粤Z1234港", kinds.PLATE),
        ("其驾驶WJ·01-12345", kinds.MILITARY_PLATE),
        ("加微信：mingcha_2025", kinds.CHAT),
        ("持护照 E12345678 入住", kinds.PASSPORT),
        ("检查人员李某（证号：33010012345）", kinds.CERTIFICATE),
        ("位于东经120°12′34″、北纬30°15′20″", kinds.LOCATION),
        ("X=3345678.123，Y=40512345.678", kinds.LOCATION),
        ("经营者欧阳明华在场", kinds.PERSON),
        ("当事人：阿卜杜拉·买买提", kinds.PERSON),
        ("检查人员：李 强", kinds.PERSON),
        ("法定代\n表人：王小明", kinds.PERSON),
        ("当事⼈：王小明", kinds.PERSON),
        ("送至三幢二单元五〇一室", kinds.DWELLING),
        ("机 密 ★ 十年", kinds.SECRECY),
        ("该厂为部队配套，产品代号不详", kinds.SECRECY),
        ("一四零\u200b号", kinds.HIDDEN),
        ("++86 (0)571 8765 4321", kinds.LANDLINE),
        ("１３８ ００１３ ８０００", kinds.MOBILE),
        ("①③⑧００１３８０００", kinds.MOBILE),
        ("١٣٨٠٠١٣٨٠٠٠", kinds.MOBILE),
        ("联系我（138）0013 8000", kinds.MOBILE),
        ("138 - 0013 - 8000", kinds.MOBILE),
        ("电话是138，0013，8000", kinds.MOBILE),
        ("身份证号 3 3 0 1 0 6 1 9 9 0 0 1 0 1 1 2 3 1", kinds.ID_CARD),
        ("送至荻坞小区5栋1201", kinds.DWELLING),
        ("法定代表人（负责人）：王小明", kinds.PERSON),
        ("检查人员（签名）：王小明 李强", kinds.PERSON),
        ("王小明（法定代表人）", kinds.PERSON),
        ("绝 密", kinds.SECRECY),
        ("xiao.ming ＠ mail.example", kinds.EMAIL),
        ("負責人：王小明", kinds.PERSON),
        ("經營者：王建國", kinds.PERSON),
        ("聯繫人：王小明", kinds.CONTACT),
        ("絕密", kinds.SECRECY),
        ("軍工", kinds.SECRECY),
        ("VX：mingcha", kinds.CHAT),
        ("加ＶＸ：mingcha", kinds.CHAT),
        ("薇信mingcha", kinds.CHAT),
        ("xiaoming(AT)mail.example", kinds.EMAIL),
        ("xiaoming（ at ）mail.example", kinds.EMAIL),
        ("¹³⁸⁰⁰¹³⁸⁰⁰⁰", kinds.MOBILE),
        ("三弄五〇一房", kinds.DWELLING),
        ("十二号楼三门四", kinds.DWELLING),
        ("负责人（王小明）在场", kinds.PERSON),
        ("检查人员（张伟、李强）", kinds.PERSON),
        ("| 法定代表人 | 王小明 |", kinds.PERSON),
        ("法定代表人——王小明", kinds.PERSON),
        ("当事人“王小明”不服", kinds.PERSON),
        ("负责人【王小明】", kinds.PERSON),
        ("ming〔at〕mail.example", kinds.EMAIL),
        ("ming【At】mail点example", kinds.EMAIL),
        ("ming艾特mail.example", kinds.EMAIL),
        ("ming@mail[dot]example", kinds.EMAIL),
        ("一三八〇〇一三八〇〇〇", kinds.MOBILE),
        ("幺三八 零零幺三 八零零零", kinds.MOBILE),
        ("壹叁捌零零壹叁捌零零零", kinds.MOBILE),
        ("一一〇一〇五一九四九一二三一〇〇二X", kinds.ID_CARD),
        ("110105（19491231）002X", kinds.ID_CARD),
        ("110105【19491231】“002X”", kinds.ID_CARD),
    ],
)
def test_ways_of_writing_that_people_found(text: str, kind: str) -> None:
    assert kind in {hit.kind for hit in scan(text)}


_PIECES = (
    "负责人", "聯繫人", "检查人員", "：", "王小明", "王建國", "（", "）", "微信", "VX", "薇信", "xiao", "at", "AT", "@", "example",
    ".", " ", "\n", "12", "5", "¹³⁸", "一", "三", "〇", "幢", "棟", "单元", "門", "室", "户", "弄", "住址", "戶籍", "村", "号", "绝", "絕",
    "密", "军", "軍", "工", "浙", "A", "Ａ", "°", "′", "120.123", "30.25", ",", "WJ", "护照",
)  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
def test_a_first_glance_lets_nothing_go(text: str) -> None:
    """Behind a word that calls for a full look the same text tells the same."""
    before = "稠密。"

    looked = [(hit.kind, hit.start - len(before)) for hit in scan(before + text)]

    assert [(hit.kind, hit.start) for hit in scan(text)] == looked


@pytest.mark.parametrize(
    "text",
    [
        "检查人员张某某、李某",
        "检查人员（不少于2人）、负责人（签字）：张某",
        "| 检查人员 | 抽查比例 | 时间 |",
        "| 负责人 | 单位 |",
        "二〇二五年一月一日至二〇二五年三月三十一日，第一二三四五号",
        "见附件（一）（二）（三），一、二、三、四、五、六、七、八、九、十、十一",
        "当事人陈述、申辩材料",
        "行业主管部门负责",
        "服务器IP：139.224.123.45",
        "2023.10.15-2023.10.18共3家",
        "单号13800138000元",
        "合同金额13800138000.00元",
        "容15浙A00012(22)",
        "《中华人民共和国保守国家秘密法》第二十条",
        "QQ糖、微信公众号：明察发布",
        "联系400-123-4567或12345",
        "住所（经营场所）：示例路1号3幢2单元501室",
    ],
)
def test_ways_of_writing_that_are_public(text: str) -> None:
    assert scan(text) == []


def test_a_hit_says_where_and_what_and_never_the_value() -> None:
    [hit] = scan("备注：浙A12345")

    assert "12345" not in repr(hit)
    assert (hit.kind, hit.start, hit.end, hit.severity) == ("车牌号", 3, 10, Severity.HOLD)


def test_every_kind_has_a_grade_with_its_reason() -> None:
    named = {value for name, value in vars(kinds).items() if name.isupper() and type(value) is str}

    assert named == set(GRADES)
    assert [kind for kind, grade in GRADES.items() if not grade.reason] == []


@pytest.mark.parametrize("name", HOSTILE)
def test_twice_the_text_takes_about_twice_the_time(name: str) -> None:
    """A quadratic pattern would need four times as long, at these lengths a good deal more."""
    text = HOSTILE[name]

    assert _least(lambda: scan(text * 4)) < 12 * _least(lambda: scan(text)) + 0.01


def test_a_hostile_text_takes_no_longer_than_an_ordinary_one_fifty_times_over() -> None:
    paper = (PAPER * 100)[:20_000]

    assert _least(lambda: scan("1" * 20_000)) < 50 * _least(lambda: scan(paper))


def _least(act: Callable[[], object]) -> float:
    taken = []
    for _ in range(3):
        begun = time.thread_time()
        act()
        taken.append(time.thread_time() - begun)
    return min(taken)
