"""What a check may find, how much it weighs and why: the one table behind every report (检查规则)."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def zh(self) -> str:
        """The word clerks read."""
        return {"error": "错误", "warning": "待确认", "note": "提示"}[self.value]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `why` says why it weighs what it weighs."""

    level: Level
    title: str
    why: str


_E, _W, _N = Level.ERROR, Level.WARNING, Level.NOTE

RULES: dict[str, Rule] = {
    # the file and its layout
    "file": Rule(_E, "文件无法读取", "读不全的文件不能登记，否则会漏掉内容。"),
    "header": Rule(_E, "找不到表头", "不知道哪一列是什么，就不能登记。"),
    "unread": Rule(_E, "单元格读不到内容", "未计算的公式、错误值会被当成空白，内容就丢了。"),
    "proposed": Rule(_E, "列名待确认", "近似的列名只作建议；由经办人确认一次，以后同样的表直接读取。"),
    "missing": Rule(_E, "缺少必填列", "没有这些内容，记录不成立或不能公开。"),
    "doubled": Rule(_E, "列重复", "两列对应同一项内容，无法判断以哪列为准。"),
    "profile": Rule(_E, "映射方案与文件不符", "方案里写了文件没有的列，可能拿错了方案。"),
    "unmapped": Rule(_N, "未对应的列", "按原样留存于内部，不公开。"),
    "aside": Rule(_N, "非数据行", "标题、页眉、合计、表注等按原样留存，不作为记录。"),
    "source": Rule(_N, "文件情况", "读取时需要知道的情况。"),
    "hidden": Rule(_W, "有隐藏的行或列", "表格里看不到的内容照样会公开；请取消隐藏或筛选，逐行核对后再确认。"),
    # single cells
    "cell": Rule(_E, "单元格无法识别", "不猜测；写明怎样改。"),
    "required": Rule(_E, "必填项为空", "没有这些内容，记录不成立或不能公开。"),
    "unsure": Rule(_W, "归类待确认", "原文不是代码表用语，按近义归类；原文一并保留，请确认归类无误。"),
    "as_text": Rule(_N, "按原文登记", "没有可以计算的数值，按原文公开。"),
    "blank_mark": Rule(_N, "以符号表示无内容", "“/”“—”“无”等按未填处理，原文留存。"),
    "private": Rule(_E, "疑似个人信息", "将要公开的文字中不得出现个人信息和敏感信息。"),
    "to_decide": Rule(_W, "须由审核人判断", "可能涉密或涉及个人；发布前由审核人逐处决定放行、遮盖或者隐去。"),
    "emptied": Rule(_E, "公开后为空", "表中必填的一处公开后为空，读者便知道另有不公开的内容。"),
    # rows
    "row": Rule(_E, "各项之间不一致", "各单元格单独成立，合在一起矛盾。"),
    "scattered": Rule(_E, "同一记录的行不相邻", "无法判断是同一记录还是编号重复。"),
    "empty": Rule(_E, "没有数据行", "表头下方没有内容，可能选错了文件或工作表。"),
    "twice": Rule(_W, "行重复", "与前面一行完全相同，只登记一次；请确认不是漏改了编号。"),
    "clash": Rule(_E, "编号重复", "同一编号两处内容不同，无法判断以哪处为准。"),
    "sum": Rule(_W, "合计与各行不符", "文件写明的合计与逐行相加不一致，可能漏行或填错。"),
    # against the office
    "future": Rule(_E, "日期晚于今天", "尚未发生的事不能登记为已发生。"),
    "order": Rule(_E, "日期先后颠倒", "检查早于抽取、后续步骤早于检查等，必有一处填错。"),
    "unknown": Rule(_E, "查无此项", "引用的事项、任务、抽取或检查尚未登记，公众将无从查阅。"),
    "not_in_force": Rule(_W, "事项当日未施行", "未公布或已失效的事项不得检查；确已检查的须如实公开。"),
    "off_task": Rule(_W, "不在任务期间", "检查日期在计划任务的期间之外，请核对任务编号和日期。"),
    "off_list": Rule(_W, "不在抽取名单", "检查了未抽中的对象，请核对抽取编号。"),
    "cap": Rule(_W, "超过频次上限", "同一对象当年检查次数超过清单公布的上限；确已检查的须如实公开。"),
    "check_digit": Rule(_W, "校验位不符", "代码可能抄错；请对照证照，确认后按原样登记并标注。"),
    "renamed": Rule(_W, "同号不同名", "同一代码先后两个名称：已更名，还是填错？"),
    "namesake": Rule(_W, "同名不同号", "同一名称两个代码：同名的两个对象，还是填错？"),
    "numbered_twice": Rule(_W, "疑似重复登记", "同一对象、同一天、同一事项已有另一编号的记录。"),
    "taken": Rule(_E, "编号已用于他处", "编号是记录的身份，不能改指别的记录。"),
    "replaced": Rule(_W, "取代已登记的检查", "同一编号、同一对象而日期不同：更正日期，还是另一次检查用了旧编号？"),
    "loosened": Rule(_E, "不得放宽公开限制", "已作出的不予公开决定只能由原机关变更。"),
    "steps_go": Rule(_W, "后续步骤将不再公开", "未发现问题的检查没有后续步骤；更正后，已公开的步骤随之撤下。"),
    "comes_back": Rule(_W, "已撤回的记录再次报送", "两人决定撤回的，须有人确认后才能再次进入审核、发布。"),
    "stays_back": Rule(_N, "已撤回的记录未再登记", "整表重新导入时，已撤回而内容未变的记录不随之恢复公开。"),
    "version": Rule(_E, "版次不连续", "计划按版次公开调整前后，版次不能跳过或倒退。"),
    "embargo": Rule(_W, "名单未设保密期", "名单一经发布即公开，检查前公开会惊动被查对象。"),
    "count": Rule(_E, "数量不成立", "抽取数量、名单和名录库户数互相矛盾。"),
    "closing": Rule(_E, "完结依据不足", "已责令改正的，须有通过的复查才能完结。"),
    "incomplete": Rule(_N, "清单内容不全", "清单应当列明依据、内容和方式；来源未列的可以登记，公开页面注明来源未列明。"),
}  # fmt: skip
