"""A labelled corpus: fictitious personal data in every disguise, and what only looks like it.

Seeded, so that a figure can be had again. No number belongs to anybody: divisions 9901xx and
numbers drawn by lot.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from stdnum import luhn

from portal.airlock.detectors import kinds
from portal.airlock.detectors.surnames import COMMON, COMPOUND

Dice = random.Random
Manner = Callable[[str, Dice], str]
COUNT = 300


@dataclass(frozen=True, slots=True)
class Sample:
    """A text; `kind` stands in it between `start` and `end`, or nothing does when it is empty."""

    kind: str
    manner: str
    text: str
    start: int = 0
    end: int = 0


_BEFORE = (
    "", "现场核查时当事人提供", "经查，该单位登记的信息为", "台账第三页写有", "整改报告注明：", "（见附件）", "备注",
    "据现场笔录，", "送达回证载明", "其留存的是",
)  # fmt: skip
_AFTER = (
    "",
    "，已责令改正。",
    "（已核对）",
    "。后续由日常监管部门跟踪",
    "等内容",
    "；未见异常",
    "，请知悉",
)


def _digits(dice: Dice, count: int) -> str:
    return "".join(dice.choice("0123456789") for _ in range(count))


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _sprinkled(between: str) -> Manner:
    """Put something between two or three pairs of characters."""

    def disguise(text: str, dice: Dice) -> str:
        places = sorted(dice.sample(range(1, len(text)), min(3, len(text) - 1)), reverse=True)
        for place in places:
            text = text[:place] + between + text[place:]
        return text

    return disguise


def _by(change: Callable[[str], str]) -> Manner:
    """Return a disguise that leaves nothing to chance."""
    return lambda text, _dice: change(text)


def _broken(text: str, dice: Dice) -> str:
    place = dice.randrange(2, len(text) - 2)
    return text[:place] + dice.choice(("\n", "\r\n", "-\n")) + text[place:]


def _misread(text: str, dice: Dice) -> str:
    """Put letters for some of the noughts and ones, as scanners do."""
    return "".join(dice.choice({"0": "0OoО", "1": "1lI"}.get(each, each)) for each in text)


#: What can be done to any number without its ceasing to be readable.
NUMBER_MANNERS: dict[str, Manner] = {
    "plain": _by(str),
    "full width": _by(_wide),
    "spaced": _sprinkled(" "),
    "wide spaced": _sprinkled("\u3000"),
    "every sign spaced": _by(" ".join),
    "dashed": _sprinkled("-"),
    "long dashed": _sprinkled("—"),
    "dotted": _sprinkled("."),
    "middle dotted": _sprinkled("·"),
    "zero width": _by("\u200b".join),
    "soft hyphen": _sprinkled("\u00ad"),
    "bidi": _by(lambda text: f"\u202d{text}\u202c"),
    "struck through": _by(lambda text: "".join(f"{each}\u0336" for each in text)),
    "line broken": _broken,
    "lower case": _by(lambda text: text.lower()),
}
#: A number of eleven digits and more can be read with letters in it.
LONG_MANNERS = NUMBER_MANNERS | {"misread": _misread}
#: What can be done to words.
WORD_MANNERS = {
    name: NUMBER_MANNERS[name]
    for name in ("plain", "full width", "zero width", "soft hyphen", "bidi")
}


def id_card(dice: Dice) -> str:
    """Return an 18-character number of a person that a division knows."""
    born = date(1930, 1, 1) + timedelta(days=dice.randrange(32_000))
    area = dice.choice(("990101", "330106", "110101", "510107", "621002", "440305", "410105"))
    stem = f"{area}{born:%Y%m%d}{_digits(dice, 3)}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return stem + "10X98765432"[sum(int(d) * w for d, w in zip(stem, weights, strict=True)) % 11]


def mobile(dice: Dice) -> str:
    """Return a mobile number, one in five with its country code."""
    return dice.choice(("", "", "", "", "+86")) + f"1{dice.choice('3456789')}{_digits(dice, 9)}"


def bank_card(dice: Dice) -> str:
    """Return a card number."""
    lead, length = dice.choice(
        [("62", n) for n in (16, 17, 18, 19, 19, 19)]
        + [("4", 16), ("51", 16), ("55", 16), ("9558", 19), ("37", 15), ("35", 16), ("60", 19)]
    )
    stem = lead + _digits(dice, length - len(lead) - 1)
    return stem + str(luhn.calc_check_digit(stem))


_PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"


def plate(dice: Dice) -> str:
    """Return a civil plate: ordinary, new energy, police, learner, trailer."""
    stem = dice.choice(_PROVINCES) + dice.choice("ABCDEFGHJK")
    return stem + dice.choice(
        (
            _digits(dice, 5), f"{dice.choice('ABCDEF')}{_digits(dice, 4)}", f"{_digits(dice, 3)}{dice.choice('QWERT')}{_digits(dice, 1)}",
            f"{dice.choice('DF')}{_digits(dice, 5)}", f"{_digits(dice, 5)}D", f"{_digits(dice, 4)}{dice.choice('警学挂')}",
        )
    )  # fmt: skip


def email(dice: Dice) -> str:
    """Return an address in a domain for examples."""
    name = "".join(dice.choice("abcdefghkmnz0123456789") for _ in range(dice.randrange(3, 14)))
    return f"{name}{dice.choice(('', '.li', '_88'))}@{dice.choice(('mail', 'a', 'post.city'))}.{dice.choice(('example', 'cn', 'com'))}"


def coordinates(dice: Dice) -> str:
    """Return a position in China."""
    east, north = f"{dice.uniform(74, 134):.6f}", f"{dice.uniform(18, 53):.5f}"
    return dice.choice((f"{east},{north}", f"{north},{east}", f"{east}，{north}"))


def labelled_coordinates(dice: Dice) -> str:
    """Return a position as reports write it."""
    east, north = dice.uniform(74, 134), dice.uniform(18, 53)
    return dice.choice(
        (
            f"东经{east:.4f}°，北纬{north:.4f}°", f"经度：{east:.5f} 纬度：{north:.5f}",
            f"E{east:.5f}, N{north:.5f}", f"{east:.5f}°E {north:.5f}°N", f"lng={east:.6f}&lat={north:.6f}",
            f"东经{int(east)}°{dice.randrange(60)}′{dice.randrange(60)}″", f"{int(north)}度{dice.randrange(60)}分{dice.randrange(60)}秒",
            f"{int(north)}°{dice.randrange(60)}'{dice.uniform(1, 59):.2f}\"N",
        )
    )  # fmt: skip


def landline(dice: Dice) -> str:
    """Return a landline with its area code."""
    area, length = dice.choice((("010", 8), ("021", 8), ("0571", 8), ("0318", 7), ("0915", 7)))
    number = dice.choice("2345678") + _digits(dice, length - 1)
    return dice.choice(
        (f"{area}-{number}", f"({area}){number}", f"{area} {number}", f"{area}{number}")
    )


def certificate(dice: Dice) -> str:
    """Return a certificate after its word."""
    number = dice.choice(("", "A", "ZF")) + _digits(dice, dice.choice((8, 10, 11, 12)))
    cue = dice.choice(
        (
            "执法证号：",
            "执法证号",
            "执法证件号码为",
            "（执法证号:",
            "行政执法证编号 ",
            "执法证：",
            "检查证号",
        )
    )
    return cue + number


def name(dice: Dice) -> str:
    """Return a person's name drawn by lot."""
    surname = dice.choice(sorted(COMMON)) if dice.random() < 0.95 else dice.choice(COMPOUND)
    given = "明华伟芳秀英敏静丽强磊军洋勇艳杰娟涛超霞平刚桂兰玉梅建国志文晓春雪松子涵浩宇欣怡梓萱"
    return surname + "".join(dice.choice(given) for _ in range(dice.choice((1, 2, 2, 2))))


