"""Columns of checklist lines, annual plans and their tasks (抽查事项、抽查计划、抽查任务)."""

from portal.domain.items import ItemClass, Method
from portal.domain.plans import Joint, ObjectClass, TaskType
from portal.register.columns.model import Column, Dataset, Type
from portal.register.columns.shared import AGENCY, TAIL, WITHHELD, address, code, col, identity, ref
from portal.register.records import Kind, PublicItem, PublicPlan, PublicTask

_RATIO = col(
    "ratio", Type.NUMBER, ("抽查比例", "Ratio"),
    ("抽查比例，0 至 1 之间；0.05 即 5%。", "Share to be inspected, between 0 and 1; 0.05 means 5 %."),
    0.05, unit="1", nullable=True,
)  # fmt: skip
_RATIO_TEXT = col(
    "ratio_text", Type.TEXT, ("抽查比例原文", "Ratio as worded"),
    ("抽查比例在原文中的写法。", "The ratio in the words of the source."), "不低于5%", nullable=True,
)  # fmt: skip

ITEMS = Dataset(
    word="items", kind=Kind.ITEM, record=PublicItem, page="/items/{id}",
    zh="抽查事项", en="Inspection items",
    about_zh="随机抽查事项清单，一个事项一行。",
    about_en="Lines of the item checklists, one row each.",
    columns=(
        identity("i", "抽查事项", "item"),
        address("/items/i_4f9c0a7d1e2b3c4d5e6f708192"),
        AGENCY,
        col("code", Type.TEXT, ("事项编号", "Item number"), ("事项在清单中的编号。", "Number in the checklist."), "SCJG-01"),
        col("name", Type.TEXT, ("事项名称", "Name"), ("抽查事项名称。", "Name of the item."), "食品标签检查"),
        code("item_class", ItemClass, ("事项类别", "Class"),
             ("重点或一般检查事项；原文未区分的为空。", "Key or general item; empty where the source does not say."),
             "general", nullable=True),
        col("category", Type.TEXT, ("抽查类别", "Category"), ("清单中的类别。", "Category in the checklist."), "食品安全", nullable=True),
        col("basis", Type.TEXT, ("抽查依据", "Legal basis"), ("抽查所依据的规定。", "Provisions the inspection rests on."),
            "《中华人民共和国食品安全法》第一百一十条", nullable=True),
        col("object_scope", Type.TEXT, ("检查对象范围", "Scope"), ("事项所涉及的检查对象。", "Parties the item applies to."),
            "食品生产经营者", nullable=True),
        col("content", Type.TEXT, ("抽查内容", "Content"), ("检查什么。", "What is looked at."), "标签标注内容", nullable=True),
        code("methods", Method, ("检查方式", "Methods"), ("检查方式。", "How it is inspected."), ["on_site"], many=True, default=()),
        _RATIO,
        _RATIO_TEXT,
        col("frequency", Type.TEXT, ("抽查频次", "Frequency"), ("抽查频次。", "How often."), "每年1次", nullable=True),
        col("cap", Type.TEXT, ("比例或频次上限", "Cap"), ("抽查比例或频次的上限。", "Upper limit of share or frequency."),
            "同一对象每年不超过2次", nullable=True),
        col("approved_on", Type.DATE, ("批准日期", "Approved on"), ("批准日期。", "Day of approval."), "2025-01-10", nullable=True),
        col("effective_on", Type.DATE, ("施行日期", "In force from"), ("施行日期。", "First day in force."), "2025-02-01", nullable=True),
        col("ended_on", Type.DATE, ("停止日期", "Ended on"), ("停止施行的日期。", "Day it ceased to be in force."), "2026-02-01", nullable=True),
        WITHHELD,
        *TAIL,
    ),
)  # fmt: skip

