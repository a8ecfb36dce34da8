"""What older, local and departmental wordings mean in the code lists (旧用语与代码表对照)."""

from collections.abc import Iterator
from typing import NamedTuple

from portal.domain.codelists import CodeList
from portal.domain.draws import DrawMethod
from portal.domain.followups import Step
from portal.domain.items import ItemClass, Method
from portal.domain.parties import AgencyLevel, EntityForm
from portal.domain.plans import Joint, ObjectClass, TaskType
from portal.domain.results import Handling, Outcome


class Row(NamedTuple):
    """One wording. Unless `sure`, a clerk has to confirm the code; `source` says whose wording."""

    wording: str
    code: CodeList
    sure: bool
    source: str


def _rows(code: CodeList, source: str, *wordings: str, sure: bool = True) -> Iterator[Row]:
    return (Row(wording, code, sure, source) for wording in wordings)


_ANNUAL = "2014至2016年年报信息抽查的结果选项"
_PLATFORM = "2017年起省级抽查平台的结果选项"
_STATUS = "登记或经营状态，不是检查结论；八类结果中没有对应项"
_OWN = "部门自有用语"
_FIELD = "只写明违反哪方面规定，未写明如何处理"
_NO_HANDLING = "写明有问题，未写明如何处理"
_MENDED = "写明已改正，未写明是否责令"
_MENDING = "写明正在或应当整改，未写明是否责令"
_FOREIGN = "境外检查登记的结论，与八类结果不是一一对应"
_PART = "只写了该类结果的一部分条件"
_QUALITY = "产品质量监督抽查用语"
_FOOD = "食品日常监督检查的三档结论，各档后续要求不同"
_PENALTY = "写的是处理方式，不是检查结论"
_SHORT = "简称"

