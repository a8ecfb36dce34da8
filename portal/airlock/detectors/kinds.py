"""Kinds of finds, how grave each is, and why: the one table of severities."""

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """`BLOCK`: nothing of the batch goes out. `HOLD`: a person decides on each find."""

    BLOCK = "block"
    HOLD = "hold"


class Stop(Enum):
    """Whose release a find stops by itself; the others are shown to the reviewer."""

    ALWAYS = "always"
    #: Only in records about a natural person or sole trader.
    PERSONAL = "personal"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Grade:
    """How one kind is dealt with. `masked`: taken out of the running text of a document.

    `second`: nobody lets it pass alone.
    """

    severity: Severity
    stop: Stop
    masked: bool
    reason: str
    second: bool = False


ID_CARD = "身份证号"
PASSPORT = "护照或通行证号"
CERTIFICATE = "执法证号"
BANK_CARD = "银行账号"
MOBILE = "手机号"
LANDLINE = "固定电话"
LOCAL_LINE = "联系电话"
EMAIL = "电子邮箱"
CHAT = "QQ或微信号"
LOCATION = "地理坐标"
PLATE = "车牌号"
MILITARY_PLATE = "军用车牌号"
CONTACT = "联系人姓名"
PERSON = "姓名"
DWELLING = "住址"
SECRECY = "涉密用语"
HIDDEN = "隐藏字符"
KNOWN = "内部登记的不公开内容"
KNOWN_SHORT = "疑似内部登记的不公开内容"

_BLOCK, _HOLD = Severity.BLOCK, Severity.HOLD

GRADES = {
    ID_CARD: Grade(_BLOCK, Stop.ALWAYS, True, "敏感个人信息（个人信息保护法第二十八条）"),
    PASSPORT: Grade(_BLOCK, Stop.ALWAYS, True, "敏感个人信息，与身份证号相同"),
    CERTIFICATE: Grade(_BLOCK, Stop.ALWAYS, True, "指向执法人员本人，默认不公开"),
    BANK_CARD: Grade(_BLOCK, Stop.ALWAYS, True, "金融账户，敏感个人信息"),
    MOBILE: Grade(_BLOCK, Stop.ALWAYS, True, "个人联系方式"),
    LOCATION: Grade(_BLOCK, Stop.ALWAYS, True, "行踪或设施的准确位置"),
    KNOWN: Grade(_BLOCK, Stop.ALWAYS, False, "内部登记簿中不公开的姓名、号码、名称"),
    KNOWN_SHORT: Grade(
        _HOLD,
        Stop.NEVER,
        False,
        "两个字的姓名、名称中的姓名，或者与其他机关不公开的事项、抽取、文件同名或者同文号，可能是巧合",
    ),
    LANDLINE: Grade(_HOLD, Stop.ALWAYS, True, "可能是机关公开电话，须由人判断；未判断前不发布"),
    LOCAL_LINE: Grade(_HOLD, Stop.ALWAYS, True, "同固定电话，未写区号"),
    EMAIL: Grade(_HOLD, Stop.ALWAYS, True, "可能是机关公开邮箱，须由人判断；未判断前不发布"),
    CONTACT: Grade(_HOLD, Stop.ALWAYS, True, "联系人多为经办人员，姓名默认不公开"),
    CHAT: Grade(_HOLD, Stop.NEVER, True, "个人联系方式，号码形状不足以断定"),
    PLATE: Grade(_HOLD, Stop.NEVER, False, "可查到车主，但检查对象可能就是车辆"),
    MILITARY_PLATE: Grade(_HOLD, Stop.NEVER, False, "涉及军队，须由保密审查人员判断", second=True),
    PERSON: Grade(_HOLD, Stop.PERSONAL, False, "姓名只能凭前面的词和姓氏推断"),
    DWELLING: Grade(_HOLD, Stop.PERSONAL, False, "住宅与经营场所只能凭上下文分辨"),
    SECRECY: Grade(_HOLD, Stop.NEVER, False, "须由保密审查人员判断", second=True),
    HIDDEN: Grade(_HOLD, Stop.NEVER, False, "看不见的字符可以掩盖号码和词语"),
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One find: `kind`, and the span in the text as it was given."""

    kind: str
    start: int
    end: int

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return GRADES[self.kind].severity