_TASK: tuple[Column, ...] = (
    identity("t", "抽查任务", "task"),
    col("code", Type.TEXT, ("任务编号", "Task number"), ("任务在计划中的编号。", "Number in the plan."), "2025-SCJG-01"),
    col("name", Type.TEXT, ("任务名称", "Name"), ("任务名称。", "Name of the task."), "2025年食品标签抽查"),
    col("object_scope", Type.TEXT, ("检查对象范围", "Scope"), ("任务所涉及的检查对象。", "Parties the task applies to."), "食品生产企业"),
    code("task_type", TaskType, ("抽查类型", "Type"), ("定向或不定向。", "Directed or undirected."), "undirected"),
    col("starts_on", Type.DATE, ("开始日期", "Starts on"), ("任务开始日期。", "First day of the task."), "2025-03-01"),
    col("ends_on", Type.DATE, ("结束日期", "Ends on"), ("任务结束日期。", "Last day of the task."), "2025-06-30"),
    ref("item_ids", "items", ("抽查事项", "Items"), ("所含抽查事项的标识。", "Identifiers of its items."), many=True, default=()),
    col("item_text", Type.TEXT, ("抽查事项原文", "Items as worded"), ("抽查事项在计划中的写法。", "The items in the words of the plan."),
        "食品标签检查", nullable=True),
    code("joint", Joint, ("联合方式", "Joint"), ("是否联合抽查；原文未说明的为空。", "Whether joint; empty where the plan does not say."),
         "cross_agency", nullable=True),
    col("partners", Type.TEXT, ("联合部门", "Partners"), ("联合抽查的其他部门。", "Other bodies that take part."),
        ["示例市公安局"], many=True, default=()),
    col("level", Type.TEXT, ("实施层级", "Level"), ("任务由哪一级实施，按原文。", "Level that carries it out, as worded."), "市县两级", nullable=True),
    code("object_class", ObjectClass, ("监管对象分类", "Object class"), ("监管对象分类。", "Class of the inspected parties."), "key", nullable=True),
    _RATIO,
    _RATIO_TEXT,
    col("base_count", Type.INTEGER, ("对象总数", "Base"), ("抽查对象总数。", "Parties to draw from."), 400, unit="户", nullable=True),
    col("base_text", Type.TEXT, ("对象总数原文", "Base as worded"), ("对象总数在计划中的写法。", "The base in the words of the plan."),
        "约400户", nullable=True),
    col("planned_count", Type.INTEGER, ("计划抽查数", "Planned"), ("计划抽查的户数。", "Parties to be inspected."), 20, unit="户", nullable=True),
    col("planned_text", Type.TEXT, ("计划抽查数原文", "Planned as worded"), ("计划抽查数在计划中的写法。", "The number in the words of the plan."),
        "20户（以实际为准）", nullable=True),
    col("method", Type.TEXT, ("检查方式", "Method"), ("检查方式，按原文。", "How it is inspected, as worded."), "实地检查", nullable=True),
    col("remark", Type.TEXT, ("备注", "Remark"), ("备注。", "Remark."), "与年报抽查合并开展", nullable=True),
)  # fmt: skip

PLANS = Dataset(
    word="plans", kind=Kind.PLAN, record=PublicPlan, page="/plans/{id}",
    zh="年度抽查计划", en="Annual plans",
    about_zh="年度抽查计划的现行版，一个计划一行；调整前的各版见 versions。",
    about_en="Annual plans in the version in force, one row each; earlier versions under versions.",
    columns=(
        identity("p", "年度抽查计划", "plan"),
        address("/plans/p_4f9c0a7d1e2b3c4d5e6f708192"),
        AGENCY,
        col("code", Type.TEXT, ("计划编号", "Plan number"), ("计划编号。", "Number of the plan."), "2025-SCJG"),
        col("name", Type.TEXT, ("计划名称", "Name"), ("计划名称。", "Name of the plan."), "示例市市场监督管理局2025年度抽查计划"),
        col("year", Type.INTEGER, ("年度", "Year"), ("计划年度。", "Year of the plan."), 2025),
        col("plan_version", Type.INTEGER, ("计划版次", "Plan version"),
            ("计划自身的版次，大于 1 表示经过调整。", "The plan's own version; above 1 it was adjusted."), 1,
            field="version"),
        col("approved_on", Type.DATE, ("批准日期", "Approved on"), ("本版批准日期。", "Day this version was approved."), "2025-02-20"),
        col("adjustment_reason", Type.TEXT, ("调整原因", "Reason for adjustment"),
            ("本版的调整原因；第一版为空。", "Why this version adjusts the one before; empty for the first."),
            "任务量调整", nullable=True),
        col("task_count", Type.INTEGER, ("任务数", "Tasks"), ("计划中的任务数。", "Number of tasks in the plan."), 6,
            unit="项", derive=lambda plan: len(plan.tasks)),
        col("tasks", Type.OBJECT, ("抽查任务", "Tasks"), ("计划中的抽查任务。", "Tasks of the plan."), [],
            many=True, default=(), parts=_TASK, elsewhere="tasks"),
        WITHHELD,
        *TAIL,
    ),
)  # fmt: skip

TASKS = Dataset(
    word="tasks", kind=Kind.PLAN, record=PublicTask, inside="tasks", page="/tasks/{id}",
    zh="抽查任务", en="Inspection tasks",
    about_zh="现行计划中的抽查任务，一个任务一行；版次、序号和公开日期是所在计划的。",
    about_en="Tasks of the plans in force, one row each; version, serial and day of publication are the plan's.",
    columns=(
        _TASK[0],
        address("/tasks/t_4f9c0a7d1e2b3c4d5e6f708192"),
        ref("plan_id", "plans", ("所在计划", "Plan"), ("所在计划的标识。", "Identifier of its plan."), added=True),
        ref("agency_id", "agencies", ("检查主体", "Agency"), ("检查主体的标识。", "Identifier of the agency."), added=True),
        *_TASK[1:],
        *TAIL,
    ),
)  # fmt: skip