OUTCOMES = (
    *_rows(Outcome.NO_PROBLEM, _ANNUAL, "正常", "正常（符合信息公示相关规定）", "符合信息公示相关规定"),
    *_rows(Outcome.NO_PROBLEM, _OWN, "合格", "检查合格", "抽查合格", "抽检合格", "检验合格", "检测合格",
           "未发现违法行为", "未发现违规行为", "未发现违规违法问题", "未发现违法违规问题",
           "未发现违法违规行为", "未发现违规违法行为", "未发现明显违法行为", "未发现异常", "未发现不合格",
           "未发现存在问题", "未发现相关问题", "未发现问题隐患", "未发现安全隐患", "未见异常", "无异常",
           "无问题", "无违法行为", "无违法违规行为", "不存在问题", "没有问题", "没有发现问题", "未见问题",
           "符合", "符合要求", "符合规定", "符合相关规定", "检查正常", "一切正常"),
    *_rows(Outcome.NO_PROBLEM, _QUALITY, "批合格", "该批次合格"),
    *_rows(Outcome.NO_PROBLEM, _OWN, "正常经营", "良好", "通过", "已公示", "规范", sure=False),
    *_rows(Outcome.NOT_DISCLOSED, _ANNUAL, "未按规定公示即时信息", "未按规定公示年报信息",
           "未按规定公示年报", "未按规定公示年度报告", "未按规定公示其他应当公示的信息",
           "未按规定公示信息", "未按照规定公示应当公示的信息", "未公示应当公示的信息"),
    *_rows(Outcome.NOT_DISCLOSED, _SHORT, "未公示年报", "未年报", "未报送年报", "未公示", sure=False),
    *_rows(Outcome.CONCEALED, _SHORT, "隐瞒真实情况、弄虚作假", "信息隐瞒真实情况、弄虚作假",
           "公示信息隐瞒真实情况或弄虚作假", "公示信息隐瞒真实情况，弄虚作假的"),
    *_rows(Outcome.CONCEALED, _PART, "弄虚作假", "隐瞒真实情况", "公示信息不实", "公示信息虚假", sure=False),
    *_rows(Outcome.UNREACHABLE, _PLATFORM, "查无下落", "通过登记的住所或者经营场所无法联系",
           "通过登记的住所或经营场所无法联系", "通过登记的住所（经营场所）无法取得联系",
           "通过登记的住所或者经营场所无法取得联系", "通过登记住所（经营场所）无法联系",
           "通过登记的住所（经营场所）无法联系的", "通过登记住所或经营场所无法联系", "登记住所无法联系",
           "登记的住所无法联系", "通过登记的住所无法联系"),
    *_rows(Outcome.UNREACHABLE, _PART, "失联", "无法联系", "无法取得联系", "联系不上", "查无此户",
           "查无此企业", "查无企业", "查无", "下落不明", "人去楼空", "不在登记住所经营", "地址不符",
           "登记地址查无此企业", sure=False),
    *_rows(Outcome.ORDERED, _PLATFORM, "发现问题经责令已改正", "发现问题并责令改正", "发现问题，责令改正",
           "发现问题已责令整改", "发现问题责令整改", "发现问题已责令限期改正", "发现问题已责令限期整改"),
    *_rows(Outcome.ORDERED, _OWN, "责令改正", "已责令改正", "责令限期改正", "已责令限期改正", "限期改正",
           "限期整改", "责令整改", "责令限期整改", "已责令整改", "责令立即改正", "责令当场改正",
           "责令立即整改", "要求限期整改", "下达责令改正通知书", "下达整改通知书", "发现问题限期整改",
           "责令改正违法行为", "经责令已改正"),
    *_rows(Outcome.ORDERED, _MENDED, "经整改后合格", "整改后合格", "整改合格", "已整改", "已改正", "已整改到位",
           "整改完成", "当场改正", "已当场改正", "现场整改", "立即整改", "发现问题已整改",
           "发现问题已改正", sure=False),
    *_rows(Outcome.ORDERED, _MENDING, "整改", "整改中", "正在整改", "限期整改中", "尚未整改到位", sure=False),
    *_rows(Outcome.NO_PROBLEM, _FOREIGN, "Pass", "Passed", "In Compliance", "Compliant", "Satisfactory",
           "No Violations", "No Violation Issued", "No violations were recorded at the time of this inspection",
           "Very Satisfactory", "Excellent", "Good",
           "Approved", "Clean", "Très satisfaisant", "Satisfaisant", sure=False),
    *_rows(Outcome.ORDERED, _FOREIGN, "Pass w/ Conditions", "Pass with Conditions", "Conditional Pass",
           "Needs Improvement", "Improvement Necessary", "Major Improvement Necessary",
           "Urgent Improvement Necessary", "Corrected", "Corrected On Site", "Corrected During Inspection",
           "Generally Satisfactory", "Improvement Required", "À améliorer", sure=False),
    *_rows(Outcome.PENDING, _FOREIGN, "Fail", "Failed", "Unsatisfactory", "Non-Compliant", "Out of Compliance",
           "Not in Compliance", "Violation Issued", "Violations", "Closed by Health Authority",
           "Violations were cited in the following area(s)",
           "Establishment Closed by DOHMH", "Suspended", "Citation Issued", "À corriger de manière urgente",
           sure=False),
    *_rows(Outcome.NO_ACTIVITY, _FOREIGN, "Out of Business", "Business Not Located", "Not Ready", "Exempt",
           "Permanently Closed", sure=False),
    *_rows(Outcome.UNREACHABLE, _FOREIGN, "No Entry", "No Access", sure=False),
    *_rows(Outcome.ORDERED, _FOOD, "基本符合", "基本符合要求", "基本合格", sure=False),
    *_rows(Outcome.UNCOOPERATIVE, _ANNUAL, "不予配合情节严重", "不配合情节严重",
           "不予配合检查情节严重", "不配合检查，情节严重的"),
    *_rows(Outcome.UNCOOPERATIVE, _PART, "拒绝、阻碍检查", "拒绝检查", "阻碍检查", "拒不配合", "不予配合",
           "不配合检查", "不配合", "拒绝配合", sure=False),
    *_rows(Outcome.NO_ACTIVITY, _PLATFORM, "未发现本次抽查涉及的生产经营活动",
           "未发现开展本次抽查涉及的生产经营活动", "未发现本次抽查涉及的经营活动",
           "未开展本次抽查涉及的经营活动"),
    *_rows(Outcome.NO_ACTIVITY, _OWN, "未开展经营活动", "未开展相关经营活动", "未开展生产经营活动",
           "未开展相关业务", "未经营", "无经营行为", "未从事相关经营活动", "不涉及", "未生产", sure=False),
    *_rows(Outcome.NO_ACTIVITY, _STATUS, "已办理营业执照注销", "已办理注销", "注销", "已注销", "该主体已注销",
           "企业已注销", "被吊销营业执照", "已吊销营业执照", "吊销", "已吊销", "被吊销", "吊证", "吊销未注销",
           "被撤销登记", "被撤销", "撤销", "已撤销", "迁出", "已迁出", "迁移", "已关闭停业或正在组织清算",
           "已关闭停业或正在清算", "关闭", "已关闭", "关停", "已关停", "停业", "已停业", "歇业", "停产", "已停产",
           "停产停业", "暂停营业", "暂停经营", "未开门营业", "未营业", "关门", "倒闭", "拆迁", "已拆迁",
           "清算", sure=False),
    *_rows(Outcome.PENDING, _FIELD, "违反工商行政管理相关规定", "违反其他工商行政管理规定行为",
           "违反食品药品管理相关规定", "违反质量技术监督相关规定", "违反公安部门相关规定",
           "违反其他部门相关规定", "违反本部门相关规定", "违反市场监督管理相关规定",
           "违反市场监管相关规定", "违反相关规定", "该主体未建财务账", sure=False),
    *_rows(Outcome.PENDING, _NO_HANDLING, "不合格", "不符合", "不符合要求", "不符合规定", "发现问题", "有问题",
           "存在问题", "发现异常", "异常", "不正常", "检查不合格", "抽检不合格", "检验不合格",
           "发现违法行为", "发现违法违规行为", "涉嫌违法", "发现违法线索", "存在违法行为", "违法", sure=False),
    *_rows(Outcome.PENDING, _QUALITY, "批不合格", "该批次不合格", sure=False),
    *_rows(Outcome.PENDING, _OWN, "待后续处理", "后续处理", "后续处理中", "立案查处", "立案", "已立案", "立案调查",
           "已立案查处", "拟立案", "移送", "已移送", "移送处理", "移交", "移送其他部门", "移送相关部门",
           "发现问题移送处理", "发现问题立案查处", "发现问题待处理", "发现问题，待后续处理的"),
    *_rows(Outcome.PENDING, _PENALTY, "行政处罚", "已处罚", "处罚", "罚款", "警告", "列入经营异常名录",
           "已列入经营异常名录", sure=False),
)  # fmt: skip

