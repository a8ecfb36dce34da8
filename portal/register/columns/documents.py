"""Columns of published texts and of withholding notices (文件、不予公开告知)."""

from portal.domain.documents import DocumentKind
from portal.domain.grounds import Ground
from portal.register.columns.model import Dataset, Type
from portal.register.columns.shared import AGENCY, TAIL, WITHHELD, address, code, col, identity
from portal.register.records import Kind, PublicDocument, PublicNotice

_FIGURE = (
    col("key", Type.TEXT, ("编号", "Key"), ("指标在文件中的编号。", "Key within the document."), "A1"),
    col("label", Type.TEXT, ("指标", "Label"), ("指标名称。", "What is counted."), "抽查企业"),
    col("period", Type.TEXT, ("时期", "Period"), ("指标所属时期。", "Period it covers."), "2025年"),
    col("value", Type.NUMBER, ("数值", "Value"), ("数值。", "The figure."), 262),
    col("unit", Type.TEXT, ("单位", "Unit"), ("计量单位。", "Unit of measure."), "家"),
    col("formula", Type.TEXT, ("构成", "Formula"), ("应当等于哪些指标之和、积或商。", "What it should equal: a sum, product or quotient of others."),
        "A2+A3", nullable=True),
    col("remark", Type.TEXT, ("备注", "Remark"), ("备注。", "Remark."), "约数", nullable=True),
)  # fmt: skip

DOCUMENTS = Dataset(
    word="documents", kind=Kind.DOCUMENT, record=PublicDocument, page="/documents/{id}",
    zh="文件", en="Documents",
    about_zh="已公开的细则、方案、通知、简报、统计和总结，一份一行。",
    about_en="Published rules, schemes, notices, bulletins, statistics and summaries, one row each.",
    columns=(
        identity("m", "文件", "document"),
        address("/documents/m_4f9c0a7d1e2b3c4d5e6f708192"),
        AGENCY,
        col("title", Type.TEXT, ("标题", "Title"), ("文件标题。", "Title of the document."), "关于印发随机抽查工作细则的通知"),
        col("number", Type.TEXT, ("文号", "Number"), ("发文字号。", "Reference number."), "示市监发〔2025〕1号", nullable=True),
        code("kind", DocumentKind, ("文种", "Kind"), ("文种。", "Kind of document."), "rules"),
        col("issued_on", Type.DATE, ("发文日期", "Issued on"), ("发文日期。", "Day of issue."), "2025-01-15"),
        col("summary", Type.TEXT, ("摘要", "Summary"), ("内容摘要。", "Summary."), "规定抽查的组织、抽取和公示。"),
        col("body", Type.TEXT, ("正文", "Body"), ("正文，Markdown 格式。", "The text, as Markdown."), "# 总则", nullable=True),
        col("figures", Type.OBJECT, ("统计指标", "Figures"), ("文件所载的统计指标。", "Figures the document states."), [],
            many=True, default=(), parts=_FIGURE),
        col("source", Type.TEXT, ("来源", "Source"), ("文件来源。", "Where it comes from."), "示例市人民政府公报", nullable=True),
        WITHHELD,
        *TAIL,
    ),
)  # fmt: skip

NOTICES = Dataset(
    word="withheld", kind=Kind.WITHHELD, record=PublicNotice,
    zh="不予公开告知", en="Withholding notices",
    about_zh="告知有内容不予公开：依据、条款、决定机关和复核日期，别无其他。",
    about_en="That something is withheld: ground, provision, deciding body and day of review, and nothing else.",
    columns=(
        identity("w", "告知", "notice"),
        code("ground", Ground, ("依据", "Ground"), ("不予公开的依据。", "Ground for withholding."), "state_secret"),
        col("article", Type.TEXT, ("条款", "Provision"), ("所依据的法律条款。", "The legal provision."),
            "《中华人民共和国政府信息公开条例》第十四条"),
        col("decided_by", Type.TEXT, ("决定机关", "Decided by"), ("作出决定的机关。", "Body that decided."), "示例市应急管理局"),
        col("review_on", Type.DATE, ("复核日期", "Review on"), ("下次复核的日期。", "Day of the next review."), "2026-01-15"),
        *TAIL,
    ),
)  # fmt: skip