def cued_name(dice: Dice) -> str:
    """Return a name after a word for a person, in the ways reports have."""
    cue = dice.choice(
        (
            "法定代表人",
            "负责人",
            "经营者",
            "当事人",
            "执法人员",
            "检查人员",
            "业主",
            "见证人",
            "现场负责人",
            "联系人",
            "被检查人",
        )
    )
    link = dice.choice(("：", ":", "为", "", "（签名）：", "： ", "是"))
    tail = dice.choice(
        (
            "，",
            "。",
            "在现场",
            "未到场",
            "、" + name(dice) + "。",
            "（男）",
            "表示认可",
            "陪同检查",
            "签字确认",
            "",
        )
    )
    return f"{cue}{link}{name(dice)}{tail}"


def dwelling(dice: Dice) -> str:
    """Return a home address."""
    room = f"{dice.randrange(1, 40)}幢{dice.randrange(1, 5)}单元{dice.randrange(101, 2900)}室"
    village = dice.choice(("示例新村", "青禾小区", "荻坞苑", "示东街道滨河社区"))
    return dice.choice(
        (
            f"{village}{room}", f"{village}{dice.randrange(1, 9)}号楼{dice.randrange(101, 999)}室", f"住址：示例市示东区示例路{dice.randrange(1, 300)}号",
            f"户籍所在地为示例市示南县河口镇上坞村{dice.randrange(1, 20)}组{dice.randrange(1, 99)}号", f"家住{village}{dice.randrange(1, 30)}栋{dice.randrange(101, 999)}室",
            f"现住示例市示西区人民路{dice.randrange(1, 400)}弄{dice.randrange(1, 40)}号{dice.randrange(101, 999)}室", f"家庭住址:{village}三幢二单元五〇一室",
        )
    )  # fmt: skip