HANDLINGS = (
    *_rows(Handling.NONE_NEEDED, _SHORT, "无需后续处置", "无需处置", "无需处理", "不需处理", "无须处置",
           "无需后续处理", "未发现问题", "已规范", "无"),
    *_rows(Handling.NONE_NEEDED, _MENDED, "已改正", "已整改", "整改完成", "已整改到位", sure=False),
    *_rows(Handling.DAILY_SUPERVISION, _SHORT, "反馈至日常监管部门", "反馈日常监管部门", "转日常监管",
           "交日常监管部门处理", "移交日常监管部门", "转日常监管部门处理"),
    *_rows(Handling.ORDERED, _SHORT, "责令改正", "责令限期改正", "限期改正", "责令整改", "限期整改",
           "责令限期整改", "已责令改正", "违反本部门相关规定，责令改正", "下达责令改正通知书"),
    *_rows(Handling.TRANSFERRED, _SHORT, "移送", "移交", "移送办案机构", "移送处理", "已移送", "移送执法机构",
           "移交执法队", "移交综合执法"),
    *_rows(Handling.TRANSFERRED, _OWN, "立案", "立案查处", "已立案", "立案调查", sure=False),
    *_rows(Handling.NOTIFIED, _SHORT, "抄告", "抄告相关部门", "抄告其他部门", "已抄告", "通报相关部门"),
    *_rows(Handling.OTHER, _PENALTY, "行政处罚", "已处罚", "罚款", "警告", "约谈", "列入经营异常名录",
           "已列入经营异常名录", "标记经营异常状态", sure=False),
)  # fmt: skip

