"""Columns of what became of letters (来信办理)."""

from portal.domain.replies import LetterKind, ReplyState
from portal.register.columns.model import Dataset, Type
from portal.register.columns.shared import TAIL, code, col, identity, ref
from portal.register.records import Kind, PublicReply

REPLIES = Dataset(
    word="replies", kind=Kind.REPLY, record=PublicReply,
    zh="来信办理", en="Letters",
    about_zh="每封纠错、陈述、异议来信办到哪一步；受理之前不说明来信类别和所指记录，来信内容从不公开。",
    about_en="How far each error report, statement or objection is. Until it is accepted neither its kind nor "
             "what it is about is told; the letter itself never is.",
    columns=(
        identity("y", "来信", "letter"),
        code("kind", LetterKind, ("来信类别", "Kind"), ("来信类别；受理之前为空。", "Kind of letter; empty until it is accepted."), "objection", nullable=True),
        code("state", ReplyState, ("办理状态", "State"), ("办到哪一步。", "How far it is."), "handling"),
        col("received_on", Type.DATE, ("收到日期", "Received on"), ("机关收到的日期。", "Day of receipt."), "2025-06-02"),
        col("decided_on", Type.DATE, ("答复日期", "Decided on"), ("作出答复的日期。", "Day of the decision."), "2025-06-20", nullable=True),
        ref("result_id", "results", ("抽查结果", "Result"), ("所指抽查结果的标识；受理之前为空。", "Identifier of the result; empty until it is accepted."), nullable=True),
        ref("entity_id", "entities", ("检查对象", "Party"), ("所指检查对象的标识；受理之前为空。", "Identifier of the party; empty until it is accepted."), nullable=True),
        col("text", Type.TEXT, ("企业陈述", "Statement"), ("当事人自己的陈述，未经核实。", "The party's own statement, unverified."), "本店已更换标签。", nullable=True),
        col("decision", Type.TEXT, ("办理意见", "Decision"), ("决定及其理由。", "The decision and its reason."), "经复核，原结果无误。", nullable=True),
        *TAIL,
    ),
)  # fmt: skip