def chat(dice: Dice) -> str:
    """Return a QQ or WeChat name after its word."""
    return dice.choice(
        (
            f"QQ：{dice.randrange(10_000, 10**10)}",
            f"QQ号{dice.randrange(10_000, 10**10)}",
            f"微信号：wx_{_digits(dice, 6)}",
            f"微信：abc{_digits(dice, 5)}",
            f"扣扣{dice.randrange(10_000, 10**9)}",
        )
    )


def passport(dice: Dice) -> str:
    """Return a passport or permit number after its word."""
    return dice.choice(
        (
            f"护照号码：E{_digits(dice, 8)}",
            f"护照EA{_digits(dice, 7)}",
            f"港澳通行证号C{_digits(dice, 8)}",
            f"台胞证：{_digits(dice, 8)}",
        )
    )


def military_plate(dice: Dice) -> str:
    """Return a plate of the forces."""
    return dice.choice(
        (
            f"WJ{dice.choice(_PROVINCES)}{_digits(dice, 5)}",
            f"军{dice.choice('ABCV')}{_digits(dice, 5)}",
            f"车牌号VA{_digits(dice, 5)}",
            f"WJ{dice.randrange(1, 32):02}{_digits(dice, 5)}",
        )
    )


def marking(dice: Dice) -> str:
    """Return a marking or a sentence of a classified paper."""
    return dice.choice(
        (
            "绝密★启用前",
            "机密★10年",
            "秘密★一年",
            "密级：机密",
            "此件为内部资料",
            "不得公开",
            "该厂承担武器装备配套任务",
            "系军工涉密单位",
            "某部队营区",
            "属要害部位",
            "项目代号0137",
            "【秘密】",
            "国家秘密",
        )
    )


#: Kind → maker, disguises, least recall. Kinds that have a cue keep their cue undisguised in words.
POSITIVES: dict[str, tuple[Callable[[Dice], str], dict[str, Manner], float]] = {
    kinds.ID_CARD: (id_card, LONG_MANNERS, 0.99),
    kinds.MOBILE: (mobile, LONG_MANNERS, 0.99),
    kinds.BANK_CARD: (bank_card, LONG_MANNERS, 0.99),
    kinds.PLATE: (plate, NUMBER_MANNERS, 0.99),
    kinds.EMAIL: (email, WORD_MANNERS | {
        "sign spaced": _by(lambda text: text.replace("@", " @ ")),
        "sign spelt": _by(lambda text: text.replace("@", "(at)")),
        "dots spaced": _by(lambda text: text.replace(".", " . ")),
        "line broken": _by(lambda text: text.replace("@", "@\n")),
    }, 0.99),
    kinds.LOCATION: (coordinates, WORD_MANNERS | {
        "labelled": lambda _text, dice: labelled_coordinates(dice),
        "spaced": _by(lambda text: text.replace(",", " , ").replace(".", ". ")),
        "line broken": _by(lambda text: text.replace(",", ",\n").replace("，", "，\n")),
    }, 0.99),
    kinds.LANDLINE: (landline, NUMBER_MANNERS, 0.95),
    kinds.CERTIFICATE: (certificate, WORD_MANNERS | {
        "line broken": _by(lambda text: f"{text[:-4]}\n{text[-4:]}"),
        "spaced": _by(lambda text: f"{text[:-6]} {text[-6:-3]} {text[-3:]}"),
    }, 0.95),
    kinds.DWELLING: (dwelling, WORD_MANNERS | {
        "spaced": _by(lambda text: text.replace("幢", " 幢 ").replace("号", " 号")),
    }, 0.95),
    kinds.PERSON: (cued_name, WORD_MANNERS, 0.95),
    kinds.CHAT: (chat, WORD_MANNERS, 0.95),
    kinds.PASSPORT: (passport, WORD_MANNERS | {"line broken": _by(lambda text: f"{text[:-4]}\n{text[-4:]}")}, 0.95),
    kinds.MILITARY_PLATE: (military_plate, WORD_MANNERS, 0.95),
    kinds.SECRECY: (marking, WORD_MANNERS, 0.95),
}  # fmt: skip


def positives(kind: str, *, count: int = COUNT, seed: int = 1) -> Iterator[Sample]:
    """Yield `count` samples of a kind in each of its disguises."""
    make, manners, _ = POSITIVES[kind]
    for manner, disguise in manners.items():
        dice = Dice(f"{seed}/{kind}/{manner}")
        for _ in range(count):
            said = disguise(make(dice), dice)
            before, after = dice.choice(_BEFORE), dice.choice(_AFTER)
            yield Sample(kind, manner, before + said + after, len(before), len(before) + len(said))