STEPS = (
    *_rows(Step.ORDERED, _SHORT, "责令整改", "责令限期改正", "责令限期整改", "限期改正", "限期整改",
           "下达责令改正通知书", "下达整改通知书"),
    *_rows(Step.REPORT, _SHORT, "整改报告", "提交整改报告", "已提交整改报告", "报送整改报告"),
    *_rows(Step.REPORT, _MENDED, "已整改", "整改完成", "已改正", sure=False),
    *_rows(Step.RECHECK, _SHORT, "复查合格", "复查不合格", "复查通过", "复查未通过", "复核", "整改复查",
           "复查验收", "回头看"),
    *_rows(Step.TRANSFERRED, _SHORT, "移交", "移送处理", "已移送", "移送司法机关", "移送公安机关",
           "移送其他部门", "移送相关部门"),
    *_rows(Step.NOTIFIED, _SHORT, "抄告相关部门", "已抄告", "通报", "通报相关部门"),
    *_rows(Step.CASE_FILED, _SHORT, "立案查处", "已立案", "立案调查", "立案处理"),
    *_rows(Step.PENALTY, _SHORT, "处罚", "已处罚", "行政处罚决定", "作出行政处罚", "罚款", "警告", "没收违法所得"),
    *_rows(Step.CLOSED, _SHORT, "已完结", "办结", "已办结", "结案", "销号", "已销号", "处理完毕"),
)  # fmt: skip

METHODS = (
    *_rows(Method.ON_SITE, _SHORT, "现场检查", "现场核查", "实地核查", "现场", "实地", "现场查看", "实地查看",
           "实地抽查", "现场抽查", "现场监督检查", "上门检查", "入企检查", "现场巡查", "现场勘查"),
    *_rows(Method.WRITTEN, _SHORT, "书式检查", "书面审查", "书面核查", "书面", "书面抽查", "书面审核"),
    *_rows(Method.WRITTEN, _OWN, "资料核查", "资料审查", "资料检查", "查阅资料", "材料审核", "材料审查", "材料核查",
           "查看资料", "台账检查", sure=False),
    *_rows(Method.NETWORK, _SHORT, "网络检查", "网上检查", "网络监管", "网络巡查", "线上检查", "网络核查",
           "网络抽查", "网上监测", "网上巡查", "网络"),
    *_rows(Method.NETWORK, _OWN, "非现场检查", "非现场监管", "远程检查", "视频检查", "科技检查", sure=False),
    *_rows(Method.TESTING, _SHORT, "抽样检测", "抽样检验", "抽检", "监督抽检", "检测", "检验", "检验检测机构检测",
           "抽样检验检测", "产品检验", "实验室检测"),
    *_rows(Method.TESTING, _OWN, "抽样检查", "采样监测", "监督抽查", "抽样", sure=False),
    *_rows(Method.ENTRUSTED, _SHORT, "委托检查", "委托专业机构", "专业机构检查", "委托专业机构检查", "委托专业机构核查",
           "专业机构辅助", "委托第三方", "委托第三方机构", "委托第三方检查", "第三方机构检查",
           "委托专业机构辅助检查"),
    *_rows(Method.RECORDS, _SHORT, "行政部门检查结果", "专业意见", "其他部门检查结果", "部门检查结果"),
    *_rows(Method.RECORDS, _OWN, "数据比对", "部门数据比对", "信息比对", sure=False),
)  # fmt: skip

