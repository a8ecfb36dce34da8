"""What only looks like personal data or secrets: numbers, names and words that may be public."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_10

from tests.airlock.corpus import COUNT, Sample
from tests.bench.corpus import credit_code

Dice = random.Random


def _digits(dice: Dice, count: int) -> str:
    return "".join(dice.choice("0123456789") for _ in range(count))


def _area(dice: Dice) -> str:
    return f"{dice.choice((11, 12, 13, 32, 33, 34, 35, 37, 41, 42, 44, 51, 52, 53, 61, 62))}{dice.randrange(1, 20):02}{dice.randrange(1, 29):02}"


def _day(dice: Dice) -> date:
    return date(2015, 1, 1) + timedelta(days=dice.randrange(4000))


def digits_only_code(dice: Dice) -> str:
    """Return a credit code all of digits: both its check digits happen to be such."""
    while True:
        body = _digits(dice, 8)
        total = sum(int(d) * w for d, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
        check = "0123456789X0"[(11 - total % 11) % 11]
        stem = f"{dice.choice(('91', '92', '93', '51', '52', '53', '12', '11'))}{_area(dice)}{body}{check}"
        try:
            last = uscc.calc_check_digit(stem)
        except ValidationError:
            continue
        if check.isdigit() and str(last).isdigit():
            return f"{stem}{last}"


def _registration(dice: Dice) -> str:
    stem = _area(dice) + _digits(dice, 8)
    return f"注册号{stem}{mod_11_10.calc_check_digit(stem)}"


def _permit(dice: Dice) -> str:
    area = _area(dice)
    return dice.choice(
        (
            f"食品经营许可证编号JY1{area}{_digits(dice, 7)}", f"SC{_digits(dice, 3)}{area}{_digits(dice, 5)}", f"国药准字H{_digits(dice, 8)}",
            f"国械注准{_day(dice):%Y}{_digits(dice, 7)}", f"浙食药监械经营许{_digits(dice, 8)}号", f"（浙）FM安许证字〔{_day(dice):%Y}〕A{_digits(dice, 4)}号",
            f"XK13-{_digits(dice, 3)}-{_digits(dice, 5)}", f"特种设备使用登记证编号：梯11浙A{_digits(dice, 5)}({dice.randrange(10, 26)})", f"许可证编号：{_digits(dice, 16)}",
            f"排污许可证{digits_only_code(dice)}001P", f"粤B2-{_day(dice):%Y}{_digits(dice, 4)}", f"浙ICP备{_digits(dice, 8)}号", f"卫生许可证号：{_day(dice):%Y}第{_digits(dice, 5)}号",
        )
    )  # fmt: skip


def _paper(dice: Dice) -> str:
    day = _day(dice)
    return dice.choice(
        (
            f"衡环办发〔{day.year}〕{dice.randrange(1, 200)}号", f"示市监罚字（{day.year}）第{_digits(dice, 4)}号", f"示市监责改〔{day.year}〕{_digits(dice, 7)}号",
            f"（{day.year}）示01行初{_digits(dice, 3)}号", f"文书编号：{day:%Y%m%d}{_digits(dice, 3)}", f"立案号{day:%Y}{_digits(dice, 7)}",
        )
    )  # fmt: skip


def _money(dice: Dice) -> str:
    return dice.choice(
        (
            f"罚款{dice.randrange(1, 10**7)}.00元", f"注册资本{dice.randrange(10**10, 2 * 10**10)}元", f"没收违法所得{dice.uniform(1, 10**6):.2f}元",
            f"货值金额{dice.randrange(1000):,},{_digits(dice, 3)}元", f"单价{dice.uniform(1, 500):.2f}元/公斤", f"销售额{dice.uniform(80, 130):.4f}万元，成本{dice.uniform(10, 50):.4f}万元",
        )
    )  # fmt: skip


def _dates(dice: Dice) -> str:
    one, other = _day(dice), _day(dice)
    return dice.choice(
        (
            f"{one:%Y年%m月%d日}至{other:%Y年%m月%d日}", f"{one:%Y-%m-%d} 15:30", f"{one:%Y.%m.%d}-{other:%Y.%m.%d}共{dice.randrange(1, 99)}家",
            f"{one:%Y/%m/%d}—{other:%Y/%m/%d}", f"{one:%Y%m%d}", f"{one:%Y%m%d}{other:%Y%m%d}", f"{one:%Y-%m-%d}、{other:%Y-%m-%d}", f"有效期至{one:%Y-%m-%d}，检查{dice.randrange(1000)}户次",
        )
    )  # fmt: skip


def _lot(dice: Dice) -> str:
    return dice.choice(
        (
            f"批号{_day(dice):%Y%m%d}{_digits(dice, 3)}", f"生产批号：1{dice.choice('3589')}{_digits(dice, 9)}", f"条码69{_digits(dice, 11)}", f"出厂编号1{dice.choice('357')}{_digits(dice, 9)}",
            f"样品编号：XC{_digits(dice, 17)}", f"追溯码{_digits(dice, 20)}", f"发票号码：{_digits(dice, 8)}", f"运单号：62{_digits(dice, 14)}", f"合同编号138{_digits(dice, 8)}",
            f"设备代码：3110101{_digits(dice, 13)}", f"产品编号：4{_digits(dice, 15)}",
        )
    )  # fmt: skip


def _standard(dice: Dice) -> str:
    return dice.choice(
        (
            "GB 7718-2011", "GB/T 19001-2016", f"JGJ 59-2011第{dice.randrange(1, 9)}.{dice.randrange(1, 20)}.{dice.randrange(1, 20)}条", "GB 2760-2014表A.1", "DB33/T 2001-2016", "TSG 08-2017",
            f"色度坐标x=0.{_digits(dice, 3)}，y=0.{_digits(dice, 3)}", f"测得{dice.uniform(80, 120):.3f}、{dice.uniform(10, 50):.3f}、{dice.uniform(5, 50):.3f}", f"含量{dice.uniform(75, 130):.3f},{dice.uniform(5, 50):.3f}mg/kg",
            f"噪声{dice.uniform(40, 70):.1f}dB，限值65dB", f"温度{dice.uniform(1, 9):.1f}℃、{dice.uniform(20, 40):.1f}℃", f"水温{dice.randrange(20, 60)}度左右",
        )
    )  # fmt: skip


def _hotline(dice: Dice) -> str:
    return dice.choice(
        (
            "投诉举报电话12345",
            "请拨打12315",
            "热线：400-123-4567",
            "客服4008123456",
            "800-810-8888",
            "电话：96315",
            "全国热线95598",
            "火警119",
            "投诉热线12345转3",
            "咨询电话：12333",
        )
    )


def _counts(dice: Dice) -> str:
    return dice.choice(
        (
            f"抽查企业{dice.randrange(10**5)}家，发现{dice.randrange(999)}家", f"共{dice.randrange(10**4)}人次", f"抽查比例{dice.uniform(1, 99):.2f}%", f"面积{dice.uniform(10, 99999):.2f}平方米", f"第{dice.randrange(1, 9)}.{dice.randrange(1, 9)}.{dice.randrange(1, 9)}项",
            f"版本{dice.randrange(9)}.{dice.randrange(99)}.{dice.randrange(99)}", f"地址192.168.{dice.randrange(255)}.{dice.randrange(255)}", f"服务器139.224.{dice.randrange(100, 255)}.{dice.randrange(10, 99)}", f"邮编{_digits(dice, 6)}", f"区划代码{_area(dice)}",
            f"功率{dice.randrange(10**4)}kW，{dice.randrange(100)}台", f"pH {dice.uniform(6, 9):.1f} {dice.uniform(6, 9):.1f}",
        )
    )  # fmt: skip


def _premises(dice: Dice) -> str:
    room = f"{dice.randrange(1, 40)}幢{dice.randrange(101, 2900)}室"
    return dice.choice(
        (
            f"经营场所：示例市示东区示例路{dice.randrange(1, 300)}号{room}", f"注册地址为示例市示西区科创路{dice.randrange(1, 300)}号{room}", f"住所（经营场所）：示例路{dice.randrange(1, 99)}号{dice.randrange(1, 9)}号楼{dice.randrange(101, 999)}室",
            f"通过登记的住所无法联系，登记地址：示例大厦{room}", f"示例路{dice.randrange(1, 300)}号门店", f"示例产业园{room}生产车间", f"示例市示南县河口镇工业路{dice.randrange(1, 300)}号", f"厂址示例市示例路{dice.randrange(1, 90)}号",
            "检查3号生产线、2号冷库", f"位于示例广场{room}的经营部",
        )
    )  # fmt: skip


def _public_words(dice: Dice) -> str:
    return dice.choice(
        (
            "涉及商业秘密的内容不予公开", "依据《中华人民共和国保守国家秘密法》", "《中华人民共和国反恐怖主义法》第二十一条", "示例市国家保密局", "签订了保密协议", "《中华人民共和国国防法》", "国防教育基地", "《军工关键设备设施管理条例》",
            "技术秘密", "示例市退役军人事务局", "示例市国防动员办公室", "企业标准代号Q/SL", "《中华人民共和国国家安全法》宣传", "《武器装备质量管理条例》", "产品代号标注清晰", "《中华人民共和国反间谍法》", "保密行政管理部门", "军人依法优先窗口", "经营秘密",
            "舆情报送及时", "行业代号不全",
        )
    )  # fmt: skip


def _roles(dice: Dice) -> str:
    return dice.choice(
        (
            "当事人陈述申辩", "负责人应当签字", "经营者未公示营业执照", "执法人员随机选派", "检查人员现场核查", "法定代表人变更未登记", "企业主要负责人和安全管理人员培训", "从业人员健康证明", "当事人于当日改正", "经营者许可证过期", "联系人张某", "当事人王某某",
            "负责人安全生产责任制", "检查人员高度重视", "负责人任职条件", "经营者名称与许可证不一致", "当事人方可恢复经营", "由法定代表人或负责人签名", "执法人员证件齐全", "申请人：示例市青禾食品有限公司", "检查人员：示例市市场监督管理所", "执法人员关闭阀门", "经营者全部改正", "负责人陈列架未清理",
            "员工应当持证上岗", "负责人严格落实责任", "当事人金额计算有误", "检查人员马上到场", "经理何时到岗不明", "安全员石材切割未戴护具",
        )
    )  # fmt: skip


def _public_names(dice: Dice) -> str:
    word = "".join(dice.choice("荻坞樾屿枳澄青禾云栖") for _ in range(3))
    return dice.choice(
        (
            f"示例市{word}食品有限公司",
            f"示例市{word}军工路超市",
            f"微信公众号：{word}发布",
            "QQ糖抽检合格",
            "新A级景区",
            f"青B类企业{_digits(dice, 2)}家",
            f"{word}（示例）医疗器械厂",
            f"VA{_digits(dice, 5)}型设备",
            f"示例市{word}小学食堂",
        )
    )


NEGATIVES: dict[str, Callable[[Dice], str]] = {
    "credit code": lambda dice: f"统一社会信用代码{credit_code(dice.randrange(10**7))}",
    "credit code of digits": digits_only_code,
    "credit code cued": lambda dice: f"信用代码：{digits_only_code(dice)}",
    "registration number": _registration,
    "permit": _permit,
    "paper number": _paper,
    "money": _money,
    "dates": _dates,
    "lot": _lot,
    "standard": _standard,
    "hotline": _hotline,
    "counts": _counts,
    "premises": _premises,
    "public words": _public_words,
    "roles": _roles,
    "public names": _public_names,
}

_BEFORE = ("", "现场检查发现，", "经查，", "台账载明", "（附件3）", "整改报告：")
_AFTER = ("", "。", "，已改正。", "（见现场笔录）", "；其余正常")


def negatives(family: str, *, count: int = COUNT, seed: int = 1) -> Iterator[Sample]:
    """Yield `count` texts of a family in which nothing is to be found."""
    dice = Dice(f"{seed}/{family}")
    for _ in range(count):
        text = dice.choice(_BEFORE) + NEGATIVES[family](dice) + dice.choice(_AFTER)
        yield Sample("", family, text)
