"""Texts without anything to find, for measuring time."""

#: Part of an ordinary paper, with a date and a number.
PAPER = (
    "为深入贯彻落实国务院关于在市场监管领域全面推行部门联合“双随机、一公开”监管的部署，结合我市实际，"
    "现将2025年度抽查计划印发给你们，请认真贯彻执行。各部门要对照随机抽查事项清单，逐项制定工作细则，"
    "明确检查依据、范围、内容、方式和处理意见，提高检查工作的规范化水平。对抽查发现的违法违规行为，"
    "依法依规加大惩处力度，并将结果纳入市场主体的社会信用记录。全年计划抽查企业1215家，比例不低于3%。\n\n"
)
#: Texts as they stand in most fields of most records.
SHORT = (
    "货架标签与进货台账不一致，限期整改。",
    "示例市基准有限公司",
    "未发现问题",
    "食品经营许可情况检查",
    "违反本部门相关规定，责令改正；后续跟踪由日常监管部门办理",
    "综合行政执法支队",
)
#: Twenty thousand characters that a pattern might run away on.
HOSTILE = {
    "one digit": "1" * 20_000,
    "digits and blanks": "1 " * 10_000,
    "card leads": "4 " * 10_000,
    "id beginnings": "330106199001011" * 1333,
    "mobiles cut short": "138-0013-800 " * 1538,
    "letters": "a" * 20_000,
    "signs": "@" * 20_000,
    "dots before signs": (".a" * 30 + "中@") * 322,
    "words before signs": ("a" * 60 + "中@") * 322,
    "addresses": "a@b." * 5000,
    "cues": "负责人" * 6666,
    "rooms": "1幢" * 10_000,
    "decimals": "1.1 " * 5000,
    "invisible": "1\u200b" * 10_000,
    "accounts": "账号" * 10_000,
    "dwellings": "住址" * 10_000,
}