OTHERS = (
    *_rows(ItemClass.GENERAL, _SHORT, "一般", "一般事项", "一般抽查事项", "一般检查"),
    *_rows(ItemClass.KEY, _SHORT, "重点", "重点事项", "重点抽查事项", "重点检查"),
    *_rows(TaskType.UNDIRECTED, _SHORT, "不定向抽查", "不定向随机抽查", "不定向检查", "非定向", "非定向抽查"),
    *_rows(TaskType.DIRECTED, _SHORT, "定向抽查", "定向随机抽查", "定向检查"),
    *_rows(Joint.NONE, _SHORT, "单部门", "本部门", "单部门抽查", "本部门抽查", "部门单独", "单独", "单独抽查", "非联合",
           "否", "不联合", "单一部门"),
    *_rows(Joint.INTERNAL, _SHORT, "内部联合", "系统内联合", "部门内联合", "本部门联合", "内部联合抽查"),
    *_rows(Joint.CROSS_AGENCY, _SHORT, "跨部门", "部门联合", "多部门联合", "跨部门联合抽查", "部门联合抽查",
           "部门间联合", "跨部门抽查", "多部门"),
    *_rows(Joint.CROSS_AGENCY, "未写明是部门内部联合还是跨部门联合", "联合", "联合抽查", "联合检查", "是", sure=False),
    *_rows(Joint.CROSS_LEVEL, _SHORT, "跨层级", "跨层级联合", "上下联合", "上下级联动", "省市县联合"),
    *_rows(ObjectClass.SPECIAL, _SHORT, "特殊", "特殊对象", "特殊监管", "特殊排污单位"),
    *_rows(ObjectClass.KEY, _SHORT, "重点", "重点对象", "重点监管", "重点排污单位"),
    *_rows(ObjectClass.GENERAL, _SHORT, "一般", "一般对象", "一般监管", "一般排污单位"),
    *_rows(ObjectClass.GENERAL_GREEN, _SHORT, "正面清单", "一般（正面清单）", "正面清单内"),
    *_rows(ObjectClass.GENERAL_OTHER, _SHORT, "正面清单外", "一般（正面清单外）"),
    *_rows(DrawMethod.SOFTWARE, _SHORT, "系统抽取", "系统随机", "电脑随机", "电脑随机抽取", "计算机随机抽取", "机选",
           "平台抽取", "平台随机抽取", "软件抽取", "系统自动抽取", "电脑抽取", "电脑派位", "系统派位"),
    *_rows(DrawMethod.SOFTWARE, "未写明用什么抽取", "随机抽取", "随机", "电脑摇号", "系统摇号", sure=False),
    *_rows(DrawMethod.BALLOT, _SHORT, "抽签", "人工抽签", "公开抽签", "现场分类抽签"),
    *_rows(DrawMethod.BALLS, _SHORT, "现场摇号", "公开摇号", "摇号抽取", "摇号机摇号"),
    *_rows(AgencyLevel.PROVINCE, _SHORT, "省", "自治区级", "直辖市级"),
    *_rows(AgencyLevel.CITY, _SHORT, "市", "地市级", "设区市级", "州级"),
    *_rows(AgencyLevel.COUNTY, _SHORT, "县", "区", "县级", "区级", "区县级", "县（区）级", "县（市、区）级"),
    *_rows(AgencyLevel.TOWNSHIP, _SHORT, "乡镇", "镇级", "街道级", "乡镇（街道）级"),
    *_rows(EntityForm.SOLE_TRADER, _SHORT, "个体", "个体户"),
    *_rows(EntityForm.COOPERATIVE, _SHORT, "合作社", "农合", "农民专业合作社（联合社）"),
    *_rows(EntityForm.ENTERPRISE, _SHORT, "公司", "内资企业", "私营企业", "外资企业", "有限公司", "有限责任公司",
           "股份有限公司", "企业法人"),
    *_rows(EntityForm.PRIVATE_INSTITUTION, _SHORT, "民办非企业", "民非", "社会服务机构"),
    *_rows(EntityForm.SOCIAL_GROUP, _SHORT, "社团"),
    *_rows(EntityForm.ORGAN, _SHORT, "行政机关", "党政机关", "机关单位"),
)  # fmt: skip

TABLE: tuple[Row, ...] = (*OUTCOMES, *HANDLINGS, *STEPS, *METHODS, *OTHERS)
